"""The kinds of stores the mappings make: what ``[kinds.X]`` in the standard may name."""

from __future__ import annotations

KINDS: frozenset[str] = frozenset(
    {
        "alloydb-cluster", "aurora-cluster", "backup-plan", "backup-plan-rule", "backup-vault", "bigquery-dataset", "bigquery-table",
        "cloudsql-instance", "docdb-cluster", "dynamodb-table", "ebs-volume", "efs-file-system", "elasticache-cluster",
        "elasticache-replication-group", "elasticache-serverless-cache", "firestore-database", "fsx-lustre",
        "fsx-ontap", "fsx-openzfs", "fsx-windows", "gcp-backup-plan",
        "gcp-backup-plan-rule", "gcp-backup-vault", "gcp-kms-key", "gcp-secret", "gcs-bucket", "kms-key", "memorydb-cluster",
        "neon-backup-schedule", "neon-branch", "neon-project", "neptune-cluster", "pulumi-state", "rds-cluster", "rds-instance",
        "redshift-cluster", "restore-testing-plan", "s3-bucket", "secret", "snapshot-policy", "snapshot-policy-rule", "spanner-database",
        "terraform-state",
    }
)

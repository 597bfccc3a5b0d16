"""The reference stack: one service with its files, its database, its settings, and what keeps them restorable.

The stack's settings (``infra/Pulumi.NAME.yaml``) say where and how large; ``recoverable.toml`` says how safe. The same lines make dev,
staging and prod on AWS, and prod on Google Cloud, where Cloud SQL owns its backups and a vault beside it would be a second owner.
"""

import pulumi

import recoverable as rc

settings = pulumi.Config()
policy = rc.ProtectionPolicy(
    environment=settings.require("environment"),
    cloud=rc.Cloud(settings.require("cloud")),
    alert_address=settings.require("alertAddress"),
    replica_region=settings.get("replicaRegion"),
    owner=settings.require("owner"),
)
on_aws = policy.cloud is rc.Cloud.AWS

uploads = rc.Bucket("uploads", rc.BucketArgs(policy))
orders = rc.Postgres(
    "orders",
    rc.PostgresArgs(
        policy,
        size=settings.get("databaseSize"),
        version=settings.get("databaseVersion"),
        retention_days=settings.get_int("databaseRetentionDays"),
        deletion_protection=settings.get_bool("databaseDeletionProtection"),
        backup_plan=on_aws or None,  # AWS Backup's daily snapshots and copies, beside RDS's own point-in-time recovery
    ),
)
shop = rc.Secrets("shop", rc.SecretsArgs(policy, [rc.SecretArgs("PAYMENT_TOKEN"), rc.SecretArgs("SESSION_KEY")]))
restores = rc.RestoreTest("monthly", rc.RestoreTestArgs(policy))
vaults = [rc.BackupVault("backups", rc.BackupVaultArgs(policy))] if on_aws else []
alerts = rc.BackupAlerts("alerts", rc.BackupAlertsArgs(policy, vault_names=[each.vault_name for each in vaults] or None))

pulumi.export("evidence", policy.evidence)
pulumi.export("drillCommand", restores.drill_command)

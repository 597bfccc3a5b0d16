"""A whole backup strategy from one policy: state, files, database, vault, restore tests and alerts."""

import pulumi

import recoverable as rc

policy = rc.ProtectionPolicy("prod", alert_address="oncall@example.com", replica_region="eu-central-1", owner="shop-team")
rc.StateBackend("infra", rc.StateBackendArgs(policy))
rc.Bucket("uploads", rc.BucketArgs(policy))
rc.Postgres("orders", rc.PostgresArgs(policy))
rc.BackupVault("backups", rc.BackupVaultArgs(policy))
rc.RestoreTest("monthly", rc.RestoreTestArgs(policy))
rc.BackupAlerts("alerts", rc.BackupAlertsArgs(policy))
pulumi.export("evidence", policy.evidence)

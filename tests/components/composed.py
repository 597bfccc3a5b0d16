"""The program that most tests of the whole package run: one of each component, from one policy."""

from __future__ import annotations

from typing import Any

from recoverable.components.backup_alerts import BackupAlerts, BackupAlertsArgs
from recoverable.components.backup_vault import BackupVault, BackupVaultArgs
from recoverable.components.bucket import Bucket, BucketArgs, ObjectLockArgs
from recoverable.components.neon_project import NeonProjectArgs
from recoverable.components.policy import Cloud, ProtectionPolicy
from recoverable.components.postgres import Postgres, PostgresArgs
from recoverable.components.restore_test import RestoreTest, RestoreTestArgs
from recoverable.components.secrets_store import SecretArgs, Secrets, SecretsArgs
from recoverable.components.state_backend import StateBackend, StateBackendArgs

AWS, GCP = Cloud.AWS, Cloud.GCP
REPLICAS = {AWS: "eu-central-1", GCP: "europe-west4"}


def policy(environment: str = "prod", cloud: Cloud = AWS, **more: Any) -> ProtectionPolicy:
    """A policy with everything that any environment asks for."""
    stated = {"alert_address": "oncall@example.com", "replica_region": REPLICAS[cloud], "owner": "shop-team", "cloud": cloud}
    return ProtectionPolicy(environment, **{**stated, **more})


def compose(given: ProtectionPolicy) -> dict[str, Any]:
    """One of each component that the policy's cloud has, as a user would write it.

    On Google Cloud there is no vault: Cloud SQL keeps its own backups, and Backup and DR excludes them.
    """
    on_aws = given.cloud is AWS
    # A lock on state is never put there unasked, so that a standard which demands it everywhere has to be answered here.
    locked = ObjectLockArgs() if on_aws and given.demands("s3-bucket").object_lock.value else None
    made: dict[str, Any] = {
        "infra": StateBackend("infra", StateBackendArgs(given, object_lock=locked)),
        "uploads": Bucket("uploads", BucketArgs(given)),
        "orders": Postgres("orders", PostgresArgs(given, backup_plan=True if on_aws else None)),
        "settings": Secrets("settings", SecretsArgs(given, [SecretArgs("PAYMENT_TOKEN")])),
        "monthly": RestoreTest("monthly", RestoreTestArgs(given)),
    }
    if on_aws:
        made["backups"] = BackupVault("backups", BackupVaultArgs(given))
    made["alerts"] = BackupAlerts("alerts", BackupAlertsArgs(given))
    return made


def arguments(kind: str, given: ProtectionPolicy) -> Any:
    """The least that a component can be given."""
    classes = {
        "StateBackend": StateBackendArgs,
        "Bucket": BucketArgs,
        "Postgres": PostgresArgs,
        "BackupVault": BackupVaultArgs,
        "RestoreTest": RestoreTestArgs,
        "BackupAlerts": BackupAlertsArgs,
    }
    if kind == "Secrets":
        return SecretsArgs(given, [SecretArgs("PAYMENT_TOKEN")])
    if kind == "NeonProject":
        return NeonProjectArgs(given, copies_elsewhere="s3://acme-dumps")
    return classes[kind](given)

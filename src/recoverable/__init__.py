"""recoverable: declare, enforce, prove and alert on a backup strategy.

The package root holds dunder files only: Checkov's git mode executes every other Python file
that lies in a folder with an ``__init__.py``, so sub-folders are namespace packages.

A Pulumi program finds every component here: ``from recoverable import Bucket, BucketArgs, ProtectionPolicy``. They are
imported when they are asked for, so that nothing else needs Pulumi.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recoverable.components.backup_alerts import BackupAlerts, BackupAlertsArgs, ReplicationAlertArgs, StoreAlertArgs
    from recoverable.components.backup_vault import BackupVault, BackupVaultArgs, VaultLockArgs, VaultLockMode
    from recoverable.components.bucket import Bucket, BucketArgs, LockMode, ObjectLockArgs, StorageClass, TransitionArgs
    from recoverable.components.neon_project import NeonPlan, NeonProject, NeonProjectArgs
    from recoverable.components.policy import Cloud, ProtectionPolicy
    from recoverable.components.postgres import BackupOwner, Postgres, PostgresArgs, PostgresEngine
    from recoverable.components.refusal import RefusedError
    from recoverable.components.restore_test import (
        Cadence,
        DrillTargetArgs,
        RestoredType,
        RestoreSelectionArgs,
        RestoreTest,
        RestoreTestArgs,
        WhichPoint,
    )
    from recoverable.components.secrets_store import RotationArgs, SecretArgs, Secrets, SecretsArgs
    from recoverable.components.state_backend import StateBackend, StateBackendArgs

__version__ = "0.1.0"

_HOMES = {
    "backup_alerts": ("BackupAlerts", "BackupAlertsArgs", "ReplicationAlertArgs", "StoreAlertArgs"),
    "backup_vault": ("BackupVault", "BackupVaultArgs", "VaultLockArgs", "VaultLockMode"),
    "bucket": ("Bucket", "BucketArgs", "LockMode", "ObjectLockArgs", "StorageClass", "TransitionArgs"),
    "neon_project": ("NeonPlan", "NeonProject", "NeonProjectArgs"),
    "policy": ("Cloud", "ProtectionPolicy"),
    "postgres": ("BackupOwner", "Postgres", "PostgresArgs", "PostgresEngine"),
    "refusal": ("RefusedError",),
    "restore_test": ("Cadence", "DrillTargetArgs", "RestoreSelectionArgs", "RestoreTest", "RestoreTestArgs", "RestoredType", "WhichPoint"),
    "secrets_store": ("RotationArgs", "SecretArgs", "Secrets", "SecretsArgs"),
    "state_backend": ("StateBackend", "StateBackendArgs"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "BackupAlerts",
    "BackupAlertsArgs",
    "BackupOwner",
    "BackupVault",
    "BackupVaultArgs",
    "Bucket",
    "BucketArgs",
    "Cadence",
    "Cloud",
    "DrillTargetArgs",
    "LockMode",
    "NeonPlan",
    "NeonProject",
    "NeonProjectArgs",
    "ObjectLockArgs",
    "Postgres",
    "PostgresArgs",
    "PostgresEngine",
    "ProtectionPolicy",
    "RefusedError",
    "ReplicationAlertArgs",
    "RestoreSelectionArgs",
    "RestoreTest",
    "RestoreTestArgs",
    "RestoredType",
    "RotationArgs",
    "SecretArgs",
    "Secrets",
    "SecretsArgs",
    "StateBackend",
    "StateBackendArgs",
    "StorageClass",
    "StoreAlertArgs",
    "TransitionArgs",
    "VaultLockArgs",
    "VaultLockMode",
    "WhichPoint",
    "__version__",
]


def __getattr__(name: str) -> Any:
    """A component, an argument class or an enumeration, imported on first use."""
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module 'recoverable' has no attribute {name!r}")
    import importlib

    try:
        module = importlib.import_module(f"recoverable.components.{home}")
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] in ("pulumi", "pulumi_aws", "pulumi_gcp"):
            raise ImportError(f"recoverable.{name} needs Pulumi: pip install 'recoverable[pulumi]' ({error})") from error
        raise
    return getattr(module, name)


def __dir__() -> list[str]:
    return [*globals(), *_HOME_OF]

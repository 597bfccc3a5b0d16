"""BackupVault: where backups lie that the store itself does not keep: locked, under a key of their own, with a copy elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from recoverable.components.backup_vault_aws import build as build_aws
from recoverable.components.backup_vault_gcp import build as build_gcp
from recoverable.components.backup_vault_gcp import plan_on_gcp
from recoverable.components.backup_vault_lock import VaultLockArgs, VaultLockMode
from recoverable.components.backup_vault_plan import VaultPlan, plan_on_aws
from recoverable.components.base import Component
from recoverable.components.policy import ProtectionPolicy

__all__ = ["BackupVault", "BackupVaultArgs", "VaultLockArgs", "VaultLockMode"]


@dataclass
class BackupVaultArgs:
    """What a vault and its plan are to be beyond what the standard demands. Every number may only be strengthened."""

    policy: ProtectionPolicy
    """Whose numbers hold, and where the second copy goes."""
    retention_days: int | None = None
    """Days that recovery points are kept. Default: the standard's backup_retention_days."""
    every_hours: int | None = None
    """Hours between two backups: 1, 2, 3, 4, 6, 8, 12 or 24, the default. AWS Backup is no faster. On Google Cloud: 4, 6, 8, 12 or 24."""
    start_hour: int | None = None
    """The hour (UTC) of the daily backup. Default 3."""
    start_window_minutes: int | None = None
    """Within which a backup has to start, else it fails. Default 60. AWS only."""
    completion_window_minutes: int | None = None
    """Within which it has to end. Default 480. AWS only."""
    cold_storage_after_days: int | None = None
    """When recovery points move to cold storage; they stay there 90 days at least. Default: never. AWS only."""
    continuous: bool | None = None
    """Whether what is tagged ``recoverable:backup = continuous`` comes back to any second. Default false. AWS only."""
    continuous_days: int | None = None
    """How far back, 1 to 35 days. Default: the retention, as far as it goes."""
    native_databases: list[pulumi.Input[str]] | None = None
    """ARNs of databases that set their own retention. Refused with continuous: there can be one owner only. AWS only."""
    selection_tags: Mapping[str, str] | None = None
    """Which resources are backed up: those that have any of these tags. Default: ``recoverable:backup = daily``. AWS only."""
    any_environment: bool | None = None
    """Whether tagged resources of other environments are selected too. Default false: ``recoverable:environment`` has to match. AWS only."""
    resources: list[pulumi.Input[str]] | None = None
    """ARNs that are backed up whatever their tags. On Google Cloud: Cloud SQL instances as
    ``projects/PROJECT/instances/NAME``, the only way there."""
    excluded: list[pulumi.Input[str]] | None = None
    """ARNs that are never backed up by tag. AWS only."""
    kms_key: pulumi.Input[str] | None = None
    """ARN of the vault's key (on Google Cloud its full name). By default the vault gets one of its own. It cannot be changed later."""
    lock: VaultLockArgs | None = None
    """The bounds of the lock; there always is one."""
    break_glass_roles: list[pulumi.Input[str]] | None = None
    """ARNs of the roles that may delete recovery points all the same, as far as the lock lets them. Default: nobody. AWS only."""
    copy: bool | None = None
    """Whether every recovery point is copied. Default: where the standard demands a second region or replica_region is given."""
    copy_region: str | None = None
    """Where copies go. Default: the policy's replica_region."""
    copy_vault_arn: pulumi.Input[str] | None = None
    """ARN of an existing vault for the copies, such as one in another account. By default one is made in copy_region. AWS only."""
    copy_retention_days: int | None = None
    """Days that copies are kept. Default: as long as the originals. AWS only."""
    copy_kms_key: pulumi.Input[str] | None = None
    """ARN of the key of the vault that is made for the copies, in its region. AWS only."""
    notify_topic: pulumi.Input[str] | None = None
    """ARN of an SNS topic of this region and account that hears of jobs that failed. BackupAlerts hears them without it. AWS only."""
    opt_in: Mapping[str, bool] | None = None
    """Which kinds of resource AWS Backup selects by tag, in this account and region. It has one setting per account and region: leave
    it out where other code sets it. By default it is left as it is. AWS only."""
    force_destroy: bool | None = None
    """Whether a destroy may delete recovery points. Default false; refused in production."""
    tags: Mapping[str, str] | None = None
    """More tags (labels on Google Cloud) for everything that is made."""


class BackupVault(Component):
    """A locked vault with its plan, what is selected into it, and a copy in a second region where that is demanded.

    Raises RefusedError where an argument is weaker than the standard, or a backup job would fail.
    """

    vault_name: pulumi.Output[str]
    """The vault's name."""
    vault_arn: pulumi.Output[str]
    """Its ARN; on Google Cloud its full name."""
    kms_key_arn: pulumi.Output[str]
    """The vault's key: an ARN, on Google Cloud the key's full name."""
    copy_vault_arn: pulumi.Output[str | None]
    """The vault of the copies. None where there is none."""
    plan_id: pulumi.Output[str]
    """The id of the plan that backs up daily."""
    role_arn: pulumi.Output[str | None]
    """The role that backs up and restores. None on Google Cloud."""
    selected_by: pulumi.Output[Mapping[str, str]]
    """The tags that a resource needs to be backed up; empty on Google Cloud."""
    evidence: pulumi.Output[Mapping[str, Any]]
    """What protects the recovery points, for how long, and how a restore begins."""

    def __init__(self, name: str, args: BackupVaultArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        self.plan: VaultPlan
        super().__init__("BackupVault", name, args, BackupVaultArgs, opts)
        build = build_aws if self.on_aws else build_gcp
        self.parts = build(self, self.settings, self.plan)
        self.finish(**self.parts.outputs)

    def check(self) -> None:
        """Refuse what would not protect, or what would make every backup job fail."""
        self.plan = plan_on_aws(self, self.settings) if self.on_aws else plan_on_gcp(self, self.settings)

"""Builds a BackupVault on AWS: vaults with key, lock and policy, the role, the plans and their selections."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi_aws import backup, iam

from recoverable.components import evidence
from recoverable.components.backup_claims import PlanMade
from recoverable.components.backup_vault_key import account_of, own_key
from recoverable.components.backup_vault_lock import VaultLockMode
from recoverable.components.backup_vault_plan import CONTINUOUS, DAILY, VaultPlan, rules
from recoverable.components.late_values import json_text
from recoverable.state_backend.names import partition_of

if TYPE_CHECKING:
    from recoverable.components.backup_vault import BackupVault, BackupVaultArgs

SERVICE = "backup.amazonaws.com"
SERVICE_ROLE = "role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"
"""Deletes what has expired. Nobody else can have a role below this path."""
DENIED = ["backup:DeleteRecoveryPoint", "backup:DisassociateRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"]
"""Vault policies take no wildcard in actions: https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html"""
BACKUP_POLICIES = {
    "backup": "service-role/AWSBackupServiceRolePolicyForBackup",
    "restores": "service-role/AWSBackupServiceRolePolicyForRestores",
    "s3-backup": "AWSBackupServiceRolePolicyForS3Backup",
    "s3-restore": "AWSBackupServiceRolePolicyForS3Restore",
}
RESTORE_POLICIES = {name: BACKUP_POLICIES[name] for name in ("restores", "s3-restore")}
EVENTS = ["BACKUP_JOB_COMPLETED", "COPY_JOB_FAILED", "RESTORE_JOB_COMPLETED", "S3_BACKUP_OBJECT_FAILED"]
"""BACKUP_JOB_COMPLETED tells of failed jobs too; BACKUP_JOB_FAILED is deprecated and sends nothing."""


@dataclass(frozen=True)
class VaultParts:
    """What was made. The children are escape hatches: ``vault.parts.main.lock``."""

    main: "OneVault"
    copy: "OneVault | None"
    role: "ServiceRole"
    plans: list[backup.Plan]
    selections: list[backup.Selection]
    notifications: backup.VaultNotifications | None
    region_settings: backup.RegionSettings | None
    outputs: dict[str, Any]


class OneVault:
    """A vault with its key, lock and policy, each an attribute."""

    def __init__(self, component: "BackupVault", plan: VaultPlan, name: str, region: str | None, key: Any) -> None:
        self.component, self.name, self.region = component, name, region
        self.key = own_key(component, f"{name}-key", f"the recovery points of {name}", region) if key is None else None
        self.key_arn: pulumi.Output[str] = self.key.arn if self.key is not None else pulumi.Output.from_input(key)
        self.vault = backup.Vault(
            f"{name}-vault",
            kms_key_arn=self.key_arn,
            force_destroy=plan.force_destroy,
            region=region,
            tags=component.tags(),
            opts=component.stateful(),
        )
        self.arn: pulumi.Output[str] = self.vault.arn if region is None else self._known_arn(region)
        self.lock = backup.VaultLockConfiguration(
            f"{name}-lock",
            backup_vault_name=self.vault.name,
            min_retention_days=plan.lock.least,
            max_retention_days=plan.lock.most,
            changeable_for_days=plan.lock.changeable_for_days,
            region=region,
            # The provider replaces a lock that changes. Made first and deleted then, the deletion would take the new one away.
            opts=self._guard(delete_before_replace=True),
        )
        self.vault_policy = backup.VaultPolicy(
            f"{name}-vault-policy",
            backup_vault_name=self.vault.name,
            policy=json_text({"Version": "2012-10-17", "Statement": [self._nobody_deletes()]}),
            region=region,
            opts=self._guard(),
        )

    def _known_arn(self, region: str) -> pulumi.Output[str]:
        """The ARN as it is made of the name, which is known before the vault exists: a preview shows where copies go."""
        start = f"arn:{partition_of(region)}:backup:{region}"
        return pulumi.Output.all(account_of(self.component), self.vault.name).apply(
            lambda known: f"{start}:{known[0]}:backup-vault:{known[1]}"
        )

    def _guard(self, **more: Any) -> pulumi.ResourceOptions:
        """What guards the recovery points stays wherever they do."""
        kept = self.component.policy.is_production
        return pulumi.ResourceOptions(parent=self.component, protect=False, retain_on_delete=kept, **more)

    def _nobody_deletes(self) -> dict[str, Any]:
        partition = partition_of(self.region)
        spared = [f"arn:{partition}:iam::*:{SERVICE_ROLE}", *(self.component.settings.break_glass_roles or ())]
        return {
            "Sid": "NobodyDeletesRecoveryPoints",
            "Effect": "Deny",
            "Principal": "*",
            "Action": DENIED,
            "Resource": "*",
            "Condition": {"ArnNotLike": {"aws:PrincipalArn": spared}},
        }


class ServiceRole:
    """A role that AWS Backup takes on, with managed policies of AWS."""

    def __init__(self, component: Any, name: str, policies: Mapping[str, str]) -> None:
        partition = partition_of(component.policy.primary_region)
        trust = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": "sts:AssumeRole"}],
        }
        self.role = iam.Role(f"{name}-role", assume_role_policy=json_text(trust), tags=component.tags(), opts=component.helper())
        self.attachments = [
            iam.RolePolicyAttachment(
                f"{name}-role-{suffix}", role=self.role.name, policy_arn=f"arn:{partition}:iam::aws:policy/{path}", opts=component.helper()
            )
            for suffix, path in policies.items()
        ]


def build(component: "BackupVault", given: "BackupVaultArgs", plan: VaultPlan) -> VaultParts:
    """Everything, in the order in which AWS takes it."""
    _warn(component, plan)
    component.policy.add_plan(_told(component, given, plan))
    region = component.policy.primary_region
    main = OneVault(component, plan, component.short, region, given.kms_key)
    copy = (
        OneVault(component, plan, f"{component.short}-copy", plan.copy_region, given.copy_kms_key)
        if plan.copy_region is not None and given.copy_vault_arn is None
        else None
    )
    copy_to = None if plan.copy_region is None else (copy.arn if copy is not None else given.copy_vault_arn)
    role = ServiceRole(component, component.short, BACKUP_POLICIES)
    maker = _Maker(component, given, plan, main, copy, copy_to, role)
    plans, selections = maker.all()
    name = component.short
    notifications = (
        backup.VaultNotifications(
            f"{name}-notifications",
            backup_vault_name=main.vault.name,
            backup_vault_events=EVENTS,
            sns_topic_arn=given.notify_topic,
            region=region,
            opts=component.helper(),
        )
        if given.notify_topic is not None
        else None
    )
    settings = (
        backup.RegionSettings(
            f"{name}-region-settings", resource_type_opt_in_preference=dict(given.opt_in), region=region, opts=component.helper()
        )
        if given.opt_in is not None
        else None
    )
    outputs = _outputs(component, given, plan, main, copy_to, role, plans)
    return VaultParts(main, copy, role, plans, selections, notifications, settings, outputs)


def _told(component: "BackupVault", given: "BackupVaultArgs", plan: VaultPlan) -> PlanMade:
    """What databases of the same policy may count on."""
    tags = DAILY if given.selection_tags is None else dict(given.selection_tags)
    off = frozenset(kind for kind, on in (given.opt_in or {}).items() if not on)
    return PlanMade(component.label, tags, plan.retention_days, plan.continuous_days, off)


@dataclass(frozen=True)
class _Maker:
    """Makes the plans, each with what is selected into it."""

    component: "BackupVault"
    given: "BackupVaultArgs"
    settings: VaultPlan
    main: OneVault
    copy: OneVault | None
    copy_to: Any
    role: ServiceRole

    def all(self) -> tuple[list[backup.Plan], list[backup.Selection]]:
        """The daily plan; where it is asked for, one that is continuous as well for what is tagged so."""
        daily = self._plan("daily", continuous=False)
        tags = dict(self.given.selection_tags) if self.given.selection_tags is not None else DAILY
        selections = [self._tagged("daily", daily, tags)] if tags else []
        if self.given.resources:
            selections.append(self._selection("resources", daily, resources=self.given.resources))
        if self.settings.continuous_days is None:
            return [daily], selections
        continuous = self._plan("continuous", continuous=True)
        return [daily, continuous], [*selections, self._tagged("continuous", continuous, CONTINUOUS)]

    def _plan(self, suffix: str, *, continuous: bool) -> backup.Plan:
        locks = [self.main.lock, *([self.copy.lock] if self.copy is not None else [])]
        tags = self.component.tags()
        return backup.Plan(
            f"{self.component.short}-{suffix}-plan",
            rules=rules(self.settings, self.main.vault.name, self.copy_to, tags, continuous=continuous),
            region=self.component.policy.primary_region,
            tags=tags,
            # A recovery point that was made before the lock could be deleted before its time.
            opts=self.component.helper(depends_on=locks),
        )

    def _tagged(self, suffix: str, plan: backup.Plan, tags: Mapping[str, str]) -> backup.Selection:
        chosen = [{"type": "STRINGEQUALS", "key": key, "value": value} for key, value in tags.items()]
        here = {"key": "aws:ResourceTag/recoverable:environment", "value": self.component.policy.tier}
        conditions = None if self.given.any_environment else [{"string_equals": [here]}]
        return self._selection(f"{suffix}-selection", plan, selection_tags=chosen, conditions=conditions, not_resources=self.given.excluded)

    def _selection(self, suffix: str, plan: backup.Plan, **more: Any) -> backup.Selection:
        return backup.Selection(
            f"{self.component.short}-{suffix}",
            iam_role_arn=self.role.role.arn,
            plan_id=plan.id,
            region=self.component.policy.primary_region,
            **more,
            opts=self.component.helper(depends_on=self.role.attachments),  # without its policies the role is refused
        )


def _warn(component: "BackupVault", plan: VaultPlan) -> None:
    """Say in a preview what cannot be taken back after the update."""
    if plan.lock.mode is VaultLockMode.COMPLIANCE and pulumi.runtime.is_dry_run():
        pulumi.log.warn(
            f"{component.label}: the lock is COMPLIANCE. {plan.lock.changeable_for_days} days after it is made nobody can lift it, "
            f"and recovery points stay for {plan.lock.least} days at least."
        )


def _outputs(
    component: "BackupVault",
    given: "BackupVaultArgs",
    plan: VaultPlan,
    main: OneVault,
    copy_to: Any,
    role: ServiceRole,
    plans: list[backup.Plan],
) -> dict[str, Any]:
    protected_by = ["own KMS key", f"vault lock {plan.lock.mode.value}", "deletion denied by the vault's policy"]
    protected_by += [f"copy in {plan.copy_region}"] if plan.copy_region else []
    protected_by += [f"continuous backup {plan.continuous_days} days"] if plan.continuous_days else []
    return {
        "evidence": evidence.entry(
            component,
            store=main.vault.arn,
            kind="backup-vault",
            protected_by=protected_by,
            retention_days=plan.retention_days,
            achieved_rpo_minutes=plan.every_hours * 60,
            rpo_mechanism=f"AWS Backup, every {plan.every_hours} hours",
            restore_command=pulumi.Output.all(main.vault.name, role.role.arn).apply(
                lambda known: (
                    f"aws backup list-recovery-points-by-backup-vault --backup-vault-name {known[0]} && "
                    f"aws backup start-restore-job --recovery-point-arn ARN --iam-role-arn {known[1]} --metadata file://METADATA"
                )
            ),
            pitr_window_days=plan.continuous_days,
            second_copy=copy_to,
        ),
        "vault_name": main.vault.name,
        "vault_arn": main.vault.arn,
        "kms_key_arn": main.key_arn,
        "copy_vault_arn": copy_to,
        "plan_id": plans[0].id,
        "role_arn": role.role.arn,
        "selected_by": dict(given.selection_tags) if given.selection_tags is not None else DAILY,
    }

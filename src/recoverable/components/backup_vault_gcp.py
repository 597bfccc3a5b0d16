"""Builds a BackupVault on Google Cloud: a Backup and DR vault with enforced retention, its plan, and the instances under it.

Limits: https://cloud.google.com/sql/docs/postgres/backup-recovery/backup-options (no multi-region, no restore in another region, no keys of
the customer for enhanced backups), https://cloud.google.com/backup-disaster-recovery/docs/concepts/backup-vault (enforced retention).
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi_gcp import backupdisasterrecovery as backup

from recoverable.components import evidence
from recoverable.components.backup_vault_checks import demands_for, leave_out, own_name, retention, whole
from recoverable.components.backup_vault_lock import VaultLock, VaultLockArgs, VaultLockMode
from recoverable.components.backup_vault_plan import DAY_HOURS, VaultPlan, destroyable, step_of
from recoverable.components.base import Component
from recoverable.components.bucket_checks import CANNOT_BE_UNDONE, member
from recoverable.components.unique_names import unique

if TYPE_CHECKING:
    from recoverable.components.backup_vault import BackupVault, BackupVaultArgs

KINDS = ("gcp-backup-vault", "gcp-backup-plan", "gcp-backup-plan-rule")
LONGEST = 36135
"""Days: the vault enforces 99 years at most."""
STEPS = (4, 6, 8, 12, DAY_HOURS)
"""Backup and DR backs up every 4 to 23 hours, or once a day; these divide the day."""
LONGEST_ID = 58
"""An id has 63 characters at most; an association adds its number."""
WINDOW_HOURS = 6
"""A backup window is at least so long."""
SECONDS = 86400
SQL = "sqladmin.googleapis.com/Instance"
INSTANCE = re.compile(r"projects/[^/]+/instances/[^/]+")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
NO_REGION = "A vault of Backup and DR lies in one region, copies to no other and restores in no other."
NO_KEY = "Enhanced backups of Cloud SQL take no key of the customer."
AWS_ONLY = {
    "start_window_minutes": "The backup window of Backup and DR is six hours or more.",
    "completion_window_minutes": "Backup and DR has no limit of that kind.",
    "cold_storage_after_days": "Backup and DR has no cold storage.",
    "continuous": "Point-in-time recovery belongs to the instance: use Postgres.",
    "continuous_days": "Point-in-time recovery belongs to the instance: use Postgres.",
    "native_databases": "An instance under a plan has no backups of its own.",
    "selection_tags": "Backup and DR selects nothing by label: name the instances in resources.",
    "any_environment": "Backup and DR selects nothing by label: name the instances in resources.",
    "excluded": "Backup and DR selects nothing by label.",
    "kms_key": NO_KEY,
    "break_glass_roles": "Nobody deletes a backup before its enforced retention is over.",
    "copy": NO_REGION,
    "copy_region": NO_REGION,
    "copy_vault_arn": NO_REGION,
    "copy_retention_days": NO_REGION,
    "copy_kms_key": NO_REGION,
    "notify_topic": "Failed backups are heard by BackupAlerts.",
    "opt_in": "There are no opt-ins.",
}


@dataclass(frozen=True)
class GoogleVaultParts:
    """What was made. The children are escape hatches."""

    vault: backup.BackupVault
    plan: backup.BackupPlan
    associations: list[backup.BackupPlanAssociation]
    outputs: dict[str, Any]


def plan_on_gcp(component: Component, given: "BackupVaultArgs") -> VaultPlan:
    """The plan that is asked for; refuses what Google Cloud cannot do."""
    own_name(component, r"[a-z][a-z0-9-]*", 50, "lower case letters, digits and dashes, beginning with a letter")
    leave_out(component, "Google Cloud", AWS_ONLY)
    tier = component.policy.tier
    for demand in demands_for(component, KINDS):
        for setting, name, why in (
            (demand.second_region, "a second region", NO_REGION),
            (demand.customer_managed_key, "a key of your own", NO_KEY),
        ):
            if setting.value:
                component.refuse("policy.cloud", "gcp", f"{tier} demands {name} ({setting.source})", why)
    if not given.resources:
        component.refuse("resources", given.resources, "name at least one Cloud SQL instance", "Backup and DR selects nothing by label.")
    wrong = next((each for each in given.resources or () if isinstance(each, str) and not INSTANCE.fullmatch(each)), None)
    if wrong is not None:
        component.refuse("resources", wrong, "full names such as projects/acme/instances/orders", "Backup and DR finds no other.")
    if component.policy.primary_region is None:
        component.refuse("policy.region", None, "set it, or gcp:region", "A vault cannot be moved later.")
    kept = retention(component, KINDS, "retention_days", given.retention_days, LONGEST)
    start = 3 if given.start_hour is None else given.start_hour
    step = step_of(component, given.every_hours, STEPS)
    last = 24 - WINDOW_HOURS
    return VaultPlan(
        retention_days=kept,
        every_hours=step,
        start_hour=whole(component, "start_hour", start, 0, last, f"The window of {WINDOW_HOURS} hours ends before midnight."),
        lock=_lock(component, given.lock or VaultLockArgs(), kept),
        force_destroy=destroyable(component, given.force_destroy),
    )


def _lock(component: Component, asked: VaultLockArgs, kept: int) -> VaultLock:
    """The retention that the vault enforces: the plan's. COMPLIANCE is the lock after which it only grows."""
    mode = member(component, "lock.mode", VaultLockMode, asked.mode or VaultLockMode.GOVERNANCE)
    for field in ("max_retention_days", "changeable_for_days"):
        if getattr(asked, field) is not None:
            component.refuse(
                f"lock.{field}", getattr(asked, field), "leave it out on Google Cloud", "A vault of Backup and DR has no such bound."
            )
    least = asked.min_retention_days
    if least is not None and least != kept:
        component.refuse(
            "lock.min_retention_days", least, f"the plan keeps {kept} days", "More would fail every backup, less would not protect it."
        )
    if mode is VaultLockMode.GOVERNANCE:
        if asked.effective_time is not None:
            component.refuse(
                "lock.effective_time",
                asked.effective_time,
                "leave it out under GOVERNANCE",
                "From then on nobody could shorten the retention.",
            )
        return VaultLock(mode, kept, None, None)
    if asked.acknowledgement != CANNOT_BE_UNDONE:
        component.refuse(
            "lock.acknowledgement",
            asked.acknowledgement,
            f'COMPLIANCE needs the words "{CANNOT_BE_UNDONE}"',
            "After effective_time nobody can shorten the enforced retention.",
        )
    if asked.effective_time is None or not TIME.fullmatch(asked.effective_time):
        component.refuse(
            "lock.effective_time", asked.effective_time, "a time such as 2030-01-31T00:00:00Z", "It says when the lock begins."
        )
    return VaultLock(mode, kept, None, None)


def build(component: "BackupVault", given: "BackupVaultArgs", plan: VaultPlan) -> GoogleVaultParts:
    """The vault, its plan, and an association for each instance."""
    policy, name = component.policy, component.short
    location, project = str(policy.primary_region), policy.project
    effective = given.lock.effective_time if given.lock else None
    if effective is not None and pulumi.runtime.is_dry_run():
        pulumi.log.warn(f"{component.label}: from {effective} on nobody can shorten the {plan.lock.least} days that the vault enforces.")
    here = {"location": location, "project": project}
    own = unique(component, LONGEST_ID, "-").lower()
    vault = backup.BackupVault(
        f"{name}-vault",
        backup_vault_id=own,
        backup_minimum_enforced_retention_duration=f"{plan.lock.least * SECONDS}s",
        effective_time=effective,
        force_delete=plan.force_destroy,
        labels=component.labels(),
        **here,
        opts=component.stateful(ignore_changes=["backupVaultId"]),
    )
    made = backup.BackupPlan(
        f"{name}-plan",
        backup_plan_id=own,
        backup_vault=vault.id,
        resource_type=SQL,
        backup_rules=[{"rule_id": "backups", "backup_retention_days": plan.retention_days, "standard_schedule": _schedule(plan)}],
        **here,
        opts=component.helper(ignore_changes=["backupPlanId"]),
    )
    associations = [
        backup.BackupPlanAssociation(
            f"{name}-association-{number}",
            backup_plan=made.id,
            backup_plan_association_id=f"{own}-{number}",
            resource=each,
            resource_type=SQL,
            **here,
            opts=component.helper(ignore_changes=["backupPlanAssociationId"]),
        )
        for number, each in enumerate(given.resources or ())
    ]
    outputs = {
        "evidence": evidence.entry(
            component,
            store=vault.id,
            kind="gcp-backup-vault",
            protected_by=[f"enforced retention {plan.lock.least} days", f"vault lock {plan.lock.mode.value}"],
            retention_days=plan.retention_days,
            achieved_rpo_minutes=plan.every_hours * 60,
            rpo_mechanism=f"Backup and DR, every {plan.every_hours} hours",
            restore_command=vault.id.apply(
                lambda path: (
                    f"gcloud backup-dr backups list --backup-vault={path} && gcloud sql instances restore-backup INSTANCE --backup=BACKUP"
                )
            ),
        ),
        "vault_name": vault.backup_vault_id,
        "vault_arn": vault.id,
        "kms_key_arn": "",
        "copy_vault_arn": None,
        "plan_id": made.id,
        "role_arn": None,
        "selected_by": {},
    }
    return GoogleVaultParts(vault, made, associations, outputs)


def _schedule(plan: VaultPlan) -> dict[str, Any]:
    """Daily in a window, or evenly over the day."""
    if plan.every_hours == DAY_HOURS:
        window = {"start_hour_of_day": plan.start_hour, "end_hour_of_day": plan.start_hour + WINDOW_HOURS}
        return {"recurrence_type": "DAILY", "time_zone": "Etc/UTC", "backup_window": window}
    window = {"start_hour_of_day": 0, "end_hour_of_day": DAY_HOURS}
    return {"recurrence_type": "HOURLY", "hourly_frequency": plan.every_hours, "time_zone": "Etc/UTC", "backup_window": window}

"""The numbers of a backup plan on AWS, after they were checked, and its rules as AWS Backup takes them.

Facts: https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRule.html, …/API_Lifecycle.html (cold storage lasts 90 days),
…/point-in-time-recovery.html (continuous backups are kept 1 to 35 days).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from recoverable.components.backup_vault_checks import arn_parts, demands_for, own_name, retention, second_region, whole
from recoverable.components.backup_vault_lock import VaultLock, lock_of
from recoverable.components.base import Component
from recoverable.components.key_checks import check_key

if TYPE_CHECKING:
    from recoverable.components.backup_vault import BackupVaultArgs

KINDS = ("backup-vault", "backup-plan", "backup-plan-rule")
COLD_DAYS = 90
CONTINUOUS_DAYS = 35
LONGEST = 36500
DAY_HOURS = 24
STEPS = (1, 2, 3, 4, 6, 8, 12, DAY_HOURS)
START_WINDOW, COMPLETION_WINDOW = 60, 480
"""Minutes. A start window of less than 60 is refused by AWS Backup; the completion window includes it."""
LONGEST_WINDOW = 52560 * 10
TAG = "recoverable:backup"
DAILY, CONTINUOUS = {TAG: "daily"}, {TAG: "continuous"}
ROLE = re.compile(r"arn:[a-z0-9-]+:iam::\d{12}:role/[\w+=,.@/-]+")
EXAMPLE_VAULT = "arn:aws:backup:eu-central-1:123456789012:backup-vault:copies"


@dataclass(frozen=True)
class VaultPlan:
    """What is going to be built. ``continuous_days`` and ``copy_region`` are None where there is none."""

    retention_days: int
    every_hours: int
    start_hour: int
    lock: VaultLock
    force_destroy: bool
    start_window: int = START_WINDOW
    completion_window: int = COMPLETION_WINDOW
    cold_days: int | None = None
    continuous_days: int | None = None
    copy_region: str | None = None
    copy_days: int = 0


def plan_on_aws(component: Component, given: "BackupVaultArgs") -> VaultPlan:
    """The plan that is asked for; refuses what AWS Backup would refuse, or what would fail every night."""
    own_name(component, r"[A-Za-z0-9-]+", 24, "letters, digits and dashes")
    kept = retention(component, KINDS, "retention_days", given.retention_days, LONGEST)
    cold, continuous = _cold(component, given, kept), _continuous(component, given, kept)
    region = _copy_region(component, given)
    check_key(component, "kms_key", given.kms_key, component.policy.primary_region)
    check_key(component, "copy_kms_key", given.copy_kms_key, region)
    _refuse_everything(component, given)
    copied = retention(component, KINDS, "copy_retention_days", given.copy_retention_days, LONGEST)
    if given.copy_retention_days is None:
        copied = kept
    if cold is not None and copied < cold + COLD_DAYS and region is not None:
        component.refuse("copy_retention_days", copied, f"cold_storage_after_days + {COLD_DAYS} = {cold + COLD_DAYS}", _COLD_WHY)
    lengths = [kept, *([continuous] if continuous else []), *([copied] if region else [])]
    start = whole(
        component, "start_window_minutes", _or(given.start_window_minutes, START_WINDOW), 60, LONGEST_WINDOW, "AWS takes no less."
    )
    end = _or(given.completion_window_minutes, max(COMPLETION_WINDOW, start + 60))
    whole(component, "completion_window_minutes", end, start + 60, LONGEST_WINDOW, "It has to leave an hour after the start window.")
    return VaultPlan(
        retention_days=kept,
        every_hours=step_of(component, given.every_hours, STEPS),
        start_hour=whole(component, "start_hour", _or(given.start_hour, 3), 0, 23, "It is an hour of the day."),
        lock=lock_of(component, KINDS, given.lock, min(lengths), max(lengths)),
        force_destroy=destroyable(component, given.force_destroy),
        start_window=start,
        completion_window=end,
        cold_days=cold,
        continuous_days=continuous,
        copy_region=region,
        copy_days=copied,
    )


def _refuse_everything(component: Component, given: "BackupVaultArgs") -> None:
    """Refuse a role that stands for all roles, and an exclusion that leaves nothing of a service."""
    for number, role in enumerate(given.break_glass_roles or ()):
        if isinstance(role, str) and not ROLE.fullmatch(role):
            bound = "the ARN of one role (arn:aws:iam::ACCOUNT:role/NAME)"
            component.refuse(f"break_glass_roles[{number}]", role, bound, "Whoever matches may delete recovery points.")
    for number, arn in enumerate(given.excluded or ()):
        if isinstance(arn, str) and not re.split("[:/]", arn)[-1].strip("*?"):
            component.refuse(f"excluded[{number}]", arn, "an ARN that names something", "All of a service would never be backed up.")


_COLD_WHY = "What goes to cold storage stays there 90 days: AWS refuses a plan that deletes it sooner."


def _or(given: int | None, default: int) -> int:
    return default if given is None else given


def step_of(component: Component, given: Any, steps: tuple[int, ...]) -> int:
    """The hours between two backups."""
    if given is None:
        return DAY_HOURS
    if isinstance(given, bool) or given not in steps:
        known = ", ".join(map(str, steps))
        component.refuse("every_hours", given, f"one of {known}", "A backup runs once a day at least, and evenly over it.")
    return int(given)


def destroyable(component: Component, given: bool | None) -> bool:
    """Whether a destroy may delete recovery points: never by default, never in production."""
    if given and component.policy.is_production:
        component.refuse("force_destroy", True, f"not in {component.policy.tier}", "A destroy would delete every recovery point.")
    return bool(given)


def _cold(component: Component, given: "BackupVaultArgs", kept: int) -> int | None:
    days = given.cold_storage_after_days
    if days is None:
        return None
    whole(component, "cold_storage_after_days", days, 1, LONGEST, "It is a number of days.")
    if kept < days + COLD_DAYS:
        component.refuse(
            "cold_storage_after_days", days, f"retention_days - {COLD_DAYS} at most, and that is {kept - COLD_DAYS}", _COLD_WHY
        )
    return days


def _continuous(component: Component, given: "BackupVaultArgs", kept: int) -> int | None:
    """How far back continuous backup reaches; None where it is not asked for."""
    days = given.continuous_days
    if not given.continuous:
        if days is not None:
            component.refuse("continuous_days", days, "set continuous = True or leave it out", "Nothing is backed up continuously here.")
        return None
    if given.native_databases:
        component.refuse(
            "continuous",
            True,
            f"native_databases names {len(given.native_databases)} that set their own retention",
            "Continuous backup takes the retention of a database over: there can be one owner only.",
        )
    if days is None:
        days = min(kept, CONTINUOUS_DAYS)
    whole(component, "continuous_days", days, 1, CONTINUOUS_DAYS, "AWS Backup keeps continuous backups no longer.")
    need = max((each.pitr_window_days for each in demands_for(component, KINDS)), key=lambda setting: setting.value)
    if days < need.value:
        component.refuse(
            "continuous_days",
            days,
            f"{component.policy.tier} demands a window of {need.value} days ({need.source}), AWS Backup offers {CONTINUOUS_DAYS} at most",
            "What happened before the window cannot be undone.",
        )
    return days


def _copy_region(component: Component, given: "BackupVaultArgs") -> str | None:
    home = component.policy.primary_region
    parts = arn_parts(component, "copy_vault_arn", given.copy_vault_arn, "backup", EXAMPLE_VAULT)
    if parts is not None:
        if given.copy_region is not None and given.copy_region != parts[0]:
            component.refuse("copy_region", given.copy_region, f"copy_vault_arn is in {parts[0]}", "Leave one of them out.")
        if parts[0] == home:
            component.refuse(
                "copy_vault_arn", given.copy_vault_arn, f"the vault itself is in {home}", "A copy beside the original is lost with it."
            )
    wanted = True if given.copy is None and given.copy_vault_arn is not None else given.copy
    region = second_region(component, KINDS, "copy", wanted, "copy_region", parts[0] if parts else given.copy_region)
    if region is None or given.copy_vault_arn is not None:
        for field in ("copy_kms_key", *(() if region else ("copy_retention_days", "copy_vault_arn"))):
            value = getattr(given, field)
            if value is not None:
                bound = "no vault is made for copies here"
                component.refuse(field, value if isinstance(value, str | int) else "an output", bound, "Leave it out.")
    return region


def cron(plan: VaultPlan) -> str:
    """The schedule of the plan's rules, in UTC."""
    step = plan.every_hours
    hours = str(plan.start_hour) if step == DAY_HOURS else f"{plan.start_hour % step}/{step}"
    return f"cron(0 {hours} ? * * *)"


def rules(plan: VaultPlan, vault: Any, copy_to: Any, tags: Mapping[str, str], *, continuous: bool) -> list[dict[str, Any]]:
    """The daily rule, and the one that keeps what is between two of its backups."""
    cold = {"cold_storage_after": plan.cold_days} if plan.cold_days is not None else {}
    common = {
        "target_vault_name": vault,
        "schedule": cron(plan),
        "schedule_expression_timezone": "Etc/UTC",
        "start_window": plan.start_window,
        "completion_window": plan.completion_window,
        "recovery_point_tags": dict(tags),
    }
    daily: dict[str, Any] = {"rule_name": "snapshots", **common, "lifecycle": {**cold, "delete_after": plan.retention_days}}
    if copy_to is not None:
        daily["copy_actions"] = [{"destination_vault_arn": copy_to, "lifecycle": {**cold, "delete_after": plan.copy_days}}]
    if not continuous:
        return [daily]
    held = {"delete_after": plan.continuous_days}
    return [daily, {"rule_name": "continuous", **common, "enable_continuous_backup": True, "lifecycle": held}]

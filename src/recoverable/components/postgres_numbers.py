"""How long backups of a Postgres are kept and how far back it can be restored, on each cloud.

Limits: RDS and Aurora keep automated backups, and AWS Backup continuous ones, 35 days at most
(https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupRetention.html); Cloud SQL keeps 365
daily backups (https://cloud.google.com/sql/docs/postgres/backup-recovery/backups) and transaction logs 7 days, 35 on Enterprise Plus
(https://cloud.google.com/sql/docs/postgres/backup-recovery/pitr).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from recoverable.components.base import Component
from recoverable.components.bucket_checks import demands_of, whole
from recoverable.components.postgres_plan import NAMES, PostgresEngine

if TYPE_CHECKING:
    from recoverable.components.postgres import PostgresArgs

AWS_DAYS = 35
GOOGLE_BACKUPS = 365
LOG_DAYS = {"ENTERPRISE": 7, "ENTERPRISE_PLUS": 35}
EDITIONS = {"ENTERPRISE": "Enterprise", "ENTERPRISE_PLUS": "Enterprise Plus"}


@dataclass(frozen=True)
class Kept:
    """``native`` is what the database keeps itself (None: AWS Backup owns it), ``days`` what all mechanisms keep together."""

    native: int | None
    days: int
    pitr: int
    by_plan: bool


def asked_retention(component: Component, kind: str, given: int | None) -> int:
    """The retention that is asked for or demanded, before any limit of a provider."""
    need = demands_of(component, kind).backup_retention_days
    if given is None:
        return need.value
    days = whole(component, "retention_days", given, 0, 3650, "Backups are kept for a number of days.")
    if days < need.value:
        component.refuse(
            "retention_days",
            days,
            f"{component.policy.tier} demands at least {need.value} days ({need.source})",
            "Without backups nothing can be restored." if days == 0 else "A fault found later than that cannot be undone.",
        )
    return days


def asked_window(component: Component, kind: str, given: int | None) -> int:
    """The recovery window that is asked for or demanded, before any limit of a provider."""
    need = demands_of(component, kind).pitr_window_days
    if given is None:
        return need.value
    days = whole(component, "pitr_window_days", given, 0, 365, "Point-in-time recovery reaches back a number of days.")
    if days < need.value:
        component.refuse(
            "pitr_window_days",
            days,
            f"{component.policy.tier} demands at least {need.value} days ({need.source})",
            "What is noticed later can only be restored to the last daily backup.",
        )
    return days


def _because(component: Component, kind: str, setting: str, given: int | None, days: int) -> str:
    """Who wants a number that the provider cannot keep."""
    if given is not None:
        return f"It asks for {days}."
    return f"{component.policy.tier} demands {days} days ({getattr(demands_of(component, kind), setting).source})."


def _at_most(component: Component, kind: str, field: str, days: int) -> None:
    """Refuse more than the standard's longest retention."""
    most = demands_of(component, kind).backup_retention_days_max
    if most.value is not None and days > most.value:
        component.refuse(
            field,
            days,
            f"{component.policy.tier} allows {most.value} days at most ({most.source})",
            "Data that had to be deleted would live on.",
        )


def kept_by_aws(component: Component, kind: str, given: "PostgresArgs", engine: PostgresEngine, *, aws_backup: bool) -> Kept:
    """On RDS and Aurora the retention is the recovery window too; a BackupVault's plan may keep snapshots longer."""
    days = asked_retention(component, kind, given.retention_days)
    window = asked_window(component, kind, given.pitr_window_days)
    by_plan = aws_backup or bool(given.backup_plan)
    limit = f"{NAMES[engine]} keeps automated backups {AWS_DAYS} days at most"
    if window > AWS_DAYS:
        component.refuse(
            "pitr_window_days",
            window,
            limit if not aws_backup else f"AWS Backup keeps continuous backups {AWS_DAYS} days at most",
            _because(component, kind, "pitr_window_days", given.pitr_window_days, window) + " No mechanism reaches further back.",
        )
    if days > AWS_DAYS and not by_plan:
        component.refuse(
            "retention_days",
            days,
            limit,
            _because(component, kind, "backup_retention_days", given.retention_days, days)
            + " Let a BackupVault keep snapshots longer, and say so: backup_plan = True.",
        )
    period = min(max(days, window), AWS_DAYS)
    _at_most(component, kind, "retention_days" if days >= window else "pitr_window_days", max(days, window))
    return Kept(None if aws_backup else period, max(days, window), period, by_plan)


def kept_by_google(component: Component, kind: str, given: "PostgresArgs", edition: str) -> Kept:
    """On Cloud SQL daily backups are counted, and logs are kept for the window, which needs a backup at its beginning."""
    days = asked_retention(component, kind, given.retention_days)
    window = asked_window(component, kind, given.pitr_window_days)
    most = LOG_DAYS[edition]
    if window > most:
        better = ' edition = "ENTERPRISE_PLUS" keeps 35.' if edition == "ENTERPRISE" and window <= LOG_DAYS["ENTERPRISE_PLUS"] else ""
        component.refuse(
            "pitr_window_days",
            window,
            f"Cloud SQL {EDITIONS[edition]} edition keeps transaction logs {most} days at most",
            _because(component, kind, "pitr_window_days", given.pitr_window_days, window) + better,
        )
    if days > GOOGLE_BACKUPS:
        component.refuse(
            "retention_days",
            days,
            f"Cloud SQL keeps {GOOGLE_BACKUPS} automated backups at most, one a day",
            _because(component, kind, "backup_retention_days", given.retention_days, days),
        )
    _at_most(component, kind, "retention_days" if days >= window else "pitr_window_days", max(days, window))
    return Kept(max(days, window), max(days, window), window, by_plan=False)

"""A database keeps its backups longer than the standard's maximum."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Database
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, days, failed, passed, set_to
from recoverable.rules.registry.questions import is_original
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_NUMBER, aurora, rds, replica

MAXIMUM = "[environments.prod]\nbackup_retention_days_max = 31\n"

RULE = Rule(
    id="RCV003",
    name="retention-above-maximum",
    title="Backups are not kept longer than the maximum, where one is set",
    severity=Severity.MEDIUM,
    applies_to=Database,
    why="Data that had to be deleted lives on in backups, and storage grows without end.",
    facts=(
        (
            "The standard has no maximum unless backup_retention_days_max is set; RDS itself stops at 35 days.",
            "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupRetention.html",
        ),
    ),
    examples=(
        good(rds("backup_retention_period = 30"), standard=MAXIMUM),
        bad(rds("backup_retention_period = 35"), standard=MAXIMUM),
        good(rds(), "absent", standard=MAXIMUM),
        good(aurora(), "default", standard=MAXIMUM),
        unsure(LATER + rds(f"backup_retention_period = {UNKNOWN_NUMBER}"), subject="aws_db_instance.orders", standard=MAXIMUM),
        good(rds("backup_retention_period = 31") + replica("backup_retention_period = 35"), standard=MAXIMUM),
        bad(rds("backup_retention_period = 32"), standard=MAXIMUM),
    ),
    demand="backup_retention_days_max",
)


def check(database: Database, context: Context) -> Iterator[Answer]:
    """Asked only where the standard sets a maximum."""
    most = context.demands.backup_retention_days_max.value
    if most is None or "retention" not in database.features or not is_original(database):
        return
    value, wanted = database.retention_days, f"at most {most} days"
    if value.unknown:
        yield cannot_tell("How long backups are kept", value, wanted)
    elif value.known and (value.data or 0) > most:
        yield failed(
            f"backups are kept {days(value)}, the standard allows {most} at most",
            value,
            found=days(value),
            wanted=wanted,
            fix=set_to(value, str(most)),
        )
    else:
        yield passed(f"backups are kept {days(value)}", value, days(value), wanted)

"""Point-in-time recovery does not reach back as far as the standard demands."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Database
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, days, failed, passed, say_origin, set_to
from recoverable.rules.registry.questions import is_original
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_FLAG, UNKNOWN_NUMBER, aurora, cloudsql, neon, rds

RULE = Rule(
    id="RCV005",
    name="pitr-window-too-short",
    title="The point-in-time recovery window is as long as the standard demands",
    severity=Severity.HIGH,
    applies_to=Database,
    why="A corruption that is found after the window has moved on can only be undone to a daily snapshot.",
    facts=(
        (
            "Cloud SQL keeps transaction logs 1 to 7 days (Enterprise) or 1 to 35 (Enterprise Plus); Neon keeps history 7 days on Launch and 30 on Scale.",
            "https://cloud.google.com/sql/docs/postgres/backup-recovery/pitr",
        ),
        (
            "The window of RDS is its backup retention.",
            "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html",
        ),
    ),
    examples=(
        good(rds("backup_retention_period = 7")),
        bad(rds("backup_retention_period = 6")),
        bad(aurora(), "default"),
        bad(aurora("backup_retention_period = null"), "absent"),
        unsure(LATER + rds(f"backup_retention_period = {UNKNOWN_NUMBER}"), subject="aws_db_instance.orders"),
        good(cloudsql("backup_configuration {\n  enabled = true\n  point_in_time_recovery_enabled = true\n}"), "default"),
        bad(
            cloudsql(
                "backup_configuration {\n  enabled = true\n  point_in_time_recovery_enabled = true\n  transaction_log_retention_days = 3\n}"
            )
        ),
        good(neon("history_retention_seconds = 604800")),
        bad(neon("history_retention_seconds = 86400")),
        bad(neon(), "absent"),
        good(rds("backup_retention_period = 7") + rds("backup_retention_period = 0", name="scratch")),
        unsure(
            LATER
            + cloudsql(
                f"backup_configuration {{\n  enabled = true\n  point_in_time_recovery_enabled = {UNKNOWN_FLAG}\n  transaction_log_retention_days = 3\n}}"
            ),
            subject="google_sql_database_instance.orders",
        ),
    ),
    demand="pitr_window_days",
)


def check(database: Database, context: Context) -> Iterator[Answer]:
    """Asked where point-in-time recovery is on, or may be; without it ``pitr-disabled`` fails."""
    if "pitr" not in database.features or not is_original(database) or database.pitr.is_false:
        return
    need = context.demands.pitr_window_days.value
    value, wanted = database.pitr_days, f"at least {need} days"
    if value.known and (value.data or 0) >= need:
        if database.pitr.unknown:
            return
        yield passed(f"point-in-time recovery reaches back {days(value)}", value, days(value), wanted)
    elif not value.known or database.pitr.unknown:
        yield cannot_tell("How far back point-in-time recovery reaches", value if value.unknown else database.pitr, wanted)
    else:
        limit = database.pitr_limit_days
        beyond = f"; {database.pitr_limit_note}" if limit is not None and limit < need else ""
        fix = database.fixes.get("pitr-window", "").format(need=need) or set_to(value, str(need))
        yield failed(
            f"point-in-time recovery reaches back {days(value)}{say_origin(value)}, the standard demands {need}{beyond}",
            value,
            found=days(value),
            wanted=wanted,
            fix=fix,
        )

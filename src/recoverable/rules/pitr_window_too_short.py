"""Point-in-time recovery does not reach back as far as the standard demands."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Database
from recoverable.model.finding import Answer, Severity
from recoverable.model.values import Value
from recoverable.rules.registry.answers import cannot_tell, days, failed, passed, say_origin, set_to, unsure_because
from recoverable.rules.registry.backup_samples import kept, plan, rule, selection
from recoverable.rules.registry.plan_questions import CONTINUOUS_MINUTES
from recoverable.rules.registry.questions import is_original
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_FLAG, UNKNOWN_NUMBER, aurora, cloudsql, neon, rds, replica


def continuous(days: object) -> str:
    """A plan that keeps continuous backups so long, in the examples."""
    return plan(rule(kept(days) + "\nenable_continuous_backup = true"))


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
        good(aurora() + continuous(35) + selection("resources = [aws_rds_cluster.orders.arn]"), subject="aws_rds_cluster.orders"),
        good(rds() + continuous(7) + selection("resources = [aws_db_instance.orders.arn]"), subject="aws_db_instance.orders"),
        bad(rds() + continuous(6) + selection("resources = [aws_db_instance.orders.arn]"), subject="aws_db_instance.orders"),
        unsure(
            LATER + aurora() + continuous(UNKNOWN_NUMBER) + selection("resources = [aws_rds_cluster.orders.arn]"),
            subject="aws_rds_cluster.orders",
        ),
        unsure(
            aurora() + plan(rule("enable_continuous_backup = true")) + selection("resources = [aws_rds_cluster.orders.arn]"),
            subject="aws_rds_cluster.orders",
        ),
        unsure(
            aurora()
            + plan(rule("enable_continuous_backup = true"), rule(kept(6) + "\nenable_continuous_backup = true"))
            + selection("resources = [aws_rds_cluster.orders.arn]"),
            subject="aws_rds_cluster.orders",
        ),
        bad(
            rds("backup_retention_period = 6") + plan(rule(kept(30))) + selection("resources = [aws_db_instance.orders.arn]"),
            subject="aws_db_instance.orders",
        ),
        good(rds("backup_retention_period = 7") + replica("backup_retention_period = 1")),
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
    """Asked where point-in-time recovery is on, or may be; without it ``pitr-disabled`` fails.

    Continuous backups of a plan count as they do there: the longer window is the one that a restore can use.
    """
    if "pitr" not in database.features or not is_original(database):
        return
    need = context.demands.pitr_window_days.value
    planned = windows(database)
    if planned and not long_enough(database.pitr_days, need):
        yield by_plan(planned, need)
        return
    if database.pitr.is_false:
        return
    value, wanted = database.pitr_days, f"at least {need} days"
    if long_enough(value, need):
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


def windows(database: Database) -> list[Value[int]]:
    """How long the plans that select a database keep continuous backups, where AWS Backup has them for its kind."""
    return [rule.delete_days for rule in database.plans if rule.continuous.is_true and database.kind in CONTINUOUS_MINUTES]


def long_enough(window: Value[int], need: int) -> bool:
    """Whether a window is known to reach back so many days."""
    return window.known and (window.data or 0) >= need


def by_plan(planned: list[Value[int]], need: int) -> Answer:
    """The answer where continuous backups of a plan have to carry the window."""
    wanted = f"at least {need} days"
    enough = next((each for each in planned if long_enough(each, need)), None)
    if enough:
        return passed(f"continuous backups of a plan reach back {days(enough)}", enough, days(enough), wanted)
    doubt = next((each for each in planned if each.unknown), None)
    if doubt:
        return cannot_tell("How far back continuous backups reach", doubt, wanted)
    if any(each.absent for each in planned):
        return unsure_because(
            "how far back continuous backups reach is not written", "a lifecycle without delete_after", planned[0], wanted
        )
    longest = max(planned, key=lambda each: each.data or 0)
    return failed(
        f"continuous backups reach back {days(longest)}, the standard demands {need}",
        longest,
        found=days(longest),
        wanted=wanted,
        fix=set_to(longest, str(need)),
    )

"""A database cannot be restored to a point in time."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Database
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import passed, set_to, unsure_because
from recoverable.rules.registry.backup_samples import kept, plan, rule, selection
from recoverable.rules.registry.plan_questions import CONTINUOUS_MINUTES
from recoverable.rules.registry.questions import is_original, must_be_on
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_FLAG, UNKNOWN_NUMBER, aurora, cloudsql, rds, replica
from recoverable.rules.registry.store_samples import dynamodb, pitr

CONTINUOUS = plan(rule(kept(35) + "\nenable_continuous_backup = true"))

RULE = Rule(
    id="RCV004",
    name="pitr-disabled",
    title="Point-in-time recovery is on",
    severity=Severity.HIGH,
    applies_to=Database,
    why="With daily snapshots alone a mistake at noon costs half a day of data.",
    facts=(
        (
            "RDS has point-in-time recovery whenever automated backups are on (retention above 0).",
            "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html",
        ),
        (
            "Cloud SQL needs point_in_time_recovery_enabled (PostgreSQL, SQL Server) or binary_log_enabled (MySQL) beside backups.",
            "https://cloud.google.com/sql/docs/postgres/backup-recovery/pitr",
        ),
    ),
    examples=(
        good(rds("backup_retention_period = 30")),
        bad(rds("backup_retention_period = 0")),
        bad(rds(), "absent"),
        good(aurora(), "default"),
        unsure(LATER + rds(f"backup_retention_period = {UNKNOWN_NUMBER}"), subject="aws_db_instance.orders"),
        good(cloudsql("backup_configuration {\n  enabled = true\n  point_in_time_recovery_enabled = true\n}")),
        bad(cloudsql("backup_configuration {\n  enabled = true\n}"), "default"),
        bad(cloudsql("backup_configuration {\n  enabled = true\n  point_in_time_recovery_enabled = false\n}")),
        good(dynamodb(pitr())),
        bad(dynamodb(pitr("false"))),
        bad(dynamodb(), "absent"),
        bad(dynamodb('dynamic "point_in_time_recovery" {\n  for_each = toset([])\n  content {\n    enabled = true\n  }\n}'), "other"),
        unsure(LATER + dynamodb(pitr(UNKNOWN_FLAG)), subject="aws_dynamodb_table.orders"),
        good(rds("backup_retention_period = 30") + replica()),
        good(rds() + CONTINUOUS + selection("resources = [aws_db_instance.orders.arn]"), subject="aws_db_instance.orders"),
        unsure(LATER + rds() + CONTINUOUS + selection("resources = [terraform_data.later.id]"), subject="aws_db_instance.orders"),
        bad(LATER + dynamodb() + CONTINUOUS + selection("resources = [terraform_data.later.id]"), subject="aws_dynamodb_table.orders"),
        bad(dynamodb() + CONTINUOUS + selection("resources = [aws_dynamodb_table.orders.arn]"), subject="aws_dynamodb_table.orders"),
    ),
)


def check(database: Database, context: Context) -> Iterator[Answer]:
    """Continuous backups of a plan count, where AWS Backup or Google's service has them for this kind of database."""
    if "pitr" not in database.features or not is_original(database):
        return
    if not database.pitr.is_true and database.kind in CONTINUOUS_MINUTES and any(rule.continuous.is_true for rule in database.plans):
        yield passed("a backup plan takes continuous backups", database.pitr, found="continuous backups", wanted="on")
        return
    if database.pitr.is_false and database.kind in CONTINUOUS_MINUTES and database.plans_unknown:
        yield unsure_because(
            "whether a plan with continuous backups selects it cannot be known before apply", database.plans_unknown, database.pitr, "on"
        )
        return
    yield must_be_on(
        database.pitr,
        "point-in-time recovery",
        "everything since the last snapshot would be lost",
        fix=database.fixes.get("pitr")
        or set_to(
            database.pitr,
            "true" if database.pitr.path != database.retention_days.path else str(context.demands.backup_retention_days.value),
        ),
    )

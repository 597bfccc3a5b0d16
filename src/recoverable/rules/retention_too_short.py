"""A store keeps its backups for less time than its environment demands."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Database
from recoverable.model.finding import Answer, Severity
from recoverable.model.values import Value, unknown
from recoverable.rules.registry.answers import cannot_tell, days, failed, passed, say_origin, set_to
from recoverable.rules.registry.backup_samples import kept, plan, rule, selection
from recoverable.rules.registry.questions import is_original
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import rds, replica
from recoverable.rules.registry.store_samples import docdb, dynamodb, elasticache, pitr

DB = 'resource "aws_db_instance" "orders" {{\n  engine = "postgres"\n  instance_class = "db.r6g.large"\n{0}  tags = {{ environment = "{1}" }}\n}}'
SQL = (
    'resource "google_sql_database_instance" "orders" {{\n  database_version = "POSTGRES_16"\n  settings {{\n    tier = "db-custom-2-8192"\n'
    '    user_labels = {{ environment = "{1}" }}\n    backup_configuration {{\n      enabled = true\n{0}    }}\n  }}\n}}'
)
CHOSEN = selection("resources = [aws_db_instance.orders.arn]")

RULE = Rule(
    id="RCV002",
    name="retention-too-short",
    title="Backups are kept as long as the environment demands",
    severity=Severity.HIGH,
    applies_to=Database,
    why="A fault that is noticed after the oldest backup was deleted cannot be undone.",
    facts=(
        (
            "RDS keeps automated backups 0 to 35 days; longer retention needs snapshots or AWS Backup.",
            "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupRetention.html",
        ),
        (
            "retained_backups of Cloud SQL is a count: 7 by default, which is 7 days at one backup a day.",
            "https://cloud.google.com/sql/docs/postgres/backup-recovery/backups",
        ),
        (
            "Neon keeps history up to 7 days on Launch and 30 on Scale.",
            "https://neon.com/docs/introduction/history-window",
        ),
    ),
    examples=(
        good(DB.format("  backup_retention_period = 30\n", "prod")),
        bad(DB.format("  backup_retention_period = 29\n", "prod")),
        good(DB.format("  backup_retention_period = 21\n", "staging")),
        bad(DB.format("  backup_retention_period = 13\n", "dev")),
        bad('resource "aws_rds_cluster" "orders" {\n  engine = "aurora-postgresql"\n}', "default"),
        bad(
            'resource "aws_rds_cluster" "orders" {\n  engine = "aurora-postgresql"\n  backup_retention_period = null\n}',
            "absent",
        ),
        unsure(
            'resource "terraform_data" "days" {}\n\n' + DB.format("  backup_retention_period = length(terraform_data.days.id)\n", "prod"),
            subject="aws_db_instance.orders",
        ),
        good(SQL.format("      backup_retention_settings {\n        retained_backups = 30\n      }\n", "prod")),
        bad(SQL.format("", "prod"), "default"),
        good(dynamodb(pitr()), "default"),
        bad(dynamodb(pitr(more="recovery_period_in_days = 7"))),
        bad(docdb(), "default"),
        good(elasticache("snapshot_retention_limit = 30")),
        bad(elasticache("snapshot_retention_limit = 1")),
        good(rds("backup_retention_period = 30") + replica("backup_retention_period = 1")),
        good(rds("backup_retention_period = 7") + plan(rule(kept(30))) + CHOSEN, subject="aws_db_instance.orders"),
        bad(rds("backup_retention_period = 7") + plan(rule(kept(29))) + CHOSEN, subject="aws_db_instance.orders"),
    ),
    demand="backup_retention_days",
)


def check(database: Database, context: Context) -> Iterator[Answer]:
    """Asked of every database that has backups; those without fail ``backups-disabled``."""
    if "retention" not in database.features or not is_original(database):
        return
    need = context.demands.backup_retention_days.value
    wanted = f"at least {need} days"
    covered = [
        rule for rule in database.plans if rule.delete_days.absent or (rule.delete_days.known and (rule.delete_days.data or 0) >= need)
    ]
    value = database.retention_days
    if value.known and (value.data or 0) >= need:
        yield passed(f"backups are kept {days(value)}", value, days(value), wanted)
    elif covered:
        rule = covered[0]
        kept = days(rule.delete_days) if rule.delete_days.known else "without end"
        yield passed(f"backup plan {rule.plan} keeps its backups {kept}", rule.delete_days, kept, wanted)
    elif value.unknown or database.backups.unknown:
        yield cannot_tell("How long backups are kept", value if value.unknown else database.backups, wanted)
    elif database.plans_unknown:
        yield cannot_tell("Whether a backup plan keeps backups long enough", _doubt(database), wanted)
    elif open_ended := next((rule.delete_days for rule in database.plans if rule.delete_days.unknown), None):
        yield cannot_tell("Whether a backup plan keeps backups long enough", open_ended, wanted)
    elif not database.backups.is_false:
        yield failed(_message(database, need), value, found=days(value), wanted=wanted, fix=_fix(database, need))


def _doubt(database: Database) -> Value[bool]:
    return unknown(database.plans_unknown, "", database.where)


def _message(database: Database, need: int) -> str:
    value = database.retention_days
    limit = database.limit_days
    beyond = f"; {database.limit_note}, so a second mechanism must keep the rest" if limit is not None and limit < need else ""
    return f"backups are kept {days(value)}{say_origin(value)}, the standard demands {need}{beyond}"


def _fix(database: Database, need: int) -> str:
    limit = database.limit_days
    if limit is not None and limit < need:
        return f"Add a backup plan that keeps backups {need} days ({database.limit_note})."
    return database.fixes.get("retention", "").format(need=need) or set_to(database.retention_days, str(need))

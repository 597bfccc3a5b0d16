"""A database keeps no automated backups at all."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Database
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, days, failed, passed, say_origin, set_to, unsure_because
from recoverable.rules.registry.backup_samples import plan, selection
from recoverable.rules.registry.questions import is_original
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, rds, replica
from recoverable.rules.registry.store_samples import dynamodb, pitr

RULE = Rule(
    id="RCV001",
    name="backups-disabled",
    title="The database has automated backups",
    severity=Severity.CRITICAL,
    applies_to=Database,
    why="Without automated backups nothing can be restored: neither yesterday's data nor the minute before a mistake.",
    facts=(
        (
            "backup_retention_period of aws_db_instance defaults to 0, which turns automated backups off; aws_rds_cluster defaults to 1.",
            "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance",
        ),
        (
            "A Cloud SQL instance has no automated backups unless backup_configuration.enabled is true.",
            "https://cloud.google.com/sql/docs/postgres/backup-recovery/backups",
        ),
    ),
    examples=(
        good(
            'resource "aws_db_instance" "orders" {\n  engine = "postgres"\n  instance_class = "db.r6g.large"\n  backup_retention_period = 30\n}'
        ),
        bad(
            'resource "aws_db_instance" "orders" {\n  engine = "postgres"\n  instance_class = "db.r6g.large"\n  backup_retention_period = 0\n}'
        ),
        bad('resource "aws_db_instance" "orders" {\n  engine = "postgres"\n  instance_class = "db.r6g.large"\n}', "absent"),
        good('resource "aws_rds_cluster" "orders" {\n  engine = "aurora-postgresql"\n}', "default"),
        unsure(
            'resource "terraform_data" "days" {}\n\n'
            'resource "aws_db_instance" "orders" {\n  engine = "postgres"\n  instance_class = "db.r6g.large"\n'
            "  backup_retention_period = length(terraform_data.days.id)\n}",
            subject="aws_db_instance.orders",
        ),
        good(
            'resource "google_sql_database_instance" "orders" {\n  database_version = "POSTGRES_16"\n  settings {\n    tier = "db-custom-2-8192"\n'
            "    backup_configuration {\n      enabled = true\n    }\n  }\n}"
        ),
        bad(
            'resource "google_sql_database_instance" "orders" {\n  database_version = "POSTGRES_16"\n  settings {\n    tier = "db-custom-2-8192"\n  }\n}',
            "absent",
        ),
        good(dynamodb(pitr())),
        bad(dynamodb(), "absent"),
        good(rds("backup_retention_period = 30") + replica()),
        good(rds() + plan() + selection("resources = [aws_db_instance.orders.arn]")),
        unsure(LATER + rds() + plan() + selection("resources = [terraform_data.later.id]"), subject="aws_db_instance.orders"),
    ),
)


def check(database: Database, context: Context) -> Iterator[Answer]:
    """Replicas and members of a cluster are backed up through their source; a cache holds nothing that has to be."""
    if "retention" not in database.features or not is_original(database):
        return
    value = database.backups
    if value.unknown:
        yield cannot_tell("Whether it is backed up", value)
    elif value.is_false and not database.plans and database.plans_unknown:
        yield unsure_because("whether a backup plan selects it cannot be known before apply", database.plans_unknown, value)
    elif value.is_false and not database.plans:
        need = context.demands.backup_retention_days.value
        yield failed(
            f"no automated backups are kept{say_origin(value)}: nothing can be restored",
            value,
            found=days(database.retention_days) if database.retention_days.known else "off",
            wanted=f"automated backups, kept at least {need} days",
            fix=database.fixes.get("backups") or set_to(value, str(need)),
        )
    else:
        by = f" by backup plan {database.plans[0].plan}" if value.is_false else ""
        yield passed(f"automated backups are on{by}", value)

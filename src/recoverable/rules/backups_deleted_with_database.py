"""A database's automated backups are deleted together with it."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Database
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.questions import is_original, must_be_off, severity_here
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_FLAG, aurora, rds

RULE = Rule(
    id="RCV010",
    name="backups-deleted-with-database",
    title="Automated backups outlive the database",
    severity=Severity.MEDIUM,
    applies_to=Database,
    why="A deletion is the very fault backups are for; here it deletes them too.",
    facts=(
        (
            "delete_automated_backups defaults to true: point-in-time recovery ends with the instance.",
            "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance",
        ),
        (
            "Cloud SQL deletes backups with the instance unless retain_backups_on_delete is set.",
            "https://cloud.google.com/sql/docs/postgres/backup-recovery/backups",
        ),
    ),
    examples=(
        good(rds("backup_retention_period = 30\ndelete_automated_backups = false")),
        bad(rds("backup_retention_period = 30\ndelete_automated_backups = true")),
        bad(rds("backup_retention_period = 30"), "absent"),
        bad(aurora(), "default"),
        unsure(LATER + rds(f"backup_retention_period = 30\ndelete_automated_backups = {UNKNOWN_FLAG}"), subject="aws_db_instance.orders"),
        good(rds("backup_retention_period = 30\ndelete_automated_backups = false") + rds(name="scratch")),
    ),
)


def check(database: Database, context: Context) -> Iterator[Answer]:
    """Not asked where there are no backups that could die."""
    if "backups-die" not in database.features or not is_original(database) or database.backups.is_false:
        return
    yield must_be_off(
        database.backups_die_with_store,
        "deletion of backups together with the database",
        "after a deletion nothing is left to restore from",
        fix=database.fixes.get("backups-die", ""),
        severity=severity_here(context, RULE.severity),
    )

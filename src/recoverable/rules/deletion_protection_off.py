"""A database can be deleted by one call."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Database
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.questions import is_original, must_be_on, severity_here
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_FLAG, cloudsql, rds, replica

RULE = Rule(
    id="RCV009",
    name="deletion-protection-off",
    title="Deletion protection is on",
    severity=Severity.MEDIUM,
    applies_to=Database,
    why="One wrong destroy, or one replaced resource, takes the database and often its backups with it.",
    facts=(
        (
            "deletion_protection defaults to false for RDS instances and clusters; Cloud SQL's provider-side one defaults to true.",
            "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance",
        ),
    ),
    examples=(
        good(rds("deletion_protection = true")),
        bad(rds("deletion_protection = false")),
        bad(rds(), "absent"),
        good(cloudsql(), "default"),
        unsure(LATER + rds(f"deletion_protection = {UNKNOWN_FLAG}"), subject="aws_db_instance.orders"),
        good(rds("deletion_protection = true") + replica()),
        bad(rds("deletion_protection = false", "dev")),
    ),
)


def check(database: Database, context: Context) -> Iterator[Answer]:
    """Low outside production, where stores come and go."""
    if "deletion-protection" not in database.features or not is_original(database):
        return
    yield must_be_on(
        database.deletion_protection,
        "deletion protection",
        "one wrong destroy removes the database",
        severity=severity_here(context, RULE.severity),
    )

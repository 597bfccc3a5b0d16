"""A database and its snapshots are not encrypted at rest."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Database
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.questions import must_be_on
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_FLAG, cloudsql, rds, replica

RULE = Rule(
    id="RCV007",
    name="database-unencrypted",
    title="The database and its snapshots are encrypted at rest",
    severity=Severity.HIGH,
    applies_to=Database,
    why="Whoever gets hold of a snapshot or disk has the data.",
    facts=(
        (
            "storage_encrypted defaults to false for RDS instances and provisioned clusters, and snapshots inherit it.",
            "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance",
        ),
    ),
    examples=(
        good(rds("storage_encrypted = true")),
        bad(rds("storage_encrypted = false")),
        bad(rds(), "absent"),
        good(cloudsql(), "default"),
        unsure(LATER + rds(f"storage_encrypted = {UNKNOWN_FLAG}"), subject="aws_db_instance.orders"),
        good(rds("storage_encrypted = true") + replica()),
    ),
)


def check(database: Database, context: Context) -> Iterator[Answer]:
    """A read replica in the same region takes its source's encryption over; it is not asked."""
    if "encryption" not in database.features or database.role in ("read-replica", "cluster-member"):
        return
    yield must_be_on(
        database.encrypted,
        "encryption at rest",
        "snapshots and disks can be read by whoever gets hold of them",
        fix=database.fixes.get("encryption", ""),
    )

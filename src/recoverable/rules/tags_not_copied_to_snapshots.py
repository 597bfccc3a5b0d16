"""Snapshots of a database do not carry its tags."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Database
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.questions import is_original, must_be_on
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_FLAG, aurora, rds, replica

RULE = Rule(
    id="RCV012",
    name="tags-not-copied-to-snapshots",
    title="Snapshots carry the database's tags",
    severity=Severity.LOW,
    applies_to=Database,
    why="A snapshot without tags is found by no backup selection, no cost report and no restore test.",
    facts=(
        (
            "copy_tags_to_snapshot defaults to false.",
            "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance",
        ),
    ),
    examples=(
        good(rds("copy_tags_to_snapshot = true")),
        bad(rds("copy_tags_to_snapshot = false")),
        bad(rds(), "absent"),
        bad(aurora(), "default"),
        unsure(LATER + rds(f"copy_tags_to_snapshot = {UNKNOWN_FLAG}"), subject="aws_db_instance.orders"),
        good(rds("copy_tags_to_snapshot = true") + replica()),
    ),
)


def check(database: Database, context: Context) -> Iterator[Answer]:
    """Only where the kind of database has such a switch."""
    if "copy-tags" not in database.features or not is_original(database):
        return
    yield must_be_on(database.copy_tags, "copying tags to snapshots", "snapshots lose environment and owner")

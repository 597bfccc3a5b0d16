"""A database runs in one zone where the standard demands several."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Database
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.questions import is_original, must_be_on
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_FLAG, aurora, rds

RULE = Rule(
    id="RCV014",
    name="single-zone",
    title="The database spans several zones, where the standard demands it",
    severity=Severity.MEDIUM,
    applies_to=Database,
    why="The loss of one zone then means a restore, and its RTO, instead of a failover.",
    facts=(
        (
            "multi_az defaults to false; Aurora storage always spans three zones.",
            "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZ.html",
        ),
        (
            "availability_type of Cloud SQL defaults to ZONAL.",
            "https://cloud.google.com/sql/docs/postgres/high-availability",
        ),
    ),
    examples=(
        good(rds("multi_az = true")),
        bad(rds("multi_az = false")),
        bad(rds(), "absent"),
        good(aurora(), "default"),
        unsure(LATER + rds(f"multi_az = {UNKNOWN_FLAG}"), subject="aws_db_instance.orders"),
        good(rds("multi_az = true") + rds(environment="dev", name="scratch")),
    ),
    demand="multi_zone",
)


def check(database: Database, context: Context) -> Iterator[Answer]:
    """Asked where the standard has multi_zone on (prod by default)."""
    if not context.demands.multi_zone.value or "multi-zone" not in database.features or not is_original(database):
        return
    yield must_be_on(
        database.multi_zone, "running in several zones", "the loss of one zone means a restore", fix=database.fixes.get("multi-zone", "")
    )

"""No final snapshot is taken, or it has no name, when a database is destroyed."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Database
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, failed, passed, say_origin
from recoverable.rules.registry.questions import is_original, severity_here
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_FLAG, aurora, rds

RULE = Rule(
    id="RCV011",
    name="final-snapshot-skipped",
    title="A final snapshot is taken when the database is destroyed",
    severity=Severity.MEDIUM,
    applies_to=Database,
    why="The final snapshot is the last state of a database that is destroyed; without a name the destroy fails half-way.",
    facts=(
        (
            "skip_final_snapshot defaults to false, and then final_snapshot_identifier is required at destroy.",
            "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance",
        ),
    ),
    examples=(
        good(rds('skip_final_snapshot = false\nfinal_snapshot_identifier = "orders-final"')),
        bad(rds("skip_final_snapshot = true")),
        bad(rds(), "absent"),
        bad(aurora(), "default"),
        unsure(LATER + rds(f"skip_final_snapshot = {UNKNOWN_FLAG}"), subject="aws_db_instance.orders"),
    ),
)


def check(database: Database, context: Context) -> Iterator[Answer]:
   """An unnamed snapshot is a defect of its own: the destroy stops with an error."""
   if "final-snapshot" not in database.features or not is_original(database):
       return
   value, name = database.final_snapshot, database.final_snapshot_name
   severity, fix = severity_here(context, RULE.severity), database.fixes.get("final-snapshot", "")
   if value.unknown:
       yield cannot_tell("Whether a final snapshot is taken", value, "a named final snapshot")
   elif value.is_false:
       yield failed(f"no final snapshot is taken{say_origin(value)}: a destroy leaves nothing", value, found="skipped", wanted="a named final snapshot", fix=fix, severity=severity)
   elif "final-snapshot-name" in database.features and name.absent:
       yield failed(
           "the final snapshot has no name: the destroy fails, and is then repeated with the snapshot skipped",
           name, found="no name", wanted="a named final snapshot", fix=fix, severity=Severity.LOW,
       )
   else:
       yield passed("a final snapshot is taken", value, found="taken", wanted="a named final snapshot")

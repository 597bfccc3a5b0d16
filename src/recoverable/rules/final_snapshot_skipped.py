"""No final snapshot is taken, or it has no name, when a database or file system is destroyed."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Database, Store, Volume
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, failed, passed, say_origin
from recoverable.rules.registry.questions import is_original, severity_here
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_FLAG, aurora, cloudsql, rds, replica
from recoverable.rules.registry.store_samples import docdb, fsx_windows

RULE = Rule(
    id="RCV011",
    name="final-snapshot-skipped",
    title="A final snapshot is taken when the store is destroyed",
    severity=Severity.MEDIUM,
    applies_to=Store,
    why="The final snapshot is the last state of a store that is destroyed; without a name the destroy fails half-way.",
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
        bad(docdb("skip_final_snapshot = true")),
        good(fsx_windows(), "default"),
        bad(fsx_windows("skip_final_backup = true")),
        good(rds('skip_final_snapshot = false\nfinal_snapshot_identifier = "orders-final"') + replica()),
        good(cloudsql("final_backup_config {\n  enabled = true\n}")),
    ),
)


def check(store: Store, context: Context) -> Iterator[Answer]:
    """An unnamed snapshot is a defect of its own: the destroy stops with an error. File systems of FSx take a final backup."""
    if not isinstance(store, (Database, Volume)) or "final-snapshot" not in store.features or not is_original(store):
        return
    value, what = store.final_snapshot, "a final backup" if isinstance(store, Volume) else "a final snapshot"
    named = isinstance(store, Database) and "final-snapshot-name" in store.features
    wanted = "a named final snapshot" if named else what
    severity, fix = severity_here(context, RULE.severity), store.fixes.get("final-snapshot", "")
    if value.unknown:
        yield cannot_tell(f"Whether {what} is taken", value, wanted)
    elif value.is_false:
        yield failed(
            f"no {what[2:]} is taken{say_origin(value)}: a destroy leaves nothing",
            value,
            found="skipped",
            wanted=wanted,
            fix=fix,
            severity=severity,
        )
    elif isinstance(store, Database) and named and store.final_snapshot_name.absent:
        yield failed(
            "the final snapshot has no name: the destroy fails, and is then repeated with the snapshot skipped",
            store.final_snapshot_name,
            found="no name",
            wanted=wanted,
            fix=fix,
            severity=Severity.LOW,
        )
    else:
        yield passed(f"{what} is taken", value, found="taken", wanted=wanted)

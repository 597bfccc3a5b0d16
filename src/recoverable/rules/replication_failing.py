"""Replication of a store to another place has stopped."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.finding import Answer, Severity
from recoverable.model.live import LiveStore
from recoverable.rules.registry.answers import failed, passed, unsure_because
from recoverable.rules.registry.live_samples import ONLY, live
from recoverable.rules.registry.questions import severity_here
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_FLAG, rds

KEPT = rds("backup_retention_period = 30")


def copy(status: str, fine: str) -> str:
    """The state of one copy."""
    return live(
        f'replication {{\n    target = "arn:aws:rds:eu-central-1:123456789012:db:copy"\n    status = "{status}"\n    fine = {fine}\n  }}'
    )


RULE = Rule(
    id="RCV206",
    name="replication-failing",
    title="Replication of the store runs",
    severity=Severity.HIGH,
    applies_to=LiveStore,
    why="A copy that stopped is as old as the day it stopped, and looks like a copy.",
    facts=(
        (
            "The status of a read replica is replicating, or error, stopped, terminated; Normal is false where it is in trouble.",
            "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstanceStatusInfo.html",
        ),
        (
            "S3 publishes failed operations and how far the target is behind, for replication rules that have metrics on.",
            "https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html",
        ),
    ),
    examples=(
        good(KEPT + copy("replicating", "true"), **ONLY),
        bad(KEPT + copy("error", "false"), **ONLY),
        bad(rds("backup_retention_period = 30", "dev") + copy("error", "false"), **ONLY),
        unsure(LATER + KEPT + copy("?", UNKNOWN_FLAG), **ONLY),
    ),
)


def check(live: LiveStore, context: Context) -> Iterator[Answer]:
    """One answer for each copy; a read replica tells of itself."""
    wanted = "running"
    for state in live.replication:
        if state.fine.unknown:
            yield unsure_because(f"whether the copy to {state.target} runs cannot be known", state.fine.note, wanted=wanted)
        elif state.fine.is_true:
            yield passed(f"the copy to {state.target} is {state.status}", state.fine, state.status, wanted)
        else:
            yield failed(
                f"the copy to {state.target} is {state.status}",
                state.fine,
                found=state.status,
                wanted=wanted,
                fix="See why it stopped; make the copy anew where its log is gone, or replicate failed objects again (S3 Batch Replication).",
                severity=severity_here(context, RULE.severity),
            )

"""A plan deletes a protected store."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from recoverable.model.estate import StoreChange
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import failed, passed
from recoverable.rules.registry.questions import severity_here
from recoverable.rules.registry.rule import Context, Rule, bad, good
from recoverable.rules.registry.samples import rds, s3, versioned

CHANGE: dict[str, Any] = {"only": ("plan", "preview"), "why_only": "code alone does not say what was there before"}

RULE = Rule(
    id="RCV130",
    name="protected-store-deleted",
    title="No protected store is deleted",
    severity=Severity.CRITICAL,
    applies_to=StoreChange,
    why="Deleting is the one change no later plan undoes; what the backups hold is then all there is.",
    facts=(
        (
            "A plan names every change with its actions; delete-only changes appear nowhere else.",
            "https://developer.hashicorp.com/terraform/internals/json-format",
        ),
    ),
    examples=(
        good(rds("backup_retention_period = 30"), before=rds("backup_retention_period = 20"), **CHANGE),
        bad("", before=rds("backup_retention_period = 30"), **CHANGE),
        bad("", before=s3(versioned()), case="other", subject="aws_s3_bucket.uploads", **CHANGE),
    ),
)


def check(store: StoreChange, context: Context) -> Iterator[Answer]:
    """Keys, vaults, plans and secrets are protected too. Forgetting (removed blocks) leaves the store, so it is low."""
    action = store.change.action
    if store.kind == "backup-selection":
        return
    what = store.kind.replace("-", " ")
    if action == "delete" or (store.after is None and action not in ("forget", "replace", "no-op", "update")):
        yield failed(
            f"the plan deletes this {what}",
            found="delete",
            wanted="no deletion",
            fix="Keep the resource, or take and test a final backup, then waive this with an expiry.",
            severity=severity_here(context, RULE.severity),
        )
    elif action == "forget":
        yield failed(
            f"the plan lets go of this {what}: it stays, but nothing manages its protection any more",
            found="forget",
            wanted="managed",
            fix="Say in a waiver who manages it now.",
            severity=Severity.LOW,
        )
    else:
        yield passed("it is not deleted", found=action)

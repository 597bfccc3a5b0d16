"""A plan replaces a protected store: it is destroyed and made anew, empty."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from recoverable.model.estate import StoreChange
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import failed, passed
from recoverable.rules.registry.questions import severity_here
from recoverable.rules.registry.rule import Context, Rule, bad, good
from recoverable.rules.registry.samples import rds

CHANGE: dict[str, Any] = {"only": ("plan", "preview"), "why_only": "code alone does not say what was there before"}

RULE = Rule(
    id="RCV131",
    name="protected-store-replaced",
    title="No protected store is replaced",
    severity=Severity.CRITICAL,
    applies_to=StoreChange,
    why="A replacement reads like a change and is a deletion: the new store starts empty.",
    facts=(
        (
            "storage_encrypted and kms_key_id of RDS cannot be changed in place; Terraform and Pulumi then replace the instance.",
            "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance",
        ),
    ),
    examples=(
        good(
            rds("storage_encrypted = true\nbackup_retention_period = 30"),
            before=rds("storage_encrypted = true\nbackup_retention_period = 20"),
            **CHANGE,
        ),
        bad(rds("storage_encrypted = true"), before=rds("storage_encrypted = false"), **CHANGE),
    ),
)


def check(store: StoreChange, context: Context) -> Iterator[Answer]:
    """Names the attributes that force it, where the input does."""
    what = store.kind.replace("-", " ")
    if store.change.action == "replace":
        because = f" because of {', '.join(store.change.reasons)}" if store.change.reasons else ""
        yield failed(
            f"the plan replaces this {what}{because}: the new one starts empty",
            found="replace",
            wanted="a change in place",
            fix="Restore a snapshot into a new store and move over, or keep the attribute that forces the replacement.",
            severity=severity_here(context, RULE.severity),
        )
    else:
        yield passed("it is not replaced", found=store.change.action)

"""The table that locks state has no point-in-time recovery or can be deleted by one call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from recoverable.model.estate import StateBackend
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, failed, passed
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_FLAG


def backend(kind: str, body: str, more: str = "") -> str:
    """A root module with a backend block and one bucket."""
    lines = "".join(f"    {line}\n" for line in body.strip().splitlines())
    return f'terraform {{\n  backend "{kind}" {{\n{lines}  }}\n}}\n\n' + more


TERRAFORM: dict[str, Any] = {"only": ("hcl", "plan"), "why_only": "a Pulumi program has no backend block"}


def table(body: str) -> str:
    """A lock table."""
    return f'resource "aws_dynamodb_table" "locks" {{\n  name = "locks"\n  hash_key = "LockID"\n  {body}\n  attribute {{\n    name = "LockID"\n    type = "S"\n  }}\n}}\n'


RULE = Rule(
    id="RCV075",
    name="lock-table-unprotected",
    title="The lock table is protected",
    severity=Severity.LOW,
    applies_to=StateBackend,
    why="Without its lock table nothing can be applied, and its digests guard the state against going back.",
    facts=(
        (
            "DynamoDB tables have no point-in-time recovery and no deletion protection unless they are turned on.",
            "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/dynamodb_table",
        ),
    ),
    examples=(
        good(
            backend(
                "s3",
                'bucket = "acme-state"\nkey = "a"\nregion = "eu-west-1"\nencrypt = true\ndynamodb_table = "locks"',
                table("point_in_time_recovery {\n    enabled = true\n  }\n  deletion_protection_enabled = true"),
            ),
            subject="backend.s3",
            **TERRAFORM,
        ),
        bad(
            backend(
                "s3",
                'bucket = "acme-state"\nkey = "a"\nregion = "eu-west-1"\nencrypt = true\ndynamodb_table = "locks"',
                table("point_in_time_recovery {\n    enabled = false\n  }\n  deletion_protection_enabled = true"),
            ),
            subject="backend.s3",
            **TERRAFORM,
        ),
        bad(
            backend("s3", 'bucket = "acme-state"\nkey = "a"\nregion = "eu-west-1"\nencrypt = true\ndynamodb_table = "locks"', table("")),
            "absent",
            subject="backend.s3",
            **TERRAFORM,
        ),
        bad(
            backend(
                "s3",
                'bucket = "acme-state"\nkey = "a"\nregion = "eu-west-1"\nencrypt = true\ndynamodb_table = "locks"',
                table("point_in_time_recovery {\n    enabled = true\n  }"),
            ),
            "default",
            subject="backend.s3",
            **TERRAFORM,
        ),
        unsure(
            backend(
                "s3",
                'bucket = "acme-state"\nkey = "a"\nregion = "eu-west-1"\nencrypt = true\ndynamodb_table = "locks"',
                LATER + table("point_in_time_recovery {\n    enabled = true\n  }\n  deletion_protection_enabled = " + UNKNOWN_FLAG),
            ),
            subject="backend.s3",
            **TERRAFORM,
        ),
    ),
)


def check(backend_: StateBackend, context: Context) -> Iterator[Answer]:
    """Asked where the table is declared in the same run."""
    table_ = backend_.table
    if table_ is None:
        return
    for value, what in ((table_.pitr, "point-in-time recovery"), (table_.deletion_protection, "deletion protection")):
        if value.unknown:
            yield cannot_tell(f"Whether the lock table has {what}", value, what)
            return
        if value.is_false:
            yield failed(f"the lock table {table_.address} has no {what}", value, wanted=what, fix=f"Turn {what} on.")
            return
    yield passed(f"the lock table {table_.address} has point-in-time recovery and deletion protection", table_.pitr)

"""The bucket that holds state keeps no earlier versions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from recoverable.model.estate import StateBackend
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, failed, passed
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, pulumi_project, s3, versioned


def backend(kind: str, body: str, more: str = "") -> str:
    """A root module with a backend block and one bucket."""
    lines = "".join(f"    {line}\n" for line in body.strip().splitlines())
    return f'terraform {{\n  backend "{kind}" {{\n{lines}  }}\n}}\n\n' + more


TERRAFORM: dict[str, Any] = {"only": ("hcl", "plan"), "why_only": "a Pulumi program has no backend block"}

RULE = Rule(
    id="RCV073",
    name="state-bucket-unversioned",
    title="The state bucket keeps earlier versions",
    severity=Severity.HIGH,
    applies_to=StateBackend,
    why="A broken or emptied state can only be undone by going back to an earlier version; Pulumi never prunes, and nothing else keeps one.",
    facts=(
        (
            "Terraform's documentation highly recommends versioning on the state bucket.",
            "https://developer.hashicorp.com/terraform/language/backend/s3",
        ),
    ),
    examples=(
        good(
            backend("s3", 'bucket = "acme-uploads"\nkey = "a"\nregion = "eu-west-1"\nencrypt = true\nuse_lockfile = true', s3(versioned())),
            subject="backend.s3",
            **TERRAFORM,
        ),
        bad(
            backend(
                "s3",
                'bucket = "acme-uploads"\nkey = "a"\nregion = "eu-west-1"\nencrypt = true\nuse_lockfile = true',
                s3(versioned('"Suspended"')),
            ),
            subject="backend.s3",
            **TERRAFORM,
        ),
        bad(
            backend("s3", 'bucket = "acme-uploads"\nkey = "a"\nregion = "eu-west-1"\nencrypt = true\nuse_lockfile = true', s3()),
            "absent",
            subject="backend.s3",
            **TERRAFORM,
        ),
        unsure(
            backend(
                "s3",
                'bucket = "acme-uploads"\nkey = "a"\nregion = "eu-west-1"\nencrypt = true\nuse_lockfile = true',
                LATER + s3(versioned("terraform_data.later.id")),
            ),
            subject="backend.s3",
            **TERRAFORM,
        ),
        good(
            backend(
                "s3",
                'bucket = "acme-uploads"\nkey = "a"\nregion = "eu-west-1"\nencrypt = true\nuse_lockfile = true',
                s3(body="object_lock_enabled = true"),
            ),
            "default",
            subject="backend.s3",
            **TERRAFORM,
        ),
        good(s3(versioned()), "other", subject="pulumi", files=pulumi_project()),
        bad(s3(), "other", subject="pulumi", files=pulumi_project()),
    ),
)


def check(backend_: StateBackend, context: Context) -> Iterator[Answer]:
    """Asked where the bucket is declared in the same run; a live audit sees the others."""
    if backend_.bucket is None:
        return
    value = backend_.bucket.versioning
    if value.unknown:
        yield cannot_tell("Whether the state bucket keeps versions", value, "versioning")
    elif value.is_true:
        yield passed(f"{backend_.bucket.address} keeps versions", value, wanted="versioning")
    else:
        yield failed(
            f"the state bucket {backend_.bucket.address} keeps no versions: a broken state cannot be undone",
            value,
            wanted="versioning",
            fix=backend_.bucket.fixes.get("versioning", ""),
        )

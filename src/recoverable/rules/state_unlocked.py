"""Two runs can write the same state at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from recoverable.model.estate import StateBackend
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, failed, passed, say_origin
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import pulumi_project, s3


def backend(kind: str, body: str, more: str = "") -> str:
    """A root module with a backend block and one bucket."""
    lines = "".join(f"    {line}\n" for line in body.strip().splitlines())
    return f'terraform {{\n  backend "{kind}" {{\n{lines}  }}\n}}\n\n' + more


TERRAFORM: dict[str, Any] = {"only": ("hcl", "plan"), "why_only": "a Pulumi program has no backend block"}

RULE = Rule(
    id="RCV072",
    name="state-unlocked",
    title="State is locked while it is written",
    severity=Severity.HIGH,
    applies_to=StateBackend,
    why="Two applies at once write over each other's state; what one created is then unknown to both.",
    facts=(
        (
            "The s3 backend locks with use_lockfile (Terraform and OpenTofu 1.10 and later) or dynamodb_table; neither is on by default.",
            "https://developer.hashicorp.com/terraform/language/backend/s3",
        ),
    ),
    examples=(
        good(backend("s3", 'bucket = "acme-state"\nkey = "a"\nregion = "eu-west-1"\nuse_lockfile = true'), **TERRAFORM),
        good(backend("s3", 'bucket = "acme-state"\nkey = "a"\nregion = "eu-west-1"\ndynamodb_table = "locks"'), **TERRAFORM),
        bad(backend("s3", 'bucket = "acme-state"\nkey = "a"\nregion = "eu-west-1"\nuse_lockfile = false'), **TERRAFORM),
        bad(backend("s3", 'bucket = "acme-state"\nkey = "a"\nregion = "eu-west-1"'), "absent", **TERRAFORM),
        good(backend("gcs", 'bucket = "acme-state"'), "default", **TERRAFORM),
        unsure(backend("s3", ""), **TERRAFORM),
        bad(
            backend("s3", 'bucket = "acme-state"\nkey = "a"\nregion = "eu-west-1"'),
            "other",
            files=(("Pulumi.yaml", "name: shop\nruntime: python\nbackend:\n  url: file://~\n"),),
            **TERRAFORM,
        ),
        good(s3(), "other", subject="pulumi", files=pulumi_project()),
    ),
)


def check(backend_: StateBackend, context: Context) -> Iterator[Answer]:
    """Locking is not object lock: a lock file or table keeps a second writer out."""
    value, wanted = backend_.locked, "a lock file or lock table"
    if backend_.local.is_true or value.absent:
        return
    if value.unknown:
        yield cannot_tell("Whether state is locked", value, wanted)
    elif value.is_true:
        yield passed(f"state is locked ({value.path})", value, wanted=wanted)
    else:
        yield failed(
            f"nothing locks the state{say_origin(value) if not value.note.startswith('required') else f' ({value.note})'}: two runs can overwrite each other",
            value,
            found="no lock",
            wanted=wanted,
            fix="Set lock_address and unlock_address, which the server has to know."
            if value.path == "lock_address"
            else "Set use_lockfile = true (Terraform 1.10 or later), or dynamodb_table for older clients.",
        )

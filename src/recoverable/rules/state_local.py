"""State is kept on a local disk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from recoverable.model.estate import StateBackend
from recoverable.model.finding import Answer, Confidence, Severity
from recoverable.rules.registry.answers import cannot_tell, failed, passed
from recoverable.rules.registry.rule import Context, Rule, bad, good
from recoverable.rules.registry.samples import pulumi_project, s3


def backend(kind: str, body: str, more: str = "") -> str:
    """A root module with a backend block and one bucket."""
    lines = "".join(f"    {line}\n" for line in body.strip().splitlines())
    return f'terraform {{\n  backend "{kind}" {{\n{lines}  }}\n}}\n\n' + more


TERRAFORM: dict[str, Any] = {"only": ("hcl", "plan"), "why_only": "a Pulumi program has no backend block"}

RULE = Rule(
    id="RCV070",
    name="state-local",
    title="State is kept in a remote backend",
    severity=Severity.HIGH,
    applies_to=StateBackend,
    why="Local state is on one disk, without versions, a lock or encryption; when it is lost, so is the link between code and cloud.",
    facts=(
        (
            "A root module without a backend or cloud block keeps terraform.tfstate in its folder.",
            "https://developer.hashicorp.com/terraform/language/backend/s3",
        ),
        (
            "A Pulumi backend of file:// keeps state in a folder.",
            "https://www.pulumi.com/docs/iac/concepts/state-and-backends/",
        ),
    ),
    examples=(
        good(backend("s3", 'bucket = "acme-state"\nkey = "a"\nregion = "eu-west-1"\nencrypt = true\nuse_lockfile = true'), **TERRAFORM),
        bad(backend("local", 'path = "x.tfstate"'), **TERRAFORM),
        bad(s3(), "absent", subject="backend.local", **TERRAFORM),
        good(
            'terraform {\n  cloud {\n    organization = "acme"\n    workspaces {\n      name = "prod"\n    }\n  }\n}\n',
            "other",
            **TERRAFORM,
        ),
        good(s3(), "other", subject="pulumi", files=pulumi_project()),
        bad(s3(), "other", subject="pulumi", files=pulumi_project("file://~")),
    ),
)


def check(backend_: StateBackend, context: Context) -> Iterator[Answer]:
    """A folder without backend and provider configuration may be a module for reuse: advice there."""
    value, wanted = backend_.local, "a remote backend with versions and a lock"
    if value.unknown:
        yield cannot_tell("Where state is kept", value, wanted)
    elif value.is_true:
        reusable = backend_.lock_note == "reusable"
        yield failed(
            f"state is kept on a local disk ({value.note})" + (", unless this folder is a module for reuse" if reusable else ""),
            value,
            found="local state",
            wanted=wanted,
            fix='Add a backend "s3" or "gcs" block (recoverable state-backend prints one), or cloud {}.',
            severity=Severity.ADVICE if reusable else None,
            confidence=Confidence.LOW if reusable else Confidence.HIGH,
        )
    else:
        yield passed(f"state is kept in {value.note}", value, found=value.note, wanted=wanted)

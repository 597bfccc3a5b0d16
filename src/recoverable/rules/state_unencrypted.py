"""State is written without asking for encryption."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from recoverable.model.estate import StateBackend
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, failed, passed
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import pulumi_project, s3


def backend(kind: str, body: str, more: str = "") -> str:
    """A root module with a backend block and one bucket."""
    lines = "".join(f"    {line}\n" for line in body.strip().splitlines())
    return f'terraform {{\n  backend "{kind}" {{\n{lines}  }}\n}}\n\n' + more


TERRAFORM: dict[str, Any] = {"only": ("hcl", "plan"), "why_only": "a Pulumi program has no backend block"}

RULE = Rule(
    id="RCV071",
    name="state-unencrypted",
    title="State is encrypted at rest",
    severity=Severity.MEDIUM,
    applies_to=StateBackend,
    why="State holds passwords and keys in plain text.",
    facts=(
        (
            "encrypt of the s3 backend defaults to false: Terraform then sends no encryption header and relies on the bucket's default.",
            "https://developer.hashicorp.com/terraform/language/backend/s3",
        ),
        (
            "Pulumi sends no encryption header to S3 unless the URL has ssetype.",
            "https://www.pulumi.com/docs/iac/concepts/state-and-backends/",
        ),
    ),
    examples=(
        good(backend("s3", 'bucket = "acme-state"\nkey = "a"\nregion = "eu-west-1"\nencrypt = true'), **TERRAFORM),
        bad(backend("s3", 'bucket = "acme-state"\nkey = "a"\nregion = "eu-west-1"\nencrypt = false'), **TERRAFORM),
        bad(backend("s3", 'bucket = "acme-state"\nkey = "a"\nregion = "eu-west-1"'), "absent", **TERRAFORM),
        good(backend("gcs", 'bucket = "acme-state"'), "default", **TERRAFORM),
        unsure(backend("s3", ""), **TERRAFORM),
        good(
            backend("consul", 'path = "state"'),
            "other",
            files=(("Pulumi.yaml", "name: shop\nruntime: python\nbackend:\n  url: s3://acme-state?region=eu-west-1&ssetype=aws:kms\n"),),
            **TERRAFORM,
        ),
        good(s3(), "other", subject="pulumi", files=pulumi_project()),
        bad(s3(), "other", subject="pulumi", files=pulumi_project("s3://acme-uploads?region=eu-west-1")),
    ),
)


def check(backend_: StateBackend, context: Context) -> Iterator[Answer]:
    """Not asked of local state, and of backends nothing is known about."""
    value, wanted = backend_.encrypted, "encryption asked for by the backend"
    if backend_.local.is_true or value.absent:
        return
    if value.unknown:
        yield cannot_tell("Whether state is encrypted", value, wanted)
    elif value.is_true:
        yield passed("state is encrypted", value, wanted=wanted)
    else:
        pulumi = backend_.kind == "pulumi-state"
        yield failed(
            "state is written without asking for encryption: it relies on the bucket's default",
            value,
            wanted=wanted,
            fix="Add ssetype=aws:kms&kmskeyid=… to the backend URL."
            if pulumi
            else "Set encrypt = true (and kms_key_id for a key of your own).",
        )

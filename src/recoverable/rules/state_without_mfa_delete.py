"""Versions of state can be deleted without a second factor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from recoverable.model.estate import StateBackend
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import failed, passed
from recoverable.rules.registry.rule import Context, Rule, bad, good
from recoverable.rules.registry.samples import pulumi_project, s3, s3_companion, versioned


def backend(kind: str, body: str, more: str = "") -> str:
    """A root module with a backend block and one bucket."""
    lines = "".join(f"    {line}\n" for line in body.strip().splitlines())
    return f'terraform {{\n  backend "{kind}" {{\n{lines}  }}\n}}\n\n' + more


TERRAFORM: dict[str, Any] = {"only": ("hcl", "plan"), "why_only": "a Pulumi program has no backend block"}

RULE = Rule(
    id="RCV077",
    name="state-without-mfa-delete",
    title="Deleting state versions needs a second factor",
    severity=Severity.ADVICE,
    applies_to=StateBackend,
    why="Whoever may delete versions may delete the last good state.",
    facts=(
        (
            "Only the root user with an MFA device can set MFA delete, and S3 forbids it beside lifecycle rules; a policy that denies s3:DeleteObjectVersion without MFA does the same.",
            "https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiFactorAuthenticationDelete.html",
        ),
    ),
    examples=(
        good(
            backend(
                "s3",
                'bucket = "acme-uploads"\nkey = "a"\nregion = "eu-west-1"\nencrypt = true\nuse_lockfile = true',
                s3(s3_companion("versioning", 'versioning_configuration {\n  status = "Enabled"\n  mfa_delete = "Enabled"\n}')),
            ),
            subject="backend.s3",
            **TERRAFORM,
        ),
        bad(
            backend("s3", 'bucket = "acme-uploads"\nkey = "a"\nregion = "eu-west-1"\nencrypt = true\nuse_lockfile = true', s3(versioned())),
            "absent",
            subject="backend.s3",
            **TERRAFORM,
        ),
        bad(
            backend(
                "s3",
                'bucket = "acme-uploads"\nkey = "a"\nregion = "eu-west-1"\nencrypt = true\nuse_lockfile = true',
                s3(s3_companion("versioning", 'versioning_configuration {\n  status = "Enabled"\n  mfa_delete = "Disabled"\n}')),
            ),
            subject="backend.s3",
            **TERRAFORM,
        ),
        bad(
            backend("s3", 'bucket = "acme-uploads"\nkey = "a"\nregion = "eu-west-1"\nencrypt = true\nuse_lockfile = true', s3(versioned())),
            "default",
            files=(("Pulumi.yaml", "name: shop\nruntime: python\nbackend:\n  url: https://api.pulumi.com\n"),),
            **TERRAFORM,
        ),
        good(
            s3(s3_companion("versioning", 'versioning_configuration {\n  status = "Enabled"\n  mfa_delete = "Enabled"\n}')),
            "other",
            subject="pulumi",
            files=pulumi_project(),
        ),
        bad(s3(versioned()), "other", subject="pulumi", files=pulumi_project()),
    ),
)


def check(backend_: StateBackend, context: Context) -> Iterator[Answer]:
    """Advice, never more: it cannot be set from code."""
    if backend_.bucket is None or context.demands.mfa_delete.value == "off" or "mfa-delete" not in backend_.bucket.features:
        return
    value = backend_.bucket.mfa_delete
    if value.is_true:
        yield passed("deleting versions needs a second factor", value)
    elif not value.unknown:
        yield failed(
            "state versions can be deleted without a second factor",
            value,
            found="off",
            wanted="MFA delete, or a policy that demands it",
            fix="Deny s3:DeleteObjectVersion without aws:MultiFactorAuthPresent in the bucket policy.",
        )

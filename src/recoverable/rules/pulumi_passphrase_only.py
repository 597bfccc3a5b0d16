"""Secrets in Pulumi state are protected by a passphrase alone."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import StateBackend
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, failed, passed
from recoverable.rules.registry.rule import Context, Rule, bad, good
from recoverable.rules.registry.samples import pulumi_project, s3


def backend(kind: str, body: str) -> str:
    """A root module with a backend block."""
    lines = "".join(f"    {line}\n" for line in body.strip().splitlines())
    return f'terraform {{\n  backend "{kind}" {{\n{lines}  }}\n}}\n'


RULE = Rule(
    id="RCV078",
    name="pulumi-passphrase-only",
    title="Secrets in Pulumi state are protected by a key service",
    severity=Severity.LOW,
    applies_to=StateBackend,
    why="A passphrase that one person knows is lost with that person, and every secret of the stack with it.",
    facts=(
        (
            "The default secrets provider of a self-managed backend is a passphrase; awskms://, gcpkms:// and others use a key service.",
            "https://www.pulumi.com/docs/iac/concepts/secrets/",
        ),
    ),
    examples=(
        good(s3(), "other", subject="pulumi", files=pulumi_project(secrets="awskms://alias/state?region=eu-west-1")),
        bad(s3(), "default", subject="pulumi", files=pulumi_project()),
        bad(
            backend("s3", 'bucket = "acme-state"\nkey = "a"\nregion = "eu-west-1"'),
            "default",
            files=pulumi_project(),
            only=("hcl", "plan"),
            why_only="a Pulumi program has no backend block",
        ),
        good(
            s3(),
            "stated",
            subject="pulumi",
            files=pulumi_project(secrets="gcpkms://projects/acme/locations/eu/keyRings/state/cryptoKeys/state"),
        ),
        bad(s3(), "stated", subject="pulumi", files=pulumi_project(secrets="passphrase")),
        good(s3(), "absent", subject="pulumi", files=pulumi_project("https://api.pulumi.com")),
    ),
)


def check(backend_: StateBackend, context: Context) -> Iterator[Answer]:
    """Asked of Pulumi backends that keep their secrets themselves."""
    value = backend_.passphrase_only
    if value.absent or backend_.local.is_true:
        return
    if value.unknown:
        yield cannot_tell("How secrets in state are protected", value)
    elif value.is_true:
        yield failed(
            "secrets in state are protected by a passphrase alone",
            value,
            found="passphrase",
            wanted="a key service",
            fix="Run: pulumi stack change-secrets-provider awskms://alias/…",
        )
    else:
        yield passed("secrets in state are protected by a key service", value)

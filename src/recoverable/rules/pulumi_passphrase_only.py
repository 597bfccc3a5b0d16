"""Secrets in Pulumi state are protected by a passphrase alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from recoverable.model.estate import StateBackend
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, failed, passed
from recoverable.rules.registry.rule import Context, Rule, bad, good

HCL: dict[str, Any] = {"only": ("hcl",), "why_only": "Pulumi.yaml lies beside the program, not in a plan or preview"}


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
        good(
            "",
            "other",
            files=(
                ("Pulumi.yaml", "name: shop\nruntime: python\nbackend:\n  url: s3://acme-state?region=eu-west-1&ssetype=aws:kms\n"),
                ("Pulumi.prod.yaml", "secretsprovider: awskms://alias/state?region=eu-west-1\n"),
            ),
            **HCL,
        ),
        bad(
            "",
            "default",
            files=(("Pulumi.yaml", "name: shop\nruntime: python\nbackend:\n  url: s3://acme-state?region=eu-west-1&ssetype=aws:kms\n"),),
            **HCL,
        ),
        bad(
            backend("s3", 'bucket = "acme-state"\nkey = "a"\nregion = "eu-west-1"'),
            "default",
            files=(("Pulumi.yaml", "name: shop\nruntime: python\nbackend:\n  url: s3://acme-state?region=eu-west-1&ssetype=aws:kms\n"),),
            **HCL,
        ),
        good(
            "",
            "stated",
            files=(
                ("Pulumi.yaml", "name: shop\nruntime: python\nbackend:\n  url: s3://acme-state?region=eu-west-1&ssetype=aws:kms\n"),
                ("Pulumi.prod.yaml", "secretsprovider: gcpkms://projects/acme/locations/eu/keyRings/state/cryptoKeys/state\n"),
            ),
            **HCL,
        ),
        bad(
            "",
            "stated",
            files=(
                ("Pulumi.yaml", "name: shop\nruntime: python\nbackend:\n  url: s3://acme-state?region=eu-west-1&ssetype=aws:kms\n"),
                ("Pulumi.prod.yaml", "secretsprovider: passphrase\n"),
            ),
            **HCL,
        ),
        good("", "absent", files=(("Pulumi.yaml", "name: shop\nruntime: python\nbackend:\n  url: https://api.pulumi.com\n"),), **HCL),
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

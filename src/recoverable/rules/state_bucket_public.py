"""The bucket that holds state is public."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from recoverable.model.estate import StateBackend
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, failed, passed
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_FLAG, pulumi_project, s3, s3_companion


def backend(kind: str, body: str, more: str = "") -> str:
    """A root module with a backend block and one bucket."""
    lines = "".join(f"    {line}\n" for line in body.strip().splitlines())
    return f'terraform {{\n  backend "{kind}" {{\n{lines}  }}\n}}\n\n' + more


TERRAFORM: dict[str, Any] = {"only": ("hcl", "plan"), "why_only": "a Pulumi program has no backend block"}

RULE = Rule(
    id="RCV074",
    name="state-bucket-public",
    title="The state bucket is not public",
    severity=Severity.CRITICAL,
    applies_to=StateBackend,
    why="State holds passwords and keys in plain text.",
    facts=(
        (
            "State may contain secrets; access to it has to be restricted.",
            "https://developer.hashicorp.com/terraform/language/backend/s3",
        ),
    ),
    examples=(
        good(
            backend("s3", 'bucket = "acme-uploads"\nkey = "a"\nregion = "eu-west-1"\nencrypt = true\nuse_lockfile = true', s3()),
            "absent",
            subject="backend.s3",
            **TERRAFORM,
        ),
        bad(
            backend(
                "s3",
                'bucket = "acme-uploads"\nkey = "a"\nregion = "eu-west-1"\nencrypt = true\nuse_lockfile = true',
                s3(s3_companion("acl", 'acl = "public-read"')),
            ),
            subject="backend.s3",
            **TERRAFORM,
        ),
        bad(
            backend(
                "s3",
                'bucket = "acme-uploads"\nkey = "a"\nregion = "eu-west-1"\nencrypt = true\nuse_lockfile = true',
                s3(s3_companion("public_access_block", "block_public_acls = true")),
            ),
            "default",
            subject="backend.s3",
            **TERRAFORM,
        ),
        unsure(
            backend(
                "s3",
                'bucket = "acme-uploads"\nkey = "a"\nregion = "eu-west-1"\nencrypt = true\nuse_lockfile = true',
                LATER
                + s3(
                    s3_companion(
                        "public_access_block",
                        f"block_public_acls = {UNKNOWN_FLAG}\nblock_public_policy = true\nignore_public_acls = true\nrestrict_public_buckets = true",
                    )
                ),
            ),
            subject="backend.s3",
            **TERRAFORM,
        ),
        good(
            backend(
                "s3",
                'bucket = "acme-uploads"\nkey = "a"\nregion = "eu-west-1"\nencrypt = true\nuse_lockfile = true',
                s3(
                    s3_companion(
                        "public_access_block",
                        "block_public_acls = true\nblock_public_policy = true\nignore_public_acls = true\nrestrict_public_buckets = true",
                    )
                ),
            ),
            subject="backend.s3",
            **TERRAFORM,
        ),
        good(s3(), "other", subject="pulumi", files=pulumi_project()),
        bad(s3(s3_companion("acl", 'acl = "public-read"')), "other", subject="pulumi", files=pulumi_project()),
    ),
)


def check(backend_: StateBackend, context: Context) -> Iterator[Answer]:
    """Asked where the bucket is declared in the same run."""
    if backend_.bucket is None:
        return
    value = backend_.bucket.public
    if value.unknown:
        yield cannot_tell("Whether the state bucket is public", value, "blocked")
    elif value.is_true:
        yield failed(
            f"the state bucket {backend_.bucket.address} is public: {value.note}",
            value,
            wanted="blocked",
            fix=backend_.bucket.fixes.get("public", ""),
        )
    else:
        yield passed("the state bucket is not public", value, wanted="blocked")

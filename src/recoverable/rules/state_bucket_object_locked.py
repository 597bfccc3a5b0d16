"""The bucket that holds state is locked against overwriting versions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from recoverable.model.estate import StateBackend
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, failed, passed
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_NUMBER, pulumi_project, s3, s3_companion


def backend(kind: str, body: str, more: str = "") -> str:
    """A root module with a backend block and one bucket."""
    lines = "".join(f"    {line}\n" for line in body.strip().splitlines())
    return f'terraform {{\n  backend "{kind}" {{\n{lines}  }}\n}}\n\n' + more


TERRAFORM: dict[str, Any] = {"only": ("hcl", "plan"), "why_only": "a Pulumi program has no backend block"}

RULE = Rule(
    id="RCV076",
    name="state-bucket-object-locked",
    title="State is not under object lock",
    severity=Severity.MEDIUM,
    applies_to=StateBackend,
    why="Locking is not immutability: a default retention keeps every lock file and state version, and checksum settings can break writes.",
    facts=(
        (
            "Native locking uses a conditional write of a lock file, not object lock.",
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
                s3(
                    s3_companion(
                        "object_lock_configuration", 'rule {\n  default_retention {\n    mode = "GOVERNANCE"\n    days = 30\n  }\n}'
                    ),
                    "object_lock_enabled = true",
                ),
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
        unsure(
            backend(
                "s3",
                'bucket = "acme-uploads"\nkey = "a"\nregion = "eu-west-1"\nencrypt = true\nuse_lockfile = true',
                LATER
                + s3(
                    s3_companion(
                        "object_lock_configuration",
                        'rule {\n  default_retention {\n    mode = "GOVERNANCE"\n    days = ' + UNKNOWN_NUMBER + "\n  }\n}",
                    ),
                    "object_lock_enabled = true",
                ),
            ),
            subject="backend.s3",
            **TERRAFORM,
        ),
        good(s3(), "other", subject="pulumi", files=pulumi_project()),
        bad(
            s3(
                s3_companion("object_lock_configuration", 'rule {\n  default_retention {\n    mode = "GOVERNANCE"\n    days = 30\n  }\n}'),
                "object_lock_enabled = true",
            ),
            "other",
            subject="pulumi",
            files=pulumi_project(),
        ),
    ),
)


def check(backend_: StateBackend, context: Context) -> Iterator[Answer]:
    """Only a default retention locks what Terraform or Pulumi write."""
    if backend_.bucket is None:
        return
    lock = backend_.bucket.lock
    if lock.days.unknown:
        yield cannot_tell("Whether state is under object lock", lock.days, "no default retention")
    elif lock.days.absent:
        yield passed("state is not under object lock", lock.enabled, wanted="no default retention")
    else:
        yield failed(
            "every state version and lock file is locked: clean-up and some writes fail",
            lock.days,
            found=f"{lock.days.data} days",
            wanted="no default retention",
            fix="Remove the default retention; versioning and deletion protection guard state.",
        )

"""A file system or disk and its backups are not encrypted at rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from recoverable.model.estate import Volume
from recoverable.model.finding import Answer, Confidence, Severity
from recoverable.model.values import Kind
from recoverable.rules.registry.questions import must_be_on
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_FLAG, resource
from recoverable.rules.registry.store_samples import ebs, efs, fsx_windows

RULE = Rule(
    id="RCV020",
    name="volume-unencrypted",
    title="The file system or disk and its backups are encrypted at rest",
    severity=Severity.HIGH,
    applies_to=Volume,
    why="Whoever gets hold of a disk or of one of its snapshots has the data.",
    facts=(
        (
            "encrypted defaults to false for EFS file systems, and for EBS volumes unless the account encrypts EBS by default; backups inherit it.",
            "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/efs_file_system",
        ),
        (
            "FSx encrypts every file system at rest.",
            "https://docs.aws.amazon.com/fsx/latest/WindowsGuide/encryption-at-rest.html",
        ),
    ),
    examples=(
        good(efs("encrypted = true")),
        bad(efs("encrypted = false")),
        bad(efs(), "absent"),
        bad(ebs(), "absent"),
        good(ebs() + resource("aws_ebs_encryption_by_default", "on", "enabled = true"), "default", subject="aws_ebs_volume.data"),
        good(fsx_windows(), "default"),
        unsure(LATER + efs(f"encrypted = {UNKNOWN_FLAG}"), subject="aws_efs_file_system.files"),
    ),
)


def check(volume: Volume, context: Context) -> Iterator[Answer]:
    """What a disk is by default can depend on its account, which no code shows: that lowers the confidence."""
    answer = must_be_on(
        volume.encrypted,
        "encryption at rest",
        "disks and their backups can be read by whoever gets hold of them",
        fix=volume.fixes.get("encryption", ""),
    )
    by_account = volume.kind == "ebs-volume" and volume.encrypted.kind is Kind.DEFAULT
    yield replace(answer, confidence=Confidence.MEDIUM) if by_account else answer

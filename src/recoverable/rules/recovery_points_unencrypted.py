"""A vault holds recovery points that are not encrypted."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.finding import Answer, Severity
from recoverable.model.live import LiveCopies
from recoverable.rules.registry.answers import failed, passed, unsure_because
from recoverable.rules.registry.backup_samples import vault
from recoverable.rules.registry.live_samples import ONLY, copies
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_NUMBER

IN_MAIN = "aws_backup_vault.main.arn"

RULE = Rule(
    id="RCV205",
    name="recovery-points-unencrypted",
    title="Every recovery point is encrypted",
    severity=Severity.HIGH,
    applies_to=LiveCopies,
    why="A recovery point holds all that its store holds.",
    facts=(
        (
            "Recovery points of services that AWS Backup does not manage fully are encrypted as their source is, whatever the vault's key.",
            "https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html",
        ),
    ),
    examples=(
        good(vault() + copies("total = 3\nunencrypted = 0", IN_MAIN), **ONLY),
        bad(vault() + copies("total = 3\nunencrypted = 1", IN_MAIN), **ONLY),
        unsure(LATER + vault() + copies(f"total = 3\nunencrypted = {UNKNOWN_NUMBER}", IN_MAIN), **ONLY),
    ),
    per_store=False,
)


def check(copies: LiveCopies, context: Context) -> Iterator[Answer]:
    """One answer for each vault."""
    value, wanted = copies.unencrypted, "none unencrypted"
    if value.absent:
        return
    if value.unknown:
        yield unsure_because("whether its recovery points are encrypted cannot be known", value.note, wanted=wanted)
    elif value.data:
        yield failed(
            f"{value.data} of its {copies.total.data or 0} recovery points are not encrypted: {copies.example or 'not named'}",
            value,
            found=f"{value.data} unencrypted",
            wanted=wanted,
            fix="Copy them into a vault with a key, delete them, and encrypt their source.",
        )
    else:
        yield passed(f"all of its {copies.total.data or 0} recovery points are encrypted", value, wanted=wanted)

"""A key is disabled, or waits for its deletion: what it encrypts cannot be read or restored."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Key
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, failed, passed
from recoverable.rules.registry.backup_samples import key, vault
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_FLAG

MAIN = "aws_kms_key.main"


def protecting(body: str) -> str:
    """A key that a vault is encrypted with."""
    return key(body) + vault("kms_key_arn = aws_kms_key.main.arn")


RULE = Rule(
    id="RCV122",
    name="key-disabled-or-scheduled",
    title="The key is enabled and not scheduled for deletion",
    severity=Severity.HIGH,
    applies_to=Key,
    why="Backups fail from the moment the key is disabled, and no restore works without it.",
    facts=(
        (
            "All calls to use a disabled key, or one in state PendingDeletion, fail.",
            "https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html",
        ),
    ),
    examples=(
        good(protecting("is_enabled = true"), subject=MAIN),
        bad(protecting("is_enabled = false"), subject=MAIN),
        good(protecting(""), "absent", subject=MAIN),
        good(protecting("is_enabled = null"), "default", subject=MAIN),
        unsure(LATER + protecting(f"is_enabled = {UNKNOWN_FLAG}"), subject=MAIN),
    ),
    per_store=False,
)


def check(key: Key, context: Context) -> Iterator[Answer]:
    """High where the key protects a store or vault, medium where nothing of this input uses it."""
    value = key.enabled
    if value.absent:
        return
    if value.unknown:
        yield cannot_tell("Whether the key is enabled", value, "enabled")
    elif value.is_true:
        yield passed("the key is enabled", value, "enabled", "enabled")
    else:
        what = f": {key.protects[0]} can be neither backed up nor restored" if key.protects else ""
        yield failed(
            f"the key is {value.note or 'disabled'}{what}",
            value,
            found=value.note or "disabled",
            wanted="enabled",
            fix=f"Set {value.path} = true." if value.path else "Enable the key, or cancel its deletion.",
            severity=None if key.protects else Severity.MEDIUM,
        )

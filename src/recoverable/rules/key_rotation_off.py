"""A key of our own is never rotated."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Key
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.backup_samples import key, vault
from recoverable.rules.registry.questions import must_be_on, severity_here
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_FLAG

MAIN = "aws_kms_key.main"


def protecting(body: str) -> str:
    """A key that a vault is encrypted with."""
    return key(body) + vault("kms_key_arn = aws_kms_key.main.arn")


RULE = Rule(
    id="RCV121",
    name="key-rotation-off",
    title="The key is rotated",
    severity=Severity.MEDIUM,
    applies_to=Key,
    why="Rotation limits what one leaked key can read; KMS keeps the old material, so old backups stay readable.",
    facts=(
        (
            "Automatic rotation is off by default and possible for symmetric keys only: not for asymmetric and HMAC keys, imported material or custom key stores.",
            "https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html",
        ),
    ),
    examples=(
        good(protecting("enable_key_rotation = true"), subject=MAIN),
        bad(protecting("enable_key_rotation = false"), subject=MAIN),
        bad(protecting(""), "absent", subject=MAIN),
        bad(key("enable_key_rotation = null"), "default"),
        unsure(LATER + protecting(f"enable_key_rotation = {UNKNOWN_FLAG}"), subject=MAIN),
    ),
    per_store=False,
)


def check(key: Key, context: Context) -> Iterator[Answer]:
    """Asked of keys that can rotate by themselves; low where the key protects no store of this input."""
    if key.rotation.absent:
        return
    severity = severity_here(context, RULE.severity) if key.protects else Severity.LOW
    yield must_be_on(
        key.rotation, "key rotation", "one leaked key reads everything for ever", fix=key.fixes.get("rotation", ""), severity=severity
    )

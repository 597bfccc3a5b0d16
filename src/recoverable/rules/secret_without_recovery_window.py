"""A deleted secret is gone at once."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Secret
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, days, failed, passed
from recoverable.rules.registry.backup_samples import secret
from recoverable.rules.registry.questions import severity_here
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_NUMBER

RULE = Rule(
    id="RCV123",
    name="secret-without-recovery-window",
    title="A deleted secret can be recovered",
    severity=Severity.MEDIUM,
    applies_to=Secret,
    why="A secret that only ever lived in one place is part of what has to be restored; without a window one destroy loses it for good.",
    facts=(
        (
            "recovery_window_in_days is 0 or 7 to 30, default 30; 0 deletes without recovery.",
            "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/secretsmanager_secret",
        ),
    ),
    examples=(
        good(secret("recovery_window_in_days = 7")),
        bad(secret("recovery_window_in_days = 0")),
        good(secret(), "absent"),
        good(secret("recovery_window_in_days = null"), "default"),
        unsure(LATER + secret(f"recovery_window_in_days = {UNKNOWN_NUMBER}"), subject="aws_secretsmanager_secret.main"),
    ),
    per_store=False,
)


def check(secret: Secret, context: Context) -> Iterator[Answer]:
    """Low outside production, where secrets come and go with their stack."""
    value, wanted = secret.recovery_days, "a recovery window"
    if value.absent:
        return
    if value.unknown:
        yield cannot_tell("How long a deleted secret can be recovered", value, wanted)
    elif value.data:
        yield passed(f"a deleted secret can be recovered for {days(value)}", value, days(value), wanted)
    else:
        yield failed(
            "a deleted secret is gone at once",
            value,
            found=days(value),
            wanted=wanted,
            fix=secret.fixes.get("recovery", ""),
            severity=severity_here(context, RULE.severity),
        )

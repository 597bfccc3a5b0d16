"""A snapshot is shared with everybody."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.finding import Answer, Severity
from recoverable.model.live import LiveCopies
from recoverable.rules.registry.answers import failed, passed, unsure_because
from recoverable.rules.registry.live_samples import ONLY, copies
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_NUMBER

RULE = Rule(
    id="RCV207",
    name="snapshot-public",
    title="No snapshot is shared with everybody",
    severity=Severity.CRITICAL,
    applies_to=LiveCopies,
    why="Whoever has an account of his own can restore it, and has the data.",
    facts=(
        (
            "A manual snapshot whose restore attribute is all can be restored by every AWS account.",
            "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ShareSnapshot.html",
        ),
    ),
    examples=(
        good(copies("total = 3\npublic = 0"), **ONLY),
        bad(copies("total = 3\npublic = 1"), **ONLY),
        unsure(LATER + copies(f"total = 3\npublic = {UNKNOWN_NUMBER}"), **ONLY),
    ),
    per_store=False,
)


def check(copies: LiveCopies, context: Context) -> Iterator[Answer]:
    """One answer for each kind of snapshot in each region."""
    value, wanted = copies.public, "none"
    if value.absent:
        return
    if value.unknown:
        yield unsure_because("whether a snapshot is public cannot be known", value.note, wanted=wanted)
    elif value.data:
        yield failed(
            f"{value.data} of its snapshots are public: {copies.example or 'not named'}",
            value,
            found=f"{value.data} public",
            wanted=wanted,
            fix="Take 'all' out of its restore attribute.",
        )
    else:
        yield passed("none of its snapshots is public", value, wanted=wanted)

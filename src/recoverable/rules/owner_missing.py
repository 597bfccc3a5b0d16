"""A store in production has no owner."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.finding import Answer, Severity, Verdict
from recoverable.model.run import Run
from recoverable.rules.registry.rule import Rule, bad, good
from recoverable.rules.registry.samples import LATER, rds

RULE = Rule(
    id="RCV156",
    name="owner-missing",
    title="Every store in production has an owner",
    severity=Severity.ADVICE,
    applies_to=Run,
    why="When it has to be restored, somebody must know what right looks like.",
    facts=(
        (
            "An owner is a tag (owner) or an entry in the standard.",
            "https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html",
        ),
    ),
    examples=(
        bad(rds(), "absent"),
        good(rds().replace('environment = "prod"', 'environment = "prod", owner = "orders-team"'), "stated"),
        good(LATER + rds().replace('environment = "prod"', 'environment = "prod", owner = terraform_data.later.id'), "unknown"),
    ),
    per_store=False,
)


def check(run: Run, context: object) -> Iterator[Answer]:
    """One answer per run."""
    if run.without_owner:
        count = len(run.without_owner)
        some = ", ".join(run.without_owner[:3]) + (f" and {count - 3} more" if count > 3 else "")
        yield Answer(
            Verdict.FAIL,
            f"nobody owns {count} of the stores in production: {some}",
            "no owner",
            "an owner tag",
            "Tag them owner = …, or name the owner in recoverable.toml.",
        )
    else:
        yield Answer(Verdict.PASS, "every store in production has an owner")

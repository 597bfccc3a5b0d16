"""The backup standard has not been reviewed for over 12 months."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.finding import Answer, Severity, Verdict
from recoverable.model.run import Run
from recoverable.rules.registry.rule import Rule, bad, good
from recoverable.rules.registry.samples import rds

RULE = Rule(
    id="RCV155",
    name="standard-review-overdue",
    title="The standard was reviewed in the last 12 months",
    severity=Severity.LOW,
    applies_to=Run,
    why="Retention that nobody looks at drifts away from what the business needs and the law asks.",
    facts=(
        (
            "The owner reviews the retention once a year and writes the date into reviewed.",
            "https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/rel_backing_up_data_identified_backups_data.html",
        ),
    ),
    examples=(
        bad(rds(), "stated", standard="reviewed = 2020-01-01\n"),
        good(rds(), "absent"),
    ),
    per_store=False,
)


def check(run: Run, context: object) -> Iterator[Answer]:
    """Asked where the standard says when it was reviewed."""
    if run.stale_review:
        yield Answer(
            Verdict.FAIL,
            run.stale_review,
            "overdue",
            "a review in the last 12 months",
            "Review the numbers and set reviewed to today.",
            run.reviewed_where,
        )
    else:
        yield Answer(Verdict.PASS, "the standard's review is not overdue")

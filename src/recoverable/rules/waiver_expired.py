"""A waiver has expired."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.finding import Answer, Severity, Verdict
from recoverable.model.run import Run
from recoverable.rules.registry.rule import Rule, bad, good
from recoverable.rules.registry.samples import rds, waived

RULE = Rule(
    id="RCV150",
    name="waiver-expired",
    title="No waiver has expired",
    severity=Severity.MEDIUM,
    applies_to=Run,
    why="A permission that ran out is a defect that somebody promised to mend by then.",
    facts=(
        (
            "Waivers carry reason, owner and expiry, and mean the same in every engine.",
            "https://docs.astral.sh/ruff/rules/unused-noqa/",
        ),
    ),
    examples=(
        bad(
            rds('# recoverable: allow retention-too-short until=2020-01-31 owner=db reason="small"\nbackup_retention_period = 1'),
            "other",
            only=("hcl", "plan"),
            why_only="comments are in code, and a preview does not hold the program",
        ),
        good(
            rds('# recoverable: allow retention-too-short until=2999-01-31 owner=db reason="small"\nbackup_retention_period = 1'),
            "other",
            only=("hcl", "plan"),
            why_only="comments are in code, and a preview does not hold the program",
        ),
        bad(rds("backup_retention_period = 1"), "other", standard=waived('until = 2020-01-31\nowner = "db"\nreason = "small"')),
        good(rds("backup_retention_period = 1"), "other", standard=waived('until = 2999-01-31\nowner = "db"\nreason = "small"')),
    ),
    per_store=False,
)


def check(run: Run, context: object) -> Iterator[Answer]:
    """Asked of every waiver, in the standard file and inline."""
    for use in run.waivers:
        if use.until is not None and use.until < run.today:
            yield Answer(
                Verdict.FAIL,
                f"the waiver of {use.rule} ended on {use.until}",
                str(use.until),
                "a date to come, or no waiver",
                "Mend the defect, or decide anew with a new date.",
                use.where,
            )
        else:
            yield Answer(Verdict.PASS, f"the waiver of {use.rule} has not ended", str(use.until or "no end"), where=use.where)

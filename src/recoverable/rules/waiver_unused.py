"""A waiver speaks of nothing that was found."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.finding import Answer, Severity, Verdict
from recoverable.model.run import Run
from recoverable.rules.registry.rule import Rule, bad, good
from recoverable.rules.registry.samples import rds, waived

RULE = Rule(
    id="RCV151",
    name="waiver-unused",
    title="Every waiver is still needed",
    severity=Severity.LOW,
    applies_to=Run,
    why="A waiver that is left behind hides the next defect of its kind.",
    facts=(
        (
            "Unused suppressions are themselves a finding.",
            "https://docs.astral.sh/ruff/rules/unused-noqa/",
        ),
    ),
    examples=(
        bad(
            rds('# recoverable: allow retention-too-short until=2999-01-31 owner=db reason="small"\nbackup_retention_period = 30'),
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
        bad(rds("backup_retention_period = 30"), "other", standard=waived('until = 2999-01-31\nowner = "db"\nreason = "small"')),
        good(rds("backup_retention_period = 1"), "other", standard=waived('until = 2999-01-31\nowner = "db"\nreason = "small"')),
    ),
    per_store=False,
)


def check(run: Run, context: object) -> Iterator[Answer]:
    """Not asked where only a part of the input or of the rules is judged."""
    if not run.judges_unused:
        return
    for use in run.waivers:
        if not use.known_rule:
            yield Answer(
                Verdict.FAIL,
                f"a waiver names {use.rule}, which is no rule",
                use.rule,
                "a rule's name or id",
                "See: recoverable rules",
                use.where,
            )
        elif use.used:
            yield Answer(Verdict.PASS, f"the waiver of {use.rule} is needed", where=use.where)
        else:
            yield Answer(
                Verdict.FAIL, f"the waiver of {use.rule} speaks of nothing that was found", "unused", "no waiver", "Remove it.", use.where
            )

"""A waiver lacks its reason, owner or expiry."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.finding import Answer, Severity, Verdict
from recoverable.model.run import Run
from recoverable.rules.registry.rule import Rule, bad, good
from recoverable.rules.registry.samples import rds, waived

RULE = Rule(
    id="RCV152",
    name="waiver-incomplete",
    title="Every waiver has a reason, an owner and an expiry",
    severity=Severity.MEDIUM,
    applies_to=Run,
    why="A permission without a reason cannot be reviewed, one without an owner is nobody's, one without an end is for ever.",
    facts=(
        (
            "Waivers carry reason, owner and expiry.",
            "https://docs.astral.sh/ruff/rules/unused-noqa/",
        ),
    ),
    examples=(
        bad(
            rds("# recoverable: allow retention-too-short until=2999-01-31 owner=db\nbackup_retention_period = 1"),
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
        bad(rds("backup_retention_period = 1"), "other", standard=waived('until = 2999-01-31\nowner = "db"')),
        good(rds("backup_retention_period = 1"), "other", standard=waived('until = 2999-01-31\nowner = "db"\nreason = "small"')),
    ),
    per_store=False,
)


def check(run: Run, context: object) -> Iterator[Answer]:
    """A waiver without a reason suppresses nothing."""
    for use in run.waivers:
        missing = [name for name, value in (("reason", use.reason), ("owner", use.owner), ("until", use.until)) if not value]
        if use.trouble:
            yield Answer(
                Verdict.FAIL,
                f"the waiver of {use.rule} cannot be read: {use.trouble}",
                use.trouble,
                'until=DATE owner=NAME reason="…"',
                'Write: # recoverable: allow RULE until=2027-01-31 owner=NAME reason="…"',
                use.where,
            )
        elif missing:
            yield Answer(
                Verdict.FAIL,
                f"the waiver of {use.rule} has no {' and no '.join(missing)}",
                f"no {', '.join(missing)}",
                "reason, owner and until",
                "Add what is missing.",
                use.where,
            )
        else:
            yield Answer(Verdict.PASS, f"the waiver of {use.rule} has reason, owner and expiry", where=use.where)

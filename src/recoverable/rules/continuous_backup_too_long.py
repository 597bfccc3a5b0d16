"""A rule with continuous backup keeps it longer than AWS takes."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import PlanRule
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, days, failed, passed
from recoverable.rules.registry.backup_samples import kept, plan, rule
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_FLAG, UNKNOWN_NUMBER

LIMIT = 35
SUBJECT = 'aws_backup_plan.main.rule["daily"]'


def continuous(lifecycle: str, on: str = "true") -> str:
    """A plan with one rule with continuous backup."""
    return plan(rule(f"{lifecycle}\nenable_continuous_backup = {on}"))


RULE = Rule(
    id="RCV111",
    name="continuous-backup-too-long",
    title="Continuous backups are kept 1 to 35 days",
    severity=Severity.MEDIUM,
    applies_to=PlanRule,
    why="AWS refuses such a plan, so it is never made, and nothing is backed up.",
    facts=(
        (
            "Continuous backups are kept 35 days at most; longer retention needs a snapshot rule beside it.",
            "https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery-retention-period.html",
        ),
        (
            "Without a lifecycle AWS answers: Lifecycle must be specified for backup rule enabled continuous backup.",
            "https://github.com/aws/aws-cdk/pull/17602",
        ),
    ),
    examples=(
        good(continuous(kept(35))),
        bad(continuous(kept(36))),
        bad(continuous(""), "absent"),
        bad(continuous("lifecycle {\n  delete_after = 0\n}"), "default"),
        unsure(LATER + continuous(kept(UNKNOWN_NUMBER)), subject=SUBJECT),
        unsure(LATER + continuous(kept(90), UNKNOWN_FLAG), subject=SUBJECT),
        good(continuous(kept(35)) + plan(rule(kept(90)), name="other")),
    ),
    per_store=False,
)


def check(rule: PlanRule, context: Context) -> Iterator[Answer]:
    """Asked of rules with continuous backup of AWS Backup."""
    if rule.kind != "backup-plan-rule" or rule.continuous.is_false or rule.display == "?":
        return
    value, wanted = rule.delete_days, f"1 to {LIMIT} days"
    if value.known and (value.data or 0) <= LIMIT:
        yield passed(f"rule {rule.display} keeps continuous backups {days(value)}", value, days(value), wanted)
    elif rule.continuous.unknown:
        yield cannot_tell("Whether backup is continuous", rule.continuous, wanted)
    elif value.unknown:
        yield cannot_tell("How long continuous backups are kept", value, wanted)
    else:
        found = "no delete_after" if value.absent else days(value)
        yield failed(
            f"rule {rule.display} has continuous backup with {found}: AWS refuses the plan",
            value,
            found=found,
            wanted=wanted,
            fix=f"Set delete_after = {LIMIT} or less; add a second rule without continuous backup for what is kept longer.",
        )

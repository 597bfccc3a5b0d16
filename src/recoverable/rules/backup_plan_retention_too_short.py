"""A backup plan keeps its backups for less time than demanded."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Plan, PlanRule
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, days, failed, passed
from recoverable.rules.registry.backup_samples import kept, plan, rule, selection
from recoverable.rules.registry.plan_questions import DAILY, Judged, judged, keeps_itself, rules_for
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_NUMBER, rds

CHOSEN = selection('selection_tag {\n  type = "STRINGEQUALS"\n  key = "environment"\n  value = "prod"\n}')

RULE = Rule(
    id="RCV101",
    name="backup-plan-retention-too-short",
    title="The backup plan keeps its backups as long as demanded",
    severity=Severity.HIGH,
    applies_to=Plan,
    why="A fault that is noticed after the oldest backup was deleted cannot be undone.",
    facts=(
        (
            "lifecycle.delete_after is the age in days at which a recovery point is deleted; without it, it is kept for ever.",
            "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html",
        ),
    ),
    examples=(
        good(plan(rule(kept(30)))),
        bad(plan(rule(kept(29)))),
        good(plan(rule(kept(7)), rule(kept(35), '"cron(0 5 ? * 1 *)"', "weekly"))),
        bad(plan(rule(kept(7)), rule(kept(365), '"cron(0 5 1 * ? *)"', "monthly"))),
        good(plan(rule(kept(14)), environment="dev")),
        good(plan(rule("")), "absent"),
        good(plan(rule("lifecycle {\n  cold_storage_after = 30\n}")), "default"),
        bad(rds("backup_retention_period = 7") + plan(rule(kept(14)), environment="") + CHOSEN, subject="aws_backup_plan.main"),
        good(rds("backup_retention_period = 30") + plan(rule(kept(14)), environment="") + CHOSEN, subject="aws_backup_plan.main"),
        unsure(LATER + plan(rule(kept(UNKNOWN_NUMBER))), subject="aws_backup_plan.main"),
        bad(plan(rule(kept(365), '"cron(0 5 1 * ? *)"', "monthly"))),
        good(plan(rule(kept(31), '"cron(0 5 1 * ? *)"', "monthly")), standard="[environments.prod]\nbackup_retention_days = 31\n"),
    ),
    per_store=False,
    demand="backup_retention_days",
)


def check(plan: Plan, context: Context) -> Iterator[Answer]:
    """One rule that keeps long enough is enough, if it runs at least once in that time; stores that keep their own backups long enough do not count."""
    doubt: Answer | None = None
    best: tuple[PlanRule, str] | None = None
    for item in judged(plan, context) if plan.rules else []:
        need = item.demands.backup_retention_days.value
        wanted = f"at least {need} days"
        if item.store and keeps_itself(item.store, need):
            continue
        rules = [rule for rule in rules_for(item, plan) if not rule.every_minutes.known or (rule.every_minutes.data or 0) <= need * DAILY]
        enough = next((rule for rule in rules if rule.delete_days.absent or (rule.delete_days.data or 0) >= need), None)
        unknown = next((rule.delete_days for rule in rules if rule.delete_days.unknown), None)
        if enough is not None:
            best = best or (enough, wanted)
        elif unknown is not None:
            doubt = doubt or cannot_tell("How long the plan keeps backups", unknown, wanted)
        else:
            yield _too_short(item, rules, plan, need, wanted)
            return
    if doubt is not None:
        yield doubt
    elif best is not None:
        value = best[0].delete_days
        text = days(value) if value.known else "for ever"
        yield passed(f"its backups are kept {text}", value, text, best[1])
    elif plan.rules:
        yield passed("what it selects keeps its own backups long enough", found="backups of its own")


def _too_short(item: Judged, rules: list[PlanRule], plan: Plan, need: int, wanted: str) -> Answer:
    if not rules:
        value = plan.rules[0].every_minutes
        return failed(
            f"no rule runs as often as every {need} days{item.whom}",
            value,
            found="no rule that often",
            wanted=wanted,
            fix="Run a rule at least once a day.",
        )
    longest = max(rules, key=lambda rule: rule.delete_days.data or 0)
    value = longest.delete_days
    return failed(
        f"its backups are kept {days(value)} (rule {longest.display}), the standard demands {need}{item.whom}",
        value,
        found=days(value),
        wanted=wanted,
        fix=f"Set delete_after = {need} in the lifecycle of rule {longest.display}."
        if plan.kind != "snapshot-policy"
        else f"Let the retain_rule of schedule {longest.display} keep snapshots {need} days.",
    )

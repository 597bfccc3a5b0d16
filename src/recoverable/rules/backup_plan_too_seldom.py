"""A backup plan runs too seldom for what it protects."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Plan
from recoverable.model.finding import Answer, Severity
from recoverable.model.values import Kind, Value
from recoverable.rules.registry.answers import cannot_tell, failed, passed, say_origin
from recoverable.rules.registry.backup_samples import kept, plan, rule, selection
from recoverable.rules.registry.plan_questions import DAILY, Judged, apart, covers_itself, gap, judged, rules_for, severity_for
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_NUMBER, rds

MONTHLY = '"cron(0 5 1 * ? *)"'
HOURLY = 60
CHOSEN = selection("resources = [aws_db_instance.orders.arn]")

RULE = Rule(
    id="RCV100",
    name="backup-plan-too-seldom",
    title="The backup plan runs as often as what it protects needs",
    severity=Severity.MEDIUM,
    applies_to=Plan,
    why="What changed since the last backup is lost: the longest gap of the schedule is the data a fault can cost.",
    facts=(
        (
            "A rule without a schedule runs by cron(0 5 ? * * *), once a day; days of the week count from 1, Sunday.",
            "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRule.html",
        ),
        (
            "Snapshot backups run every hour at most; RDS, Aurora and S3 also have continuous backup with point-in-time restore.",
            "https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery.html",
        ),
    ),
    examples=(
        good(plan()),
        bad(plan(rule(schedule=MONTHLY))),
        bad(plan(rule(schedule='"cron(0 5 ? * MON-FRI *)"'))),
        good(plan(rule(schedule=""), environment="dev"), "absent"),
        bad(rds() + plan(rule(schedule="")) + CHOSEN, "default", subject="aws_backup_plan.main"),
        good(
            rds() + plan(rule(kept(30, "") + "\nenable_continuous_backup = true", schedule="")) + CHOSEN,
            "default",
            subject="aws_backup_plan.main",
        ),
        good(rds("backup_retention_period = 30") + plan(rule(schedule=MONTHLY)) + CHOSEN, subject="aws_backup_plan.main"),
        unsure(LATER + plan(rule(schedule='"cron(0 5 ? * ${terraform_data.later.id} *)"')), subject="aws_backup_plan.main"),
        good(plan(rule(schedule=MONTHLY, name="monthly"), rule())),
        unsure(plan(rule(kept(30, "") + "\nenable_continuous_backup = true", schedule=MONTHLY))),
        good(plan(rule(kept(30, "") + "\nenable_continuous_backup = true", schedule="")), "default"),
        unsure(
            LATER + rds(f"backup_retention_period = {UNKNOWN_NUMBER}") + plan(rule(schedule=MONTHLY)) + CHOSEN,
            subject="aws_backup_plan.main",
        ),
    ),
    per_store=False,
    demand="rpo_minutes",
)


def check(plan: Plan, context: Context) -> Iterator[Answer]:
    """Measured against the RPO where one binds a selected store that has no backups of its own that often, else a day."""
    doubt: Answer | None = None
    best: tuple[Value[int], str] | None = None
    for item in judged(plan, context) if plan.rules else []:
        rpo = item.demands.rpo_minutes.value
        need = rpo if rpo is not None and item.store else DAILY
        wanted = f"a backup every {apart(need)}" if need != DAILY else "a backup every day"
        own = covers_itself(item.store, need) if item.store else False
        if own:
            continue
        gaps = [gap(rule, item.store) for rule in rules_for(item, plan)]
        known = [value for value in gaps if value.known and value.data is not None]
        shortest = min(known, key=lambda value: value.data or 0, default=None)
        unknown = next((value for value in gaps if value.unknown), None)
        if shortest is not None and (shortest.data or 0) <= need:
            best = best or (shortest, wanted)
        elif unknown is not None:
            doubt = doubt or cannot_tell("How often the plan backs up", unknown, wanted)
        elif own is None and item.store:
            doubt = doubt or cannot_tell(f"Whether {item.store.address} has point-in-time recovery of its own", _own(item), wanted)
        elif shortest is not None:
            yield _too_seldom(item, shortest, need, wanted, severity_for(item, RULE.severity))
            return
    if doubt is not None:
        yield doubt
    elif best is not None:
        yield passed(f"its backups are at most {apart(best[0].data or 0)} apart", best[0], apart(best[0].data or 0), best[1])
    elif plan.rules:
        yield passed("what it selects has backups of its own often enough", found="backups of its own")


def _own(item: Judged) -> Value[bool]:
    """The switch that decides whether a store covers itself."""
    for name in ("pitr", "backups", "versioning", "own_backups"):
        value = getattr(item.store, name, None)
        if isinstance(value, Value) and value.unknown:
            return value
    return Value(Kind.UNKNOWN)


def _too_seldom(item: Judged, value: Value[int], need: int, wanted: str, severity: Severity) -> Answer:
    found = apart(value.data or 0)
    bound = item.store is not None and item.demands.rpo_minutes.value is not None
    reason = f"the RPO is {apart(need)}" if bound else "a day is the most"
    fix = f"Run a rule every {apart(need)}" if need >= HOURLY else "Turn point-in-time recovery on where the store has it"
    fix = f"{fix}, or set the RPO of {item.store.address}." if bound and item.store else "Run a rule at least once a day."
    return failed(
        f"its backups are up to {found} apart{say_origin(value)}, {reason}{item.whom}",
        value,
        found=found,
        wanted=wanted,
        fix=fix,
        severity=severity,
    )

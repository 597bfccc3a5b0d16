"""A plan keeps backups for less time than before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from recoverable.model.estate import Bucket, Database, Key, Plan, Secret, StoreChange, Subject, Volume
from recoverable.model.finding import Answer, Severity
from recoverable.model.values import Value, default
from recoverable.rules.registry.answers import cannot_tell, days, failed, passed, set_to
from recoverable.rules.registry.backup_samples import kept, plan, rule
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_NUMBER, cloudsql, rds, s3, s3_companion
from recoverable.rules.registry.store_samples import ebs

CHANGE: dict[str, Any] = {"only": ("plan", "preview"), "why_only": "code alone does not say what was there before"}
PLAN_RETENTION = "the retention of the plan"
LOGS = "backup_configuration {{\n  enabled = true\n  point_in_time_recovery_enabled = true\n  transaction_log_retention_days = {}\n  backup_retention_settings {{\n    retained_backups = 30\n  }}\n}}"


def locked(days: int) -> str:
    """The companion with a default retention."""
    return s3_companion(
        "object_lock_configuration", f'rule {{\n  default_retention {{\n    mode = "GOVERNANCE"\n    days = {days}\n  }}\n}}'
    )


RULE = Rule(
    id="RCV132",
    name="retention-lowered",
    title="Retention is not lowered",
    severity=Severity.MEDIUM,
    applies_to=StoreChange,
    why="Lowering the number deletes the older backups at once; raising it again does not bring them back.",
    facts=(
        (
            "When the retention of RDS is lowered, automated backups older than the new period are deleted.",
            "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupRetention.html",
        ),
    ),
    examples=(
        good(rds("backup_retention_period = 35"), before=rds("backup_retention_period = 30"), **CHANGE),
        bad(rds("backup_retention_period = 30"), before=rds("backup_retention_period = 35"), **CHANGE),
        unsure(
            LATER + rds(f"backup_retention_period = {UNKNOWN_NUMBER}"),
            before=rds("backup_retention_period = 35"),
            subject="aws_db_instance.orders",
            **CHANGE,
        ),
        good(rds("backup_retention_period = 30\nmulti_az = true"), before=rds("backup_retention_period = 30"), **CHANGE),
        bad(plan(rule(kept(30))), before=plan(rule(kept(35))), **CHANGE),
        bad(plan(rule(kept(30))), before=plan(rule("")), **CHANGE),
        unsure(LATER + plan(rule(kept(UNKNOWN_NUMBER))), before=plan(rule("")), subject="aws_backup_plan.main", **CHANGE),
        good(plan(rule("")), before=plan(rule(kept(30))), case="absent", **CHANGE),
        good(
            s3(locked(60), "object_lock_enabled = true"),
            before=s3(locked(30), "object_lock_enabled = true"),
            subject="aws_s3_bucket.uploads",
            **CHANGE,
        ),
        bad(
            s3("", "object_lock_enabled = true"),
            before=s3(locked(30), "object_lock_enabled = true"),
            case="absent",
            subject="aws_s3_bucket.uploads",
            **CHANGE,
        ),
        bad(cloudsql(LOGS.format(3)), before=cloudsql(LOGS.format(7)), **CHANGE),
        good(ebs('type = "gp3"'), before=ebs('type = "gp2"'), case="other", **CHANGE),
        bad(rds("backup_retention_period = 30"), before=rds("backup_retention_period = 35") + ebs(), case="other", **CHANGE),
        bad(
            s3("", "object_lock_enabled = true"),
            before=s3(locked(1), "object_lock_enabled = true"),
            case="absent",
            subject="aws_s3_bucket.uploads",
            **CHANGE,
        ),
    ),
)


def check(store: StoreChange, context: Context) -> Iterator[Answer]:
    """A finding even where the new number still meets the standard."""
    if store.before is None or store.after is None:
        return
    asked = False
    for what, old, new in _numbers(store.before, store.after):
        if old.absent and what == PLAN_RETENTION and not new.absent:
            asked = True
            yield _no_longer_for_ever(new)
            continue
        if not old.known or not old.data:
            continue
        asked = True
        wanted = f"at least {days(old)}, as before"
        if new.unknown:
            yield cannot_tell(f"Whether {what} stays at {days(old)}", new, wanted)
        elif not new.absent and (new.data or 0) < old.data:
            yield failed(
                f"{what} goes from {days(old)} down to {days(new)}", new, found=days(new), wanted=wanted, fix=set_to(new, str(old.data))
            )
        else:
            yield passed(f"{what} is not lowered", new)
    if not asked:
        yield passed("no retention is lowered")


def _no_longer_for_ever(new: Value[int]) -> Answer:
    """A plan without an end keeps for ever; any number is less."""
    wanted = "kept for ever, as before"
    if new.unknown:
        return cannot_tell(f"Whether {PLAN_RETENTION} stays without an end", new, wanted)
    return failed(
        f"{PLAN_RETENTION} goes from for ever down to {days(new)}",
        new,
        found=days(new),
        wanted=wanted,
        fix=f"Leave {new.path or 'delete_after'} out.",
    )


def _numbers(before: Subject, after: Subject) -> Iterator[tuple[str, Value[int], Value[int]]]:
    if isinstance(before, Database) and isinstance(after, Database):
        yield "the retention of backups", before.retention_days, after.retention_days
        if before.pitr_days.path != before.retention_days.path:
            yield "the point-in-time recovery window", before.pitr_days, after.pitr_days
    if isinstance(before, Bucket) and isinstance(after, Bucket):
        yield "the retention of noncurrent versions", before.noncurrent.expires_days, after.noncurrent.expires_days
        gone = after.lock.days.absent
        yield "the object lock", before.lock.days, default(0, "default_retention", after.where, "no lock") if gone else after.lock.days
        yield "soft delete", before.soft_delete_days, after.soft_delete_days
    if isinstance(before, Volume) and isinstance(after, Volume):
        yield "the retention of automatic backups", before.retention_days, after.retention_days
    if isinstance(before, Plan) and isinstance(after, Plan):
        new = {rule.address: rule for rule in after.rules}
        for rule in before.rules:
            if rule.address in new:
                yield PLAN_RETENTION, rule.delete_days, new[rule.address].delete_days
    if isinstance(before, Key) and isinstance(after, Key):
        yield "the key's deletion window", before.deletion_days, after.deletion_days
    if isinstance(before, Secret) and isinstance(after, Secret):
        yield "the secret's recovery window", before.recovery_days, after.recovery_days

"""The way a database is backed up cannot meet the RPO of its environment."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Database
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, failed, passed
from recoverable.rules.registry.questions import is_original
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_NUMBER, aurora, cloudsql, rds

DAILY = 1440

RULE = Rule(
    id="RCV006",
    name="rpo-out-of-reach",
    title="The backup mechanism can meet the RPO",
    severity=Severity.HIGH,
    applies_to=Database,
    why="An RPO is a promise about how much data may be lost; a mechanism that cannot keep it breaks it at the first fault.",
    facts=(
        (
            "RDS restores to any second up to LatestRestorableTime, typically within the last 5 minutes; daily snapshots alone lose up to 24 hours.",
            "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html",
        ),
    ),
    examples=(
        good(rds("backup_retention_period = 30")),
        bad(rds("backup_retention_period = 0")),
        bad(rds(), "absent"),
        good(aurora(), "default"),
        unsure(LATER + rds(f"backup_retention_period = {UNKNOWN_NUMBER}"), subject="aws_db_instance.orders"),
        bad(cloudsql("backup_configuration {\n  enabled = true\n}")),
    ),
    demand="rpo_minutes",
)


def check(database: Database, context: Context) -> Iterator[Answer]:
   """Asked where an RPO binds (prod by default)."""
   rpo = context.demands.rpo_minutes.value
   if rpo is None or "pitr" not in database.features or not is_original(database):
       return
   wanted = f"RPO of at most {rpo} minutes"
   if database.pitr.unknown:
       yield cannot_tell("Whether the RPO can be met", database.pitr, wanted)
       return
   reach = database.mechanism_rpo if database.pitr.is_true else None
   best = [rule.every_minutes.data for rule in database.plans if rule.every_minutes.known and rule.every_minutes.data is not None]
   best += [5 for rule in database.plans if rule.continuous.is_true]
   if database.backups.is_true:
       best.append(DAILY)
   candidates = ([reach] if reach is not None else []) + best
   if candidates and min(candidates) <= rpo:
       yield passed(f"{database.mechanism or 'backups'} can lose {min(candidates)} minutes at most", database.pitr, f"{min(candidates)} minutes", wanted)
   else:
       worst = f"up to {min(candidates)} minutes of data" if candidates else "everything"
       yield failed(
           f"a fault can lose {worst}, the RPO is {rpo} minutes",
           database.pitr,
           found=f"{min(candidates)} minutes" if candidates else "no backups",
           wanted=wanted,
           fix=database.fixes.get("pitr") or "Turn point-in-time recovery on.",
       )

"""The way a database is backed up cannot meet the RPO of its environment."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Database
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, failed, passed, unsure_because
from recoverable.rules.registry.backup_samples import kept, plan, rule, selection
from recoverable.rules.registry.plan_questions import CONTINUOUS_MINUTES, gap
from recoverable.rules.registry.questions import is_original
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_NUMBER, aurora, cloudsql, rds
from recoverable.rules.registry.store_samples import dynamodb, pitr, redshift

DAILY = 1440
PLAN_LEAST = 60
"""AWS Backup takes snapshots every hour at most."""
CONTINUOUS = plan(rule(kept(35) + "\nenable_continuous_backup = true"))

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
        good(dynamodb(pitr())),
        bad(redshift("automated_snapshot_retention_period = 35")),
        good(cloudsql("backup_configuration {\n  enabled = true\n}"), standard="[environments.prod]\nrpo_minutes = 1440\n"),
        bad(cloudsql("backup_configuration {\n  enabled = true\n}"), standard="[environments.prod]\nrpo_minutes = 1439\n"),
        unsure(LATER + redshift(f"automated_snapshot_retention_period = {UNKNOWN_NUMBER}"), subject="aws_redshift_cluster.facts"),
        good(rds() + CONTINUOUS + selection("resources = [aws_db_instance.orders.arn]"), subject="aws_db_instance.orders"),
        unsure(LATER + rds() + CONTINUOUS + selection("resources = [terraform_data.later.id]"), subject="aws_db_instance.orders"),
        unsure(
            LATER + dynamodb() + CONTINUOUS + selection("resources = [terraform_data.later.id]"),
            subject="aws_dynamodb_table.orders",
            standard="[environments.prod]\nrpo_minutes = 60\n",
        ),
        bad(
            LATER + dynamodb() + CONTINUOUS + selection("resources = [terraform_data.later.id]"),
            subject="aws_dynamodb_table.orders",
            standard="[environments.prod]\nrpo_minutes = 59\n",
        ),
        good(rds("backup_retention_period = 30") + rds(environment="dev", name="scratch")),
    ),
    demand="rpo_minutes",
)


def check(database: Database, context: Context) -> Iterator[Answer]:
    """Asked where an RPO binds (prod by default), of databases with point-in-time recovery and of those whose snapshots are all there is."""
    rpo = context.demands.rpo_minutes.value
    if rpo is None or not {"pitr", "rpo"} & database.features or not is_original(database):
        return
    wanted = f"RPO of at most {rpo} minutes"
    own = database.pitr if "pitr" in database.features else database.backups
    if own.unknown:
        yield cannot_tell("Whether the RPO can be met", own, wanted)
        return
    reach = [database.mechanism_rpo] if own.is_true and database.mechanism_rpo is not None else []
    reach += [found.data for rule in database.plans if (found := gap(rule, database)).known and found.data is not None]
    if database.backups.is_true:
        reach.append(DAILY)
    if reach and min(reach) <= rpo:
        yield passed(f"{database.mechanism or 'backups'} can lose {min(reach)} minutes at most", own, f"{min(reach)} minutes", wanted)
    elif database.plans_unknown and (rpo >= PLAN_LEAST or database.kind in CONTINUOUS_MINUTES):
        yield unsure_because(
            "whether a plan that backs it up often enough selects it cannot be known before apply", database.plans_unknown, own, wanted
        )
    else:
        worst = f"up to {min(reach)} minutes of data" if reach else "everything"
        yield failed(
            f"a fault can lose {worst}, the RPO is {rpo} minutes",
            own,
            found=f"{min(reach)} minutes" if reach else "no backups",
            wanted=wanted,
            fix=database.fixes.get("rpo") or database.fixes.get("pitr") or "Turn point-in-time recovery on.",
        )

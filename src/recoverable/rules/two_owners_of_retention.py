"""AWS Backup and the code both set how long a database keeps its automated backups."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Database
from recoverable.model.finding import Answer, Severity
from recoverable.model.values import Kind
from recoverable.rules.registry.answers import cannot_tell, days, failed, passed, unsure_because
from recoverable.rules.registry.backup_samples import kept, plan, rule, selection
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_FLAG, aurora, rds

DB = "aws_db_instance.orders"
KINDS = ("rds-instance", "rds-cluster", "aurora-cluster")
THIRTY = "backup_retention_period = 30"


def owned(database: str, on: str = "true", arn: str = f"{DB}.arn") -> str:
    """A database that a plan with continuous backup selects."""
    return database + plan(rule(kept(35) + f"\nenable_continuous_backup = {on}")) + selection(f"resources = [{arn}]")


RULE = Rule(
    id="RCV013",
    name="two-owners-of-retention",
    title="One owner sets how long automated backups are kept",
    severity=Severity.MEDIUM,
    applies_to=Database,
    why="Each apply fights with AWS Backup over the retention: the change is refused, or point-in-time recovery is cut short.",
    facts=(
        (
            "Continuous backup of AWS Backup takes over the automated backups of RDS and Aurora and sets their retention.",
            "https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery.html",
        ),
        (
            "Changing backup_retention_period of a cluster that AWS Backup owns is refused.",
            "https://github.com/terraform-aws-modules/terraform-aws-rds-aurora/pull/411",
        ),
    ),
    examples=(
        good(owned(rds(THIRTY), "false"), subject=DB),
        bad(owned(rds(THIRTY)), subject=DB),
        bad(owned(rds("backup_retention_period = 0")), subject=DB),
        good(owned(rds()), "absent", subject=DB),
        good(owned(aurora(), arn="aws_rds_cluster.orders.arn"), "default", subject="aws_rds_cluster.orders"),
        unsure(LATER + owned(rds(THIRTY), UNKNOWN_FLAG), subject=DB),
        good(
            owned(rds(THIRTY), "false") + rds(THIRTY, name="scratch"),
            only=("hcl", "plan"),
            why_only="a preview does not say which ARN is selected",
        ),
        good(owned(rds('snapshot_identifier = "rds:orders-2026-11-01"')), "other", subject=DB),
        good(
            owned(rds(f"{THIRTY}\nlifecycle {{\n  ignore_changes = [backup_retention_period]\n}}")),
            "other",
            subject=DB,
            only=("hcl",),
            why_only="a plan does not say what the code ignores",
        ),
        bad(owned(rds(f"{THIRTY}\nlifecycle {{\n  ignore_changes = [tags]\n}}")), subject=DB),
    ),
)


def check(database: Database, context: Context) -> Iterator[Answer]:
    """Asked of RDS and Aurora in a backup plan; a retention that the code ignores changes of has one owner."""
    if database.kind not in KINDS or not (database.plans or database.plans_unknown):
        return
    retention, wanted = database.retention_days, "backup_retention_period left to AWS Backup, or a plan without continuous backup"
    owner = next((rule for rule in database.plans if rule.continuous.is_true), None)
    doubt = next((rule.continuous for rule in database.plans if rule.continuous.unknown), None)
    if retention.kind in (Kind.DEFAULT, Kind.ABSENT) or _ignored(database):
        if database.plans:
            yield passed("only the backup plan sets the retention", retention, "not set in code", wanted)
    elif owner is not None and retention.note.startswith("backup_retention_period is taken over"):
        yield passed("only the backup plan sets the retention", retention, "not set in code", wanted)
    elif owner is not None:
        yield failed(
            f"the code sets backup_retention_period and backup plan {owner.plan} has continuous backup: both own the retention",
            retention,
            found=f"{days(retention)} and {days(owner.delete_days)}",
            wanted=wanted,
            fix="Leave backup_retention_period out (or ignore its changes), or set enable_continuous_backup = false in the plan.",
        )
    elif doubt is not None:
        yield cannot_tell("Whether the backup plan has continuous backup", doubt, wanted)
    elif not database.plans:
        yield unsure_because(
            "whether a plan with continuous backup selects it cannot be known before apply", database.plans_unknown, retention, wanted
        )
    else:
        yield passed("the backup plan takes snapshots only", retention, days(retention), wanted)


def _ignored(database: Database) -> bool:
    """Whether ``ignore_changes`` names the retention, which only HCL shows."""
    meta = database.raw.attrs.get("lifecycle_meta") if database.raw is not None else None
    ignored = meta.get("ignore_changes") if isinstance(meta, dict) else None
    return isinstance(ignored, (list, str)) and ("all" in ignored or "backup_retention_period" in ignored)

"""A store that needs a backup plan is selected by none."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Bucket, Database, Store, Volume
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, failed, passed, unsure_because
from recoverable.rules.registry.backup_samples import plan, selection
from recoverable.rules.registry.plan_questions import keeps_itself, missing_module
from recoverable.rules.registry.questions import is_original
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, rds, resource, s3
from recoverable.rules.registry.store_samples import ebs, efs, efs_backups

DB = "aws_db_instance.orders"
FILES = "aws_efs_file_system.files"
PLANNED = {
    "backup-plan": frozenset(
        {"rds-instance", "rds-cluster", "aurora-cluster", "docdb-cluster", "neptune-cluster", "dynamodb-table", "redshift-cluster"}
    ),
    "gcp-backup-plan": frozenset({"cloudsql-instance"}),
}
SHORT = rds("backup_retention_period = 7") + plan()


def tagged(key: str, value: str) -> str:
    """A selection by one tag."""
    return selection(f'selection_tag {{\n  type = "STRINGEQUALS"\n  key = "{key}"\n  value = {value}\n}}')


GCP_PLAN = resource(
    "google_backup_dr_backup_plan",
    "main",
    'location = "europe-west1"\nbackup_plan_id = "main"\nresource_type = "sqladmin.googleapis.com/Instance"\n'
    'backup_vault = "projects/acme/locations/europe-west1/backupVaults/main"\nbackup_rules {\n  rule_id = "daily"\n  backup_retention_days = 30\n'
    '  standard_schedule {\n    recurrence_type = "DAILY"\n    time_zone = "UTC"\n    backup_window {\n      start_hour_of_day = 0\n      end_hour_of_day = 24\n    }\n  }\n}',
)

RULE = Rule(
    id="RCV108",
    name="store-not-in-backup-plan",
    title="A store that keeps no sufficient backups of its own is in a backup plan",
    severity=Severity.HIGH,
    applies_to=Store,
    why="A selection that misses a store, by a mistyped tag or a forgotten ARN, leaves it without backups and says nothing.",
    facts=(
        (
            "Resources are selected by ARN, ARN pattern or tag. resources and tags are OR inside, conditions are AND; keys and values are case-sensitive.",
            "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html",
        ),
        (
            "A type whose opt-in is off in the region is not selected by tag; Aurora, Neptune and DocumentDB not even by ARN.",
            "https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html",
        ),
    ),
    examples=(
        good(SHORT + selection(f"resources = [{DB}.arn]"), subject=DB),
        good(SHORT + selection('resources = ["arn:aws:rds:*:*:db:*"]'), subject=DB),
        good(SHORT + tagged("environment", '"prod"'), subject=DB),
        bad(SHORT + selection('resources = ["arn:aws:rds:*:*:cluster:*"]'), subject=DB),
        bad(SHORT + tagged("Environment", '"prod"'), subject=DB),
        bad(SHORT, "absent", subject=DB),
        good(SHORT + selection(""), "default", subject=DB),
        unsure(LATER + SHORT + tagged("environment", "terraform_data.later.id"), subject=DB),
        good(efs() + plan() + tagged("environment", '"prod"'), subject=FILES),
        good(efs() + efs_backups(), "other", subject=FILES),
        bad(efs() + plan() + selection('resources = ["arn:aws:ec2:*:*:volume/*"]'), subject=FILES),
        bad(ebs(), "absent"),
        unsure(efs() + plan() + selection('resources = ["arn:aws:elasticfilesystem:*:*:file-system/fs-0a1b2c3d"]'), subject=FILES),
        good(SHORT + selection(f"resources = [{DB}.arn]") + s3()),
        unsure(
            SHORT + 'module "backups" {\n  source = "terraform-aws-modules/backup/aws"\n  version = "1.0.0"\n}\n',
            subject=DB,
            only=("hcl",),
            why_only="a plan has the module's resources",
        ),
        good(SHORT + selection(f"resources = [{DB}.arn]") + GCP_PLAN, subject=DB),
    ),
    demand="backup_retention_days",
)


def check(store: Store, context: Context) -> Iterator[Answer]:
    """Volumes are always asked, databases only beside plans and where their own backups surely fall short (``retention-too-short`` speaks of the rest); buckets keep versions instead."""
    if not is_original(store) or isinstance(store, Bucket) or (isinstance(store, Database) and not _beside_plans(store, context)):
        return
    need = context.demands.backup_retention_days.value
    wanted = "selected by a backup plan"
    own = store.own_backups.is_true if isinstance(store, Volume) else keeps_itself(store, need)
    if store.plans:
        yield passed(f"backup plan {store.plans[0].plan} selects it", found=store.plans[0].plan, wanted=wanted)
    elif own is True and isinstance(store, Volume):
        yield passed("it has automatic backups of its own", store.own_backups, wanted=wanted)
    elif isinstance(store, Database) and own is not False:
        return
    elif store.plans_unknown:
        yield unsure_because("whether a backup plan selects it cannot be known before apply", store.plans_unknown, wanted=wanted)
    elif isinstance(store, Volume) and store.own_backups.unknown:
        yield cannot_tell("Whether it has automatic backups", store.own_backups, wanted)
    elif missing := context.estate.partial or missing_module(context, "backup", "dlm", "snapshot"):
        yield unsure_because("whether a backup plan selects it cannot be known", missing, wanted=wanted)
    else:
        yield failed(
            "no backup plan selects it and it has no backups of its own"
            if isinstance(store, Volume)
            else f"its own backups are not kept {need} days and no backup plan selects it",
            found="in no backup plan",
            wanted=wanted,
            fix=store.fixes.get("plan", "") or "Add its ARN, or one of its tags, to the selection of a backup plan.",
            severity=None if isinstance(store, Volume) else Severity.MEDIUM,
        )


def _beside_plans(database: Database, context: Context) -> bool:
    """Whether the input has plans of a service that can back this kind of database up."""
    return any(database.kind in PLANNED.get(plan.kind, ()) for plan in context.estate.plans)

"""Nothing listens to failed backups of a store."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Bucket, Database, Store
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import failed, passed, unsure_because
from recoverable.rules.registry.backup_samples import failed_jobs, plan, rule, selection, vault
from recoverable.rules.registry.plan_questions import vault_of, who_hears
from recoverable.rules.registry.questions import is_original, severity_here
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, TARGETS, aurora, copied_by, copying, gcs, rds, resource
from recoverable.rules.registry.store_samples import ebs

DB = "aws_db_instance.orders"
KEPT = rds("backup_retention_period = 30")
NATIVE = {
    "rds-instance": "rds",
    "rds-cluster": "aurora",
    "aurora-cluster": "aurora",
    "docdb-cluster": "docdb",
    "neptune-cluster": "neptune",
    "redshift-cluster": "redshift",
    "cloudsql-instance": "cloudsql",
    "alloydb-cluster": "alloydb",
}
FIXES = {
    "rds": 'Add an aws_db_event_subscription with source_type = "db-instance" and event_categories = ["backup", "failure"].',
    "aurora": 'Add an aws_db_event_subscription with source_type = "db-cluster" and event_categories = ["failure"], or an EventBridge rule on aws.rds.',
    "cloudsql": "Add a google_monitoring_alert_policy on failed cloudsql.instances.automatedBackup, with a notification channel.",
    "aws-backup": "Add an EventBridge rule on aws.backup for failed jobs, with a target.",
    "s3-replication": 'Add an aws_s3_bucket_notification for "s3:Replication:OperationFailedReplication".',
}


def subscription(body: str) -> str:
    """An RDS event subscription."""
    return resource(
        "aws_db_event_subscription", "backups", f'name = "backups"\nsns_topic = "arn:aws:sns:eu-west-1:123456789012:backups"\n{body}'
    )


IN_FOREIGN_VAULT = ebs() + plan() + selection("resources = [aws_ebs_volume.data.arn]")
TRANSFERRED = gcs(name="copy") + resource(
    "google_storage_transfer_job",
    "copy",
    'description = "copy"\nreplication_spec {\n  gcs_data_source {\n    bucket_name = google_storage_bucket.uploads.name\n  }\n'
    "  gcs_data_sink {\n    bucket_name = google_storage_bucket.copy.name\n  }\n}",
)

RULE = Rule(
    id="RCV090",
    name="backup-failure-unheard",
    title="Somebody hears when backups of the store fail",
    severity=Severity.MEDIUM,
    applies_to=Store,
    why="Backups stop quietly: a full disk, a missing permission, a changed key. Somebody has to hear it before the restore.",
    facts=(
        (
            "RDS sends its events to event subscriptions, by source type and category (backup, failure), and to EventBridge, best effort.",
            "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html",
        ),
        (
            "S3 sends failed replication to bucket notifications and, with metrics on, to CloudWatch as OperationsFailedReplication.",
            "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-metrics-events.html",
        ),
    ),
    examples=(
        good(KEPT + subscription('source_type = "db-instance"\nevent_categories = ["backup", "failure"]'), subject=DB),
        bad(KEPT + subscription('source_type = "db-instance"\nevent_categories = ["maintenance"]'), subject=DB),
        bad(KEPT + subscription('source_type = "db-cluster"'), subject=DB),
        bad(KEPT + subscription('source_type = "db-instance"\nsource_ids = ["invoices"]'), subject=DB),
        bad(KEPT + subscription("enabled = false"), subject=DB),
        bad(KEPT, "absent"),
        good(KEPT + subscription(""), "default", subject=DB),
        bad(aurora(), "default"),
        unsure(LATER + KEPT + subscription('source_type = "db-instance"\nevent_categories = [terraform_data.later.id]'), subject=DB),
        good(KEPT + subscription("") + rds(name="scratch")),
        good(KEPT + subscription("") + ebs()),
        bad(IN_FOREIGN_VAULT, "other", subject="aws_ebs_volume.data"),
        good(IN_FOREIGN_VAULT + failed_jobs(), "other", subject="aws_ebs_volume.data"),
        good(
            KEPT
            + subscription("")
            + vault()
            + ebs()
            + plan(rule(target="aws_backup_vault.main.name"))
            + selection("resources = [aws_ebs_volume.data.arn]")
        ),
        bad(
            copied_by(copying("far"), copying("near", priority=2).replace("Enabled", "Disabled", 1)) + TARGETS,
            "other",
            subject="aws_s3_bucket.uploads",
        ),
        good(KEPT + subscription("") + gcs() + TRANSFERRED),
        bad(copied_by(copying("far")) + TARGETS, "other", subject="aws_s3_bucket.uploads"),
    ),
)


def check(store: Store, context: Context) -> Iterator[Answer]:
    """Asked of stores with backups or replication; what only a vault of this input backs up is asked of the vault."""
    family = _family(store, context)
    if not family or not is_original(store):
        return
    wanted = "failures are told to somebody"
    what = "replication" if family == "s3-replication" else "backups"
    heard = who_hears(context, family, store)
    if heard.alarm is not None:
        yield passed(f"{heard.alarm.address} hears failed {what}", found=heard.alarm.address, wanted=wanted)
    elif heard.doubt:
        yield unsure_because(f"whether failed {what} are heard cannot be known before apply", heard.doubt, wanted=wanted)
    else:
        severity = Severity.LOW if family == "s3-replication" else severity_here(context, RULE.severity)
        why = f": {heard.deaf}" if heard.deaf else ""
        yield failed(
            f"nothing hears when its {what} {'fails' if family == 's3-replication' else 'fail'}{why}",
            found="no alarm",
            wanted=wanted,
            fix=FIXES.get(family, "Add an alarm on failed backups."),
            severity=severity,
        )


def _family(store: Store, context: Context) -> str:
    """What has to be heard of a store; "" where nothing can fail, or another rule asks."""
    if isinstance(store, Bucket):
        return "s3-replication" if store.kind == "s3-bucket" and any(replica.enabled.is_true for replica in store.replicas) else ""
    if isinstance(store, Database) and store.backups.is_true and store.kind in NATIVE:
        return NATIVE[store.kind]
    elsewhere = [rule for rule in store.plans if rule.kind == "backup-plan-rule" and vault_of(rule.vault, context) is None]
    return "aws-backup" if elsewhere else ""

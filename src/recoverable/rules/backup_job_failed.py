"""The newest backup job of a store did not succeed."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.finding import Answer, Severity
from recoverable.model.live import LiveStore
from recoverable.rules.registry.answers import failed, passed, unsure_because
from recoverable.rules.registry.live_samples import ONLY, live
from recoverable.rules.registry.plan_questions import apart
from recoverable.rules.registry.questions import severity_here
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, cloudsql, rds

KEPT = rds("backup_retention_period = 30")
SQL, SQL_ADDRESS = cloudsql("backup_configuration {\n  enabled = true\n}"), "google_sql_database_instance.orders"

RULE = Rule(
    id="RCV204",
    name="backup-job-failed",
    title="The newest backup job of the store succeeded",
    severity=Severity.HIGH,
    applies_to=LiveStore,
    why="One failed job is a gap; the first of many looks just the same.",
    facts=(
        (
            "A job ends as COMPLETED, PARTIAL, FAILED, EXPIRED (it did not start in its window) or ABORTED.",
            "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupJob.html",
        ),
    ),
    examples=(
        good(KEPT + live('job = "COMPLETED"\njob_minutes = 60'), **ONLY),
        bad(KEPT + live('job = "FAILED"\njob_minutes = 60'), **ONLY),
        bad(KEPT + live('job = "EXPIRED"\njob_minutes = 60'), **ONLY),
        bad(KEPT + live('job = "PARTIAL"'), "other", **ONLY),
        bad(rds("backup_retention_period = 30", "dev") + live('job = "FAILED"\njob_minutes = 60'), **ONLY),
        bad(SQL + live('job = "FAILED"\njob_minutes = 60', SQL_ADDRESS), subject=SQL_ADDRESS, **ONLY),
        unsure(LATER + KEPT + live("job = terraform_data.later.id"), **ONLY),
    ),
)

FIX = "See the job's message (aws backup describe-backup-job), mend its cause, and start it again."
FIXES = {"cloudsql-instance": "See the run's error (gcloud sql backups list --instance NAME), mend its cause, and back it up by hand."}


def check(live: LiveStore, context: Context) -> Iterator[Answer]:
    """Asked of every store that had a job in the last 30 days."""
    value, wanted = live.job, "COMPLETED"
    if value.absent:
        return
    if value.unknown:
        yield unsure_because("how its newest backup job ended cannot be known", value.note, wanted=wanted)
        return
    ago = f" {apart(live.job_age.data or 0)} ago" if live.job_age.known else ""
    if value.data == wanted:
        yield passed(f"its newest backup job succeeded{ago}", value, wanted=wanted)
    else:
        yield failed(
            f"its newest backup job ended as {value.data}{ago}",
            value,
            wanted=wanted,
            fix=FIXES.get(live.kind, FIX),
            severity=severity_here(context, RULE.severity),
        )

"""Cloud SQL instances, the runs of their backups, and how far back and how near they can be restored."""

from __future__ import annotations

import datetime
from functools import partial
from typing import Any

from recoverable.audit.google.keys import Keys
from recoverable.audit.google.projects import Project
from recoverable.audit.resources import Found
from recoverable.audit.web.client import Json
from recoverable.audit.web.resources import age, block, known_or, moment, raw, reach, store_fact, table
from recoverable.audit.web.sweep import Task
from recoverable.model.raw import RawResource
from recoverable.model.values import Unknown

KIND = "google_sql_database_instance"
ASSOCIATION = "google_backup_dr_backup_plan_association"
ELSEWHERE = "ON_PREMISES_INSTANCE"
"""Stands for a server outside of Google that is replicated from: none of Cloud SQL's own."""
GOOD = "SUCCESSFUL"
BAD = frozenset({"FAILED", "OVERDUE"})
NOT_ENDED = frozenset({"ENQUEUED", "RUNNING"})
NO_JOB = frozenset({"SKIPPED", "DELETION_PENDING", "DELETION_FAILED", "DELETED"})
"""Skipped without problems (an idle instance), or a backup that is taken away: neither a good run nor a bad one."""
COMPLETED = "COMPLETED"
"""The word of rules and alerts for a job that went well."""
REACH = datetime.timedelta(days=30)
"""A run that is older says nothing of today's: backups were off since."""
RUNNABLE, STOPPED_STATES = "RUNNABLE", frozenset({"FAILED", "SUSPENDED"})


def address_of(project: str, name: str) -> str:
    """The full resource name of an instance."""
    return f"//cloudsql.googleapis.com/projects/{project}/instances/{name}"


def read_instances(project: Project, found: Found, keys: Keys, now: datetime.datetime) -> list[Task]:
    """Every instance; gives the tasks that ask for its backups."""
    items = [item for item in project.pages("sql", "instances", project=project.account) if item.get("instanceType") != ELSEWHERE]
    for item in items:
        key, version = table(item.get("diskEncryptionConfiguration")), table(item.get("diskEncryptionStatus"))
        keys.use(key.get("kmsKeyName"), version.get("kmsKeyVersionName"))
    return [partial(_read, project, found, item, now) for item in items]


def _read(project: Project, found: Found, item: Json, now: datetime.datetime) -> None:
    settings, name = table(item.get("settings")), str(item["name"])
    address = address_of(project.account, name)
    facts: Json = {"age_minutes": age(item.get("createTime"), now)}
    place = table(settings.get("backupConfiguration")).get("location")
    if item.get("masterInstanceName"):
        facts["replication"] = [_replication(address, item, settings)]
    else:
        runs = project.pages("sql", "backupRuns", name, project=project.account, instance=name)
        facts |= _of_runs(runs.items, now) if runs.gap is None else {"backup_minutes": runs.gap, "job": runs.gap}
        facts |= _times(project, name, table(settings.get("backupConfiguration")), now)
        place = place or _lies_in(runs.items)
    found.add(_instance(project, address, item, settings, place))
    found.add(store_fact(address, address, {key: value for key, value in facts.items() if value is not None}))
    if table(settings.get("backupConfiguration")).get("backupTier") == "ENHANCED":
        # A plan of the Backup and DR Service keeps its backups, which the audit does not read.
        found.add(raw(ASSOCIATION, f"{address}#plan", resource=name, backup_plan="the Backup and DR Service's"))


def _instance(project: Project, address: str, item: Json, settings: Json, place: Any) -> RawResource:
    """The instance as a plan would show it. What the API leaves out of a switch is off."""
    backup = table(settings.get("backupConfiguration"))
    kept = table(backup.get("backupRetentionSettings"))
    final = table(settings.get("finalBackupConfig"))
    source = item.get("masterInstanceName")
    return raw(
        KIND,
        address,
        id=address,
        name=item["name"],
        project=project.account,
        region=item.get("region"),
        database_version=item.get("databaseVersion"),
        instance_type=item.get("instanceType"),
        master_instance_name=str(source).rsplit(":", 1)[-1] if source else None,
        encryption_key_name=table(item.get("diskEncryptionConfiguration")).get("kmsKeyName"),
        settings=[
            block(
                tier=settings.get("tier"),
                edition=settings.get("edition"),
                availability_type=settings.get("availabilityType"),
                deletion_protection_enabled=bool(settings.get("deletionProtectionEnabled")),
                retain_backups_on_delete=bool(settings.get("retainBackupsOnDelete")),
                user_labels=table(settings.get("userLabels")),
                final_backup_config=[block(enabled=bool(final.get("enabled")), retention_days=final.get("retentionDays"))],
                backup_configuration=[
                    block(
                        enabled=bool(backup.get("enabled")),
                        point_in_time_recovery_enabled=bool(backup.get("pointInTimeRecoveryEnabled")),
                        binary_log_enabled=bool(backup.get("binaryLogEnabled")),
                        location=place,
                        transaction_log_retention_days=backup.get("transactionLogRetentionDays"),
                        backup_retention_settings=[
                            block(retained_backups=kept.get("retainedBackups"), retention_unit=kept.get("retentionUnit"))
                        ]
                        if kept
                        else None,
                    )
                ],
            )
        ],
    )


def _replication(address: str, item: Json, settings: Json) -> Json:
    """How a read replica stands, as it says itself."""
    state = str(item.get("state") or "")
    if settings.get("databaseReplicationEnabled") is False:
        return {"target": address, "status": "switched off", "fine": False}
    if state == RUNNABLE or state in STOPPED_STATES:
        return {"target": address, "status": state.lower(), "fine": state == RUNNABLE}
    return {"target": address, "status": state.lower() or "unknown", "fine": Unknown("state", f"it is {state or 'not told'}")}


def _of_runs(runs: list[Json], now: datetime.datetime) -> Json:
    """The newest good run, and how the newest one of the last 30 days ended. A word or time that nobody here knows is not known."""
    ended: list[tuple[datetime.datetime, str]] = []
    for run in runs:
        status, time = str(run.get("status") or ""), _ended(run)
        if status not in NOT_ENDED | NO_JOB:
            ended.append((time or now, status if time else ""))
    facts: Json = {}
    good = [time for time, status in ended if status == GOOD]
    strange = [status for _, status in ended if status not in {GOOD, *BAD}]
    if good:
        facts["backup_minutes"] = _minutes(max(good), now)
    elif strange:
        facts["backup_minutes"] = Unknown("its backup runs", f"{strange[0] or 'no time'} is not known here")
    if ended and now - max(ended)[0] <= REACH:
        time, status = max(ended)
        if status in {GOOD, *BAD}:
            facts |= {"job": COMPLETED if status == GOOD else status, "job_minutes": _minutes(time, now)}
        else:
            facts["job"] = Unknown("its newest backup run", f"{status or 'no time'} is not known here")
    return facts


def _ended(run: Json) -> datetime.datetime | None:
    """When a run ended, or, where it never began, when it should have."""
    return next((time for name in ("endTime", "startTime", "enqueuedTime", "windowStartTime") if (time := moment(run.get(name)))), None)


def _lies_in(runs: list[Json]) -> str | None:
    """Where the newest good backup lies, which nobody chose."""
    good = [(time, str(run["location"])) for run in runs if run.get("status") == GOOD and run.get("location") and (time := _ended(run))]
    return max(good)[1] if good else None


def _times(project: Project, name: str, backup: Json, now: datetime.datetime) -> Json:
    """The earliest and latest time to restore to, where point-in-time recovery is on."""
    if not (backup.get("pointInTimeRecoveryEnabled") or backup.get("binaryLogEnabled")):
        return {}
    said = project.one("sql", "recoveryTimes", name, project=project.account, instance=name)
    if said is None or isinstance(said, Unknown):
        return {} if said is None else {"lag_minutes": said, "window_minutes": said}
    return {
        "lag_minutes": known_or(age(said.get("latestRecoveryTime"), now), "latestRecoveryTime"),
        "window_minutes": known_or(reach(said.get("earliestRecoveryTime"), now), "earliestRecoveryTime"),
    }


def _minutes(time: datetime.datetime, now: datetime.datetime) -> int:
    return age(time.isoformat(), now) or 0

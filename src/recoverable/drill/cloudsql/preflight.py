"""What can be known of a Cloud SQL instance before anything is made."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.drill.cloudsql.api import CloudSqlApi
from recoverable.drill.cloudsql.instance_copy import TOKENS_OFF, is_on_a_private_network, takes_tokens
from recoverable.drill.cloudsql.refusals import explain
from recoverable.drill.cloudsql.settings import BACKUP, IAM
from recoverable.drill.cloudsql.times import time_of
from recoverable.drill.contract import Check, RestoreWindow, Store, TransientError
from recoverable.drill.rest.client import Json, RefusedError
from recoverable.drill.target import RecoveryTarget, TargetKind
from recoverable.drill.verdict import RungVerdict

SUCCESSFUL = "SUCCESSFUL"
ALARMING = ("OVERDUE", "SKIPPED", "FAILED", "DELETION_FAILED")


def source_of(api: CloudSqlApi, store: Store) -> Json:
    """The instance that is to be restored.

    Raises:
        RestoreFailedError: Cloud SQL refuses.
        TransientError: the answer is not whole.
    """
    project, name = store.settings["project"], store.settings["instance"]
    try:
        found = api.instance(project, name)
    except RefusedError as error:
        raise explain(f"the instance {project}/{name} cannot be read", error) from None
    if not isinstance(found.get("settings"), dict):
        raise TransientError("Cloud SQL described the instance without its settings")
    return found


def newest_backup(api: CloudSqlApi, store: Store) -> Json | None:
    """The newest successful backup; None where there is none."""
    try:
        runs = api.backups(store.settings["project"], store.settings["instance"])
    except RefusedError as error:
        raise explain("the backups cannot be listed", error) from None
    done = [each for each in runs if each.get("status") == SUCCESSFUL and each.get("endTime") and each.get("id")]
    return max(done, key=lambda each: time_of(each["endTime"]), default=None)


def window(api: CloudSqlApi, store: Store) -> RestoreWindow:
    """What can be restored: the newest backup, or any time that point-in-time recovery reaches."""
    project, name = store.settings["project"], store.settings["instance"]
    source_of(api, store)
    if store.settings["restore"] == BACKUP:
        newest = newest_backup(api, store)
        stop = time_of(newest["endTime"]) if newest else None
        return RestoreWindow(stop, stop, f"{project}/{name}/{newest['id']}" if newest else "")
    try:
        found = api.recovery_times(project, name)
    except RefusedError as error:
        raise explain("point-in-time recovery cannot be asked for its times", error) from None
    if not found.get("latestRecoveryTime") or not found.get("earliestRecoveryTime"):
        return RestoreWindow(None, None, f"{project}/{name}")
    return RestoreWindow(time_of(found["earliestRecoveryTime"]), time_of(found["latestRecoveryTime"]), f"{project}/{name}")


def checks(api: CloudSqlApi, store: Store, target: RecoveryTarget) -> Iterator[Check]:
    """State, database version, network, backups, database."""
    settings = store.settings
    source = source_of(api, store)
    version = str(source.get("databaseVersion"))
    runnable = source.get("state") == "RUNNABLE" and version.startswith("POSTGRES")
    said = f"{settings['project']}/{settings['instance']} is {source.get('state')}, {version}, {source.get('region')}"
    yield _check("cloudsql-instance", runnable, said, f"{said}: a drill needs a PostgreSQL instance that runs")
    private = is_on_a_private_network(source)
    yield _check(
        "private-address",
        private or settings["allow_public"],
        "the copy gets a private address alone" if private else "the source has no private network; allow_public is set",
        "the source has no private network, so its copy would have a public address alone. Give it private IP, or set allow_public = true",
    )
    if settings["restore"] == BACKUP and target.kind is not TargetKind.LATEST:
        yield _check("recovery-target", False, "", f"{target} cannot be reached from a backup: it has one time, its own. Use latest")
    if settings["login"] == IAM:
        yield _check("iam-login", takes_tokens(source), "the source takes IAM logins", f"the source takes no IAM logins. {TOKENS_OFF}")
    newest = newest_backup(api, store)
    stale = _alarming(api, store)
    done = f"the newest successful backup ended at {newest['endTime']}" if newest else "there is no successful backup"
    yield _check("backups", newest is not None and not stale, done, f"{done}{f'; the newest run is {stale}' if stale else ''}")
    try:
        there = api.databases(settings["project"], settings["instance"])
    except RefusedError as error:
        yield _check("database", False, "", str(explain("its databases cannot be listed", error)))
        return
    wanted = settings["database"]
    yield _check("database", wanted in there, f"{wanted} is there", f"there is no database {wanted}; it has {', '.join(sorted(there))}")


def _alarming(api: CloudSqlApi, store: Store) -> str:
    """The status of the newest run where it is one to be woken for."""
    runs = api.backups(store.settings["project"], store.settings["instance"])
    dated = [each for each in runs if each.get("windowStartTime") or each.get("startTime")]
    last = max(dated, key=lambda each: time_of(each.get("startTime") or each["windowStartTime"]), default={})
    status = str(last.get("status"))
    return status if status in ALARMING else ""


def _check(name: str, holds: bool, well: str, badly: str) -> Check:
    return Check(name, RungVerdict.PASS if holds else RungVerdict.FAIL, well if holds else badly)

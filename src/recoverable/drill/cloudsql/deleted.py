"""What is kept of an instance that was deleted: its backups, with the settings that it had, and the times that its log reaches.

Of an instance's name there may have been several; each is known by the time of its deletion, and so are its backups and its log
(https://cloud.google.com/sql/docs/postgres/backup-recovery/manage-backups-deleted-instance).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from recoverable.drill.cloudsql.api import CloudSqlApi
from recoverable.drill.cloudsql.instance_copy import TOKENS_OFF, is_on_a_private_network, takes_tokens
from recoverable.drill.cloudsql.refusals import explain
from recoverable.drill.cloudsql.settings import IAM, RETAINED_BACKUP
from recoverable.drill.cloudsql.times import time_of
from recoverable.drill.contract import Check, RestoreFailedError, RestoreWindow, Store, TransientError
from recoverable.drill.rest.client import Json, RefusedError
from recoverable.drill.target import RecoveryTarget, TargetKind
from recoverable.drill.verdict import RungVerdict

SUCCESSFUL, FINAL = "SUCCESSFUL", "FINAL"
ALARMING = ("FAILED", "DELETION_FAILED")
FIX = "Look with `gcloud sql backups list`: backups must be retained after the deletion, or a final one taken with it."


@dataclass(frozen=True, slots=True)
class Deleted:
    """One instance that was deleted: when, in Google's own words ("" where only its final backup is kept, and does not say), and its backups."""

    deleted: str
    backups: tuple[Json, ...]

    @property
    def newest(self) -> Json | None:
        """The newest backup that succeeded; None where there is none."""
        done = [each for each in self.backups if each.get("state") == SUCCESSFUL]
        return max(done, key=end_of, default=None)

    @property
    def trouble(self) -> str:
        """The state of the newest backup where it is one to be woken for."""
        last = max(self.backups, key=lambda each: _times(each)[0], default={})
        state = str(last.get("state"))
        return f"{last.get('type')} {state}" if state in ALARMING else ""

    def instance(self) -> Json:
        """The instance as it was, from its newest backup.

        Raises:
            RestoreFailedError: no backup says it: nothing is made whose network nobody knows.
        """
        found = (self.newest or {}).get("instanceSettings")
        if not isinstance(found, dict) or not isinstance(found.get("settings"), dict) or not found.get("region"):
            raise RestoreFailedError("no backup says what settings the deleted instance had", FIX)
        # The version that the backup was made at is what it can be restored to.
        version = (self.newest or {}).get("databaseVersion") or found.get("databaseVersion")
        return {**found, "databaseVersion": version}


def end_of(backup: Json) -> datetime.datetime:
    """Of what time the data are at the latest."""
    return _times(backup)[1]


def start_of(backup: Json) -> datetime.datetime:
    """Up to this time every write is in the backup."""
    return _times(backup)[0]


def find(api: CloudSqlApi, store: Store, now: datetime.datetime) -> Deleted:
    """The deleted instance that the settings mean: the one of ``deleted_at``, else the last one that had the name.

    Raises:
        RestoreFailedError: nothing is kept of it, or Cloud SQL refuses.
        TransientError: nobody answered.
    """
    project, name, wanted = store.settings["project"], store.settings["instance"], store.settings["deleted_at"]
    try:
        listed = api.retained_backups(project)
    except RefusedError as error:
        raise explain("the backups of the project cannot be listed", error) from None
    mine = [each for each in listed if each.get("instance") == name and _is_kept(each, now)]
    mine = [each for each in mine if each.get("instanceDeletionTime") or each.get("type") == FINAL]  # the others' instance lives
    if wanted:
        mine = [each for each in mine if each.get("instanceDeletionTime") and time_of(each["instanceDeletionTime"]) == wanted]
    if not mine:
        when = f" at {wanted.isoformat()}" if wanted else ""
        raise RestoreFailedError(f"no backup is kept of an instance {project}/{name} that was deleted{when}", FIX)
    last = max(mine, key=_deletion)
    same = tuple(each for each in mine if each.get("instanceDeletionTime") == last.get("instanceDeletionTime"))
    return Deleted(str(last.get("instanceDeletionTime") or ""), same)


def window(api: CloudSqlApi, store: Store, now: datetime.datetime) -> RestoreWindow:
    """The newest backup's time, or any time that the log of the deleted instance reaches."""
    found = find(api, store, now)
    if store.settings["restore"] == RETAINED_BACKUP:
        newest = found.newest
        stop = end_of(newest) if newest else None
        return RestoreWindow(stop, stop, str(newest["name"]) if newest else "")
    project, name = store.settings["project"], store.settings["instance"]
    try:
        times = api.recovery_times(project, name, deletion_of(found))
    except RefusedError as error:
        raise explain("point-in-time recovery of the deleted instance cannot be asked for its times", error) from None
    label = f"{project}/{name} deleted at {found.deleted}"
    if not times.get("latestRecoveryTime") or not times.get("earliestRecoveryTime"):
        return RestoreWindow(None, None, label)
    return RestoreWindow(time_of(times["earliestRecoveryTime"]), time_of(times["latestRecoveryTime"]), label)


def deletion_of(found: Deleted) -> str:
    """When the instance was deleted, as its log is asked for.

    Raises:
        RestoreFailedError: no backup says it.
    """
    if not found.deleted:
        raise RestoreFailedError("no backup says when the instance was deleted, so its log cannot be asked for", FIX)
    return found.deleted


def checks(api: CloudSqlApi, store: Store, target: RecoveryTarget, now: datetime.datetime) -> Iterator[Check]:
    """What was kept, of what kind, until when, and in what network the copy will be. Databases cannot be asked for."""
    settings = store.settings
    found = find(api, store, now)
    source = found.instance()
    version = str(source.get("databaseVersion"))
    said = (
        f"{settings['project']}/{settings['instance']}, deleted at {found.deleted or 'an unknown time'}, was {version}, {source['region']}"
    )
    yield _check("cloudsql-instance", version.startswith("POSTGRES"), said, f"{said}: a drill needs a PostgreSQL instance")
    private = is_on_a_private_network(source)
    yield _check(
        "private-address",
        private or settings["allow_public"],
        "the copy gets a private address alone" if private else "the instance had no private network; allow_public is set",
        "the instance had no private network, so its copy would have a public address alone; set allow_public = true to reach it there",
    )
    if settings["restore"] == RETAINED_BACKUP and target.kind is not TargetKind.LATEST:
        yield _check("recovery-target", False, "", f"{target} cannot be reached from a backup: it has one time, its own. Use latest")
    if settings["login"] == IAM:
        yield _check("iam-login", takes_tokens(source), "the instance took IAM logins", f"the instance took no IAM logins. {TOKENS_OFF}")
    newest = found.newest
    kept = f", {newest.get('type')}, kept until {newest.get('expiryTime') or 'somebody deletes it'}" if newest else ""
    done = f"the newest successful backup is of {end_of(newest).isoformat()}{kept}" if newest else "there is no successful backup"
    trouble = f"; the newest is {found.trouble}" if found.trouble else ""
    yield _check("backups", newest is not None and not trouble, done, done + trouble)


def _is_kept(backup: Json, now: datetime.datetime) -> bool:
    return not backup.get("expiryTime") or time_of(backup["expiryTime"]) > now


def _deletion(backup: Json) -> datetime.datetime:
    """A final backup that does not say when its instance was deleted was made right before."""
    said = backup.get("instanceDeletionTime")
    return time_of(said) if said else end_of(backup)


def _times(backup: Json) -> tuple[datetime.datetime, datetime.datetime]:
    """Begin and end of what the backup holds. One that failed may have no end."""
    interval: Any = backup.get("backupInterval")
    start = interval.get("startTime") if isinstance(interval, dict) else None
    end = interval.get("endTime") if isinstance(interval, dict) else None
    if not backup.get("name") or not (start or end) or (backup.get("state") == SUCCESSFUL and not end):
        raise TransientError("Cloud SQL gave no whole backup")
    return time_of(start or end), time_of(end or start)


def _check(name: str, holds: bool, well: str, badly: str) -> Check:
    return Check(name, RungVerdict.PASS if holds else RungVerdict.FAIL, well if holds else badly)

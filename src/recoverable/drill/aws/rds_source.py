"""What an RDS instance can be restored from, and the call that does it, for each of the four ways."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from recoverable.drill.aws.clients import Json, RefusedError, Service
from recoverable.drill.aws.rds_settings import INSTANCE, REPLICATED, RETAINED, SNAPSHOT
from recoverable.drill.contract import RestoreFailedError, RestoreWindow
from recoverable.drill.target import LATEST, RecoveryTarget, TargetKind
from recoverable.model.errors import InputError

REGION_OF_ARN = 3
SECOND = datetime.timedelta(seconds=1)
ENGINE = "postgres"
FROM_SNAPSHOT, TO_TIME = "RestoreDBInstanceFromDBSnapshot", "RestoreDBInstanceToPointInTime"
MISSING = ("DBInstanceNotFound", "DBInstanceNotFoundFault")
NO_BACKUP = ("DBInstanceAutomatedBackupNotFound", "DBInstanceAutomatedBackupNotFoundFault")
NO_SNAPSHOT = ("DBSnapshotNotFound", "DBSnapshotNotFoundFault")


@dataclass(frozen=True, slots=True)
class Source:
    """What is there. ``words`` name it in the restoring call; ``facts`` are what AWS says of instance, snapshot or backup."""

    window: RestoreWindow
    operation: str
    words: Mapping[str, Any]
    facts: Json

    @property
    def master(self) -> str:
        """The master user, whose password the copy gets anew."""
        return str(self.facts.get("MasterUsername", ""))


def find(rds: Service, settings: Mapping[str, Any]) -> Source:
    """Look for it.

    Raises:
        InputError: what the settings name is not there, or is not RDS for PostgreSQL.
        RestoreFailedError, TransientError: see :meth:`Service.call`.
    """
    ways = {INSTANCE: _instance, SNAPSHOT: _snapshot, RETAINED: _retained, REPLICATED: _replicated}
    found = ways[settings["from"]](rds, settings)
    engine = found.facts.get("Engine", ENGINE)
    if engine != ENGINE:
        raise InputError(f"{settings['instance']} runs {engine}", "", f"The provider rds restores {ENGINE}; for Aurora there is aurora.")
    return found


def explicit(target: RecoveryTarget, window: RestoreWindow) -> RecoveryTarget:
    """The target as a whole second that RDS takes: latest becomes a time, so that what was restored is known and not hoped.

    RDS restores to whole seconds *before* its latest restorable time; a fraction is cut off, never rounded up.

    Raises:
        RestoreFailedError: there is nothing to restore, or the time does not lie inside.
    """
    if window.earliest is None or window.latest is None:
        raise RestoreFailedError("there is no automated backup", "Set the backup retention period to what the standard demands.")
    last = window.latest.replace(microsecond=0) - SECOND
    wanted = target.time if target.kind is TargetKind.TIME and target.time else last
    wanted = wanted.astimezone(datetime.UTC).replace(microsecond=0)
    if not window.earliest <= wanted:
        raise RestoreFailedError(
            f"{wanted.isoformat()} is before the earliest restorable time {window.earliest.isoformat()}", "Restore from a snapshot."
        )
    if wanted > last:
        raise RestoreFailedError(
            f"{wanted.isoformat()} is not before the latest restorable time {window.latest.isoformat()}",
            "RDS ships its log about every 5 minutes: wait until that has passed it.",
        )
    return RecoveryTarget(TargetKind.TIME, time=wanted)


def order(source: Source, target: RecoveryTarget) -> tuple[RecoveryTarget, Json]:
    """What will be restored, and the words that say so in the call.

    Raises:
        RestoreFailedError: a snapshot has no other time than its own; see :func:`explicit`.
    """
    if source.operation == FROM_SNAPSHOT:
        if target.kind is not TargetKind.LATEST:
            raise RestoreFailedError(f"{target} cannot be reached: a snapshot has one time, its own", "Use latest, or another from.")
        return LATEST, dict(source.words)
    found = explicit(target, source.window)
    return found, {**source.words, "RestoreTime": found.time, "UseLatestRestorableTime": False}


def _instance(rds: Service, settings: Mapping[str, Any]) -> Source:
    name = settings["instance"]
    try:
        (facts,) = rds.call("DescribeDBInstances", MISSING, DBInstanceIdentifier=name)["DBInstances"]
    except RefusedError:
        raise InputError(
            f"there is no DB instance {name} in {rds.region}",
            "",
            'Check instance and region; of a deleted one use from = "retained-backup".',
        ) from None
    backups = [each for each in _backups(rds, DBInstanceIdentifier=name) if each.get("Status") == "active"]
    earliest = backups[0].get("RestoreWindow", {}).get("EarliestTime") if backups else None
    latest = facts.get("LatestRestorableTime")
    window = RestoreWindow(earliest, latest, _id(name, backups)) if facts.get("BackupRetentionPeriod") else RestoreWindow(None, None)
    return Source(window, TO_TIME, {"SourceDBInstanceIdentifier": name}, facts)


def _retained(rds: Service, settings: Mapping[str, Any]) -> Source:
    backup = _backup(rds, settings, ("retained",))
    return _of_backup(backup, {"SourceDbiResourceId": backup["DbiResourceId"]})


def _replicated(rds: Service, settings: Mapping[str, Any]) -> Source:
    """The backup of another region: restoring it is the only proof that this region's key opens it."""
    backup = _backup(rds, settings, ("replicating", "active", "retained"), elsewhere=True)
    return _of_backup(backup, {"SourceDBInstanceAutomatedBackupsArn": backup["DBInstanceAutomatedBackupsArn"]})


def _of_backup(backup: Json, words: Json) -> Source:
    window = backup.get("RestoreWindow", {})
    name = backup["DBInstanceIdentifier"]
    return Source(RestoreWindow(window.get("EarliestTime"), window.get("LatestTime"), _id(name, [backup])), TO_TIME, words, backup)


def _backup(rds: Service, settings: Mapping[str, Any], states: tuple[str, ...], *, elsewhere: bool = False) -> Json:
    arn, name = settings["backup_arn"], settings["instance"]
    words = {"DBInstanceAutomatedBackupsArn": arn} if arn else {"DBInstanceIdentifier": name}
    found = [each for each in _backups(rds, **words) if each.get("Status") in states]
    if elsewhere:
        found = [each for each in found if rds.region not in (each.get("Region"), _region(each))]
    if not found:
        what = "replicated into" if elsewhere else "retained in"
        raise InputError(
            f"no automated backup of {name} is {what} {rds.region}", "", "Look with `aws rds describe-db-instance-automated-backups`."
        )
    if len(found) > 1:
        raise InputError(f"{len(found)} automated backups of {name} are there", "", 'Name one with backup_arn = "…".')
    return found[0]


def _region(backup: Json) -> str:
    """Where the instance of an automated backup is, or was."""
    parts = str(backup.get("DBInstanceArn", "")).split(":")
    return parts[REGION_OF_ARN] if len(parts) > REGION_OF_ARN else ""


def _backups(rds: Service, **words: Any) -> list[Json]:
    try:
        return list(rds.pages("DescribeDBInstanceAutomatedBackups", "DBInstanceAutomatedBackups", NO_BACKUP, **words))
    except RefusedError:
        return []


def _snapshot(rds: Service, settings: Mapping[str, Any]) -> Source:
    name, instance = settings["snapshot"], settings["instance"]
    words = {"DBSnapshotIdentifier": name} if name else {"DBInstanceIdentifier": instance}
    try:
        there = list(rds.pages("DescribeDBSnapshots", "DBSnapshots", NO_SNAPSHOT, **words))
    except RefusedError:
        raise InputError(f"there is no snapshot {name} in {rds.region}", "", "Check snapshot and region; it may have expired.") from None
    usable = [each for each in there if each.get("Status") == "available" and _taken(each)]
    if not usable:
        return Source(RestoreWindow(None, None), FROM_SNAPSHOT, {}, {})
    newest = max(usable, key=_taken)
    if newest.get("DBInstanceIdentifier") != instance:
        raise InputError(
            f"{name} is a snapshot of {newest.get('DBInstanceIdentifier')}, not of {instance}", "", "Check instance and snapshot."
        )
    at = _taken(newest)
    return Source(RestoreWindow(at, at, name_of(newest)), FROM_SNAPSHOT, {"DBSnapshotIdentifier": name_of(newest)}, newest)


def _taken(snapshot: Json) -> Any:
    """When it was taken, as far as AWS says so: the time of its creation is for a copy the time of the copying."""
    return snapshot.get("OriginalSnapshotCreateTime") or snapshot.get("SnapshotCreateTime")


def name_of(snapshot: Json) -> str:
    """The identifier of a snapshot."""
    return str(snapshot["DBSnapshotIdentifier"])


def _id(name: str, backups: list[Json]) -> str:
    """What the evidence calls the backup."""
    resource = backups[0].get("DbiResourceId", "") if backups else ""
    return f"{name}{f' ({resource})' if resource else ''}"

"""What an Aurora cluster can be restored from, and the call that does it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recoverable.drill.aws.aurora_settings import CLUSTER, RETAINED, SNAPSHOT
from recoverable.drill.aws.clients import Json, RefusedError, Service
from recoverable.drill.aws.rds_source import Source, explicit
from recoverable.drill.contract import RestoreFailedError, RestoreWindow
from recoverable.drill.target import LATEST, RecoveryTarget, TargetKind
from recoverable.model.errors import InputError

ENGINE = "aurora-postgresql"
FROM_SNAPSHOT, TO_TIME = "RestoreDBClusterFromSnapshot", "RestoreDBClusterToPointInTime"
MISSING = ("DBClusterNotFoundFault", "DBClusterNotFound")
NO_BACKUP = ("DBClusterAutomatedBackupNotFoundFault", "DBClusterAutomatedBackupNotFound")
NO_SNAPSHOT = ("DBClusterSnapshotNotFoundFault", "DBClusterSnapshotNotFound")
FULL_COPY = "full-copy"
"""The other type, copy-on-write, takes no time and shares pages with its source: it proves cloning, not the backup."""


def find(rds: Service, settings: Mapping[str, Any]) -> Source:
    """Look for it.

    Raises:
        InputError: what the settings name is not there, or is not Aurora PostgreSQL.
        RestoreFailedError, TransientError: see :meth:`Service.call`.
    """
    ways = {CLUSTER: _cluster, SNAPSHOT: _snapshot, RETAINED: _retained}
    found = ways[settings["from"]](rds, settings)
    engine = found.facts.get("Engine", ENGINE)
    if engine != ENGINE:
        raise InputError(f"{settings['cluster']} runs {engine}", "", f"The provider aurora restores {ENGINE}.")
    return found


def order(source: Source, target: RecoveryTarget) -> tuple[RecoveryTarget, Json]:
    """What will be restored, and the words that say so in the call.

    Raises:
        RestoreFailedError: a snapshot has no other time than its own, or the time does not lie inside.
    """
    if source.operation == FROM_SNAPSHOT:
        if target.kind is not TargetKind.LATEST:
            raise RestoreFailedError(f"{target} cannot be reached: a snapshot has one time, its own", "Use latest, or another from.")
        return LATEST, dict(source.words)
    found = explicit(target, source.window)
    return found, {**source.words, "RestoreToTime": found.time, "UseLatestRestorableTime": False, "RestoreType": FULL_COPY}


def _cluster(rds: Service, settings: Mapping[str, Any]) -> Source:
    name = settings["cluster"]
    try:
        (facts,) = rds.call("DescribeDBClusters", MISSING, DBClusterIdentifier=name)["DBClusters"]
    except RefusedError:
        raise InputError(
            f"there is no cluster {name} in {rds.region}", "", 'Check cluster and region; of a deleted one use from = "retained-backup".'
        ) from None
    resource = facts.get("DbClusterResourceId", "")
    window = RestoreWindow(facts.get("EarliestRestorableTime"), facts.get("LatestRestorableTime"), f"{name} ({resource})")
    return Source(window, TO_TIME, {"SourceDBClusterIdentifier": name}, facts)


def _retained(rds: Service, settings: Mapping[str, Any]) -> Source:
    """What a deleted cluster left behind. It is named by its resource id alone: its identifier may be another cluster's by now."""
    name, wanted = settings["cluster"], settings["resource_id"]
    found = [
        each
        for each in _backups(rds, wanted)
        if each.get("Status") == "retained" and each.get("DBClusterIdentifier") == name and each.get("DbClusterResourceId")
    ]
    if not found:
        which = f" with the resource id {wanted}" if wanted else ""
        raise InputError(
            f"no automated backup of {name}{which} is retained in {rds.region}",
            "",
            'Look with `aws rds describe-db-cluster-automated-backups`; of a cluster that runs use from = "cluster".',
        )
    if len(found) > 1:
        ids = ", ".join(sorted(each["DbClusterResourceId"] for each in found))
        raise InputError(f"{len(found)} automated backups of {name} are retained", "", f'Name one with resource_id = "…": {ids}.')
    (backup,) = found
    times, resource = backup.get("RestoreWindow", {}), backup["DbClusterResourceId"]
    window = RestoreWindow(times.get("EarliestTime"), times.get("LatestTime"), f"{name} ({resource})")
    return Source(window, TO_TIME, {"SourceDbClusterResourceId": resource}, backup)


def _backups(rds: Service, resource_id: str) -> list[Json]:
    """Automated backups of clusters. By an identifier AWS shows those of clusters that are there alone, so all are looked at."""
    words = {"DbClusterResourceId": resource_id} if resource_id else {}
    try:
        return list(rds.pages("DescribeDBClusterAutomatedBackups", "DBClusterAutomatedBackups", NO_BACKUP, **words))
    except RefusedError:
        return []


def _snapshot(rds: Service, settings: Mapping[str, Any]) -> Source:
    name, cluster = settings["snapshot"], settings["cluster"]
    words = {"DBClusterSnapshotIdentifier": name} if name else {"DBClusterIdentifier": cluster}
    try:
        there = list(rds.pages("DescribeDBClusterSnapshots", "DBClusterSnapshots", NO_SNAPSHOT, **words))
    except RefusedError:
        raise InputError(f"there is no cluster snapshot {name} in {rds.region}", "", "Check snapshot and region.") from None
    usable = [each for each in there if each.get("Status") == "available" and each.get("SnapshotCreateTime")]
    if not usable:
        return Source(RestoreWindow(None, None), FROM_SNAPSHOT, {}, {})
    newest = max(usable, key=lambda each: each["SnapshotCreateTime"])
    if newest.get("DBClusterIdentifier") != cluster:
        raise InputError(
            f"{name} is a snapshot of {newest.get('DBClusterIdentifier')}, not of {cluster}", "", "Check cluster and snapshot."
        )
    at, found = newest["SnapshotCreateTime"], newest["DBClusterSnapshotIdentifier"]
    return Source(RestoreWindow(at, at, found), FROM_SNAPSHOT, {"SnapshotIdentifier": found, "Engine": ENGINE}, newest)

"""RDS instances, clusters of Aurora, RDS, DocumentDB and Neptune, their copies in other regions, and how far back they can be restored.

DocumentDB and Neptune speak the API of RDS, word for word: each list of clusters, snapshots and global databases is theirs, too.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator
from typing import Any

from recoverable.audit.asking import Region
from recoverable.audit.resources import Found, Json, KeyNames, copy_there, made, tags
from recoverable.model.raw import RawResource
from recoverable.model.values import Unknown

COPY = "aws_db_instance_automated_backups_replication"
"""Stands for every copy of a database in another region: what a mapping wants to know of it is where it is."""
CLUSTERS = ("aurora", "mysql", "postgres")
OTHERS = {"docdb": ("aws_docdb_cluster", "kms_key_id"), "neptune": ("aws_neptune_cluster", "kms_key_arn")}
"""Engines with a resource type of their own, and where that has its key."""
MINUTE = 60


def read_instances(region: Region, found: Found, keys: KeyNames, now: datetime.datetime) -> None:
    """Every instance that stands alone; members are looked at with their cluster."""
    for item in region.pages("rds", "DescribeDBInstances", "DBInstances"):
        if item.get("DBClusterIdentifier") or item.get("Engine", "").startswith(("aurora", *OTHERS)):
            continue
        arn = item["DBInstanceArn"]
        source = item.get("ReadReplicaSourceDBInstanceIdentifier")
        found.add(
            made(
                region.name,
                "aws_db_instance",
                arn,
                arn=arn,
                identifier=item["DBInstanceIdentifier"],
                engine=item.get("Engine"),
                backup_retention_period=item.get("BackupRetentionPeriod"),
                storage_encrypted=item.get("StorageEncrypted"),
                kms_key_id=keys.name(item.get("KmsKeyId")),
                multi_az=item.get("MultiAZ"),
                deletion_protection=item.get("DeletionProtection"),
                copy_tags_to_snapshot=item.get("CopyTagsToSnapshot"),
                replicate_source_db=_as_arn(region, "db", source) if source else None,
                tags=tags(item.get("TagList")),
            ),
            *_copies(arn, [*item.get("ReadReplicaDBInstanceIdentifiers", ()), *_replicated(item)]),
        )
        found.tell(arn, **_times(item, "InstanceCreateTime", now), replication=_lag(item, source))


def read_clusters(region: Region, found: Found, keys: KeyNames, now: datetime.datetime) -> None:
    """Every cluster of Aurora, of RDS itself, of DocumentDB and of Neptune."""
    elsewhere = _global_members(region)
    for item in region.pages("rds", "DescribeDBClusters", "DBClusters"):
        engine, arn = item.get("Engine", ""), item["DBClusterArn"]
        if engine in OTHERS:
            _other_cluster(region, found, item, keys, elsewhere)
        if engine in OTHERS or engine.startswith(CLUSTERS):
            found.tell(arn, **_times(item, "ClusterCreateTime", now))
        if not engine.startswith(CLUSTERS):
            continue
        source = item.get("ReplicationSourceIdentifier")
        found.add(
            made(
                region.name,
                "aws_rds_cluster",
                arn,
                arn=arn,
                cluster_identifier=item["DBClusterIdentifier"],
                engine=engine,
                engine_mode=item.get("EngineMode"),
                backup_retention_period=item.get("BackupRetentionPeriod"),
                storage_encrypted=bool(item.get("StorageEncrypted")),
                kms_key_id=keys.name(item.get("KmsKeyId")),
                deletion_protection=item.get("DeletionProtection"),
                copy_tags_to_snapshot=item.get("CopyTagsToSnapshot"),
                replication_source_identifier=_as_arn(region, "cluster", source) if source else None,
                tags=tags(item.get("TagList")),
            ),
            *_copies(arn, [*item.get("ReadReplicaIdentifiers", ()), *(elsewhere.get(arn, ()) if isinstance(elsewhere, dict) else ())]),
        )
        if isinstance(elsewhere, Unknown):
            found.add(made(region.name, COPY, f"{arn}#global", source_db_instance_arn=elsewhere))


def _other_cluster(region: Region, found: Found, item: Json, keys: KeyNames, elsewhere: dict[str, list[str]] | Unknown) -> None:
    """A cluster of DocumentDB or Neptune."""
    arn, (kind, key) = item["DBClusterArn"], OTHERS[item["Engine"]]
    source = item.get("ReplicationSourceIdentifier")
    found.add(
        made(
            region.name,
            kind,
            arn,
            arn=arn,
            cluster_identifier=item["DBClusterIdentifier"],
            engine=item["Engine"],
            backup_retention_period=item.get("BackupRetentionPeriod"),
            storage_encrypted=bool(item.get("StorageEncrypted")),
            deletion_protection=bool(item.get("DeletionProtection")),
            copy_tags_to_snapshot=bool(item.get("CopyTagsToSnapshot")),
            replication_source_identifier=_as_arn(region, "cluster", source) if source else None,
            tags=_tags(region, item),
            **{key: keys.name(item.get("KmsKeyId"))},
        )
    )
    if isinstance(elsewhere, Unknown):
        found.add(copy_there(region, arn, elsewhere))
        return
    named = [name.split(":") for name in (*item.get("ReadReplicaIdentifiers", ()), *elsewhere.get(arn, ()))]
    found.add(*(copy_there(region, arn, parts[3]) for parts in named if len(parts) > 5))


def _tags(region: Region, item: Json) -> Json | Unknown:
    """The tags of a cluster: what RDS lists of its own, it need not list of another service."""
    if "TagList" in item:
        return tags(item["TagList"])
    answer = region.one("rds", "ListTagsForResource", item["DBClusterArn"], ResourceName=item["DBClusterArn"])
    return answer if isinstance(answer, Unknown) else tags((answer or {}).get("TagList"))


def read_windows(region: Region, found: Found, now: datetime.datetime) -> None:
    """How far back each instance can be restored, by its automated backups."""
    gap = region.each(
        "rds", "DescribeDBInstanceAutomatedBackups", "DBInstanceAutomatedBackups", lambda item: _window(region, found, item, now)
    )
    if gap is not None:
        found.doubt(region.arn("rds", "db:"), window_minutes=gap)


def _window(region: Region, found: Found, item: Json, now: datetime.datetime) -> None:
    window = item.get("RestoreWindow") or {}
    if item.get("Region") == region.name and item.get("Status") == "active" and window.get("EarliestTime"):
        found.tell(_as_arn(region, "db", item["DBInstanceIdentifier"]), window_minutes=whole_minutes(now - window["EarliestTime"]))


def _times(item: Json, created: str, now: datetime.datetime) -> Json:
    facts: Json = {}
    if item.get(created):
        facts["age_minutes"] = minutes(now - item[created])
    if item.get("LatestRestorableTime") and item.get("BackupRetentionPeriod"):
        facts["lag_minutes"] = minutes(now - item["LatestRestorableTime"])
    # Aurora says itself how far back it reaches; instances have a call of their own.
    if item.get("EarliestRestorableTime") and item.get("BackupRetentionPeriod"):
        facts["window_minutes"] = whole_minutes(now - item["EarliestRestorableTime"])
    return facts


def _lag(item: Json, source: Any) -> list[Json] | None:
    """The state of a read replica, as the replica itself says it."""
    said = [each for each in item.get("StatusInfos", ()) if each.get("StatusType") == "read replication"]
    if not source:
        return None
    return [{"target": item["DBInstanceArn"], "status": each.get("Status", ""), "fine": bool(each.get("Normal"))} for each in said] or None


def _replicated(item: Json) -> list[str]:
    return [each["DBInstanceAutomatedBackupsArn"] for each in item.get("DBInstanceAutomatedBackupsReplications", ())]


def _copies(arn: str, named: list[str]) -> Iterator[RawResource]:
    """Copies in other regions, which are named by ARN; those in the same one are named by identifier."""
    for name in named:
        parts = name.split(":")
        if len(parts) > 5 and parts[3]:
            yield made(parts[3], COPY, f"{name}#copy", source_db_instance_arn=arn)


def _global_members(region: Region) -> dict[str, list[str]] | Unknown:
    """The other members of each cluster's global database."""
    listed = region.pages("rds", "DescribeGlobalClusters", "GlobalClusters")
    if listed.gap is not None:
        return listed.gap
    found: dict[str, list[str]] = {}
    for item in listed:
        members = [each["DBClusterArn"] for each in item.get("GlobalClusterMembers", ()) if each.get("DBClusterArn")]
        for member in members:
            found.setdefault(member, []).extend(other for other in members if other.split(":")[3] != member.split(":")[3])
    return found


def _as_arn(region: Region, kind: str, name: str) -> str:
    return name if name.startswith("arn:") else region.arn("rds", f"{kind}:{name}")


def minutes(span: datetime.timedelta) -> int:
    """Minutes of an age, begun ones too, so that none passes for younger than it is; at least 0: the clocks of two machines differ."""
    return max(0, math.ceil(span.total_seconds() / MINUTE))


def whole_minutes(span: datetime.timedelta) -> int:
    """Minutes that a window reaches back: those that are full."""
    return max(0, int(span.total_seconds() // MINUTE))

"""ElastiCache: replication groups, single clusters and serverless caches, with the age of their newest automatic snapshot."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from recoverable.audit.asking import Region
from recoverable.audit.databases import minutes
from recoverable.audit.newest import Newest
from recoverable.audit.resources import Found, Json, KeyNames, copy_there, made, tags
from recoverable.model.values import Unknown

GROUP, CACHE, SERVERLESS = "aws_elasticache_replication_group", "aws_elasticache_cluster", "aws_elasticache_serverless_cache"
PRIMARY, SECONDARY = "PRIMARY", "SECONDARY"
WHOLE = "available"


def read_caches(region: Region, found: Found, keys: KeyNames, now: datetime.datetime) -> None:
    """Every group and every cluster that stands alone, and the snapshots of those that take any."""
    groups = list(region.pages("elasticache", "DescribeReplicationGroups", "ReplicationGroups"))
    owners: dict[tuple[str, str], str] = {}
    for item in groups:
        arn, world = item["ARN"], item.get("GlobalReplicationGroupInfo") or {}
        follows = world.get("GlobalReplicationGroupMemberRole") == SECONDARY
        found.add(
            made(
                region.name,
                GROUP,
                arn,
                arn=arn,
                replication_group_id=item["ReplicationGroupId"],
                engine=item.get("Engine"),
                snapshot_retention_limit=item.get("SnapshotRetentionLimit") or 0,
                at_rest_encryption_enabled=bool(item.get("AtRestEncryptionEnabled")),
                kms_key_id=keys.name(item.get("KmsKeyId")),
                multi_az_enabled=str(item.get("MultiAZ", "")).lower() in ("enabled", "true"),
                global_replication_group_id=world.get("GlobalReplicationGroupId") if follows else None,
                tags=tags_of(region, arn),
            )
        )
        found.tell(arn, age_minutes=minutes(now - item["ReplicationGroupCreateTime"]) if item.get("ReplicationGroupCreateTime") else None)
        owners |= (
            {(GROUP, item["ReplicationGroupId"]): arn, **{(CACHE, name): arn for name in item.get("MemberClusters", ())}}
            if item.get("SnapshotRetentionLimit")
            else {}
        )
    _global(region, found, groups)
    for item in region.pages("elasticache", "DescribeCacheClusters", "CacheClusters"):
        if not item.get("ReplicationGroupId"):
            _single(region, found, item, now)
            owners |= {(CACHE, item["CacheClusterId"]): item["ARN"]} if item.get("SnapshotRetentionLimit") else {}
    if owners:
        _snapshots(region, found, owners, now)


def _single(region: Region, found: Found, item: Json, now: datetime.datetime) -> None:
    arn = item["ARN"]
    found.add(
        made(
            region.name,
            CACHE,
            arn,
            arn=arn,
            cluster_id=item["CacheClusterId"],
            engine=item.get("Engine"),
            snapshot_retention_limit=item.get("SnapshotRetentionLimit") or 0,
            tags=tags_of(region, arn),
        )
    )
    found.tell(arn, age_minutes=minutes(now - item["CacheClusterCreateTime"]) if item.get("CacheClusterCreateTime") else None)


def tags_of(region: Region, arn: str) -> Json | Unknown:
    """The tags of anything of ElastiCache, which its lists leave out."""
    answer = region.one("elasticache", "ListTagsForResource", arn, ResourceName=arn)
    return answer if isinstance(answer, Unknown) else tags((answer or {}).get("TagList"))


def _global(region: Region, found: Found, groups: Iterable[Json]) -> None:
    """Where the followers of each group are that leads a global datastore."""
    leaders = {
        str(info["GlobalReplicationGroupId"]): item["ARN"]
        for item in groups
        if (info := item.get("GlobalReplicationGroupInfo") or {}).get("GlobalReplicationGroupMemberRole") == PRIMARY
    }
    if not leaders:
        return
    listed = region.pages("elasticache", "DescribeGlobalReplicationGroups", "GlobalReplicationGroups", ShowMemberInfo=True)
    for item in listed:
        arn = leaders.pop(str(item.get("GlobalReplicationGroupId")), "")
        places = [str(each["ReplicationGroupRegion"]) for each in item.get("Members", ()) if arn and each.get("Role") == SECONDARY]
        found.add(*(copy_there(region, arn, place) for place in places))
    if listed.gap is not None:
        found.add(*(copy_there(region, arn, listed.gap) for arn in leaders.values()))


def _snapshots(region: Region, found: Found, owners: dict[tuple[str, str], str], now: datetime.datetime) -> None:
    """A snapshot of a group may be named by the member that it was taken from; it is as old as its oldest part."""
    newest = Newest()

    def take(item: Json) -> None:
        times = [each["SnapshotCreateTime"] for each in item.get("NodeSnapshots", ()) if each.get("SnapshotCreateTime")]
        arn = owners.get((GROUP, item.get("ReplicationGroupId", ""))) or owners.get((CACHE, item.get("CacheClusterId", "")))
        if item.get("SnapshotStatus") == WHOLE and times and arn:
            newest.take(arn, min(times))

    gap = region.each("elasticache", "DescribeSnapshots", "Snapshots", take, SnapshotSource="system")
    newest.tell(found, set(owners.values()), gap, now)


def read_serverless(region: Region, found: Found, keys: KeyNames, now: datetime.datetime) -> None:
    """Every serverless cache."""
    owners: dict[str, str] = {}
    for item in region.pages("elasticache", "DescribeServerlessCaches", "ServerlessCaches"):
        arn = item["ARN"]
        found.add(
            made(
                region.name,
                SERVERLESS,
                arn,
                arn=arn,
                name=item["ServerlessCacheName"],
                engine=item.get("Engine"),
                snapshot_retention_limit=item.get("SnapshotRetentionLimit") or 0,
                kms_key_id=keys.name(item.get("KmsKeyId")),
                tags=tags_of(region, arn),
            )
        )
        found.tell(arn, age_minutes=minutes(now - item["CreateTime"]) if item.get("CreateTime") else None)
        if item.get("SnapshotRetentionLimit"):
            owners[item["ServerlessCacheName"]] = arn
    if owners:
        _serverless_snapshots(region, found, owners, now)


def _serverless_snapshots(region: Region, found: Found, owners: dict[str, str], now: datetime.datetime) -> None:
    newest = Newest()

    def take(item: Json) -> None:
        arn = owners.get(str((item.get("ServerlessCacheConfiguration") or {}).get("ServerlessCacheName")))
        if arn and item.get("Status") == WHOLE and item.get("CreateTime"):
            newest.take(arn, item["CreateTime"])

    gap = region.each("elasticache", "DescribeServerlessCacheSnapshots", "ServerlessCacheSnapshots", take, SnapshotType="automated")
    newest.tell(found, owners.values(), gap, now)

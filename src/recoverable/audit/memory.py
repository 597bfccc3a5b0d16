"""MemoryDB clusters, with the age of their newest automatic snapshot and their members in other regions."""

from __future__ import annotations

import datetime

from recoverable.audit.asking import Region
from recoverable.audit.databases import minutes
from recoverable.audit.newest import Newest
from recoverable.audit.resources import Found, Json, KeyNames, copy_there, made, tags
from recoverable.model.values import Unknown

KIND = "aws_memorydb_cluster"
WHOLE = "available"


def read_memory(region: Region, found: Found, keys: KeyNames, now: datetime.datetime) -> None:
    """Every cluster. A shard with one node has no replica."""
    worldwide: dict[str, str] = {}
    owners: dict[str, str] = {}
    for item in region.pages("memorydb", "DescribeClusters", "Clusters", ShowShardDetails=True):
        arn, shards = item["ARN"], item.get("Shards") or []
        marks = region.one("memorydb", "ListTags", arn, ResourceArn=arn)
        nodes = [each["NumberOfNodes"] for each in shards if each.get("NumberOfNodes")]
        replicas = min(nodes) - 1 if nodes else Unknown("memorydb:DescribeClusters", "it does not tell of the shards")
        found.add(
            made(
                region.name,
                KIND,
                arn,
                arn=arn,
                name=item["Name"],
                engine=item.get("Engine"),
                snapshot_retention_limit=item.get("SnapshotRetentionLimit") or 0,
                kms_key_arn=keys.name(item.get("KmsKeyId")),
                num_replicas_per_shard=replicas,
                tags=marks if isinstance(marks, Unknown) else tags((marks or {}).get("TagList")),
            )
        )
        found.tell(arn, age_minutes=_age(shards, now))
        if item.get("MultiRegionClusterName"):
            worldwide[item["MultiRegionClusterName"]] = arn
        if item.get("SnapshotRetentionLimit"):
            owners[item["Name"]] = arn
    if worldwide:
        _members(region, found, worldwide)
    if owners:
        _snapshots(region, found, owners, now)


def _age(shards: list[Json], now: datetime.datetime) -> int | None:
    """As old as its oldest node: clusters do not tell when they were made."""
    times = [node["CreateTime"] for shard in shards for node in shard.get("Nodes") or () if node.get("CreateTime")]
    return minutes(now - min(times)) if times else None


def _members(region: Region, found: Found, worldwide: dict[str, str]) -> None:
    listed = region.pages("memorydb", "DescribeMultiRegionClusters", "MultiRegionClusters", ShowClusterDetails=True)
    for item in listed:
        arn = worldwide.pop(str(item.get("MultiRegionClusterName")), "")
        places = [str(each["Region"]) for each in item.get("Clusters", ()) if arn and each.get("Region") != region.name]
        found.add(*(copy_there(region, arn, place) for place in places))
    if listed.gap is not None:
        found.add(*(copy_there(region, arn, listed.gap) for arn in worldwide.values()))


def _snapshots(region: Region, found: Found, owners: dict[str, str], now: datetime.datetime) -> None:
    """A snapshot is as old as its oldest shard."""
    newest = Newest()

    def take(item: Json) -> None:
        said = item.get("ClusterConfiguration") or {}
        arn = owners.get(str(said.get("Name")))
        times = [each["SnapshotCreationTime"] for each in said.get("Shards", ()) if each.get("SnapshotCreationTime")]
        if arn and times and item.get("Status") == WHOLE:
            newest.take(arn, min(times))

    gap = region.each("memorydb", "DescribeSnapshots", "Snapshots", take, Source="system", ShowDetail=True)
    newest.tell(found, owners.values(), gap, now)

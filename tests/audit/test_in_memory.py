"""Warehouses, caches and databases in memory: single answers that no seeded account gives."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from recoverable.audit import caches, memory, warehouses
from recoverable.audit.facts import store_facts
from recoverable.audit.resources import Found, KeyNames
from recoverable.clouds.build import build_estate
from recoverable.clouds.live_facts import LIVE
from recoverable.model.estate import Database
from recoverable.model.raw import Reading
from recoverable.model.values import Unknown
from tests.audit.answered import Answered

NOW = datetime.datetime(2026, 12, 2, 12, 0, tzinfo=datetime.UTC)
BASE = "eu-west-1:123456789012"
GROUP, SINGLE = f"arn:aws:elasticache:{BASE}:replicationgroup:sessions", f"arn:aws:elasticache:{BASE}:cluster:alone"
MEMORY = f"arn:aws:memorydb:{BASE}:cluster/orders"
GAP = Unknown("elasticache:DescribeSnapshots", "denied")


def before(hours: int) -> datetime.datetime:
    return NOW - datetime.timedelta(hours=hours)


def mapped(found: Found) -> dict[str, Database]:
    return {database.address: database for database in build_estate(Reading(LIVE, "aws:123456789012", list(found.resources))).databases}


def backups(found: Found) -> dict[str, Any]:
    """The age of the newest backup of each store, as far as it is told."""
    facts = store_facts(found, list(found.resources))
    return {fact.attrs["store"]: fact.attrs["backup_minutes"] for fact in facts if "backup_minutes" in fact.attrs}


def group(**more: Any) -> dict[str, Any]:
    return {
        "ARN": GROUP,
        "ReplicationGroupId": "sessions",
        "SnapshotRetentionLimit": 7,
        "MemberClusters": ["sessions-001"],
        "Engine": "redis",
        **more,
    }


def cached(gap: Unknown | None = None, *, groups: list[Any], **answers: Any) -> Found:
    found, here = Found(), Answered({"DescribeReplicationGroups": groups, **answers}, gap)
    caches.read_caches(here, found, KeyNames(here), NOW)
    return found


def taken(hours: tuple[int, ...], **of: Any) -> dict[str, Any]:
    return {"SnapshotStatus": "available", "NodeSnapshots": [{"SnapshotCreateTime": before(each)} for each in hours], **of}


@pytest.mark.parametrize(
    ("snapshots", "newest"),
    [
        ([taken((2,), ReplicationGroupId="sessions"), taken((5,), ReplicationGroupId="sessions")], 120),
        ([taken((2, 9), ReplicationGroupId="sessions")], 540),
        ([taken((3,), CacheClusterId="sessions-001")], 180),
        ([taken((2,), ReplicationGroupId="sessions", SnapshotStatus="creating")], None),
        ([taken((2,), CacheClusterId="of-another")], None),
    ],
)
def test_the_newest_whole_snapshot_of_a_group_counts_as_old_as_its_oldest_part(snapshots: list[dict[str, Any]], newest: int | None) -> None:
    assert backups(cached(groups=[group()], DescribeSnapshots=snapshots)).get(GROUP) == newest


def test_a_member_of_a_group_is_no_store_of_its_own() -> None:
    members = [
        {"ARN": SINGLE, "CacheClusterId": "alone", "Engine": "redis"},
        {"ARN": f"{SINGLE}-2", "CacheClusterId": "sessions-001", "ReplicationGroupId": "sessions"},
    ]

    assert mapped(cached(groups=[group()], DescribeCacheClusters=members)).keys() == {GROUP, SINGLE}


def test_the_age_of_snapshots_is_unknown_where_they_may_not_be_listed() -> None:
    assert backups(cached(GAP, groups=[group()])) == {GROUP: GAP}


def world(role: str) -> dict[str, Any]:
    return {"GlobalReplicationGroupInfo": {"GlobalReplicationGroupId": "w", "GlobalReplicationGroupMemberRole": role}}


def datastore(*places: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"GlobalReplicationGroupId": "w", "Members": [{"ReplicationGroupRegion": place, "Role": role} for place, role in places]}]


@pytest.mark.parametrize(
    ("groups", "listed", "copied"),
    [
        ([group()], [], False),
        ([group(**world("PRIMARY"))], datastore(("eu-west-1", "PRIMARY"), ("us-east-1", "SECONDARY")), True),
        ([group(**world("PRIMARY"))], datastore(("eu-west-1", "PRIMARY")), False),
        ([group(**world("PRIMARY"))], datastore(("eu-west-1", "PRIMARY"), ("eu-west-1", "SECONDARY")), False),
    ],
)
def test_a_group_is_copied_where_a_follower_is_in_another_region(groups: list[Any], listed: list[Any], copied: bool) -> None:
    found = cached(groups=groups, DescribeGlobalReplicationGroups=listed)

    assert mapped(found)[GROUP].second_region.is_true is copied


def test_whether_a_leader_is_copied_is_unknown_where_datastores_may_not_be_listed() -> None:
    found = mapped(cached(GAP, groups=[group(**world("PRIMARY"))]))[GROUP]

    assert (found.second_region.unknown, found.role) == (True, "primary")


def test_a_follower_is_a_replica() -> None:
    assert mapped(cached(groups=[group(**world("SECONDARY"))]))[GROUP].role == "read-replica"


def shard(nodes: int, hours: int = 900) -> dict[str, Any]:
    return {"NumberOfNodes": nodes, "Nodes": [{"CreateTime": before(hours)} for _ in range(nodes)]}


def in_memory(gap: Unknown | None = None, snapshots: list[Any] | None = None, members: list[Any] | None = None, **more: Any) -> Found:
    item = {"ARN": MEMORY, "Name": "orders", "SnapshotRetentionLimit": 7, "Shards": [shard(2)], **more}
    found = Found()
    here = Answered({"DescribeClusters": [item], "DescribeSnapshots": snapshots or [], "DescribeMultiRegionClusters": members or []}, gap)
    memory.read_memory(here, found, KeyNames(here), NOW)
    return found


@pytest.mark.parametrize(("shards", "spread"), [([shard(2), shard(3)], True), ([shard(3), shard(1)], False)])
def test_every_shard_needs_a_replica(shards: list[dict[str, Any]], spread: bool) -> None:
    assert mapped(in_memory(Shards=shards))[MEMORY].multi_zone.is_true is spread


def test_whether_there_are_replicas_is_unknown_where_shards_are_not_told() -> None:
    assert mapped(in_memory(Shards=None))[MEMORY].multi_zone.unknown


def test_a_cluster_is_as_old_as_its_oldest_node() -> None:
    found = in_memory(Shards=[shard(2, 5), shard(2, 700)])

    assert found.facts[MEMORY]["age_minutes"] == 700 * 60


@pytest.mark.parametrize(("places", "copied"), [((), False), (("eu-west-1",), False), (("eu-west-1", "us-east-1"), True)])
def test_a_cluster_of_several_regions_is_copied(places: tuple[str, ...], copied: bool) -> None:
    members = [{"MultiRegionClusterName": "w", "Clusters": [{"Region": place} for place in places]}]

    assert mapped(in_memory(members=members, MultiRegionClusterName="w"))[MEMORY].second_region.is_true is copied


def test_a_snapshot_of_memory_is_as_old_as_its_oldest_shard() -> None:
    shards = [{"SnapshotCreationTime": before(hours)} for hours in (2, 6)]
    whole = {"Status": "available", "ClusterConfiguration": {"Name": "orders", "Shards": shards}}

    assert backups(in_memory(snapshots=[whole])) == {MEMORY: 360}
    assert backups(in_memory(snapshots=[{**whole, "Status": "creating"}])) == {}


def warehouse(gap: Unknown | None = None, snapshots: list[Any] | None = None, **more: Any) -> Found:
    item = {"ClusterIdentifier": "facts", "ClusterStatus": "available", "AutomatedSnapshotRetentionPeriod": 30, **more}
    found, here = Found(), Answered({"DescribeClusters": [item], "DescribeClusterSnapshots": snapshots or []}, gap)
    warehouses.read_warehouses(here, found, KeyNames(here), NOW)
    return found


def kept(hours: int, **more: Any) -> dict[str, Any]:
    return {"ClusterIdentifier": "facts", "Status": "available", "SnapshotCreateTime": before(hours), **more}


FACTS = f"arn:aws:redshift:{BASE}:cluster:facts"


@pytest.mark.parametrize(
    ("snapshots", "newest"),
    [
        ([kept(9), kept(1)], 60),
        ([kept(9), kept(1, Status="creating")], 540),
        ([kept(9), kept(1, SourceRegion="us-east-1")], 540),
        ([kept(1, ClusterIdentifier="of-another")], None),
    ],
)
def test_the_newest_automated_snapshot_of_a_warehouse_counts(snapshots: list[dict[str, Any]], newest: int | None) -> None:
    assert backups(warehouse(snapshots=snapshots)).get(FACTS) == newest


def test_of_a_paused_warehouse_no_snapshot_is_missed() -> None:
    told = backups(warehouse(snapshots=[kept(900)], ClusterStatus="paused"))[FACTS]

    assert isinstance(told, Unknown)
    assert "paused" in told.reason


@pytest.mark.parametrize(("place", "copied"), [(None, False), ("us-east-1", True), ("eu-west-1", False)])
def test_snapshots_of_a_warehouse_are_copied_to_another_region(place: str | None, copied: bool) -> None:
    more = {"ClusterSnapshotCopyStatus": {"DestinationRegion": place}} if place else {}

    assert mapped(warehouse(**more))[FACTS].second_region.is_true is copied


def test_who_hears_of_a_warehouse_is_unknown_where_subscriptions_may_not_be_listed() -> None:
    estate = build_estate(Reading(LIVE, "aws:123456789012", list(warehouse(GAP).resources)))

    (alarm,) = estate.alarms
    assert GAP.expression in alarm.hears_unknown

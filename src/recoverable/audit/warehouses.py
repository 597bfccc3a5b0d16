"""Redshift clusters, their newest automated snapshots, where those are copied to, and who hears of events."""

from __future__ import annotations

import datetime

from recoverable.audit.asking import Region
from recoverable.audit.databases import minutes
from recoverable.audit.guards import subscription
from recoverable.audit.resources import Found, Json, KeyNames, made, tags
from recoverable.model.values import Unknown

KIND, COPY, EVENTS = "aws_redshift_cluster", "aws_redshift_snapshot_copy", "aws_redshift_event_subscription"
PAUSED = ("paused", "pausing")
WHOLE = "available"


def read_warehouses(region: Region, found: Found, keys: KeyNames, now: datetime.datetime) -> None:
    """Every cluster; its automated snapshots are listed where there is one."""
    listed = list(region.pages("redshift", "DescribeClusters", "Clusters"))
    for item in listed:
        arn = arn_of(region, item["ClusterIdentifier"])
        copied = (item.get("ClusterSnapshotCopyStatus") or {}).get("DestinationRegion")
        found.add(
            made(
                region.name,
                KIND,
                arn,
                arn=arn,
                cluster_identifier=item["ClusterIdentifier"],
                automated_snapshot_retention_period=item.get("AutomatedSnapshotRetentionPeriod"),
                encrypted=bool(item.get("Encrypted")),
                kms_key_id=keys.name(item.get("KmsKeyId")),
                multi_az=str(item.get("MultiAZ", "")).lower() in ("enabled", "true"),
                tags=tags(item.get("Tags")),
            )
        )
        if copied:
            found.add(made(region.name, COPY, f"{arn}#copy", cluster_identifier=arn, destination_region=copied))
        found.tell(arn, age_minutes=minutes(now - item["ClusterCreateTime"]) if item.get("ClusterCreateTime") else None)
    if listed:
        _snapshots(region, found, {item["ClusterIdentifier"]: str(item.get("ClusterStatus", "")) for item in listed}, now)
        _subscriptions(region, found)


def arn_of(region: Region, name: str) -> str:
    """The ARN of a cluster, which the list does not hold."""
    return region.arn("redshift", f"cluster:{name}")


def _snapshots(region: Region, found: Found, states: dict[str, str], now: datetime.datetime) -> None:
    newest: dict[str, datetime.datetime] = {}

    def take(item: Json) -> None:
        if item.get("Status") == WHOLE and item.get("SnapshotCreateTime") and not item.get("SourceRegion"):
            name = item["ClusterIdentifier"]
            newest[name] = max(item["SnapshotCreateTime"], newest.get(name, item["SnapshotCreateTime"]))

    gap = region.each("redshift", "DescribeClusterSnapshots", "Snapshots", take, SnapshotType="automated")
    for name, state in states.items():
        told: int | Unknown | None = gap
        if gap is None and state in PAUSED:
            told = Unknown("redshift:DescribeClusterSnapshots", f"the cluster is {state}: no snapshot is taken of it meanwhile")
        elif gap is None and name in newest:
            told = minutes(now - newest[name])
        found.tell(arn_of(region, name), snapshot_minutes=told)


def _subscriptions(region: Region, found: Found) -> None:
    listed = region.pages("redshift", "DescribeEventSubscriptions", "EventSubscriptionsList")
    for item in listed:
        found.add(subscription(region, EVENTS, region.arn("redshift", f"eventsubscription:{item['CustSubscriptionId']}"), item))
    if listed.gap is not None:
        found.add(made(region.name, EVENTS, region.arn("redshift", "eventsubscription:?"), source_type=listed.gap))

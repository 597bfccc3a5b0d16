"""What moto has not of Redshift, ElastiCache and MemoryDB: automatic snapshots, subscriptions, serverless caches and copies in other regions."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from tests.support.audit_cloud_kinds import Place, ago

Json = dict[str, Any]


class MemoryOfMoto:
    """Lists that tests fill, and what is made by its own API."""

    def __init__(self) -> None:
        self.warehouse_snapshots: dict[Place, list[Json]] = defaultdict(list)
        self.warehouse_events: dict[Place, list[Json]] = defaultdict(list)
        self.cache_snapshots: dict[Place, list[Json]] = defaultdict(list)
        self.serverless: dict[Place, dict[str, Json]] = defaultdict(dict)
        self.serverless_tags: dict[str, list[Json]] = {}
        self.serverless_snapshots: dict[Place, list[Json]] = defaultdict(list)
        self.memory_snapshots: dict[Place, list[Json]] = defaultdict(list)

    def answer(self, service: str, name: str, account: str, region: str, given: Json) -> Json | None:
        """The answer to a call; None where moto is to be asked."""
        place = (account, region)
        if service == "redshift":
            return self._redshift(name, place, given)
        if (service, name) == ("elasticache", "DescribeSnapshots"):
            return {"Snapshots": self.cache_snapshots[place]}
        if (service, name) == ("elasticache", "DescribeGlobalReplicationGroups"):
            return {"GlobalReplicationGroups": []}
        if service == "elasticache":
            return self._serverless(name, place, given)
        if (service, name) == ("memorydb", "DescribeSnapshots"):
            return {"Snapshots": self.memory_snapshots[place]}
        return None

    def _redshift(self, name: str, place: Place, given: Json) -> Json | None:
        if name == "DescribeClusterSnapshots":
            return {"Snapshots": self.warehouse_snapshots[place]}
        if name == "CreateEventSubscription":
            made = {"CustSubscriptionId": given["SubscriptionName"], "SnsTopicArn": given["SnsTopicArn"], "Enabled": True}
            self.warehouse_events[place].append(made)
            return {"EventSubscription": made}
        return {"EventSubscriptionsList": self.warehouse_events[place]} if name == "DescribeEventSubscriptions" else None

    def _serverless(self, name: str, place: Place, given: Json) -> Json | None:
        if name == "CreateServerlessCache":
            cache = given["ServerlessCacheName"]
            arn = f"arn:aws:elasticache:{place[1]}:{place[0]}:serverlesscache:{cache}"
            made = {word: given[word] for word in ("ServerlessCacheName", "Engine", "SnapshotRetentionLimit")}
            self.serverless[place][cache] = {**made, "ARN": arn, "Status": "available", "CreateTime": ago(60 * 24 * 90)}
            self.serverless_tags[arn] = given.get("Tags", [])
            return {"ServerlessCache": self.serverless[place][cache]}
        if name == "ListTagsForResource" and given["ResourceName"] in self.serverless_tags:
            return {"TagList": self.serverless_tags[given["ResourceName"]]}
        if name == "DescribeServerlessCacheSnapshots":
            return {"ServerlessCacheSnapshots": self.serverless_snapshots[place]}
        return {"ServerlessCaches": list(self.serverless[place].values())} if name == "DescribeServerlessCaches" else None

    def snapshot(self, kind: str, name: str, place: Place, minutes: int) -> None:
        """An automatic snapshot of one store, as its kind lists it."""
        time = ago(minutes)
        if kind == "aws_redshift_cluster":
            entry = {"ClusterIdentifier": name, "SnapshotType": "automated", "Status": "available", "SnapshotCreateTime": time}
            self.warehouse_snapshots[place].append(entry)
        elif kind == "aws_elasticache_replication_group":
            entry = {"ReplicationGroupId": name, "SnapshotStatus": "available", "NodeSnapshots": [{"SnapshotCreateTime": time}]}
            self.cache_snapshots[place].append(entry)
        elif kind == "aws_elasticache_serverless_cache":
            of = {"ServerlessCacheConfiguration": {"ServerlessCacheName": name}}
            self.serverless_snapshots[place].append({**of, "Status": "available", "SnapshotType": "automated", "CreateTime": time})
        elif kind == "aws_memorydb_cluster":
            shards = [{"Name": "0001", "SnapshotCreationTime": time}]
            self.memory_snapshots[place].append({"Status": "available", "ClusterConfiguration": {"Name": name, "Shards": shards}})

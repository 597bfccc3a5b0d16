"""The part of ``aws_from_code.py`` that makes warehouses, caches and databases in memory. Where moto leaves an attribute out, it is set in moto's own state."""

from __future__ import annotations

from typing import Any

from moto.memorydb.models import memorydb_backends
from moto.redshift.models import redshift_backends

from tests.support.aws_from_code_guards import Json, pairs

OF_CODE = ("skip_final_snapshot", "final_snapshot_identifier", "final_snapshot_name")


def _of_code(attrs: Json) -> None:
    for name in OF_CODE:
        attrs.pop(name, None)


def _owner(here: Any) -> str:
    return str(here.clients("sts").get_caller_identity()["Account"])


def warehouse(here: Any, attrs: Json) -> Json:
    name = attrs.pop("cluster_identifier")
    here.clients("redshift").create_cluster(
        ClusterIdentifier=name,
        NodeType=attrs.pop("node_type"),
        MasterUsername="admin",
        MasterUserPassword="marked-secret-Of-the-warehouse1",
        AutomatedSnapshotRetentionPeriod=attrs.pop("automated_snapshot_retention_period", 1),
        Encrypted=attrs.pop("encrypted", False),
        Tags=pairs(attrs.pop("tags", None)),
    )
    owner = _owner(here)
    redshift_backends[owner][here.region].clusters[name].multi_az = "Enabled" if attrs.pop("multi_az", False) else "Disabled"
    _of_code(attrs)
    return {"arn": f"arn:aws:redshift:{here.region}:{owner}:cluster:{name}", "id": name}


def warehouse_events(here: Any, attrs: Json) -> Json:
    here.clients("redshift").create_event_subscription(SubscriptionName=attrs.pop("name"), SnsTopicArn=attrs.pop("sns_topic_arn"))
    return {}


def cache_group(here: Any, attrs: Json) -> Json:
    name = attrs.pop("replication_group_id")
    found = here.clients("elasticache").create_replication_group(
        ReplicationGroupId=name,
        ReplicationGroupDescription=attrs.pop("description"),
        Engine=attrs.pop("engine", "redis"),
        CacheNodeType=attrs.pop("node_type"),
        NumCacheClusters=attrs.pop("num_cache_clusters"),
        AutomaticFailoverEnabled=attrs.pop("automatic_failover_enabled"),
        MultiAZEnabled=attrs.pop("multi_az_enabled", False),
        AtRestEncryptionEnabled=attrs.pop("at_rest_encryption_enabled", False),
        SnapshotRetentionLimit=attrs.pop("snapshot_retention_limit", 0),
        Tags=pairs(attrs.pop("tags", None)),
    )["ReplicationGroup"]
    _of_code(attrs)
    return {"arn": found["ARN"], "id": name}


def cache(here: Any, attrs: Json) -> Json:
    name = attrs.pop("cluster_id")
    found = here.clients("elasticache").create_cache_cluster(
        CacheClusterId=name,
        Engine=attrs.pop("engine"),
        CacheNodeType=attrs.pop("node_type"),
        NumCacheNodes=attrs.pop("num_cache_nodes"),
        SnapshotRetentionLimit=attrs.pop("snapshot_retention_limit", 0),
        Tags=pairs(attrs.pop("tags", None)),
    )["CacheCluster"]
    _of_code(attrs)
    return {"arn": found["ARN"], "id": name}


def serverless_cache(here: Any, attrs: Json) -> Json:
    name = attrs.pop("name")
    found = here.clients("elasticache").create_serverless_cache(
        ServerlessCacheName=name,
        Engine=attrs.pop("engine"),
        SnapshotRetentionLimit=attrs.pop("snapshot_retention_limit", 0),
        Tags=pairs(attrs.pop("tags", None)),
    )["ServerlessCache"]
    return {"arn": found["ARN"], "id": name}


def memory(here: Any, attrs: Json) -> Json:
    name, replicas = attrs.pop("name"), attrs.pop("num_replicas_per_shard", 1)
    found = here.clients("memorydb").create_cluster(
        ClusterName=name,
        NodeType=attrs.pop("node_type"),
        ACLName=attrs.pop("acl_name"),
        NumReplicasPerShard=replicas,
        SnapshotRetentionLimit=attrs.pop("snapshot_retention_limit", 0),
        Tags=pairs(attrs.pop("tags", None)),
    )["Cluster"]
    made = memorydb_backends[_owner(here)][here.region].clusters[name]
    made.num_replicas_per_shard = replicas  # moto takes none for the default
    made.shards = made.get_shard_details()
    _of_code(attrs)
    return {"arn": found["ARN"], "id": name}

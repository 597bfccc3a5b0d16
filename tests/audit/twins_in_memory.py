"""Warehouses, caches and databases in memory as code: a good one of each kind, and twins that differ from it in one attribute."""

from __future__ import annotations

from tests.audit.twin import TAGS, Attrs, Twin, text

TOPIC = "arn:aws:sns:eu-west-1:123456789012:backups"
IN_MEMORY_STANDARD = "".join(
    f"\n[environments.prod.kinds.{kind}]\nrpo_minutes = 1440\n"
    for kind in (
        "redshift-cluster",
        "elasticache-replication-group",
        "elasticache-cluster",
        "elasticache-serverless-cache",
        "memorydb-cluster",
    )
)
WAREHOUSE: Attrs = {
    "node_type": '"ra3.xlplus"',
    "automated_snapshot_retention_period": "30",
    "encrypted": "true",
    "multi_az": "true",
    "skip_final_snapshot": "false",
    "tags": TAGS,
}
GROUP: Attrs = {
    "description": '"sessions"',
    "node_type": '"cache.m6g.large"',
    "num_cache_clusters": "2",
    "automatic_failover_enabled": "true",
    "multi_az_enabled": "true",
    "at_rest_encryption_enabled": "true",
    "snapshot_retention_limit": "30",
    "tags": TAGS,
}
MEMORY: Attrs = {"node_type": '"db.r6g.large"', "acl_name": '"open-access"', "snapshot_retention_limit": "30", "tags": TAGS}


def _made(kind: str, key: str, name: str, attrs: Attrs, wrong: tuple[str, ...], live: str) -> Twin:
    only = frozenset({live}) if live else frozenset()
    return Twin(name, f"{kind}.{name}", text(kind, name, {key: f'"{name}"', **attrs}), frozenset(wrong), only)


def warehouse(name: str, *wrong: str, live: str = "", **changes: str) -> Twin:
    attrs = {**WAREHOUSE, "final_snapshot_identifier": f'"{name}-final"', **changes}
    return _made("aws_redshift_cluster", "cluster_identifier", name, attrs, wrong, live)


def group(name: str, *wrong: str, live: str = "", **changes: str) -> Twin:
    attrs = {**GROUP, "final_snapshot_identifier": f'"{name}-final"', **changes}
    return _made("aws_elasticache_replication_group", "replication_group_id", name, attrs, wrong, live)


def single(name: str, *wrong: str, live: str = "", engine: str = "redis", **changes: str) -> Twin:
    attrs = {"engine": f'"{engine}"', "node_type": '"cache.m6g.large"', "num_cache_nodes": "1", "tags": TAGS, **changes}
    return _made("aws_elasticache_cluster", "cluster_id", name, attrs, wrong, live)


def serverless(name: str, *wrong: str, live: str = "", **changes: str) -> Twin:
    attrs = {"engine": '"valkey"', "snapshot_retention_limit": "30", "tags": TAGS, **changes}
    return _made("aws_elasticache_serverless_cache", "name", name, attrs, wrong, live)


def memory(name: str, *wrong: str, live: str = "", **changes: str) -> Twin:
    attrs = {**MEMORY, "final_snapshot_name": f'"{name}-final"', **changes}
    return _made("aws_memorydb_cluster", "name", name, attrs, wrong, live)


def heard_warehouse() -> str:
    """Who hears of failed backups of Redshift, whose subscriptions are its own."""
    return text("aws_redshift_event_subscription", "failures", {"name": '"redshift"', "sns_topic_arn": f'"{TOPIC}"'})


IN_MEMORY = (
    warehouse("warehouse-good"),
    warehouse("warehouse-short", "RCV002", "RCV108", automated_snapshot_retention_period="29"),
    warehouse("warehouse-bare", "RCV007", encrypted="false"),
    warehouse("warehouse-zone", "RCV014", multi_az="false"),
    warehouse("warehouse-stale", live="RCV201"),
    group("group-good"),
    group("group-short", "RCV002", snapshot_retention_limit="29"),
    group("group-bare", "RCV007", at_rest_encryption_enabled="false"),
    group("group-zone", "RCV014", multi_az_enabled="false"),
    group("group-stale", live="RCV201"),
    single("cache-bare", "RCV007"),  # a single one cannot be encrypted; without snapshots nobody asks for backups
    single("cache-kept", "RCV007", "RCV002", snapshot_retention_limit="7"),
    single("cache-plain", engine="memcached"),
    serverless("serverless-good"),
    serverless("serverless-short", "RCV002", snapshot_retention_limit="29"),
    serverless("serverless-stale", live="RCV201"),
    memory("memory-good"),
    memory("memory-short", "RCV002", snapshot_retention_limit="29"),
    memory("memory-none", "RCV001", "RCV006", snapshot_retention_limit="0"),
    memory("memory-zone", "RCV014", num_replicas_per_shard="0"),
    memory("memory-stale", live="RCV201"),
)

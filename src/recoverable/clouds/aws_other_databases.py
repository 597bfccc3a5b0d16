"""DocumentDB, Neptune, Redshift, ElastiCache and MemoryDB, each with the features that it has.

Defaults: terraform-provider-aws 6.x documentation of the resource named in each note. A cache is
judged as what it is: without snapshots it is ephemeral, unless a tag says that its data matter.
"""

from __future__ import annotations

from recoverable.clouds.aws_databases import PITR_RPO_MINUTES, in_other_region, restored_from
from recoverable.clouds.aws_global_clusters import global_member
from recoverable.clouds.common import apart, key_of, lifecycle_meta, region_of, subject_fields, tags_of
from recoverable.clouds.index import Index
from recoverable.clouds.live_facts import COPY as LIVE_COPY
from recoverable.model.estate import Database, Estate
from recoverable.model.raw import RawResource
from recoverable.model.values import Kind, Value, absent, default, stated, unknown

DOCDB, NEPTUNE, REDSHIFT, COPY = "aws_docdb_cluster", "aws_neptune_cluster", "aws_redshift_cluster", "aws_redshift_snapshot_copy"
GROUP, GLOBAL_GROUP = "aws_elasticache_replication_group", "aws_elasticache_global_replication_group"
CACHE, SERVERLESS, MEMORYDB = "aws_elasticache_cluster", "aws_elasticache_serverless_cache", "aws_memorydb_cluster"
TYPES: frozenset[str] = frozenset({DOCDB, NEPTUNE, REDSHIFT, COPY, GROUP, GLOBAL_GROUP, CACHE, SERVERLESS, MEMORYDB})
CLUSTER_FEATURES = frozenset(
    {"retention", "pitr", "encryption", "deletion-protection", "final-snapshot", "final-snapshot-name", "multi-zone", "second-region"}
)
REDSHIFT_FEATURES = frozenset(
    {"retention", "rpo", "encryption", "final-snapshot", "final-snapshot-name", "multi-zone", "second-region", "password"}
)
CACHE_FEATURES = frozenset({"retention", "encryption", "final-snapshot"})
MEMORYDB_FEATURES = frozenset({"retention", "rpo", "encryption", "final-snapshot", "multi-zone", "second-region"})
LIMIT = 35
EIGHT_HOURS, DAILY = 480, 1440
SPANS = "cluster storage spans three zones"
SERVERLESS_NOTE = "ElastiCache Serverless always encrypts and spans several zones"
DURABLE_TAGS = ("recoverable-durable", "recoverable-criticality")


def add_other_databases(index: Index, estate: Estate) -> None:
    """Map the databases and caches that are neither RDS nor DynamoDB."""
    estate.databases.extend(_docdb(index, raw) for raw in index.of_type(DOCDB))
    estate.databases.extend(_neptune(index, raw) for raw in index.of_type(NEPTUNE))
    estate.databases.extend(_redshift(index, raw) for raw in index.of_type(REDSHIFT))
    estate.databases.extend(_group(index, raw) for raw in index.of_type(GROUP))
    estate.databases.extend(_single_cache(raw) for raw in index.of_type(CACHE))
    estate.databases.extend(_serverless(raw) for raw in index.of_type(SERVERLESS))
    estate.databases.extend(_memorydb(index, raw) for raw in index.of_type(MEMORYDB))


def _kept(database: Database, days: Value[int], service: str) -> None:
    """Retention, and whether there are backups at all, from one number of days."""
    database.retention_days = days
    database.backups = days.map(lambda count: count > 0)
    database.limit_days, database.limit_note = LIMIT, f"{service} keeps automated backups {LIMIT} days at most"


def _final_snapshot(database: Database, raw: RawResource) -> None:
    """Taken unless it is skipped, and then it must have a name."""
    database.final_snapshot = raw.boolean("skip_final_snapshot", False, f"{raw.type}: default false").map(lambda skip: not skip)
    database.final_snapshot_name = raw.text("final_snapshot_identifier")
    database.fixes["final-snapshot"] = "Set skip_final_snapshot = false and final_snapshot_identifier to a name of its own."


def _named_snapshot(database: Database, raw: RawResource, name: str) -> None:
    """Taken only where it has a name."""
    value = raw.text(name)
    off = default(False, name, value.where, f"{raw.type}: without it no final snapshot is made")
    database.final_snapshot = off if value.absent or value.data == "" else value.map(lambda _: True)
    database.final_snapshot_name = value
    database.fixes["final-snapshot"] = f"Set {name} to a name of its own."


def _cluster(index: Index, raw: RawResource, kind: str, service: str, key: str) -> Database:
    """A cluster made like Aurora: continuous backups as long as automated ones are kept."""
    restored = restored_from(raw, "snapshot_identifier", "restore_to_point_in_time")
    source = restored_from(raw, "replication_source_identifier")
    encrypted = raw.boolean("storage_encrypted", False, f"{raw.type}: default false")
    if restored and encrypted.kind is Kind.DEFAULT:
        encrypted = unknown(f"encryption is taken over from the snapshot ({restored})", "storage_encrypted", raw.where)
    reason = source or restored
    database = Database(
        kind=kind,
        role="read-replica" if source else ("clone" if restored else "primary"),
        role_reason=f"{reason} is set" if reason else "",
        features=CLUSTER_FEATURES,
        encrypted=encrypted,
        kms_key=key_of(raw, key),
        deletion_protection=raw.boolean("deletion_protection", False, f"{raw.type}: default false"),
        multi_zone=default(True, "availability_zones", raw.where, SPANS),
        second_region=_copied(index, raw, global_member(index, raw)),
        prevent_destroy=lifecycle_meta(raw),
        **subject_fields(raw),
    )
    # The provider sends its default of 1 for a restored cluster too.
    _kept(database, raw.number("backup_retention_period", 1, f"{raw.type}: default 1"), service)
    database.pitr, database.pitr_days = database.backups, database.retention_days
    database.pitr_limit_days, database.pitr_limit_note = LIMIT, database.limit_note
    database.mechanism, database.mechanism_rpo = "point-in-time recovery", PITR_RPO_MINUTES
    database.fixes["second-region"] = "Add a global cluster with a member in another region, or a backup plan that copies to a vault there."
    _final_snapshot(database, raw)
    return database


def _copied(index: Index, raw: RawResource, by_code: Value[bool]) -> Value[bool]:
    """A copy in another region: as code declares it, else as a running account tells of it."""
    doubt = by_code
    for copy in index.companions(raw, LIVE_COPY, "source", ("arn",)).found if by_code.is_false else ():
        away = apart(raw, copy)
        if away.is_true:
            return stated(True, "region", copy.where, str(region_of(copy).data))
        if away.unknown:
            doubt = unknown(away.note, "region", copy.where)
    return doubt


def _docdb(index: Index, raw: RawResource) -> Database:
    database = _cluster(index, raw, "docdb-cluster", "DocumentDB", "kms_key_id")
    database.engine = raw.text("engine", "docdb", f"{DOCDB}: default docdb")
    database.features |= {"password"}
    _password(database, raw, "manage_master_user_password")
    return database


def _neptune(index: Index, raw: RawResource) -> Database:
    database = _cluster(index, raw, "neptune-cluster", "Neptune", "kms_key_arn")
    database.engine = raw.text("engine", "neptune", f"{NEPTUNE}: default neptune")
    database.features |= {"copy-tags"}
    database.copy_tags = raw.boolean("copy_tags_to_snapshot", False, f"{NEPTUNE}: default false")
    return database


def _password(database: Database, raw: RawResource, managed: str) -> None:
    database.password = raw.value("master_password")
    database.password_kind = (
        "managed" if raw.boolean(managed).is_true else ("write-only" if not raw.value("master_password_wo").absent else "")
    )
    database.fixes["password"] = f"Set {managed} = true instead, or use master_password_wo."


def _redshift(index: Index, raw: RawResource) -> Database:
    restored = restored_from(raw, "snapshot_identifier", "snapshot_arn")
    database = Database(
        kind="redshift-cluster",
        role="clone" if restored else "primary",
        role_reason=f"{restored} is set" if restored else "",
        features=REDSHIFT_FEATURES,
        encrypted=raw.boolean("encrypted", True, f"{REDSHIFT}: default true since 6.0 (hashicorp/terraform-provider-aws#42631)"),
        kms_key=key_of(raw, "kms_key_id"),
        multi_zone=raw.boolean("multi_az", False, f"{REDSHIFT}: default false"),
        second_region=_snapshot_copy(index, raw),
        prevent_destroy=lifecycle_meta(raw),
        mechanism="automated snapshots, every 8 hours or 5 GB of changes,",
        mechanism_rpo=EIGHT_HOURS,
        **subject_fields(raw),
    )
    _kept(database, raw.number("automated_snapshot_retention_period", 1, f"{REDSHIFT}: default 1"), "Redshift")
    _final_snapshot(database, raw)
    _password(database, raw, "manage_master_password")
    database.fixes["second-region"] = f"Add an {COPY} with a destination_region."
    database.fixes["rpo"] = (
        "Redshift has no point-in-time recovery: keep what was loaded since the last snapshot elsewhere, and set rpo_minutes for [kinds.redshift-cluster]."
    )
    return database


def _snapshot_copy(index: Index, raw: RawResource) -> Value[bool]:
    """Snapshots copied to another region: a resource of its own, or the block of provider 5 and earlier."""
    home = region_of(raw)
    joined = index.companions(raw, COPY, "cluster_identifier", ("cluster_identifier",))
    if joined.first is not None:
        return in_other_region(home, joined.first.text("destination_region"), joined.first.address)
    if raw.raw("snapshot_copy") not in (None, []):
        return in_other_region(home, raw.text("snapshot_copy.destination_region"), "snapshot_copy")
    return unknown(joined.doubt, COPY, raw.where) if joined.doubt else absent(COPY, raw.where)


def _treat_as_cache(database: Database, raw: RawResource) -> None:
    """Without snapshots a cache is ephemeral, and is not asked about backups; a tag can say otherwise."""
    tags, _ = tags_of(raw, "tags_all", "tags")
    plain = {name.lower().replace(":", "-").replace("_", "-"): value.lower() for name, value in tags.items()}
    durable = next((name for name in DURABLE_TAGS if plain.get(name, "") not in ("", "false", "no", "low")), "")
    restored = restored_from(raw, "snapshot_name", "snapshot_arns")
    if raw.value("engine").data == "memcached":
        database.role, database.role_reason = "cache", "memcached keeps nothing"
        database.features -= {"encryption", "retention", "final-snapshot"}
    elif durable:
        database.features |= {"rpo"}
        database.role, database.role_reason = ("clone" if restored else "primary"), f"the tag {durable} says that its data matter"
    elif database.backups.is_false:
        database.role, database.role_reason = "cache", "it takes no snapshots: what it holds is made again from elsewhere"
    elif restored:
        database.role, database.role_reason = "clone", f"{restored} is set"


def _snapshots(database: Database, raw: RawResource, service: str) -> None:
    """Daily snapshots, kept for a number of days; 0, the default, is none."""
    _kept(database, raw.number("snapshot_retention_limit", 0, f"{raw.type}: default 0, no snapshots"), service)
    database.mechanism, database.mechanism_rpo = "a daily snapshot", DAILY
    database.fixes["rpo"] = (
        f"Daily snapshots are all there is: keep what must not be lost in a database with point-in-time recovery, or set rpo_minutes for [kinds.{database.kind}]."
    )


def _group(index: Index, raw: RawResource) -> Database:
    engine = raw.text("engine", "redis", f"{GROUP}: default redis")
    encrypted_default = engine.data == "valkey"
    database = Database(
        kind="elasticache-replication-group",
        engine=engine,
        features=CACHE_FEATURES | {"multi-zone", "second-region", "password"},
        encrypted=raw.boolean("at_rest_encryption_enabled", encrypted_default, f"{GROUP}: default false for redis, true for valkey"),
        kms_key=key_of(raw, "kms_key_id"),
        multi_zone=raw.boolean("multi_az_enabled", False, f"{GROUP}: default false"),
        second_region=_copied(index, raw, _global_datastore(index, raw)),
        password=raw.value("auth_token"),
        prevent_destroy=lifecycle_meta(raw),
        **subject_fields(raw),
    )
    _snapshots(database, raw, "ElastiCache")
    _named_snapshot(database, raw, "final_snapshot_identifier")
    database.fixes["second-region"] = "Add a global datastore with a secondary group in another region."
    database.fixes["password"] = "Take auth_token from a secret or a generated password instead, or use user groups."  # noqa: S105 - advice, no password
    _treat_as_cache(database, raw)
    if not raw.value("global_replication_group_id").absent:
        database.role, database.role_reason = (
            "read-replica",
            "global_replication_group_id is set: it follows the primary of a global datastore",
        )
    return database


def _global_datastore(index: Index, raw: RawResource) -> Value[bool]:
    """A secondary group of the same global datastore, in another region."""
    path = "global_replication_group_id"
    doubt: Value[bool] = absent(path, raw.where)
    for datastore in index.companions(raw, GLOBAL_GROUP, "primary_replication_group_id", ("replication_group_id",)).found:
        for secondary in index.companions(datastore, GROUP, path, (path,)).found:
            away = apart(raw, secondary)
            note = f"global datastore with {secondary.address}"
            if away.is_true:
                return stated(True, path, secondary.where, note)
            doubt = unknown(f"{note}: {away.note}", path, secondary.where) if away.unknown else doubt
    return doubt


def _single_cache(raw: RawResource) -> Database:
    """A cluster without a replication group: it cannot encrypt, and runs in one zone unless it is memcached."""
    database = Database(
        kind="elasticache-cluster",
        engine=raw.text("engine"),
        features=CACHE_FEATURES,
        encrypted=default(False, "", raw.where, f"{CACHE} has no encryption at rest"),
        prevent_destroy=lifecycle_meta(raw),
        **subject_fields(raw),
    )
    _snapshots(database, raw, "ElastiCache")
    _named_snapshot(database, raw, "final_snapshot_identifier")
    database.fixes["encryption"] = f"Use an {GROUP} with at_rest_encryption_enabled = true."
    _treat_as_cache(database, raw)
    if restored_from(raw, "replication_group_id"):
        database.role, database.role_reason = "cluster-member", "replication_group_id is set: its group is backed up"
    return database


def _serverless(raw: RawResource) -> Database:
    database = Database(
        kind="elasticache-serverless-cache",
        engine=raw.text("engine"),
        features=frozenset({"retention", "encryption", "multi-zone"}),
        encrypted=default(True, "kms_key_id", raw.where, SERVERLESS_NOTE),
        kms_key=key_of(raw, "kms_key_id"),
        multi_zone=default(True, "subnet_ids", raw.where, SERVERLESS_NOTE),
        prevent_destroy=lifecycle_meta(raw),
        **subject_fields(raw),
    )
    _snapshots(database, raw, "ElastiCache")
    _treat_as_cache(database, raw)
    return database


def _memorydb(index: Index, raw: RawResource) -> Database:
    """A database, not a cache: every write is in a log across zones; only snapshots undo a mistake."""
    restored = restored_from(raw, "snapshot_name", "snapshot_arns")
    replicas = raw.number("num_replicas_per_shard", 1, f"{MEMORYDB}: default 1")
    database = Database(
        kind="memorydb-cluster",
        role="clone" if restored else "primary",
        role_reason=f"{restored} is set" if restored else "",
        engine=raw.text("engine", "redis", f"{MEMORYDB}: default redis"),
        features=MEMORYDB_FEATURES,
        encrypted=default(True, "kms_key_arn", raw.where, "MemoryDB always encrypts at rest"),
        kms_key=key_of(raw, "kms_key_arn"),
        multi_zone=replicas.map(lambda count: count > 0),
        second_region=_copied(index, raw, global_member(index, raw, "multi_region_cluster_name")),
        prevent_destroy=lifecycle_meta(raw),
        **subject_fields(raw),
    )
    _snapshots(database, raw, "MemoryDB")
    _named_snapshot(database, raw, "final_snapshot_name")
    database.fixes["multi-zone"] = "Set num_replicas_per_shard to 1 or more."
    database.fixes["second-region"] = "Make it a member of a multi-Region cluster."
    return database

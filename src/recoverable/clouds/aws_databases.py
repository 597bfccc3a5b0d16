"""AWS databases: RDS instances and clusters, as the provider's real defaults make them.

Defaults: terraform-provider-aws 6.x documentation of ``aws_db_instance`` and ``aws_rds_cluster``.
"""

from __future__ import annotations

from recoverable.clouds.aws_global_clusters import global_member
from recoverable.clouds.common import apart, key_of, lifecycle_meta, region_of, subject_fields
from recoverable.clouds.given import is_given, perhaps_replica, unless_replica
from recoverable.clouds.index import Index
from recoverable.model.estate import Database, Estate
from recoverable.model.raw import RawResource
from recoverable.model.values import Kind, Value, absent, default, stated, unknown

INSTANCE_DOC = "aws_db_instance: default 0, no automated backups"
CLUSTER_DOC = "aws_rds_cluster: default 1"
RDS_LIMIT = 35
FEATURES = frozenset(
    {
        "retention",
        "pitr",
        "encryption",
        "deletion-protection",
        "backups-die",
        "final-snapshot",
        "final-snapshot-name",
        "copy-tags",
        "multi-zone",
        "second-region",
        "password",
    }
)
PITR_RPO_MINUTES = 5


def add_databases(index: Index, estate: Estate) -> None:
    """Map every RDS instance and cluster of the input."""
    for raw in index.of_type("aws_db_instance"):
        estate.databases.append(_instance(index, raw))
    for raw in index.of_type("aws_rds_cluster"):
        estate.databases.append(_cluster(index, raw))


def restored_from(raw: RawResource, *paths: str) -> str:
    """The attribute that says a store was made from a backup; "" where none is written. The provider takes "" as not set."""
    return next((path for path in paths if raw.raw(path) not in (None, "", [])), "")


def _inherited(value: Value[int], restored: str, what: str) -> Value[int]:
    """What a restored instance does not state it takes over from its snapshot."""
    if restored and value.kind is Kind.DEFAULT:
        return unknown(f"{what} is taken over from the snapshot ({restored})", value.path, value.where)
    return value


def _instance(index: Index, raw: RawResource) -> Database:
    restored = restored_from(raw, "snapshot_identifier", "restore_to_point_in_time", "s3_import")
    replica, perhaps = is_given(index, raw, "replicate_source_db")
    engine = raw.text("engine")
    member = engine.known and str(engine.data).startswith("aurora")
    retention = _inherited(raw.number("backup_retention_period", 0, INSTANCE_DOC), restored, "backup_retention_period")
    encrypted = raw.boolean("storage_encrypted", False, "aws_db_instance: default false")
    if restored and encrypted.kind is Kind.DEFAULT:
        encrypted = unknown(f"encryption is taken over from the snapshot ({restored})", "storage_encrypted", raw.where)
    database = Database(
        kind="rds-instance",
        role="read-replica" if replica else ("cluster-member" if member else ("clone" if restored else "primary")),
        role_reason="replicate_source_db is set" if replica else (f"{restored} is set" if restored else ""),
        engine=engine,
        features=FEATURES,
        encrypted=encrypted,
        multi_zone=raw.boolean("multi_az", False, "aws_db_instance: default false"),
        **subject_fields(raw),
    )
    _backups(database, raw, unless_replica(retention, perhaps))
    _protections(database, raw)
    database.second_region = _second_region(index, raw)
    return perhaps_replica(database, perhaps)


def _cluster(index: Index, raw: RawResource) -> Database:
    restored = restored_from(raw, "snapshot_identifier", "restore_to_point_in_time", "s3_import")
    replica, perhaps = is_given(index, raw, "replication_source_identifier")
    engine = raw.text("engine", "aurora")
    serverless = raw.text("engine_mode", "provisioned")
    encrypted_default = serverless.known and serverless.data == "serverless"
    encrypted = raw.boolean("storage_encrypted", encrypted_default, "aws_rds_cluster: default false unless engine_mode is serverless")
    if restored and encrypted.kind is Kind.DEFAULT:
        encrypted = unknown(f"encryption is taken over from the snapshot ({restored})", "storage_encrypted", raw.where)
    database = Database(
        kind="aurora-cluster" if str(engine.data or "aurora").startswith("aurora") else "rds-cluster",
        role="read-replica" if replica else ("clone" if restored else "primary"),
        role_reason="replication_source_identifier is set" if replica else (f"{restored} is set" if restored else ""),
        engine=engine,
        features=FEATURES,
        encrypted=encrypted,
        # Aurora keeps six copies of the data in three zones; a Multi-AZ DB cluster spans three.
        multi_zone=default(True, "availability_zones", raw.where, "cluster storage spans three zones"),
        **subject_fields(raw),
    )
    _backups(
        database,
        raw,
        unless_replica(_inherited(raw.number("backup_retention_period", 1, CLUSTER_DOC), restored, "backup_retention_period"), perhaps),
    )
    _protections(database, raw)
    database.second_region = global_member(index, raw)
    if database.second_region.is_false:
        database.second_region = _second_region(index, raw)
    return perhaps_replica(database, perhaps)


def _backups(database: Database, raw: RawResource, retention: Value[int]) -> None:
    """RDS derives everything from the retention: above 0 there are daily snapshots and PITR."""
    database.retention_days = retention
    database.backups = retention.map(lambda days: days > 0)
    database.pitr = retention.map(lambda days: days > 0)
    database.pitr_days = retention
    database.limit_days = RDS_LIMIT
    database.limit_note = "RDS keeps automated backups 35 days at most"
    database.pitr_limit_days = RDS_LIMIT
    database.pitr_limit_note = database.limit_note
    database.mechanism = "point-in-time recovery"
    database.mechanism_rpo = PITR_RPO_MINUTES
    database.kms_key = key_of(raw, "kms_key_id")


def _protections(database: Database, raw: RawResource) -> None:
    what = raw.type
    database.deletion_protection = raw.boolean("deletion_protection", False, f"{what}: default false")
    database.backups_die_with_store = raw.boolean("delete_automated_backups", True, f"{what}: default true")
    database.final_snapshot = raw.boolean("skip_final_snapshot", False, f"{what}: default false").map(lambda skip: not skip)
    database.final_snapshot_name = raw.text("final_snapshot_identifier")
    database.copy_tags = raw.boolean("copy_tags_to_snapshot", False, f"{what}: default false")
    database.prevent_destroy = lifecycle_meta(raw)
    database.fixes = {
        "backups-die": "Set delete_automated_backups = false.",
        "final-snapshot": "Set skip_final_snapshot = false and final_snapshot_identifier to a name of its own.",
        "second-region": "Add an aws_db_instance_automated_backups_replication in another region, or a backup plan that copies there."
        if raw.type == "aws_db_instance"
        else "Add a backup plan that copies to a vault in another region, or a global cluster.",
        "password": "Set manage_master_user_password = true instead, or use the write-only attribute.",
    }
    password = "password" if raw.type == "aws_db_instance" else "master_password"
    managed = raw.boolean("manage_master_user_password")
    database.password = raw.value(password)
    database.password_kind = "managed" if managed.is_true else ("write-only" if not raw.value(f"{password}_wo").absent else "")


def _second_region(index: Index, raw: RawResource) -> Value[bool]:
    """Automated backups replicated to, or a read replica in, another region."""
    doubts: list[Value[bool]] = []
    replication = index.companions(raw, "aws_db_instance_automated_backups_replication", "source_db_instance_arn", ("arn",))
    copies = [*replication.found, *index.companions(raw, "aws_db_instance", "replicate_source_db", ("arn", "identifier")).found]
    copies += index.companions(raw, "aws_rds_cluster", "replication_source_identifier", ("arn",)).found
    copies += [item for item in _named_by_arn(index, raw) if item not in copies]
    for copy in copies:
        other = apart(raw, copy)
        if other.is_true:
            return stated(True, "region", copy.where, f"{copy.address} ({other.note})")
        if other.unknown:
            doubts.append(unknown(f"{copy.address}: {other.note}", "region", copy.where))
    if replication.doubt:
        doubts.append(unknown(replication.doubt, "source_db_instance_arn", raw.where))
    return doubts[0] if doubts else absent("aws_db_instance_automated_backups_replication", raw.where)


ARN_COPIES = {
    "aws_db_instance": (
        ("aws_db_instance_automated_backups_replication", "source_db_instance_arn"),
        ("aws_db_instance", "replicate_source_db"),
    ),
    "aws_rds_cluster": (("aws_rds_cluster", "replication_source_identifier"),),
}


def _named_by_arn(index: Index, raw: RawResource) -> list[RawResource]:
    """Copies whose source is written as an ARN: what the code says of the database is its identifier and region."""
    word, name = ("db", raw.attrs.get("identifier")) if raw.type == "aws_db_instance" else ("cluster", raw.attrs.get("cluster_identifier"))
    if not isinstance(name, str):
        return []
    copies = index.memo(("copies by ARN", raw.type), lambda: _copies_by_arn(index, ARN_COPIES[raw.type])).get(f"{word}:{name}", [])
    home = region_of(raw) if copies else None
    return [item for item, region in copies if home is None or not home.known or region == home.data]


def _copies_by_arn(index: Index, kinds: tuple[tuple[str, str], ...]) -> dict[str, list[tuple[RawResource, str]]]:
    """Copies with the region of their source, by the last part of its ARN (``db:orders``)."""
    found: dict[str, list[tuple[RawResource, str]]] = {}
    for kind, attribute in kinds:
        for item in index.of_type(kind):
            source = item.raw(attribute)
            parts = source.split(":", 5) if isinstance(source, str) else []
            if len(parts) == 6 and parts[2] == "rds":
                found.setdefault(parts[5], []).append((item, parts[3]))
    return found


def in_other_region(home: Value[str], region: Value[str], what: str) -> Value[bool]:
    """Whether ``what`` lies in another region, for services that take no copy in the store's own region."""
    if not region.known:
        return unknown(f"{what}: {region.note or 'the region is not stated'}", region.path or "region", region.where)
    apart = not home.known or home.data != region.data
    return stated(apart, region.path, region.where, f"{what} in {region.data}")

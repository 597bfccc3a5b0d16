"""DocumentDB, Neptune, Redshift, ElastiCache and MemoryDB: stated, absent, by default and unknown."""

from __future__ import annotations

from typing import Any

import pytest

from recoverable.model.estate import Database
from recoverable.model.finding import Verdict
from recoverable.model.raw import RawResource
from recoverable.model.values import Kind
from tests.clouds.aws_store_builders import ask, estate_of, hcl_estate, needs_corpus, res, shown, unk, verdicts

DOCDB, NEPTUNE, REDSHIFT = "aws_docdb_cluster.db", "aws_neptune_cluster.db", "aws_redshift_cluster.db"
GROUP, CACHE = "aws_elasticache_replication_group.db", "aws_elasticache_cluster.db"
SERVERLESS, MEMORYDB = "aws_elasticache_serverless_cache.db", "aws_memorydb_cluster.db"
BACKUP_RULES = (
    "backups-disabled",
    "retention-too-short",
    "final-snapshot-skipped",
    "no-second-region-copy",
    "single-zone",
    "rpo-out-of-reach",
)


def one(address: str, *others: RawResource, **attrs: Any) -> Database:
    """The database at an address, among others."""
    return next(item for item in estate_of(res(address, **attrs), *others).databases if item.address == address)


@pytest.mark.parametrize(
    ("address", "attribute"),
    [
        (DOCDB, "backup_retention_period"),
        (NEPTUNE, "backup_retention_period"),
        (REDSHIFT, "automated_snapshot_retention_period"),
    ],
)
def test_retention_of_clusters(address: str, attribute: str) -> None:
    absent, enough = one(address), one(address, **{attribute: 30})
    off, later = one(address, **{attribute: 0}), one(address, **{attribute: unk()})
    assert shown(absent.retention_days) == (Kind.DEFAULT, 1)
    assert verdicts("retention-too-short", absent) == [Verdict.FAIL]
    assert ask("retention-too-short", absent)[0].fix == f"Set {attribute} = 30."
    assert shown(enough.retention_days) == (Kind.STATED, 30)
    assert verdicts("retention-too-short", enough) == [Verdict.PASS]
    assert verdicts("backups-disabled", off) == [Verdict.FAIL]
    assert verdicts("retention-too-short", later) == [Verdict.UNKNOWN]
    assert enough.limit_days == 35


@pytest.mark.parametrize("address", [DOCDB, NEPTUNE])
def test_clusters_like_aurora_recover_to_a_point_in_time(address: str) -> None:
    database = one(address)
    assert shown(database.pitr) == (Kind.DEFAULT, True)
    assert shown(database.pitr_days) == (Kind.DEFAULT, 1)
    assert verdicts("rpo-out-of-reach", database) == [Verdict.PASS]
    assert verdicts("pitr-window-too-short", database) == [Verdict.FAIL]
    assert verdicts("pitr-disabled", one(address, backup_retention_period=unk())) == [Verdict.UNKNOWN]
    assert database.multi_zone.is_true


@pytest.mark.parametrize(
    ("address", "attribute", "fallback"),
    [
        (DOCDB, "storage_encrypted", False),
        (NEPTUNE, "storage_encrypted", False),
        (REDSHIFT, "encrypted", True),
        (GROUP, "at_rest_encryption_enabled", False),
    ],
)
def test_encryption(address: str, attribute: str, fallback: bool) -> None:
    assert shown(one(address).encrypted) == (Kind.DEFAULT, fallback)
    assert shown(one(address, **{attribute: "true"}).encrypted) == (Kind.STATED, True)
    assert shown(one(address, **{attribute: False}).encrypted) == (Kind.STATED, False)
    assert one(address, **{attribute: unk()}).encrypted.unknown


def test_valkey_is_encrypted_by_default_and_some_services_always() -> None:
    assert shown(one(GROUP, engine="valkey").encrypted) == (Kind.DEFAULT, True)
    assert one(SERVERLESS, engine="redis").encrypted.is_true
    assert one(MEMORYDB).encrypted.is_true
    cluster = one(CACHE, engine="redis", snapshot_retention_limit=30)
    answer = ask("database-unencrypted", cluster)[0]
    assert (answer.verdict, "aws_elasticache_replication_group" in answer.fix) == (Verdict.FAIL, True)


@pytest.mark.parametrize(
    ("address", "attribute"), [(DOCDB, "kms_key_id"), (NEPTUNE, "kms_key_arn"), (MEMORYDB, "kms_key_arn"), (REDSHIFT, "kms_key_id")]
)
def test_the_key(address: str, attribute: str) -> None:
    assert one(address).kms_key.absent
    assert shown(one(address, **{attribute: "arn:k"}).kms_key) == (Kind.STATED, "arn:k")
    assert one(address, **{attribute: unk(not_null=True)}).kms_key.known
    assert one(address, **{attribute: unk()}).kms_key.unknown


@pytest.mark.parametrize("address", [DOCDB, NEPTUNE])
def test_deletion_protection(address: str) -> None:
    assert shown(one(address).deletion_protection) == (Kind.DEFAULT, False)
    assert shown(one(address, deletion_protection=True).deletion_protection) == (Kind.STATED, True)
    assert one(address, deletion_protection=unk()).deletion_protection.unknown


@pytest.mark.parametrize("address", [REDSHIFT, GROUP, MEMORYDB])
def test_what_has_no_deletion_protection_is_not_asked(address: str) -> None:
    assert verdicts("deletion-protection-off", one(address, snapshot_retention_limit=30)) == []


@pytest.mark.parametrize("address", [DOCDB, NEPTUNE, REDSHIFT])
def test_the_final_snapshot_of_clusters(address: str) -> None:
    named = one(address, final_snapshot_identifier="last")
    assert shown(named.final_snapshot) == (Kind.DEFAULT, True)
    assert verdicts("final-snapshot-skipped", named) == [Verdict.PASS]
    assert verdicts("final-snapshot-skipped", one(address)) == [Verdict.FAIL]
    skipped = one(address, skip_final_snapshot=True, final_snapshot_identifier="last")
    assert ask("final-snapshot-skipped", skipped)[0].found == "skipped"
    assert verdicts("final-snapshot-skipped", one(address, skip_final_snapshot=unk())) == [Verdict.UNKNOWN]


@pytest.mark.parametrize(("address", "attribute"), [(GROUP, "final_snapshot_identifier"), (MEMORYDB, "final_snapshot_name")])
def test_the_final_snapshot_of_stores_in_memory_is_taken_where_it_is_named(address: str, attribute: str) -> None:
    kept = {"snapshot_retention_limit": 30}
    assert shown(one(address, **kept).final_snapshot) == (Kind.DEFAULT, False)
    assert shown(one(address, **{attribute: "last"}, **kept).final_snapshot) == (Kind.STATED, True)
    assert one(address, **{attribute: unk()}, **kept).final_snapshot.unknown
    assert verdicts("final-snapshot-skipped", one(address, **kept)) == [Verdict.FAIL]


def test_clones_and_replicas() -> None:
    clone = one(DOCDB, snapshot_identifier="snap")
    assert (clone.role, clone.role_reason) == ("clone", "snapshot_identifier is set")
    assert clone.encrypted.unknown
    # The provider sends its default retention for a restored cluster too.
    assert shown(clone.retention_days) == (Kind.DEFAULT, 1)
    assert one(DOCDB, restore_to_point_in_time=[{"source_cluster_identifier": "a"}]).role == "clone"
    assert one(DOCDB, snapshot_identifier="").role == "primary"
    replica = one(NEPTUNE, replication_source_identifier="arn:a")
    assert replica.role == "read-replica"
    assert [verdicts(rule, replica) for rule in BACKUP_RULES] == [[]] * len(BACKUP_RULES)
    restored = one(REDSHIFT, snapshot_identifier="snap")
    assert (restored.role, shown(restored.encrypted)) == ("clone", (Kind.DEFAULT, True))
    assert one(MEMORYDB, snapshot_name="snap").role == "clone"


@pytest.mark.parametrize(("address", "managed"), [(DOCDB, "manage_master_user_password"), (REDSHIFT, "manage_master_password")])
def test_passwords(address: str, managed: str) -> None:
    written = one(address, master_password="not-a-real-one")
    assert shown(written.password) == (Kind.STATED, "not-a-real-one")
    assert verdicts("password-in-code", one(address)) == [Verdict.PASS]
    assert one(address, **{managed: True}).password_kind == "managed"
    assert one(address, master_password_wo=unk()).password_kind == "write-only"
    assert verdicts("password-in-code", one(NEPTUNE)) == []
    assert shown(one(GROUP, auth_token="not-a-real-token").password) == (Kind.STATED, "not-a-real-token")


@pytest.mark.parametrize(
    ("address", "attribute"),
    [(DOCDB, "global_cluster_identifier"), (NEPTUNE, "global_cluster_identifier"), (MEMORYDB, "multi_region_cluster_name")],
)
def test_a_member_of_a_global_database_elsewhere_is_a_copy(address: str, attribute: str) -> None:
    kind = address.partition(".")[0]
    far = res(f"{kind}.far", region="eu-central-1", **{attribute: "orders"})
    near = res(f"{kind}.near", **{attribute: "orders"})
    stray = res(f"{kind}.stray", region="", **{attribute: "orders"})
    assert one(address, far, **{attribute: "orders"}).second_region.is_true
    assert one(address, near, **{attribute: "orders"}).second_region.is_false
    assert one(address, stray, **{attribute: "orders"}).second_region.unknown
    assert one(address, far).second_region.absent


def test_redshift_copies_its_snapshots() -> None:
    target = unk("x", f"{REDSHIFT}.cluster_identifier")
    there = res("aws_redshift_snapshot_copy.c", cluster_identifier=target, destination_region="eu-central-1")
    literal = res("aws_redshift_snapshot_copy.c", cluster_identifier="facts", destination_region="eu-central-1")
    later = res("aws_redshift_snapshot_copy.c", cluster_identifier=target, destination_region=unk())
    anyones = res("aws_redshift_snapshot_copy.c", cluster_identifier=unk("var.name"), destination_region="eu-central-1")
    assert one(REDSHIFT, there).second_region.is_true
    assert one(REDSHIFT, literal, cluster_identifier="facts").second_region.is_true
    assert one(REDSHIFT, later).second_region.unknown
    assert one(REDSHIFT, anyones).second_region.unknown
    assert one(REDSHIFT, snapshot_copy=[{"destination_region": "eu-central-1"}]).second_region.is_true
    assert one(REDSHIFT).second_region.absent
    assert verdicts("no-second-region-copy", one(REDSHIFT)) == [Verdict.FAIL]


def test_snapshots_alone_cannot_keep_a_short_rpo() -> None:
    answer = ask("rpo-out-of-reach", one(REDSHIFT))[0]
    assert (answer.verdict, answer.found) == (Verdict.FAIL, "480 minutes")
    assert verdicts("rpo-out-of-reach", one(REDSHIFT), standard="[environments.prod]\nrpo_minutes = 480\n") == [Verdict.PASS]
    assert verdicts("rpo-out-of-reach", one(REDSHIFT, automated_snapshot_retention_period=unk())) == [Verdict.UNKNOWN]
    assert ask("rpo-out-of-reach", one(MEMORYDB, snapshot_retention_limit=30))[0].found == "1440 minutes"
    assert ask("rpo-out-of-reach", one(MEMORYDB))[0].found == "no backups"
    for rule in ("pitr-disabled", "pitr-window-too-short"):
        assert verdicts(rule, one(REDSHIFT)) == []


def test_zones() -> None:
    assert shown(one(REDSHIFT).multi_zone) == (Kind.DEFAULT, False)
    assert shown(one(REDSHIFT, multi_az=True).multi_zone) == (Kind.STATED, True)
    assert shown(one(GROUP).multi_zone) == (Kind.DEFAULT, False)
    assert one(GROUP, multi_az_enabled=unk()).multi_zone.unknown
    assert shown(one(MEMORYDB).multi_zone) == (Kind.DEFAULT, True)
    assert shown(one(MEMORYDB, num_replicas_per_shard=0).multi_zone) == (Kind.STATED, False)


@pytest.mark.parametrize("address", [GROUP, CACHE, SERVERLESS])
@pytest.mark.parametrize("attrs", [{}, {"snapshot_retention_limit": 0}], ids=["absent", "zero"])
def test_a_cache_without_snapshots_is_ephemeral(address: str, attrs: dict[str, Any]) -> None:
    database = one(address, engine="redis", **attrs)
    assert database.role == "cache"
    assert [verdicts(rule, database) for rule in BACKUP_RULES] == [[]] * len(BACKUP_RULES)


@pytest.mark.parametrize("address", [GROUP, CACHE, SERVERLESS])
def test_a_cache_with_snapshots_is_a_store(address: str) -> None:
    short, enough = one(address, engine="redis", snapshot_retention_limit=7), one(address, engine="redis", snapshot_retention_limit=30)
    assert short.role == "primary"
    assert verdicts("retention-too-short", short) == [Verdict.FAIL]
    assert verdicts("retention-too-short", enough) == [Verdict.PASS]
    assert verdicts("rpo-out-of-reach", enough) == []
    assert verdicts("retention-too-short", one(address, engine="redis", snapshot_retention_limit=unk())) == [Verdict.UNKNOWN]
    assert one(address, engine="redis", snapshot_retention_limit=7, snapshot_name="snap").role == "clone"


@pytest.mark.parametrize(
    ("tags", "role"),
    [
        ({"recoverable:durable": "true"}, "primary"),
        ({"recoverable:criticality": "critical"}, "primary"),
        ({"recoverable_durable": "true"}, "primary"),
        ({"recoverable:durable": "false"}, "cache"),
        ({"recoverable:criticality": "low"}, "cache"),
        ({"durable": "true"}, "cache"),
    ],
)
def test_a_tag_says_that_a_caches_data_matter(tags: dict[str, str], role: str) -> None:
    database = one(GROUP, tags=tags)
    assert database.role == role
    wanted = [Verdict.FAIL] if role == "primary" else []
    assert verdicts("backups-disabled", database) == wanted
    assert verdicts("rpo-out-of-reach", database) == wanted


def test_memcached_is_a_cache_whatever_its_tags_say() -> None:
    database = one(CACHE, engine="memcached", tags={"recoverable:durable": "true"})
    assert (database.role, database.role_reason) == ("cache", "memcached keeps nothing")
    assert verdicts("database-unencrypted", database) == []
    assert one(SERVERLESS, engine="memcached").role == "cache"


def test_members_are_backed_up_through_their_group() -> None:
    member = one(CACHE, replication_group_id=unk("x", f"{GROUP}.id"), snapshot_retention_limit=1)
    assert member.role == "cluster-member"
    assert verdicts("retention-too-short", member) == []


def test_a_global_datastore() -> None:
    datastore = res("aws_elasticache_global_replication_group.g", primary_replication_group_id=unk("x", f"{GROUP}.id"))
    joined = unk("y", "aws_elasticache_global_replication_group.g.global_replication_group_id")
    far = res("aws_elasticache_replication_group.far", region="eu-central-1", global_replication_group_id=joined)
    stray = res("aws_elasticache_replication_group.far", region="", global_replication_group_id=joined)
    assert one(GROUP, datastore, far, snapshot_retention_limit=30).second_region.is_true
    assert one(GROUP, datastore, stray, snapshot_retention_limit=30).second_region.unknown
    assert one(GROUP, datastore, snapshot_retention_limit=30).second_region.absent
    secondary = next(item for item in estate_of(res(GROUP), datastore, far).databases if item.address.endswith(".far"))
    assert secondary.role == "read-replica"


def test_memorydb_is_a_database() -> None:
    absent = one(MEMORYDB)
    assert absent.role == "primary"
    assert shown(absent.retention_days) == (Kind.DEFAULT, 0)
    assert verdicts("backups-disabled", absent) == [Verdict.FAIL]
    assert verdicts("retention-too-short", one(MEMORYDB, snapshot_retention_limit=30)) == [Verdict.PASS]
    assert verdicts("backups-disabled", one(MEMORYDB, snapshot_retention_limit=unk())) == [Verdict.UNKNOWN]


@needs_corpus
def test_the_neptune_cluster_of_terragoat() -> None:
    # hcl/terragoat/terraform/aws/neptune.tf: backup_retention_period = 5, skip_final_snapshot = true, storage_encrypted = false.
    database = next(item for item in hcl_estate("terragoat/terraform/aws").databases if item.kind == "neptune-cluster")
    assert shown(database.retention_days) == (Kind.STATED, 5)
    assert shown(database.deletion_protection) == (Kind.DEFAULT, False)
    for rule in (
        "retention-too-short",
        "database-unencrypted",
        "final-snapshot-skipped",
        "deletion-protection-off",
        "tags-not-copied-to-snapshots",
    ):
        assert verdicts(rule, database) == [Verdict.FAIL], rule

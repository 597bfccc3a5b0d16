"""Every kind of damage turns the drill red, by the rung that is there for it; the undamaged twin is green (``test_bucket_drill.py``)."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from recoverable.drill.engine import Outcome
from recoverable.drill.verdict import DrillVerdict
from tests.drill.objects.bucket_world import AWAY, REGION, REPLICA, SOURCE, BucketWorld
from tests.drill.objects.drilled_world import DAY, HEARTBEAT, OBJECTS, key_of
from tests.fakes.s3_front import Request

PLAIN, TWICE, DELETED = key_of(1), key_of(3), key_of(7)
"""An object with one version, with two, and one that was deleted."""


def suspended(world: BucketWorld) -> None:
    world.client().put_bucket_versioning(Bucket=SOURCE, VersioningConfiguration={"Status": "Suspended"})


def suspended_replica(world: BucketWorld) -> None:
    world.client(AWAY).put_bucket_versioning(Bucket=REPLICA, VersioningConfiguration={"Status": "Suspended"})


def version_missing(world: BucketWorld) -> None:
    world.drop(TWICE, -1)


def object_missing(world: BucketWorld) -> None:
    world.drop(PLAIN, 0)


def everything_missing(world: BucketWorld) -> None:
    for bucket in (SOURCE, REPLICA):
        world.backend.get_bucket(bucket).keys.clear()
        world.put("other/object", b"x", world.start - DAY, bucket)


def replica_altered(world: BucketWorld) -> None:
    victim = world.versions(PLAIN, REPLICA)[0]
    victim.value = victim.value[:-2] + b"!\n"


def replica_altered_though_the_etag_is_no_hash(world: BucketWorld) -> None:
    victim = world.versions(TWICE, REPLICA)[-1]
    assert "-" in world.versions(TWICE)[-1].etag
    victim.value = victim.value[:-2] + b"!\n"


def older_version_altered(world: BucketWorld) -> None:
    victim = world.versions(TWICE)[0]
    assert victim.etag  # noted when it was written
    victim.value = victim.value[:-2] + b"!\n"


def replica_lacks_an_object(world: BucketWorld) -> None:
    world.drop(PLAIN, 0, REPLICA)


def replica_lacks_the_newest(world: BucketWorld) -> None:
    world.drop(TWICE, -1, REPLICA)


def replication_failed(world: BucketWorld) -> None:
    for number in range(OBJECTS):
        world.front.statuses[SOURCE, key_of(number)] = "FAILED"


def replica_behind(world: BucketWorld) -> None:
    keys = world.backend.get_bucket(REPLICA).keys
    old = world.start - datetime.timedelta(minutes=50)
    keys.pop(HEARTBEAT)
    world.put(HEARTBEAT, json.dumps({"at": old.isoformat()}).encode(), old, REPLICA)


def heartbeat_gone(world: BucketWorld) -> None:
    world.delete(HEARTBEAT, world.start - datetime.timedelta(seconds=30))


def heartbeat_of_somebody_else(world: BucketWorld) -> None:
    world.put(HEARTBEAT, b"<html>", world.start - datetime.timedelta(seconds=30))


def heartbeat_of_the_future(world: BucketWorld) -> None:
    ahead = world.start + datetime.timedelta(hours=2)
    for bucket in (SOURCE, REPLICA):
        world.put(HEARTBEAT, json.dumps({"at": ahead.isoformat()}).encode(), world.start - datetime.timedelta(seconds=30), bucket)


def lock_shortened(world: BucketWorld) -> None:
    """Moto lets a COMPLIANCE lock be shortened, which S3 refuses; whoever could do it must be found out."""
    until = world.start + 1 * DAY
    version = world.versions(PLAIN)[0].version_id
    retention = {"Mode": "COMPLIANCE", "RetainUntilDate": until}
    world.client().put_object_retention(
        Bucket=SOURCE, Key=PLAIN, VersionId=version, Retention=retention, BypassGovernanceRetention=True
    )  # fmt: skip


def lock_weakened(world: BucketWorld) -> None:
    world.versions(PLAIN)[0].lock_mode = "GOVERNANCE"


def lock_missing_in_replica(world: BucketWorld) -> None:
    victim = world.versions(PLAIN, REPLICA)[0]
    victim.lock_mode = victim.lock_until = None


def deleted_object_in_replica(world: BucketWorld) -> None:
    world.drop(DELETED, -1, REPLICA)


def encryption_off(world: BucketWorld) -> None:
    world.client().delete_bucket_encryption(Bucket=SOURCE)


def version_not_encrypted(world: BucketWorld) -> None:
    world.versions(PLAIN)[0].encryption = None


def versions_expire_soon(world: BucketWorld) -> None:
    rule = {"ID": "soon", "Status": "Enabled", "Filter": {"Prefix": "data/"}, "NoncurrentVersionExpiration": {"NoncurrentDays": 7}}
    world.client().put_bucket_lifecycle_configuration(Bucket=SOURCE, LifecycleConfiguration={"Rules": [rule]})


def versions_of_the_replica_expire_soon(world: BucketWorld) -> None:
    rule = {"ID": "soon", "Status": "Enabled", "Filter": {}, "NoncurrentVersionExpiration": {"NoncurrentDays": 29}}
    world.client(AWAY).put_bucket_lifecycle_configuration(Bucket=REPLICA, LifecycleConfiguration={"Rules": [rule]})


def open_to_everybody(world: BucketWorld) -> None:
    s3 = world.client(AWAY)
    s3.delete_public_access_block(Bucket=REPLICA)
    s3.put_bucket_acl(Bucket=REPLICA, ACL="public-read")


def open_by_policy(world: BucketWorld) -> None:
    s3 = world.client(REGION)
    s3.delete_public_access_block(Bucket=SOURCE)
    everybody = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{SOURCE}/*"}
    s3.put_bucket_policy(Bucket=SOURCE, Policy=json.dumps({"Version": "2012-10-17", "Statement": [everybody]}))


DAMAGES: dict[Callable[[BucketWorld], None], str] = {
    suspended: "versioning-enabled",
    suspended_replica: "versioning-enabled",
    version_missing: "inventory-at-target",
    object_missing: "inventory-at-target",
    everything_missing: "restore-window",
    replica_altered: "checksums-equal",
    replica_altered_though_the_etag_is_no_hash: "checksums-equal",
    older_version_altered: "checksums-equal",
    replica_lacks_an_object: "replica-complete",
    replica_lacks_the_newest: "replica-complete",
    replication_failed: "replica-complete",
    replica_behind: "replication-lag",
    heartbeat_gone: "replication-lag",
    heartbeat_of_somebody_else: "replication-lag",
    heartbeat_of_the_future: "replication-lag",
    lock_shortened: "object-lock-held",
    lock_weakened: "object-lock-held",
    lock_missing_in_replica: "object-lock-held",
    deleted_object_in_replica: "delete-markers-honoured",
    encryption_off: "encryption",
    version_not_encrypted: "encryption",
    versions_expire_soon: "noncurrent-retention",
    versions_of_the_replica_expire_soon: "noncurrent-retention",
    open_to_everybody: "public-access",
    open_by_policy: "public-access",
}


def red(outcome: Outcome) -> list[str]:
    """The rungs that failed."""
    return [each.name for each in outcome.evidence.failed()]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_the_drill_is_red_by_the_rung_that_is_there_for_it(
    damage: Callable[[BucketWorld], None], world: BucketWorld, tmp_path: Path
) -> None:
    damage(world)
    prefix = "data/" if damage is everything_missing else None
    outcome = world.harness(tmp_path, sample=500, prefix=prefix).drill()

    assert outcome.evidence.verdict is DrillVerdict.FAILED, outcome.evidence.reason
    assert DAMAGES[damage] in red(outcome), outcome.evidence.reason


@pytest.mark.parametrize("code", ["AccessDenied", "NoSuchVersion", "InvalidObjectState"])
def test_a_version_that_s3_will_not_give_is_red_with_its_code(code: str, world: BucketWorld, tmp_path: Path) -> None:
    world.front.answer = lambda request: (403, code) if request.source == SOURCE and request.key == f"s/{PLAIN}" else None
    outcome = world.harness(tmp_path, sample=500).drill()

    assert "objects-restored" in red(outcome)
    assert code in outcome.evidence.reason


def test_a_copy_that_s3_confirms_and_does_not_make_is_red(world: BucketWorld, tmp_path: Path) -> None:
    def undo(request: Request) -> None:
        if request.source == SOURCE and request.key == f"s/{TWICE}":
            world.backend.get_bucket(request.bucket).keys.pop(request.key)

    world.front.after = undo

    assert "objects-restored" in red(world.harness(tmp_path, sample=500).drill())


def test_a_first_object_that_cannot_be_read_is_no_restore(world: BucketWorld, tmp_path: Path) -> None:
    world.front.answer = lambda request: (403, "AccessDenied") if request.method == "GET" and request.key.startswith("s/") else None
    evidence = world.harness(tmp_path).drill().evidence

    assert evidence.verdict is DrillVerdict.FAILED
    assert "the first restored object cannot be read (AccessDenied)" in evidence.reason
    assert evidence.rto_first_query_seconds is None


def test_a_restore_that_brings_a_deleted_object_back_is_red(world: BucketWorld, tmp_path: Path) -> None:
    """A list in which a delete marker is not told, which a reader would take for an object that is there."""
    told = re.compile(rb"<DeleteMarker>(?:(?!</DeleteMarker>).)*<Key>" + re.escape(DELETED.encode()) + rb"</Key>.*?</DeleteMarker>")

    def unmark(request: Request, body: bytes) -> bytes:
        whole_list = request.bucket == SOURCE and "versions" in request.query and request.query.get("prefix") != [DELETED]
        return told.sub(b"", body) if whole_list else body

    world.front.spoil = unmark
    outcome = world.harness(tmp_path, sample=500).drill()

    assert "delete-markers-honoured" in red(outcome), outcome.evidence.reason

"""Every kind of damage to a bucket of Cloud Storage turns the drill red, by the rung that is there for it; what cannot be known is never green."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recoverable.drill.verdict import DrillVerdict, RungVerdict
from tests.drill.gcs.gcs_world import REPLICA, SOURCE, GcsWorld
from tests.drill.objects.drilled_world import DAY, HEARTBEAT, key_of

PLAIN, TWICE, DELETED = key_of(1), key_of(3), key_of(7)
"""An object with one generation, with two, and one that was deleted."""
SECONDS = datetime.timedelta(seconds=1)


def fields(world: GcsWorld, bucket: str = SOURCE) -> dict[str, object]:
    return world.fake.buckets[bucket].fields


def suspended(world: GcsWorld) -> None:
    fields(world)["versioning"] = {"enabled": False}


def suspended_replica(world: GcsWorld) -> None:
    fields(world, REPLICA).pop("versioning")


def generation_removed_for_good(world: GcsWorld) -> None:
    """Soft delete keeps it, and tells of it."""
    victim = world.generations(TWICE)[0]
    victim.soft, victim.hard = world.start - 1 * DAY, world.start + 6 * DAY


def live_object_removed_for_good(world: GcsWorld) -> None:
    victim = world.generations(PLAIN)[0]
    victim.soft, victim.hard = world.start - 1 * DAY, world.start + 6 * DAY


def altered(world: GcsWorld) -> None:
    victim = world.generations(PLAIN)[0]
    assert victim.md5  # noted when it was written
    victim.content = victim.content[:-2] + b"!\n"


def composite_altered(world: GcsWorld) -> None:
    """Of an object that was composed of others only a CRC32C was noted."""
    victim = world.generations(TWICE)[-1]
    assert victim.fields["componentCount"] == 2
    victim.content = victim.content[:-2] + b"!\n"


def replica_altered(world: GcsWorld) -> None:
    victim = world.generations(PLAIN, REPLICA)[0]
    victim.content = victim.content[:-2] + b"!\n"


def replica_lacks_an_object(world: GcsWorld) -> None:
    world.drop(PLAIN, 0, REPLICA)


def replica_has_another_content(world: GcsWorld) -> None:
    world.drop(PLAIN, 0, REPLICA)
    world.put(PLAIN, b"another", bucket=REPLICA)


def replica_has_the_content_of_now_as_an_older_generation_alone(world: GcsWorld) -> None:
    """The object was changed to and fro: the second bucket stands at what it was between."""
    content = world.generations(PLAIN)[0].content
    for bucket in (SOURCE, REPLICA):
        world.put(PLAIN, b"between", bucket=bucket)
    world.put(PLAIN, content)
    world.generations(PLAIN)[-1].created = world.start - 1 * DAY  # longer ago than the lag


def replica_behind(world: GcsWorld) -> None:
    del world.fake.buckets[REPLICA].objects[HEARTBEAT]
    world.beat(world.start - 50 * 60 * SECONDS, REPLICA)


def heartbeat_gone(world: GcsWorld) -> None:
    world.fake.buckets[SOURCE].drop_live(HEARTBEAT, world.start - 30 * SECONDS)


def retention_shortened(world: GcsWorld) -> None:
    fields(world)["retentionPolicy"] = {"retentionPeriod": str(7 * 86400), "isLocked": True}


def retention_unlocked(world: GcsWorld) -> None:
    fields(world)["retentionPolicy"] = {"retentionPeriod": str(30 * 86400)}


def retention_missing_in_replica(world: GcsWorld) -> None:
    fields(world, REPLICA).pop("retentionPolicy")


def deleted_object_in_replica(world: GcsWorld) -> None:
    world.generations(DELETED, REPLICA)[-1].deleted = None


def rule(**condition: object) -> dict[str, object]:
    return {"rule": [{"action": {"type": "Delete"}, "condition": condition}]}


def generations_expire_soon(world: GcsWorld) -> None:
    fields(world)["lifecycle"] = rule(daysSinceNoncurrentTime=7, matchesPrefix=["data/"])


def only_so_many_generations_are_kept(world: GcsWorld) -> None:
    fields(world, REPLICA)["lifecycle"] = rule(numNewerVersions=3)


def generations_go_by_their_age(world: GcsWorld) -> None:
    fields(world)["lifecycle"] = rule(age=365, isLive=False)


def open_by_policy(world: GcsWorld) -> None:
    world.fake.buckets[REPLICA].fields["iamConfiguration"]["publicAccessPrevention"] = "inherited"
    world.fake.buckets[REPLICA].policy = [{"role": "roles/storage.objectViewer", "members": ["allUsers"]}]


def open_by_a_list(world: GcsWorld) -> None:
    access = world.fake.buckets[SOURCE].fields["iamConfiguration"]
    access["publicAccessPrevention"], access["uniformBucketLevelAccess"] = "inherited", {"enabled": False}
    world.fake.buckets[SOURCE].default_acl = [{"entity": "allAuthenticatedUsers", "role": "READER"}]


def content_that_may_not_be_read(world: GcsWorld) -> None:
    number = str(world.generations(PLAIN)[0].number)
    world.fake.broken[SOURCE, PLAIN, number] = (
        400,
        "cloudKmsDisabledKey",
        "Cloud KMS key is disabled, destroyed, or scheduled to be destroyed.",
    )


DAMAGES: dict[Callable[[GcsWorld], None], str] = {
    suspended: "restore-window",
    suspended_replica: "versioning-enabled",
    generation_removed_for_good: "inventory-at-target",
    live_object_removed_for_good: "inventory-at-target",
    altered: "checksums-equal",
    composite_altered: "checksums-equal",
    replica_altered: "checksums-equal",
    replica_lacks_an_object: "replica-complete",
    replica_has_another_content: "replica-complete",
    replica_has_the_content_of_now_as_an_older_generation_alone: "replica-complete",
    replica_behind: "replication-lag",
    heartbeat_gone: "replication-lag",
    retention_shortened: "object-lock-held",
    retention_unlocked: "object-lock-held",
    retention_missing_in_replica: "object-lock-held",
    deleted_object_in_replica: "delete-markers-honoured",
    generations_expire_soon: "noncurrent-retention",
    only_so_many_generations_are_kept: "noncurrent-retention",
    generations_go_by_their_age: "noncurrent-retention",
    open_by_policy: "public-access",
    open_by_a_list: "public-access",
    content_that_may_not_be_read: "objects-restored",
}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_the_drill_is_red_by_the_rung_that_is_there_for_it(damage: Callable[[GcsWorld], None], world: GcsWorld, tmp_path: Path) -> None:
    damage(world)
    evidence = world.harness(tmp_path, sample=500).drill().evidence

    assert evidence.verdict is DrillVerdict.FAILED, evidence.reason
    assert DAMAGES[damage] in [each.name for each in evidence.failed()], evidence.reason


def test_a_generation_that_left_no_trace_is_found_by_what_the_last_verified_drill_restored(world: GcsWorld, tmp_path: Path) -> None:
    alone: dict[str, Any] = {"replica": None, "sample": 500}
    assert world.harness(tmp_path, **alone).drill().evidence.verdict is DrillVerdict.VERIFIED
    world.drop(PLAIN, 0)

    assert [each.name for each in world.harness(tmp_path, **alone).drill().evidence.failed()] == ["former-versions-kept"]


def test_a_content_that_only_the_second_bucket_has_could_be_a_loss_and_is_not_green(world: GcsWorld, tmp_path: Path) -> None:
    """Google does not tell whether a transfer job or a person brought it."""
    world.drop(TWICE, -1)
    world.generations(TWICE)[-1].deleted = None
    evidence = world.harness(tmp_path, sample=500).drill().evidence
    told = {each.name: each.verdict for each in evidence.rungs}

    assert evidence.verdict is not DrillVerdict.VERIFIED
    assert told["inventory-at-target"] is RungVerdict.COULD_NOT_RUN


def test_objects_with_lists_of_their_own_are_not_called_closed(world: GcsWorld, tmp_path: Path) -> None:
    world.fake.buckets[SOURCE].fields["iamConfiguration"] |= {
        "publicAccessPrevention": "inherited",
        "uniformBucketLevelAccess": {"enabled": False},
    }
    evidence = world.harness(tmp_path).drill().evidence

    assert evidence.verdict is DrillVerdict.COULD_NOT_RUN
    assert "lists of their own" in next(each.detail for each in evidence.rungs if each.name == "public-access")


def test_what_a_rule_removed_is_no_loss(world: GcsWorld, tmp_path: Path) -> None:
    """Soft delete keeps what lifecycle rules remove, too."""
    world.put("data/old", b"first", world.clock.now())
    old = world.generations("data/old")[0]
    old.created, old.deleted = world.start - 60 * DAY, world.start - 40 * DAY
    old.soft, old.hard = world.start - 4 * DAY, world.start + 3 * DAY
    world.put("data/old", b"first", world.clock.now(), REPLICA)
    theirs = world.generations("data/old", REPLICA)[0]
    theirs.created, theirs.deleted = world.start - 60 * DAY, world.start - 36 * DAY

    evidence = world.harness(tmp_path, sample=500).drill().evidence
    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason


def test_what_went_before_the_bucket_kept_versions_is_no_loss_and_is_said(world: GcsWorld, tmp_path: Path) -> None:
    """Soft delete keeps what was overwritten while versioning was off."""
    world.put("data/before", b"first", world.clock.now())
    old = world.generations("data/before")[0]
    old.created, old.soft, old.hard = world.start - 9 * DAY, world.start - 6 * DAY, world.start + 1 * DAY
    evidence = world.harness(tmp_path, sample=500).drill().evidence

    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    assert "1 versions were removed for good before anything proves that the bucket kept versions" in evidence.reservations


def test_a_hold_is_a_lock_and_so_is_an_objects_own_retention(world: GcsWorld, tmp_path: Path) -> None:
    for bucket in (SOURCE, REPLICA):
        fields(world, bucket).pop("retentionPolicy")
        for history in world.fake.buckets[bucket].objects.values():
            for number, each in enumerate(history):
                until = (each.created + 30 * DAY).isoformat()
                each.fields |= {"temporaryHold": True} if number else {"retention": {"mode": "Locked", "retainUntilTime": until}}
    assert world.harness(tmp_path, sample=500).drill().evidence.verdict is DrillVerdict.VERIFIED

    world.generations(PLAIN)[0].fields["retention"]["mode"] = "Unlocked"
    assert [each.name for each in world.harness(tmp_path, sample=500).drill().evidence.failed()] == ["object-lock-held"]

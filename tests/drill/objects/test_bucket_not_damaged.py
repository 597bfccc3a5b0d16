"""What looks like damage and is none stays green or turns amber, and what the last verified drill restored is looked for."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from recoverable.drill.verdict import DrillVerdict
from tests.drill.objects.bucket_world import AWAY, REPLICA, SOURCE, BucketWorld
from tests.drill.objects.drilled_world import DAY
from tests.drill.objects.test_bucket_damage import PLAIN, TWICE, deleted_object_in_replica, red


def test_what_is_younger_than_the_lag_need_not_be_in_the_replica(world: BucketWorld, tmp_path: Path) -> None:
    world.put("data/young", b"young", world.start - datetime.timedelta(minutes=3))
    outcome = world.harness(tmp_path, sample=500).drill()

    assert outcome.evidence.verdict is DrillVerdict.VERIFIED, outcome.evidence.reason
    assert "but for 1 younger than" in next(each.detail for each in outcome.evidence.rungs if each.name == "replica-complete")


def test_versions_in_the_replica_that_replication_did_not_bring_are_no_loss_of_the_source(world: BucketWorld, tmp_path: Path) -> None:
    world.put("data/of-another", b"x", world.start - DAY, REPLICA)
    world.front.statuses[REPLICA, "data/of-another"] = ""

    assert world.harness(tmp_path, sample=500).drill().evidence.verdict is DrillVerdict.VERIFIED


def test_objects_that_a_rule_of_the_source_ends_are_no_loss(world: BucketWorld, tmp_path: Path) -> None:
    rule = {
        "ID": "ends", "Status": "Enabled", "Filter": {}, "Expiration": {"Days": 5}, "NoncurrentVersionExpiration": {"NoncurrentDays": 35},
    }  # fmt: skip
    world.client().put_bucket_lifecycle_configuration(Bucket=SOURCE, LifecycleConfiguration={"Rules": [rule]})
    world.drop(PLAIN, 0)

    assert world.harness(tmp_path, sample=500).drill().evidence.verdict is DrillVerdict.VERIFIED


def test_a_replica_that_keeps_what_is_deleted_is_right_where_the_settings_say_so(world: BucketWorld, tmp_path: Path) -> None:
    deleted_object_in_replica(world)
    world.expect["replica_deletes"] = False

    assert world.harness(tmp_path, sample=500).drill().evidence.verdict is DrillVerdict.VERIFIED


@pytest.mark.parametrize(("key", "number"), [(PLAIN, 0), (TWICE, 0), (TWICE, -1)])
def test_without_a_replica_a_version_of_the_last_verified_drill_that_is_gone_is_red(
    key: str, number: int, world: BucketWorld, tmp_path: Path
) -> None:
    alone = {"replica": None, "sample": 500}
    assert world.harness(tmp_path, **alone).drill().evidence.verdict is DrillVerdict.VERIFIED
    assert world.harness(tmp_path, **alone).drill().evidence.verdict is DrillVerdict.VERIFIED
    world.drop(key, number)

    assert red(world.harness(tmp_path, **alone).drill()) == ["former-versions-kept"]
    assert red(world.harness(tmp_path, **alone).drill()) == ["former-versions-kept"], "the red drill excused the next"


def test_a_version_that_was_overwritten_or_deleted_since_and_is_kept_is_no_loss(world: BucketWorld, tmp_path: Path) -> None:
    assert world.harness(tmp_path, sample=500).drill().evidence.verdict is DrillVerdict.VERIFIED
    world.put(PLAIN, b"newer", world.start)
    world.delete(TWICE, world.start)
    world.replicate()

    assert world.harness(tmp_path, sample=500).drill().evidence.verdict is DrillVerdict.VERIFIED


def test_versions_of_the_last_drill_that_may_have_expired_are_not_asked_for(world: BucketWorld, tmp_path: Path) -> None:
    harness = world.harness(tmp_path, replica=None, heartbeat=None, sample=500)
    assert harness.drill().evidence.verdict is DrillVerdict.VERIFIED
    world.drop(TWICE, 0)
    world.clock.sleep(24 * 3600 * 26)  # 10 days old then, kept for 35: it may have gone 27 days later, and two are allowed

    assert "former-versions-kept" not in red(world.harness(tmp_path, replica=None, heartbeat=None, sample=500).drill())


def test_the_baseline_of_another_bucket_is_none(world: BucketWorld, tmp_path: Path) -> None:
    world.harness(tmp_path, replica=None).drill()
    evidence = world.harness(tmp_path, bucket=REPLICA, region=AWAY, replica=None).drill().evidence

    assert evidence.verdict is DrillVerdict.COULD_NOT_RUN
    assert "former-versions-kept" in evidence.reason


def test_older_versions_that_the_replica_lacks_make_it_amber(world: BucketWorld, tmp_path: Path) -> None:
    world.drop(TWICE, 0, REPLICA)
    evidence = world.harness(tmp_path).drill(with_control=True).evidence

    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    assert "1 noncurrent versions of the source are not in the replica, which cannot go back to their time" in evidence.reservations


def test_objects_that_cannot_be_in_the_sample_are_counted_and_make_it_amber(world: BucketWorld, tmp_path: Path) -> None:
    world.versions(PLAIN)[0]._storage_class = "GLACIER"
    world.put("data/large", b"x" * 1_100_000, world.start - DAY)
    world.replicate()
    outcome = world.harness(tmp_path, sample=500, largest_mb=1).drill(with_control=True)

    assert outcome.evidence.verdict is DrillVerdict.VERIFIED, outcome.evidence.reason
    told = "\n".join(outcome.evidence.reservations)
    assert "1 of 12 objects could not be in the sample: in an archive" in told
    assert "1 of 12 objects could not be in the sample: larger than 1 MB" in told


def test_lock_days_are_counted_from_the_writing(world: BucketWorld, tmp_path: Path) -> None:
    assert world.harness(tmp_path).drill().evidence.verdict is DrillVerdict.VERIFIED

    world.expect["object_lock_days"] = 31
    assert red(world.harness(tmp_path).drill()) == ["object-lock-held"]


def test_a_legal_hold_is_a_lock(world: BucketWorld, tmp_path: Path) -> None:
    for bucket in (SOURCE, REPLICA):
        victim = world.versions(PLAIN, bucket)[0]
        victim.lock_mode = victim.lock_until = None
        victim.lock_legal_status = "ON"

    assert world.harness(tmp_path, sample=500).drill().evidence.verdict is DrillVerdict.VERIFIED

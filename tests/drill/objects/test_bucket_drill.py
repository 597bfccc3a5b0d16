"""A whole drill of a bucket: what is restored, what is not, and that the undamaged bucket is green."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from recoverable.drill.contract import Restored
from recoverable.drill.evidence_schema import schema
from recoverable.drill.ladder import all_rungs
from recoverable.drill.objects.contents import Group, ObjectsCopy
from recoverable.drill.subject import Subject
from recoverable.drill.target import LATEST, RecoveryTarget, parse_target
from recoverable.drill.verdict import Colour, DrillVerdict
from tests.drill.conformance.suite import running
from tests.drill.objects.bucket_world import SOURCE, BucketWorld
from tests.drill.objects.drilled_world import DAY, FIRST, OBJECTS, key_of

RUNGS = {
    "checksums-equal", "delete-markers-honoured", "encryption", "former-versions-kept", "inventory-at-target", "noncurrent-retention", "object-lock-held",
    "objects-restored", "public-access", "replica-complete", "replication-lag", "versioning-enabled",
}  # fmt: skip


def to(time: datetime.datetime) -> RecoveryTarget:
    return parse_target(f"time:{time.isoformat()}")


def test_the_ladder_of_a_bucket() -> None:
    assert {each.rung.name for each in all_rungs(Subject.OBJECTS)} == RUNGS


def test_an_undamaged_bucket_is_green_and_nothing_is_left(world: BucketWorld, tmp_path: Path) -> None:
    before = world.buckets()
    first = world.harness(tmp_path).drill(with_control=True).evidence
    assert (first.verdict, first.colour, first.reservations) == (DrillVerdict.VERIFIED, Colour.AMBER, [FIRST]), first.reason
    outcome = world.harness(tmp_path).drill(with_control=True)
    evidence = outcome.evidence

    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    assert evidence.reservations == []
    assert evidence.colour is Colour.GREEN
    assert {each.name for each in evidence.rungs} >= RUNGS
    assert evidence.control.outcome == "red"
    assert evidence.rpo_seconds is not None
    assert 59 <= evidence.rpo_seconds < 600
    assert evidence.rto_first_query_seconds is not None
    assert world.buckets() == before
    assert outcome.record["provider"] == "bucket"


def test_the_record_fits_its_schema(world: BucketWorld, tmp_path: Path) -> None:
    import jsonschema

    jsonschema.Draft202012Validator(schema()).validate(world.harness(tmp_path).drill(with_control=True).record)


def restored_at(world: BucketWorld, state: Path, target: RecoveryTarget, **more: object) -> dict[Group, dict[str, bytes]]:
    """What lies in the scratch bucket while a restore stands: content by key."""
    harness = world.harness(state, **more)
    with running_bucket(world, state) as run, world.provider().restored(harness.order().store.store, target, run) as found:
        contents = copy_in(found)
        return {
            group: {each.version.key: read(contents, contents.place(each)) for each in contents.of(group)}
            for group in (Group.TARGET, Group.REPLICA, Group.OLDER)
        }


def running_bucket(world: BucketWorld, state: Path):  # type: ignore[no-untyped-def]
    from tests.drill.conformance.subject import Subject as Tested

    return running(Tested(world.provider, world.settings(), world.clock, world.buckets, world.plant, state))


def copy_in(found: Restored) -> ObjectsCopy:
    assert isinstance(found.contents, ObjectsCopy)
    return found.contents


def read(contents: ObjectsCopy, place: str) -> bytes:
    found = contents.scratch.read(place)
    assert isinstance(found, bytes)
    return found


def expected(days_ago: float, objects: int = OBJECTS) -> dict[str, bytes]:
    """What the bucket held, worked out from the rules of its history and not from its lists."""
    found = {}
    for number in range(objects):
        key = key_of(number)
        words = {10: b"first\n"}
        if number % 3 == 0:
            words[2] = b"second\n"
        if number % 7 == 0 and number % 11 != 5:
            words[1] = b""
        if number % 11 == 5:
            words[5], words[1] = b"", b"anew\n"
        newest = min(day for day in words if day >= days_ago)
        if words[newest]:
            line = f"{key} ".encode() + words[newest]
            found[key] = line if words[newest] == b"anew\n" else line * 20
    return found


@pytest.mark.parametrize("days_ago", [0.0, 1.5, 3, 7])
def test_what_is_restored_is_what_was_there_at_that_time(world: BucketWorld, tmp_path: Path, days_ago: float) -> None:
    found = restored_at(world, tmp_path, to(world.start - days_ago * DAY), sample=500, heartbeat=None, prefix="data/")

    assert found[Group.TARGET] == expected(days_ago)
    assert found[Group.REPLICA] == expected(days_ago)


def test_an_object_that_was_deleted_then_is_restored_to_the_time_before(world: BucketWorld, tmp_path: Path) -> None:
    key = key_of(7)

    assert key in restored_at(world, tmp_path / "before", to(world.start - 2 * DAY), sample=500)[Group.TARGET]
    assert key not in restored_at(world, tmp_path / "after", to(world.start), sample=500)[Group.TARGET]


@pytest.mark.parametrize(("days_ago", "chosen"), [(32, True), (34, False)])
def test_an_older_version_that_is_about_to_expire_is_not_chosen(days_ago: int, chosen: bool, world: BucketWorld, tmp_path: Path) -> None:
    """Kept for 35 days after it was overwritten; S3 may remove it while the drill looks at it, which would be a false alarm."""
    world.put("data/old", b"first", world.start - 40 * DAY)
    world.put("data/old", b"second", world.start - days_ago * DAY)

    assert ("data/old" in restored_at(world, tmp_path, LATEST, sample=500, replica=None)[Group.OLDER]) is chosen


def test_the_same_time_chooses_the_same_sample_and_another_time_another(world: BucketWorld, tmp_path: Path) -> None:
    one, two, other = (
        set(restored_at(world, tmp_path / str(number), to(world.start - days * DAY), sample=4)[Group.TARGET])
        for number, days in enumerate((1.5, 1.5, 3.0))
    )

    assert one == two
    assert len(one) == 4
    assert one != other


def test_a_drill_to_a_time_is_green(world: BucketWorld, tmp_path: Path) -> None:
    world.beat(world.start - 1.5 * DAY - datetime.timedelta(seconds=30))
    for bucket in (SOURCE,):
        world.backend.get_bucket(bucket).keys.getlist("recoverable/heartbeat.json").sort(key=lambda each: each.last_modified)
    world.replicate()
    outcome = world.harness(tmp_path).drill(target=to(world.start - 1.5 * DAY), with_control=True)

    assert outcome.evidence.verdict is DrillVerdict.VERIFIED, outcome.evidence.reason
    assert outcome.evidence.rpo_seconds == pytest.approx(30, abs=1)


def test_a_time_before_versions_are_kept_is_refused(world: BucketWorld, tmp_path: Path) -> None:
    outcome = world.harness(tmp_path).drill(target=to(world.start - 20 * DAY))

    assert outcome.evidence.verdict is DrillVerdict.FAILED
    assert "before what can be restored" in outcome.evidence.reason


def test_without_replica_lock_and_heartbeat_the_evidence_is_amber_and_says_why(world: BucketWorld, tmp_path: Path) -> None:
    world.expect = {}
    outcome = world.harness(tmp_path, replica=None, heartbeat=None).drill(with_control=True)

    assert outcome.evidence.verdict is DrillVerdict.VERIFIED, outcome.evidence.reason
    assert outcome.evidence.colour is Colour.AMBER
    told = "\n".join(outcome.evidence.reservations)
    for words in ("no replica is set up", "says nothing of object_lock", "RPO was not measured", "no heartbeat is set up"):
        assert words in told

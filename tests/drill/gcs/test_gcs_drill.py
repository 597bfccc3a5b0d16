"""A whole drill of a bucket of Cloud Storage: what is restored, what is not, and that the undamaged bucket is green."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from recoverable.drill.objects.contents import Group, ObjectsCopy
from recoverable.drill.target import RecoveryTarget, parse_target
from recoverable.drill.verdict import Colour, DrillVerdict
from tests.drill.conformance.subject import Subject
from tests.drill.conformance.suite import running
from tests.drill.gcs.gcs_world import REPLICA, SOURCE, GcsWorld
from tests.drill.objects.drilled_world import DAY, FIRST
from tests.drill.objects.test_bucket_drill import RUNGS, expected


def to(time: datetime.datetime) -> RecoveryTarget:
    return parse_target(f"time:{time.isoformat()}")


def test_an_undamaged_bucket_is_green_and_nothing_is_left(world: GcsWorld, tmp_path: Path) -> None:
    first = world.harness(tmp_path).drill(with_control=True).evidence
    assert (first.verdict, first.colour, first.reservations) == (DrillVerdict.VERIFIED, Colour.AMBER, [FIRST]), first.reason
    world.fake.copies.chunk = 200  # copies of larger objects take several calls
    outcome = world.harness(tmp_path).drill(with_control=True)
    evidence = outcome.evidence

    assert (evidence.verdict, evidence.colour, evidence.reservations) == (DrillVerdict.VERIFIED, Colour.GREEN, []), evidence.reason
    assert {each.name for each in evidence.rungs} >= RUNGS
    assert evidence.control.outcome == "red"
    assert evidence.rpo_seconds is not None
    assert 59 <= evidence.rpo_seconds < 600
    assert world.buckets() == {SOURCE, REPLICA}
    assert outcome.record["backup_id"] == f"versions of gs://{SOURCE}/ and replica gs://{REPLICA}"


def restored_at(world: GcsWorld, state: Path, target: RecoveryTarget) -> dict[Group, dict[str, bytes]]:
    """What lies in the scratch bucket while a restore stands: content by key."""
    store = world.harness(state, sample=500, heartbeat=None, prefix="data/").order().store.store
    tested = Subject(world.provider, world.settings(), world.clock, world.buckets, world.plant, state)
    with running(tested) as run, world.provider().restored(store, target, run) as found:
        contents = found.contents
        assert isinstance(contents, ObjectsCopy)
        return {
            group: {each.version.key: bytes(contents.scratch.read(contents.place(each))) for each in contents.of(group)}  # type: ignore[arg-type]
            for group in (Group.TARGET, Group.REPLICA)
        }


@pytest.mark.parametrize("days_ago", [0.0, 1.5, 3])
def test_what_is_restored_is_what_was_there_at_that_time(world: GcsWorld, tmp_path: Path, days_ago: float) -> None:
    found = restored_at(world, tmp_path, to(world.start - days_ago * DAY))

    assert found[Group.TARGET] == expected(days_ago)
    assert found[Group.REPLICA] == expected(days_ago)


def test_a_drill_to_a_time_is_green(world: GcsWorld, tmp_path: Path) -> None:
    outcome = world.harness(tmp_path).drill(target=to(world.start - 3 * DAY + datetime.timedelta(minutes=2)), with_control=True)

    assert outcome.evidence.verdict is DrillVerdict.VERIFIED, outcome.evidence.reason
    assert outcome.evidence.rpo_seconds == pytest.approx(120, abs=1)


def test_a_time_of_which_nothing_proves_that_versions_were_kept_is_refused(world: GcsWorld, tmp_path: Path) -> None:
    outcome = world.harness(tmp_path).drill(target=to(world.start - 20 * DAY))

    assert outcome.evidence.verdict is DrillVerdict.FAILED
    assert "before what can be restored" in outcome.evidence.reason


def test_a_bucket_in_several_places_without_a_second_one_is_amber_and_says_that_google_cannot_be_compared(
    world: GcsWorld, tmp_path: Path
) -> None:
    world.fake.buckets[SOURCE].fields |= {"location": "EU", "locationType": "multi-region", "rpo": "ASYNC_TURBO"}
    outcome = world.harness(tmp_path, replica=None).drill(with_control=True)

    assert outcome.evidence.verdict is DrillVerdict.VERIFIED, outcome.evidence.reason
    assert outcome.evidence.colour is Colour.AMBER
    told = "\n".join(outcome.evidence.reservations)
    assert "Google keeps objects in several places of EU, within 15 minutes, which cannot be compared" in told


def test_the_scratch_bucket_is_encrypted_with_the_key_of_the_source(world: GcsWorld, tmp_path: Path) -> None:
    key = "projects/acme-prod/locations/europe-west1/keyRings/r/cryptoKeys/k"
    for bucket in (SOURCE, REPLICA):
        world.fake.buckets[bucket].fields["encryption"] = {"defaultKmsKeyName": key}
        for history in world.fake.buckets[bucket].objects.values():
            for each in history:
                each.fields["kmsKeyName"] = f"{key}/cryptoKeyVersions/3"
    world.expect |= {"encryption": "cmek", "kms_key": key}
    outcome = world.harness(tmp_path).drill()

    assert outcome.evidence.verdict is DrillVerdict.VERIFIED, outcome.evidence.reason
    world.generations("data/00001 über+plus.bin")[0].fields.pop("kmsKeyName")
    red = world.harness(tmp_path, sample=500).drill().evidence
    assert [each.name for each in red.failed()] == ["encryption"]

"""What Cloud Storage and the network do to a drill of a bucket: never a false green, never a leak."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from recoverable.drill.verdict import DrillVerdict
from tests.drill.gcs.gcs_world import REPLICA, SOURCE, GcsWorld
from tests.drill.gcs.test_gcs_damage import PLAIN, TWICE, fields
from tests.fakes.gcs_errors import gcs_error
from tests.fakes.json_server import Call, Reply


@pytest.mark.parametrize("permission", ["storage.buckets.get", "storage.objects.list", "storage.objects.get", "storage.buckets.create"])
def test_what_may_not_be_asked_is_never_green_and_says_what_to_grant(permission: str, world: GcsWorld, tmp_path: Path) -> None:
    world.fake.denied = {permission}
    evidence = world.harness(tmp_path).drill().evidence

    assert evidence.verdict is not DrillVerdict.VERIFIED
    assert "iam-policy" in evidence.reason or "forbidden" in evidence.reason
    assert world.buckets() == {SOURCE, REPLICA}


def test_a_list_of_what_is_removed_that_may_not_be_read_is_never_green(world: GcsWorld, tmp_path: Path) -> None:
    world.fake.before = lambda call: gcs_error(403, "no") if "softDeleted" in call.query else None

    assert world.harness(tmp_path).drill().evidence.verdict is not DrillVerdict.VERIFIED


def test_objects_that_are_kept_compressed_are_compared_as_they_are_kept(world: GcsWorld, tmp_path: Path) -> None:
    """Cloud Storage would unpack them on the way for who does not say that gzip is welcome."""
    for bucket in (SOURCE, REPLICA):
        world.put("data/packed", gzip.compress(b"a long story" * 50, mtime=0), bucket=bucket, contentEncoding="gzip")
    evidence = world.harness(tmp_path, sample=500).drill().evidence

    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason


def test_content_that_changes_on_the_way_is_red(world: GcsWorld, tmp_path: Path) -> None:
    def flip(call: Call, reply: Reply) -> Reply:
        ours = call.query.get("alt") == "media" and call.path[3].startswith("rcv-") and call.path[-1] == f"s/{PLAIN}"
        return Reply(reply.status, reply.data[:-1] + b"!", reply.headers) if ours else reply

    world.fake.spoil = flip
    evidence = world.harness(tmp_path, sample=500).drill().evidence

    assert "checksums-equal" in [each.name for each in evidence.failed()]


def test_a_copy_that_is_confirmed_and_not_made_is_red(world: GcsWorld, tmp_path: Path) -> None:
    def undo(call: Call) -> None:
        if "rewriteTo" in call.path and call.path[-1] == f"s/{TWICE}":
            world.fake.buckets[call.path[8]].objects.pop(call.path[-1], None)

    world.fake.after = undo

    assert "objects-restored" in [each.name for each in world.harness(tmp_path, sample=500).drill().evidence.failed()]


@pytest.mark.parametrize("spoilt", ["nothing", "another kind", "half a list"])
def test_half_an_answer_is_no_answer(spoilt: str, world: GcsWorld, tmp_path: Path) -> None:
    halves = {"nothing": {}, "another kind": {"kind": "storage#folders"}, "half a list": {"kind": "storage#objects", "items": [{}]}}
    world.fake.spoil = lambda call, reply: Reply(200, halves[spoilt]) if call.method == "GET" and call.path[-1] == "o" else reply
    outcome = world.harness(tmp_path).drill()

    assert outcome.evidence.verdict is DrillVerdict.COULD_NOT_RUN
    assert world.buckets() == {SOURCE, REPLICA}


def test_trouble_that_goes_away_is_waited_for(world: GcsWorld, tmp_path: Path) -> None:
    counted: list[Call] = []

    def every_seventh(call: Call) -> Reply | None:
        counted.append(call)
        return gcs_error((503, 429)[len(counted) % 2], "later") if len(counted) % 7 == 0 else None

    world.fake.before = every_seventh
    evidence = world.harness(tmp_path, sample=5).drill().evidence

    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    assert world.buckets() == {SOURCE, REPLICA}


def test_two_buckets_in_one_region_are_no_second_place(world: GcsWorld, tmp_path: Path) -> None:
    fields(world, REPLICA)["location"] = fields(world)["location"]
    evidence = world.harness(tmp_path).drill().evidence

    assert evidence.verdict is DrillVerdict.FAILED
    assert "one region can lose both" in evidence.reason

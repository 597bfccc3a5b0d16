"""The network is lost, or the process killed, at calls to S3: the reaper then leaves nothing, and touches nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.drill.objects.bucket_world import BucketWorld
from tests.drill.objects.interrupted_drills import Child, kill_at_calls, lose_the_network_at_calls, reaped
from tests.fakes.s3_front import Request


def test_nothing_is_left_and_nothing_is_verified_where_the_network_goes_at_any_call(world: BucketWorld, tmp_path: Path) -> None:
    lose_the_network_at_calls(world, tmp_path)


@pytest.mark.parametrize("when", ["before", "after"])
def test_nothing_is_left_after_kill_9_at_any_call_and_a_decoy_survives(when: str, world: BucketWorld, tmp_path: Path) -> None:
    kill_at_calls(when, world, tmp_path)


def test_a_drill_that_is_killed_between_making_its_bucket_and_marking_it_is_cleaned_up(world: BucketWorld, tmp_path: Path) -> None:
    child = Child.of(world, tmp_path)
    world.front.after = lambda request: child.kill() if is_creation(request) else None
    child.run()
    world.watch()
    (left,) = world.buckets() - world.own
    assert world.backend.tagger.get_tag_dict_for_resource(world.backend.get_bucket(left).arn) == {}
    world.clock.sleep(60)
    reaped(world, tmp_path)

    assert world.buckets() == world.own


def is_creation(request: Request) -> bool:
    return request.method == "PUT" and request.bucket.startswith("rcv-") and not request.key and not request.query

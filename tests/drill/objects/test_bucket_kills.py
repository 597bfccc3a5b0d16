"""The network is lost, or the process killed, at every single call to S3: the reaper then leaves nothing, and touches nothing else."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from recoverable.drill.journal import journals
from recoverable.drill.reaper import reap
from recoverable.drill.verdict import DrillVerdict
from tests.drill.conformance.slices import points
from tests.drill.objects.bucket_world import REPLICA, SOURCE, BucketWorld
from tests.fakes.s3_front import Request


def reaped(world: BucketWorld, state: Path) -> None:
    """The reaper, as another process would run it."""
    found = reap(state, lambda name: world.provider(), ["bucket"], world.clock, lambda seconds: None)
    assert found.leftovers == []


def requests_of_a_drill(world: BucketWorld, state: Path) -> int:
    """How many calls a drill that nobody disturbs makes."""
    world.front.requests.clear()
    world.harness(state, sample=2).drill()
    return len(world.front.requests)


def test_nothing_is_left_and_nothing_is_verified_where_the_network_goes_at_any_call(world: BucketWorld, tmp_path: Path) -> None:
    every = requests_of_a_drill(world, tmp_path / "whole")
    for at in points(15, every):
        left = {"calls": at}

        def lost(request: Request, left: dict[str, int] = left) -> tuple[int, str] | None:
            left["calls"] -= 1
            return (503, "ServiceUnavailable") if left["calls"] < 0 else None

        state = tmp_path / str(at)
        world.front.answer = lost
        evidence = world.harness(state, sample=2).drill().evidence
        world.front.answer = lambda request: None
        reaped(world, state)

        assert evidence.verdict is not DrillVerdict.VERIFIED or evidence.complete, f"lost at call {at}"
        assert world.buckets() == {SOURCE, REPLICA}, f"lost at call {at}"


@pytest.mark.parametrize("when", ["before", "after"])
def test_nothing_is_left_after_kill_9_at_any_call_and_a_decoy_survives(when: str, world: BucketWorld, tmp_path: Path) -> None:
    every = requests_of_a_drill(world, tmp_path / "whole")
    decoy = world.plant("drill-261202005500-abcdef")
    orphans = 0
    for at in points(9, every):
        state = tmp_path / str(at)
        child = start(world, state)
        left = {"calls": at}

        def kill(request: Request, left: dict[str, int] = left, child: int = child) -> None:
            left["calls"] -= 1
            if left["calls"] == 0:
                os.kill(child, signal.SIGKILL)

        if when == "before":
            world.front.answer = lambda request, kill=kill: kill(request)
        else:
            world.front.after = kill
        go(child)
        os.waitpid(child, 0)
        world.front.answer, world.front.after = (lambda request: None), (lambda request: None)
        orphans += len(world.buckets() - {SOURCE, REPLICA, decoy})
        world.clock.sleep(60)
        reaped(world, state)

        assert world.buckets() == {SOURCE, REPLICA, decoy}, f"killed {when} call {at}"
        assert list(journals(state)) == [], f"killed {when} call {at}"
    assert orphans, "no killed drill left anything: this test saw nothing"
    assert world.client().get_object(Bucket=decoy, Key="precious")["Body"].read() == b"production"


GATES: dict[int, int] = {}
"""By process: the end of a pipe; what is written into it lets the child begin, when the front knows whom to kill."""


def start(world: BucketWorld, state: Path) -> int:
    """A drill in a process of its own, which waits for the word."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(writer)
            os.read(reader, 1)
            world.harness(state, sample=2).drill()
        finally:
            os._exit(0)
    os.close(reader)
    GATES[child] = writer
    return child


def go(child: int) -> None:
    writer = GATES.pop(child)
    os.write(writer, b"x")
    os.close(writer)


def test_a_drill_that_is_killed_between_making_its_bucket_and_marking_it_is_cleaned_up(world: BucketWorld, tmp_path: Path) -> None:
    child = start(world, tmp_path)
    world.front.after = lambda request: os.kill(child, signal.SIGKILL) if is_creation(request) else None
    go(child)
    os.waitpid(child, 0)
    world.front.after = lambda request: None
    (left,) = world.buckets() - {SOURCE, REPLICA}
    assert world.backend.tagger.get_tag_dict_for_resource(world.backend.get_bucket(left).arn) == {}
    world.clock.sleep(60)
    reaped(world, tmp_path)

    assert world.buckets() == {SOURCE, REPLICA}


def is_creation(request: Request) -> bool:
    return request.method == "PUT" and request.bucket.startswith("rcv-") and not request.key and not request.query

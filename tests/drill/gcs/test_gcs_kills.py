"""The network is lost, or the process killed, at calls to Cloud Storage: the reaper then leaves nothing, and touches nothing else."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from recoverable.drill.journal import journals
from recoverable.drill.reaper import reap
from recoverable.drill.verdict import DrillVerdict
from tests.drill.conformance.slices import points
from tests.drill.gcs.gcs_world import REPLICA, SOURCE, GcsWorld
from tests.fakes.gcs_errors import gcs_error
from tests.fakes.json_server import Call, Reply


def reaped(world: GcsWorld, state: Path) -> None:
    """The reaper, as another process would run it."""
    found = reap(state, lambda name: world.provider(), ["bucket"], world.clock, lambda seconds: None)
    assert (found.leftovers, found.problems) == ([], [])


def calls_of_a_drill(world: GcsWorld, state: Path) -> int:
    """How many calls a drill that nobody disturbs makes."""
    world.fake.calls.clear()
    world.harness(state, sample=2).drill()
    return len(world.fake.calls)


def test_nothing_is_left_and_nothing_is_verified_where_the_network_goes_at_any_call(world: GcsWorld, tmp_path: Path) -> None:
    every = calls_of_a_drill(world, tmp_path / "whole")
    for at in points(15, every):
        left = {"calls": at}

        def lost(call: Call, left: dict[str, int] = left) -> Reply | None:
            left["calls"] -= 1
            return gcs_error(503, "nobody") if left["calls"] < 0 else None

        state = tmp_path / str(at)
        world.fake.before = lost
        evidence = world.harness(state, sample=2).drill().evidence
        world.fake.calm()
        reaped(world, state)

        assert evidence.verdict is not DrillVerdict.VERIFIED or evidence.complete, f"lost at call {at}"
        assert world.buckets() == {SOURCE, REPLICA}, f"lost at call {at}"


@pytest.mark.parametrize("when", ["before", "after"])
def test_nothing_is_left_after_kill_9_at_any_call_and_a_decoy_survives(when: str, world: GcsWorld, tmp_path: Path) -> None:
    every = calls_of_a_drill(world, tmp_path / "whole")
    decoy = world.plant("drill-261202005500-abcdef")
    orphans = 0
    for at in points(9, every):
        state = tmp_path / str(at)
        reader, writer = os.pipe()
        child = drill_in_a_child(world, state, reader, writer)
        left = {"calls": at}

        def kill(call: Call, left: dict[str, int] = left, child: int = child) -> Reply | None:
            left["calls"] -= 1
            if left["calls"] == 0:
                os.kill(child, signal.SIGKILL)
            return None

        if when == "before":
            world.fake.before = kill
        else:
            world.fake.after = kill  # what it gives is not looked at
        os.close(reader)
        os.write(writer, b"x")
        os.close(writer)
        os.waitpid(child, 0)
        world.fake.calm()
        orphans += len(world.buckets() - {SOURCE, REPLICA, decoy})
        world.clock.sleep(60)
        reaped(world, state)

        assert world.buckets() == {SOURCE, REPLICA, decoy}, f"killed {when} call {at}"
        assert list(journals(state)) == [], f"killed {when} call {at}"
    assert orphans, "no killed drill left anything: this test saw nothing"
    assert world.generations("precious", decoy)[0].content == b"production"


def drill_in_a_child(world: GcsWorld, state: Path, reader: int, writer: int) -> int:
    """A drill in a process of its own, which begins when the fake knows whom to kill."""
    child = os.fork()
    if child == 0:
        try:
            os.close(writer)
            os.read(reader, 1)
            world.harness(state, sample=2).drill()
        finally:
            os._exit(0)
    return child

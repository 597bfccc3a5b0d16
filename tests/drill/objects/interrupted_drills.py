"""A drill of a bucket whose network is lost, or whose process is killed, at one of its calls: the reaper then leaves nothing, and touches nothing else."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from recoverable.drill.journal import journals
from recoverable.drill.reaper import reap
from recoverable.drill.verdict import DrillVerdict
from tests.drill.conformance.slices import points
from tests.drill.objects.drilled_world import DrilledWorld

DECOY = "drill-261202005500-abcdef"


def reaped(world: DrilledWorld, state: Path) -> None:
    """The reaper, as another process would run it."""
    found = reap(state, lambda name: world.provider(), ["bucket"], world.clock, lambda seconds: None)
    assert (found.leftovers, found.problems) == ([], [])


def calls_of_a_drill(world: DrilledWorld, state: Path) -> int:
    """How many calls a drill that nobody disturbs makes."""
    world.calls()
    world.harness(state, sample=2).drill()
    return world.calls()


def countdown(calls: int, then: Callable[[], object] = lambda: None) -> Callable[[], bool]:
    """True for every call after so many; ``then`` is done at the last of them."""
    left = calls

    def one() -> bool:
        nonlocal left
        left -= 1
        if left == 0:
            then()
        return left < 0

    return one


def lose_the_network_at_calls(world: DrilledWorld, folder: Path) -> None:
    """At some of the calls of a drill, from which on none is answered: nothing is left, and nothing half is verified."""
    for at in points(15, calls_of_a_drill(world, folder / "whole")):
        state = folder / str(at)
        world.watch(before=countdown(at))
        evidence = world.harness(state, sample=2).drill().evidence
        world.watch()
        reaped(world, state)

        assert evidence.verdict is not DrillVerdict.VERIFIED or evidence.complete, f"lost at call {at}"
        assert world.buckets() == world.own, f"lost at call {at}"


def kill_at_calls(when: str, world: DrilledWorld, folder: Path) -> None:
    """Before or after some of the calls of a drill: nothing is left, and a decoy survives."""
    every = calls_of_a_drill(world, folder / "whole")
    decoy = world.plant(DECOY)
    orphans = 0
    for at in points(9, every):
        state = folder / str(at)
        child = Child.of(world, state)
        kill = countdown(at, child.kill)
        if when == "before":
            world.watch(before=kill)
        else:
            world.watch(after=kill)
        child.run()
        world.watch()
        orphans += len(world.buckets() - world.own - {decoy})
        world.clock.sleep(60)
        reaped(world, state)

        assert world.buckets() == world.own | {decoy}, f"killed {when} call {at}"
        assert list(journals(state)) == [], f"killed {when} call {at}"
    assert orphans, "no killed drill left anything: this test saw nothing"
    assert world.precious(decoy) == b"production"


@dataclass(frozen=True)
class Child:
    """A drill in a process of its own, which begins when it is run: whoever kills it has to know it first."""

    process: int
    gate: int

    @classmethod
    def of(cls, world: DrilledWorld, state: Path) -> Child:
        """The process, which waits."""
        reader, writer = os.pipe()
        process = os.fork()
        if process == 0:
            try:
                os.close(writer)
                os.read(reader, 1)
                world.harness(state, sample=2).drill()
            finally:
                os._exit(0)
        os.close(reader)
        return cls(process, writer)

    def run(self) -> None:
        """Let it begin, and wait for its end."""
        os.write(self.gate, b"x")
        os.close(self.gate)
        os.waitpid(self.process, 0)

    def kill(self) -> None:
        """As the kernel does it when memory is out: without a word."""
        os.kill(self.process, signal.SIGKILL)

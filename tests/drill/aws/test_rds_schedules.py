"""Random faults of RDS and Aurora from a seed, and a kill at every call: verified, failed or could not run, and never a leak or a false green.

A failing seed is in the test's name; ``RECOVERABLE_SLICE`` and ``RECOVERABLE_LONG`` say which seeds run.
"""

from __future__ import annotations

import os
import queue
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest

from recoverable.drill.journal import journals
from recoverable.drill.reaper import Reaped, reap
from recoverable.drill.verdict import DrillVerdict
from tests.drill.aws.rds_world import World
from tests.drill.conformance.slices import points, seeds
from tests.drill.harness import Harness
from tests.fakes.rds.faults import SeededFaults

LIMIT = 3600.0 * 24
"""Virtual seconds within which any drill must have ended."""


@dataclass
class Kind:
    """A provider with its account: how to drill, what is there before, and how to plant a decoy."""

    name: str
    account: World

    def harness(self, state: Path) -> Harness:
        return self.account.harness(state) if self.name == "rds" else self.account.aurora_harness(state)

    def decoy(self, run: str) -> str:
        return self.account.plant(run) if self.name == "rds" else self.account.plant_cluster(run)

    def reaped(self, state: Path) -> Reaped:
        """The reaper, as another process would run it."""
        make = self.account.provider if self.name == "rds" else self.account.aurora
        return reap(state, lambda name: make(), [self.name], self.account.clock, lambda seconds: None)


@pytest.fixture(params=["rds", "aurora"])
def kind(request: pytest.FixtureRequest, account: World) -> Kind:
    if request.param == "aurora":
        account.found_cluster()
    return Kind(request.param, account)


@pytest.mark.parametrize("seed", seeds(500, 3))
def test_a_random_schedule_of_faults_never_ends_in_a_leak_a_hang_or_a_false_green(kind: Kind, tmp_path: Path, seed: int) -> None:
    account, faults = kind.account, SeededFaults(seed)
    before = account.names()
    account.cloud.schedule = faults.schedule()
    decoy = kind.decoy("drill-261201120000-abcdef")
    evidence = kind.harness(tmp_path).drill().evidence

    assert evidence.reason
    assert account.clock.monotonic() < LIMIT
    assert evidence.verdict is not DrillVerdict.VERIFIED or (faults.fate, faults.refused) == ("available", "")
    left = account.names() - before - {decoy}
    assert left <= {each.resource.name for each in evidence.leftovers}, "something is left that the drill does not say"

    faults.on = False
    assert kind.reaped(tmp_path).leftovers == []
    assert account.names() == before | {decoy}
    assert list(journals(tmp_path)) == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_kill_9_at_a_call_of_rds_leaves_nothing_after_the_reaper(kind: Kind, tmp_path: Path, when: str) -> None:
    """The proxy lives in the parent: it tells the child's number of calls, and kills the child in the midst of one."""
    account, removed = kind.account, 0
    before = account.names()
    for at in points(17, 500):
        if not killed_at_call(kind, tmp_path, at, when):
            break
        decoy = kind.decoy(next((each.run for each in journals(tmp_path)), "drill-261201120000-abcdef"))
        found = kind.reaped(tmp_path)
        removed += len(found.removed)

        assert found.leftovers == [], at
        assert account.names() == before | {decoy}, at
        before = account.names()
    else:
        pytest.fail("the drill never came to its end")
    assert at > 20
    assert removed


def killed_at_call(kind: Kind, state: Path, at: int, when: str) -> bool:
    """Drill in a child that dies at its n-th call; False where it ended before."""
    account = kind.account
    start = len(account.cloud.requests)
    children: queue.Queue[int] = queue.Queue()
    killed: list[int] = []

    def kill(action: str, number: int) -> None:
        if number - start >= at and not killed:  # a call that is refused has no moment after its effect: the next one has
            killed.append(number)
            os.kill(children.get(timeout=60), signal.SIGKILL)

    setattr(account.cloud.schedule, when, kill)
    child = os.fork()
    if child == 0:
        try:
            kind.harness(state).drill()
        finally:
            os._exit(0)
    children.put(child)
    status = os.waitpid(child, 0)[1]
    setattr(account.cloud.schedule, when, lambda action, number: None)
    return os.WIFSIGNALED(status)

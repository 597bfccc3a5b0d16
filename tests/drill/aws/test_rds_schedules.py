"""Random faults of RDS from a seed, and a kill at every call: verified, failed or could not run, and never a leak or a false green.

A failing seed is in the test's name; ``RECOVERABLE_SLICE`` and ``RECOVERABLE_LONG`` say which seeds run.
"""

from __future__ import annotations

import os
import queue
import signal
from pathlib import Path

import pytest

from recoverable.drill.journal import journals
from recoverable.drill.reaper import Reaped, reap
from recoverable.drill.verdict import DrillVerdict
from tests.drill.aws.rds_world import SOURCE, World
from tests.drill.conformance.slices import points, seeds
from tests.fakes.rds.faults import SeededFaults

LIMIT = 3600.0 * 24
"""Virtual seconds within which any drill must have ended."""


def reaped(account: World, state: Path) -> Reaped:
    """The reaper, as another process would run it."""
    return reap(state, lambda name: account.provider(), ["rds"], account.clock, lambda seconds: None)


@pytest.mark.parametrize("seed", seeds(500, 8))
def test_a_random_schedule_of_faults_never_ends_in_a_leak_a_hang_or_a_false_green(account: World, tmp_path: Path, seed: int) -> None:
    faults = SeededFaults(seed)
    account.cloud.schedule = faults.schedule()
    decoy = account.plant("drill-261201120000-abcdef")
    evidence = account.harness(tmp_path).drill().evidence

    assert evidence.reason
    assert account.clock.monotonic() < LIMIT
    assert evidence.verdict is not DrillVerdict.VERIFIED or (faults.fate, faults.refused) == ("available", "")
    left = account.names() - {SOURCE, decoy}
    assert left <= {each.resource.name for each in evidence.leftovers}, "something is left that the drill does not say"

    faults.on = False
    assert reaped(account, tmp_path).leftovers == []
    assert account.names() == {SOURCE, decoy}
    assert list(journals(tmp_path)) == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_kill_9_at_a_call_of_rds_leaves_nothing_after_the_reaper(account: World, tmp_path: Path, when: str) -> None:
    """The proxy lives in the parent: it tells the child's number of calls, and kills the child in the midst of one."""
    removed = 0
    for at in points(9, 500):
        if not killed_at_call(account, tmp_path, at, when):
            break
        decoy = account.plant(next((each.run for each in journals(tmp_path)), "drill-261201120000-abcdef"))
        found = reaped(account, tmp_path)
        removed += len(found.removed)

        assert found.leftovers == [], at
        assert account.names() == {SOURCE, decoy}, at
        account.client().delete_db_instance(DBInstanceIdentifier=decoy, SkipFinalSnapshot=True)
    else:
        pytest.fail("the drill never came to its end")
    assert at > 20
    assert removed


def killed_at_call(account: World, state: Path, at: int, when: str) -> bool:
    """Drill in a child that dies at its n-th call; False where it ended before."""
    start = len(account.cloud.requests)
    children: queue.Queue[int] = queue.Queue()

    def kill(action: str, number: int) -> None:
        if number - start == at:
            os.kill(children.get(timeout=60), signal.SIGKILL)

    setattr(account.cloud.schedule, when, kill)
    child = os.fork()
    if child == 0:
        try:
            account.harness(state).drill()
        finally:
            os._exit(0)
    children.put(child)
    status = os.waitpid(child, 0)[1]
    setattr(account.cloud.schedule, when, lambda action, number: None)
    return os.WIFSIGNALED(status)

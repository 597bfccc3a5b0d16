"""Random faults of a cloud, from a seed: a drill ends in verified, failed or could not run, and never in a leak, a hang or a false green.

A failing seed is in the test's name; ``RECOVERABLE_SLICE`` and ``RECOVERABLE_LONG`` say which seeds run.
"""

from __future__ import annotations

import os
import random
import signal
from pathlib import Path
from typing import Any

import pytest

from recoverable.drill import marks
from recoverable.drill.contract import Capabilities
from recoverable.drill.journal import journals
from recoverable.drill.ladder import LadderRung
from recoverable.drill.ledger import verify
from recoverable.drill.reaper import reap
from recoverable.drill.rung import LadderContext, RungResult
from recoverable.drill.verdict import DrillVerdict, RungVerdict
from tests.drill.conformance.slices import seeds
from tests.drill.fake_async_provider import FakeAsyncProvider
from tests.drill.harness import Harness, hours, rung
from tests.drill.virtual_clock import VirtualClock
from tests.fakes.fake_async_cloud import CloudError, FakeAsyncCloud, Schedule

pytestmark = pytest.mark.usefixtures("quick_disk")
SEEDS = seeds(500, 40)
LIMIT = 3600.0 * 24
"""Virtual seconds within which any drill must have ended: its budgets, the watchdog's grace and the sweep's own limits."""
MISLEADING = ("available", "failed", "incompatible-network", "creating", "storage-full")


class Faults:
    """What goes wrong, drawn from a seed. It remembers old answers, to give them again."""

    def __init__(self, seed: int, clock: VirtualClock) -> None:
        self.random = random.Random(seed)
        self.clock = clock
        self.rate = self.random.choice([0.0, 0.05, 0.2, 0.5])
        self.signals = self.random.choice([0, 0, 0, 1, 2])
        self.data = self.random.choice(["good", "good", "good", "bad"])
        self.fate = self.random.choice(["available"] * 4 + list(MISLEADING))
        self.old: dict[str, Any] = {}
        self.down_from = self.random.randint(1, 8) if self.random.random() < 0.15 else 10**9
        self.on = True

    def schedule(self) -> Schedule:
        return Schedule(self.before, self.after, self.answer, lambda kind: self.fate if kind == "instance" else "available")

    def before(self, operation: str, number: int) -> None:
        if self.signals and self.random.random() < 0.05:
            self.signals -= 1
            os.kill(os.getpid(), self.random.choice([signal.SIGINT, signal.SIGTERM]))
        if self.on and number >= self.down_from:
            raise CloudError("Unavailable")
        self.fail()

    def after(self, operation: str, number: int) -> None:
        self.fail()

    def fail(self) -> None:
        if not self.on or self.random.random() >= self.rate / 2:
            return
        kind = self.random.choice(["busy", "lost", "refused", "slow", "hang", "bug"])
        if kind in ("slow", "hang"):
            self.clock.sleep(60 if kind == "slow" else 3600 * 3)
        elif kind == "bug":
            raise RuntimeError("the client crashed")
        else:
            raise CloudError({"busy": "Throttled", "lost": "TimedOut", "refused": "AccessDenied"}[kind])

    def answer(self, operation: str, number: int, answer: Any) -> Any:
        before, self.old[operation] = self.old.get(operation), answer
        if not self.on or self.random.random() >= self.rate / 2:
            return answer
        if operation == "describe" or before is None:
            return {} if isinstance(answer, dict) and operation == "describe" else answer  # partial
        if operation == "list":
            return self.random.choice([before, answer[: len(answer) // 2], []])
        return before  # stale


def looking_at(cloud: FakeAsyncCloud) -> LadderRung:
    """A rung that reads what the restored instance really holds."""

    def look(context: LadderContext) -> RungResult:
        found = next((each for each in cloud.truth() if each["name"] == context.restored.connection.dbname), None)
        if found is None:
            return RungResult(RungVerdict.COULD_NOT_RUN, "there is no such instance")
        good = found["data"] == "good"
        return RungResult(
            RungVerdict.PASS if good else RungVerdict.FAIL, "it holds what it must" if good else "rows are missing", {"rpo_seconds": 1}
        )

    return rung("rows", look)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_schedule_of_faults_never_ends_in_a_leak_a_hang_or_a_false_green(seed: int, tmp_path: Path) -> None:
    clock = VirtualClock()
    faults = Faults(seed, clock)
    path = tmp_path / "cloud.sqlite"
    provider = FakeAsyncProvider(path, clock, faults.schedule())
    decoys = plant_decoys(provider.cloud)
    fake = Harness(provider, clock, tmp_path / "state", {"data": faults.data}, (looking_at(provider.cloud),))
    outcome = fake.drill()
    evidence = outcome.evidence

    assert evidence.verdict in DrillVerdict
    assert evidence.reason
    assert clock.monotonic() < LIMIT
    assert evidence.verdict is not DrillVerdict.VERIFIED or (faults.data, faults.fate) == ("good", "available")
    assert verify(fake.ledger) == []
    left = {each["name"] for each in provider.cloud.truth()} - decoys
    announced = {each.resource.name for each in evidence.leftovers}
    assert left <= announced, "something is left that the drill does not say"

    faults.on = False
    found = reap(fake.state, lambda name: FakeAsyncProvider(path, clock), ["fake"], clock, lambda seconds: None)
    assert found.leftovers == []
    assert {each["name"] for each in provider.cloud.truth()} == decoys
    assert list(journals(fake.state)) == []


def plant_decoys(cloud: FakeAsyncCloud) -> set[str]:
    """Things that look like a drill's and are not."""
    later = VirtualClock().now() + hours(1)
    copied = marks.tags("instance", "instance-drill-261201120000-abcdef", "drill-261201120000-abcdef", later)
    cloud.plant("instance", "instance-drill-261201120000-abcdef-copy", copied)
    cloud.plant("network", "network-drill", {marks.RUN_TAG: "drill-261201120000-abcdef"})
    cloud.plant("instance", "orders", {})
    return {each["name"] for each in cloud.truth()}


def test_the_seeds_see_every_verdict_and_leftovers_and_signals(tmp_path: Path) -> None:
    seen: set[str] = set()
    for seed in range(90):
        clock = VirtualClock()
        faults = Faults(seed, clock)
        folder = tmp_path / str(seed)
        folder.mkdir()
        provider = FakeAsyncProvider(folder / "cloud.sqlite", clock, faults.schedule())
        outcome = Harness(provider, clock, folder / "state", {"data": faults.data}, (looking_at(provider.cloud),)).drill()
        seen |= {outcome.evidence.verdict.value}
        seen |= {word for word, holds in (("leftovers", outcome.evidence.leftovers), ("signal", outcome.interrupted)) if holds}
        seen |= {word for word, holds in (("crash", outcome.crashed), ("unreachable", outcome.unreachable)) if holds}

    assert seen == {"verified", "failed", "could not run", "leftovers", "signal", "crash", "unreachable"}


@pytest.mark.parametrize("when", ["before", "after"])
def test_kill_9_at_every_call_of_the_cloud_leaves_nothing_after_the_reaper(tmp_path: Path, when: str) -> None:
    clock = VirtualClock()
    path = tmp_path / "cloud.sqlite"
    removed = 0
    for at in range(1, 200):
        if not killed_at_call(path, tmp_path / "state", at, when):
            break
        decoys = plant_decoys(FakeAsyncCloud(path, lambda: clock.now().timestamp()))
        found = reap(tmp_path / "state", lambda name: FakeAsyncProvider(path, clock), ["fake"], clock, lambda seconds: None)
        removed += len(found.removed)
        names = {each["name"] for each in FakeAsyncCloud(path, lambda: clock.now().timestamp()).truth()}

        assert found.leftovers == []
        assert {name for name in names if not name.startswith(("instance-drill-261201120000", "network-drill", "orders"))} == set(), at
        assert names == decoys - {each.name for each in found.removed}
    else:
        pytest.fail("the drill never came to its end")
    assert at > 20
    assert removed > 10


def killed_at_call(path: Path, state: Path, at: int, when: str) -> bool:
    child = os.fork()
    if child == 0:
        try:
            clock = VirtualClock()
            schedule = Schedule(**{when: lambda operation, number: os.kill(os.getpid(), signal.SIGKILL) if number == at else None})
            Harness(FakeAsyncProvider(path, clock, schedule), clock, state).drill()
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def test_a_provider_that_cannot_be_asked_leaves_everything_announced(fake: Harness, schedule: Schedule) -> None:
    schedule.before = lambda operation, number: (_ for _ in ()).throw(CloudError("Throttled")) if operation in ("list", "delete") else None
    evidence = fake.drill().evidence

    assert {each.resource.kind for each in evidence.leftovers} == {"instance", "network"}
    assert all(each.command for each in evidence.leftovers)
    assert isinstance(fake.provider.capabilities, Capabilities)

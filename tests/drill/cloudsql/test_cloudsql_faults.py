"""Faults of the network and of the API at any call, random schedules of them, and kill -9: nothing is left, and nothing is a false green."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from recoverable.drill import marks
from recoverable.drill.engine import Outcome
from recoverable.drill.journal import journals
from recoverable.drill.reaper import Reaped
from recoverable.drill.verdict import DrillVerdict
from tests.drill.cloudsql_cloud import gone
from tests.drill.conformance.slices import points, seeds
from tests.drill.harness import hours
from tests.drill.killed_calls import killed_at_call
from tests.drill.virtual_clock import VirtualClock
from tests.fakes.fake_cloudsql import PROJECT, FakeCloudSql
from tests.fakes.json_server import Faults

pytestmark = pytest.mark.usefixtures("quick_disk")
MOST_CALLS = 200


@pytest.mark.parametrize("kind", ["throttle", "unavailable", "refuse", "lost", "broken"])
def test_one_fault_at_any_call_leaves_nothing_and_is_never_a_false_green(
    kind: str, cloud: FakeCloudSql, drilled: Callable[..., Outcome]
) -> None:
    for at in points(9, MOST_CALLS):
        start = len(cloud.calls)
        cloud.faults = Faults({start + at: kind})
        outcome = drilled()
        if len(cloud.calls) - start < at:
            break
        assert outcome.evidence.verdict is DrillVerdict.VERIFIED, f"{kind} at call {at}: {outcome.evidence.reason}"
        assert cloud.truth() == set(), f"{kind} at call {at}"
    else:
        pytest.fail("the drill never came to its end")


@pytest.mark.parametrize("restore", ["clone", "backup", "retained-backup"])
@pytest.mark.parametrize("first", ["refuse", "lost"], ids=["before the effect", "after the effect"])
def test_a_network_that_is_lost_at_any_call_leaves_what_the_reaper_removes(
    reaped: Callable[[], Reaped],
    first: str,
    restore: str,
    tmp_path: Path,
    cloud: FakeCloudSql,
    drilled: Callable[..., Outcome],
    clock: VirtualClock,
) -> None:
    """A decoy with the labels of the run's instance, of which the name is longer by a little, survives."""
    removed = 0
    if restore.startswith("retained"):
        gone(cloud)
    before = cloud.truth()
    drilled(restore=restore, with_control=restore == "clone")
    whole = len(cloud.calls)
    for at in points(9, MOST_CALLS):
        start = len(cloud.calls)
        cloud.faults = Faults({**dict.fromkeys(range(start + at, start + 3000), "refuse"), start + at: first})
        outcome = drilled(restore=restore, with_control=restore == "clone")
        if len(cloud.calls) - start < at:
            break
        left = cloud.truth() - before
        assert left <= {each.resource.name for each in outcome.evidence.leftovers}, f"from call {at} on"
        assert outcome.evidence.verdict is not DrillVerdict.VERIFIED or outcome.evidence.complete
        cloud.faults = Faults()
        run = outcome.evidence.run
        real = next(iter(sorted(left)), f"{PROJECT}/rcv-{run}-0123456789ab")
        decoy = f"{real.partition('/')[2]}-copy"
        cloud.put(decoy, {"userLabels": marks.tags("instance", real, run, clock.now() + hours(8))}, state="RUNNABLE")
        before |= {f"{PROJECT}/{decoy}"}
        found = reaped()
        removed += len(found.removed)
        assert (found.leftovers, cloud.truth(), list(journals(tmp_path / "state"))) == ([], before, []), f"from call {at} on"
    else:
        pytest.fail("the drill never came to its end")
    assert removed, "nothing was ever left: this test saw nothing"
    assert at > whole - 5, "the last drill, which nobody disturbed, was no whole one"


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("restore", "with_control"),
    [("clone", True), ("backup", False), ("retained-backup", False)],
    ids=["clone and its clone", "backup", "retained backup"],
)
def test_kill_9_at_any_call_leaves_nothing_after_the_reaper(
    reaped: Callable[[], Reaped],
    when: str,
    restore: str,
    with_control: bool,
    tmp_path: Path,
    cloud: FakeCloudSql,
    drilled: Callable[..., Outcome],
    clock: VirtualClock,
) -> None:
    cloud.put(
        "rcv-drill-261201120000-abcdef-0123456789ab", {"userLabels": {"recoverable-run": "drill-261201120000-abcdef"}}, state="RUNNABLE"
    )
    if restore.startswith("retained"):
        gone(cloud)
    decoys = cloud.truth()
    removed = 0
    for at in points(5, MOST_CALLS):
        if not killed_at_call(lambda: drilled(restore=restore, with_control=with_control), at, when):
            break
        found = reaped()
        removed += len(found.removed)
        assert (found.leftovers, list(journals(tmp_path / "state"))) == ([], []), f"{when} call {at}"
        assert cloud.truth() == decoys, f"{when} call {at}"
    else:
        pytest.fail("the drill never came to its end")
    assert removed, "no killed drill left anything: this test saw nothing"


@pytest.mark.parametrize("seed", seeds(500, 5))
def test_a_random_schedule_of_faults_ends_without_a_leak_or_a_false_green(
    reaped: Callable[[], Reaped], seed: int, tmp_path: Path, cloud: FakeCloudSql, drilled: Callable[..., Outcome], clock: VirtualClock
) -> None:
    cloud.put("rcv-drill-261201120000-abcdef-0123456789ab", {"userLabels": {"recoverable-run": "drill-x"}}, state="RUNNABLE")
    decoys = cloud.truth()
    cloud.faults = Faults(seed=seed, rate=(0.05, 0.2, 0.5)[seed % 3])
    outcome = drilled()

    assert outcome.evidence.reason
    assert cloud.truth() - decoys <= {each.resource.name for each in outcome.evidence.leftovers}
    cloud.faults = Faults()
    assert reaped().leftovers == []
    assert (cloud.truth(), list(journals(tmp_path / "state"))) == (decoys, [])

"""The network is lost at every call of a whole drill of RDS and Aurora, of KMS too: for one call, or from there on.

``RECOVERABLE_LONG`` takes every call, else the commit chooses some.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from recoverable.drill.journal import journals
from recoverable.drill.verdict import DrillVerdict, RungVerdict
from tests.drill.aws.rds_world import World
from tests.drill.aws.test_rds_schedules import Kind
from tests.drill.aws.test_region_lost import behind_one_door
from tests.drill.conformance.slices import points
from tests.drill.harness import Cloning, Harness, rung, says
from tests.fakes.rds.regions import Regions

MOST_CALLS, EVERY = 500, 23
RESTORES = ("RestoreDBInstanceToPointInTime", "RestoreDBClusterToPointInTime")
LIMIT = 3600.0 * 24
"""Virtual seconds within which any drill must have ended."""


@pytest.fixture
def door(account: World, monkeypatch: pytest.MonkeyPatch, quick_disk: None) -> Iterator[Regions]:
    yield from behind_one_door(account, monkeypatch)


@pytest.fixture(params=["rds", "aurora"])
def kind(request: pytest.FixtureRequest, account: World) -> Kind:
    account.found_cluster()
    account.cloud.quotas = dict.fromkeys(account.cloud.quotas, 10**6)  # a decoy stays of each drill
    return Kind(request.param, account)


def with_a_clone(harness: Harness) -> Harness:
    """With the clone of the negative control, which is made and removed by calls of its own. It is not damaged, and so nothing is verified."""
    harness.control = Cloning()
    harness.rungs = (rung("rows", says(RungVerdict.PASS, rpo_seconds=1), catches=(1,)),)
    return harness


def calls_of(door: Regions, drill: Callable[[], object]) -> int:
    """How many calls a drill makes that nobody disturbs, nearly: how often it has to look is a matter of time."""
    start = len(door.asked)
    drill()
    return len(door.asked) - start - 5


def lost_at(door: Regions, at: int, when: str, *, for_good: bool) -> Callable[[int], str]:
    """The call that is the ``at``-th from now has no effect, or no answer; all later ones the same as before, or nobody answers."""
    first = len(door.asked) + at

    def lose(number: int) -> str:
        if number == first:
            return when
        return "before" if for_good and number > first else ""

    return lose


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_connection_that_is_lost_at_any_one_call_is_made_good_and_leaves_nothing(
    kind: Kind, door: Regions, tmp_path: Path, when: str
) -> None:
    account = kind.account
    before, whole = account.names(), calls_of(door, lambda: kind.harness(tmp_path).drill())
    for at in points(EVERY, MOST_CALLS):
        start = len(door.asked)
        door.lose = lost_at(door, at, when, for_good=False)
        evidence = kind.harness(tmp_path).drill().evidence
        if len(door.asked) - start < at:
            break
        assert evidence.verdict is DrillVerdict.VERIFIED, f"{when} call {at}: {evidence.reason}"
        assert (evidence.leftovers, account.names()) == ([], before), f"{when} call {at}"
        decoy = kind.decoy(evidence.run)
        assert kind.reaped(tmp_path).leftovers == []
        assert account.names() == before | {decoy}, f"{when} call {at}"
        before = account.names()
    else:
        pytest.fail("the drill never came to its end")
    assert (at > whole, evidence.verdict) == (True, DrillVerdict.VERIFIED), "the last drill, which nobody disturbed, was no whole one"


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_network_that_is_lost_for_good_at_any_call_leaves_what_is_told_and_the_reaper_removes(
    kind: Kind, door: Regions, tmp_path: Path, when: str
) -> None:
    account = kind.account
    before, whole = account.names(), calls_of(door, lambda: with_a_clone(kind.harness(tmp_path)).drill(with_control=True))
    for at in points(EVERY, MOST_CALLS):
        start = len(door.asked)
        door.lose = lost_at(door, at, when, for_good=True)
        evidence = with_a_clone(kind.harness(tmp_path)).drill(with_control=True).evidence
        if len(door.asked) - start < at:
            break
        assert evidence.reason, f"{when} call {at}"
        assert evidence.verdict is not DrillVerdict.VERIFIED, f"{when} call {at}"
        assert account.clock.monotonic() < LIMIT * at
        left = account.names() - before
        assert left <= {each.resource.name for each in evidence.leftovers}, f"{when} call {at}: something is left that nobody is told of"
        decoy = kind.decoy(evidence.run)
        door.lose = lambda number: ""
        found = kind.reaped(tmp_path)
        assert found.leftovers == [], f"{when} call {at}"
        assert left <= {each.name for each in found.removed}, f"{when} call {at}"
        assert (account.names(), list(journals(tmp_path))) == (before | {decoy}, []), f"{when} call {at}"
        before = account.names()
    else:
        pytest.fail("the drill never came to its end")
    made = [
        params.get("TargetDBInstanceIdentifier") or params["DBClusterIdentifier"] for action in RESTORES for params in account.asked(action)
    ]
    assert at > whole, "the last drill, which nobody disturbed, was no whole one"
    assert any(name.endswith("-1") for name in made), "no drill came to its clone: this test saw little of it"

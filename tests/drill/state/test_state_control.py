"""The negative control of a state: each kind is red by the rung that is there for it, and only the clone is damaged."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from recoverable.drill.contract import RestoreFailedError
from recoverable.drill.control_run import run_control
from recoverable.drill.ladder import all_rungs
from recoverable.drill.rung import LadderContext
from recoverable.drill.stages import climb_stage
from recoverable.drill.state import damage
from recoverable.drill.state.answers import copy_of
from recoverable.drill.state.control import CONTROL
from recoverable.drill.state.damage import KINDS
from recoverable.drill.subject import Subject
from recoverable.drill.target import LATEST
from recoverable.drill.verdict import RungVerdict
from tests.drill.conformance import subject as conformance
from tests.drill.conformance.suite import running
from tests.drill.harness import rung, says
from tests.drill.state.state_world import StateWorld, pulumi_state, terraform_state
from tests.test_imports import imported

RUNGS = all_rungs(Subject.STATE)
WITHOUT_PROGRAM = [each for each in RUNGS if "readable" not in each.rung.name]
EXPECTED = {
    "state-truncated": "state-readable",
    "older-state-truncated": "older-version-readable",
    "lineage-changed": "lineage-unchanged",
    "serial-lowered": "serial-monotonic",
    "resource-dropped": "resources-present",
    "state-altered": "checksum",
}


@pytest.fixture(params=["terraform", "pulumi"])
def context(world: StateWorld, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[LadderContext]:
    """A restored state, standing."""
    if shutil.which("terraform") is None and request.param == "terraform":
        pytest.skip("there is no terraform on this machine")
    make = terraform_state if request.param == "terraform" else pulumi_state
    for serial in (7, 8):
        world.put(make(serial))
    more = {} if request.param == "terraform" else {"kind": "pulumi", "stack": "shop/dev"}
    harness = world.harness(tmp_path, **more)
    store = harness.order().store
    tested = conformance.Subject(world.provider, dict(store.store.settings), world.clock, world.left, str, tmp_path / "state")
    with running(tested) as run, world.provider().restored(store.store, LATEST, run) as restored:
        yield LadderContext(store.store, restored, world.clock, world.clock.now(), None, store.expectations, LATEST)


def test_each_kind_is_red_by_its_rung_and_the_copy_itself_stays_as_it_was(context: LadderContext) -> None:
    """Of Pulumi without the program itself, whose own test is that of the real engine."""
    copy = copy_of(context)
    asked = list(RUNGS) if copy.kind == "terraform" else WITHOUT_PROGRAM
    intact = climb_stage(asked, context, lambda: None)
    before = [each.file.read_bytes() for each in copy.pieces]
    assert {each.verdict for each in intact} == {RungVerdict.PASS}, [each for each in intact if each.verdict is not RungVerdict.PASS]

    for position, kind in enumerate(KINDS):
        if copy.kind == "pulumi" and "truncated" in kind.name:
            continue
        found = run_control(CONTROL, context, asked, intact, position, lambda: None)
        assert (found.outcome, found.kind, found.caught_by) == ("red", kind.name, EXPECTED[kind.name]), found.detail

    assert [each.file.read_bytes() for each in copy.pieces] == before
    assert not (copy.folder / "clone").exists()


def test_every_kind_is_expected_here_and_a_rung_is_there_for_it() -> None:
    assert [each.name for each in KINDS] == list(EXPECTED)
    assert {each.row for each in KINDS} <= {row for each in RUNGS for row in each.rung.catches}


def test_a_ladder_that_does_not_look_is_found_out(context: LadderContext) -> None:
    blind = rung("resources-present", says(RungVerdict.PASS), catches=(206,), subject=Subject.STATE)
    found = run_control(CONTROL, context, [blind], climb_stage([blind], context, lambda: None), 4, lambda: None)

    assert (found.outcome, found.kind) == ("green", "resource-dropped")


def test_what_is_no_clone_is_not_damaged(context: LadderContext) -> None:
    before = [each.file.read_bytes() for each in copy_of(context).pieces]
    for kind in KINDS:
        with pytest.raises(RestoreFailedError, match="only a clone is damaged"):
            kind.do(copy_of(context), Random(1))
    assert [each.file.read_bytes() for each in copy_of(context).pieces] == before


def test_an_altered_state_means_the_same(context: LadderContext) -> None:
    """So that the checksum alone can notice it."""
    with copy_of(context).cloned() as clone:
        before = json.loads(clone.newest.content())
        damage.alter(clone, Random(1))
        assert json.loads(clone.newest.content()) == before


def test_damage_imports_nothing_of_the_ladder() -> None:
    ours = {name for name in imported(Path(damage.__file__)) if name.startswith("recoverable.drill.")}

    assert not {name for name in ours if "rung" in name or "ladder" in name or "stages" in name or "answers" in name}

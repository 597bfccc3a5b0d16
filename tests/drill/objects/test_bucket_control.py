"""The negative control of objects: each kind is red by the rung that is there for it, and only the clone is damaged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from recoverable.drill.contract import RestoreFailedError
from recoverable.drill.control_run import run_control
from recoverable.drill.ladder import all_rungs
from recoverable.drill.objects.control import CONTROL
from recoverable.drill.objects.damage import KINDS
from recoverable.drill.rung import LadderContext, Need
from recoverable.drill.stages import climb_stage
from recoverable.drill.subject import Subject
from recoverable.drill.target import LATEST
from recoverable.drill.verdict import RungVerdict
from tests.drill.objects.bucket_world import BucketWorld
from tests.drill.objects.test_bucket_drill import copy_in, running_bucket
from tests.test_imports import imported

RUNGS = [each for each in all_rungs(Subject.OBJECTS) if Need.BASELINE not in each.rung.needs]
EXPECTED = {
    "object-lost": "objects-restored",
    "object-altered": "checksums-equal",
    "deleted-object-back": "delete-markers-honoured",
    "replica-altered": "checksums-equal",
    "replica-behind": "replication-lag",
}


@pytest.fixture
def context(world: BucketWorld, tmp_path: Path) -> Iterator[LadderContext]:
    """The sample, standing, with the whole ladder passed."""
    store = world.harness(tmp_path).order().store
    with running_bucket(world, tmp_path) as run, world.provider().restored(store.store, LATEST, run) as restored:
        yield LadderContext(store.store, restored, world.clock, world.clock.now(), None, store.expectations, LATEST, store.demands)


def test_each_kind_is_red_by_its_rung_and_the_copy_itself_stays_as_it_was(context: LadderContext) -> None:
    intact = climb_stage(RUNGS, context, lambda: None)
    assert {each.verdict for each in intact} == {RungVerdict.PASS}, [each for each in intact if each.verdict is not RungVerdict.PASS]

    for position, kind in enumerate(KINDS):
        found = run_control(CONTROL, context, RUNGS, intact, position, lambda: None)
        assert (found.outcome, found.kind, found.caught_by) == ("red", kind.name, EXPECTED[kind.name]), found.detail

    assert {each.verdict for each in climb_stage(RUNGS, context, lambda: None)} == {RungVerdict.PASS}


def test_every_kind_is_expected_here() -> None:
    assert [each.name for each in KINDS] == list(EXPECTED)
    assert {each.row for each in KINDS} <= {row for each in RUNGS for row in each.rung.catches}


def test_a_ladder_that_does_not_look_is_found_out(context: LadderContext) -> None:
    from tests.drill.harness import rung, says

    blind = rung("checksums-equal", says(RungVerdict.PASS), catches=(104,), subject=Subject.OBJECTS)
    found = run_control(CONTROL, context, [blind], climb_stage([blind], context, lambda: None), 1, lambda: None)

    assert found.outcome == "green"


def test_what_is_no_clone_is_not_damaged(context: LadderContext) -> None:
    for kind in KINDS:
        with pytest.raises(RestoreFailedError, match="only a clone is damaged"):
            kind.do(copy_in(context.restored), Random(1))


def test_kinds_that_this_copy_has_nothing_for_are_not_offered(world: BucketWorld, tmp_path: Path) -> None:
    store = world.harness(tmp_path, replica=None, prefix="data/00001").order().store
    with running_bucket(world, tmp_path) as run, world.provider().restored(store.store, LATEST, run) as restored:
        context = LadderContext(store.store, restored, world.clock, world.clock.now())

        assert [each.name for each in CONTROL.kinds(context)] == ["object-lost", "object-altered"]


def test_damage_imports_nothing_of_the_ladder() -> None:
    from recoverable.drill.objects import damage

    ours = {name for name in imported(Path(damage.__file__)) if name.startswith("recoverable.drill.")}

    assert not {name for name in ours if "rung" in name or "ladder" in name or "stages" in name or "answers" in name}

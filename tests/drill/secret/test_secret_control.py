"""The negative control of secrets: each kind is red by the rung that is there for it, and what was read stays as it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from recoverable.drill.connection import Secret
from recoverable.drill.contract import RestoreFailedError
from recoverable.drill.control_run import run_control
from recoverable.drill.hooks import Damage
from recoverable.drill.ladder import all_rungs
from recoverable.drill.rung import LadderContext
from recoverable.drill.secret.answers import copy_of
from recoverable.drill.secret.control import CONTROL, KINDS
from recoverable.drill.secret.held import to_conceal
from recoverable.drill.stages import climb_stage
from recoverable.drill.subject import Subject
from recoverable.drill.target import LATEST
from recoverable.drill.verdict import RungVerdict
from tests.drill.conformance import subject as conformance
from tests.drill.conformance.suite import running
from tests.drill.harness import rung, says
from tests.drill.secret.secret_world import SecretWorld

RUNGS = all_rungs(Subject.SECRET)
EXPECTED = {
    "secret-emptied": "secret-readable",
    "key-missing": "keys-present",
    "older-version": "version-expected",
    "replica-altered": "replica-equal",
}


@pytest.fixture
def context(world: SecretWorld, tmp_path: Path) -> Iterator[LadderContext]:
    """What was read, held."""
    world.expect_all()
    store = world.harness(tmp_path).order().store
    tested = conformance.Subject(world.provider, dict(store.store.settings), world.clock, world.left, str, tmp_path / "state")
    with running(tested) as run, world.provider().restored(store.store, LATEST, run) as restored:
        yield LadderContext(store.store, restored, world.clock, world.clock.now(), None, store.expectations, LATEST)


def test_each_kind_is_red_by_its_rung_and_what_was_read_stays_as_it_was(context: LadderContext) -> None:
    intact = climb_stage(RUNGS, context, lambda: None)
    before = copy_of(context).held
    assert {each.verdict for each in intact} == {RungVerdict.PASS}, [each for each in intact if each.verdict is not RungVerdict.PASS]

    for position, kind in enumerate(KINDS):
        found = run_control(CONTROL, context, RUNGS, intact, position, lambda: None)
        assert (found.outcome, found.kind, found.caught_by) == ("red", kind.name, EXPECTED[kind.name]), found.detail

    assert copy_of(context).held == before


def test_every_kind_is_expected_here_and_a_rung_is_there_for_it() -> None:
    assert [each.name for each in KINDS] == list(EXPECTED)
    assert {each.row for each in KINDS} <= {row for each in RUNGS for row in each.rung.catches}


def test_a_ladder_that_does_not_look_is_found_out(context: LadderContext) -> None:
    blind = rung("keys-present", says(RungVerdict.PASS), catches=(305,), subject=Subject.SECRET)
    found = run_control(CONTROL, context, [blind], climb_stage([blind], context, lambda: None), 1, lambda: None)

    assert (found.outcome, found.kind) == ("green", "key-missing")


def test_kinds_for_which_nothing_is_expected_are_not_offered(context: LadderContext) -> None:
    copy = copy_of(context)
    bare = replace(copy, held=tuple(replace(each, replica=None) for each in copy.held))
    found = CONTROL.kinds(replace(context, restored=replace(context.restored, contents=bare), settings={}))

    assert [each.name for each in found] == ["secret-emptied"]


def test_what_is_no_clone_is_not_damaged(context: LadderContext) -> None:
    class Itself:
        files = None

        def started(self) -> object:
            import contextlib

            return contextlib.nullcontext(context.restored)

    with (
        pytest.raises(RestoreFailedError, match="only a clone is damaged"),
        CONTROL.damaged(
            Damage("secret-emptied", 301),
            context,
            Itself(),  # type: ignore[arg-type]
        ),
    ):
        pass


def test_values_are_struck_out_but_not_the_names_that_evidence_needs() -> None:
    """A value that is a region or the name of a store would make records unreadable for everybody."""
    value = Secret('{"url": "postgres://app:hush@db", "region": "eu-west-1", "port": "5432", "deep": [{"x": "hush-hush-hush"}]}')
    found = {each.reveal() for each in to_conceal(value, "orders\neu-west-1")}

    assert found == {value.reveal(), "postgres://app:hush@db", "hush-hush-hush"}

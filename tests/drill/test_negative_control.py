"""The negative control: a ladder that does not notice damage fails the drill."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from recoverable.drill.contract import Restored, RestoreFailedError
from recoverable.drill.hooks import Damage
from recoverable.drill.ladder import LadderRung
from recoverable.drill.rung import LadderContext, RungResult, Stage
from recoverable.drill.verdict import Colour, DrillVerdict, RungVerdict
from tests.drill.harness import Harness, green, rung, says, stopping, with_parts

KINDS = (Damage("page-zeroed", 7), Damage("file-truncated", 6), Damage("role-lost", 19))


class Clone:
    """A clone whose damage shows in the name of its database."""

    files = None

    def __init__(self, restored: Restored) -> None:
        self.restored = restored

    @contextlib.contextmanager
    def started(self) -> Iterator[Restored]:
        yield self.restored


class Control:
    """Damages by renaming; ``broken`` kinds cannot be done."""

    def __init__(self, broken: tuple[str, ...] = ()) -> None:
        self.broken = broken
        self.done: list[str] = []

    def kinds(self, context: LadderContext) -> tuple[Damage, ...]:
        return KINDS

    @contextlib.contextmanager
    def damaged(self, kind: Damage, context: LadderContext, scratch: Clone) -> Iterator[Restored]:
        if kind.name in self.broken:
            raise RestoreFailedError(f"{kind.name} cannot be done")
        self.done.append(kind.name)
        connection = dataclasses.replace(context.restored.connection, dbname="damaged")
        yield dataclasses.replace(context.restored, server=connection, stopped=lambda: stopping([]))


def noticing(name: str, *rows: int, **more: Any) -> LadderRung:
    """A rung that sees damage."""

    def look(context: LadderContext) -> RungResult:
        damaged = context.restored.connection.dbname == "damaged"
        return RungResult(RungVerdict.FAIL if damaged else RungVerdict.PASS, "a page is missing" if damaged else "whole")

    return rung(name, look, catches=rows, **more)


@pytest.fixture
def drill(fake: Harness) -> Harness:
    @contextlib.contextmanager
    def scratch() -> Iterator[Clone]:
        yield Clone(None)  # type: ignore[arg-type]

    with_parts(fake.provider, scratch=scratch)
    fake.rungs = (green(rpo_seconds=1), noticing("heap-against-index", 6, 7), noticing("roles", 19))
    fake.control = Control()
    return fake


def test_a_ladder_that_notices_makes_the_evidence_green(drill: Harness) -> None:
    evidence = drill.drill(with_control=True).evidence

    assert (evidence.verdict, evidence.colour) == (DrillVerdict.VERIFIED, Colour.GREEN), evidence.reservations
    assert (evidence.control.outcome, evidence.control.kind, evidence.control.caught_by) == ("red", "page-zeroed", "heap-against-index")


def test_the_kind_rotates_with_the_position_in_the_ledger(drill: Harness) -> None:
    kinds = [drill.drill(with_control=True).evidence.control.kind for _ in range(4)]

    assert kinds == ["page-zeroed", "file-truncated", "role-lost", "page-zeroed"]


def test_a_ladder_that_stays_green_fails_the_drill(drill: Harness) -> None:
    drill.rungs = (rung("blind", says(RungVerdict.PASS), catches=(7,)),)
    evidence = drill.drill(with_control=True).evidence

    assert evidence.verdict is DrillVerdict.FAILED
    assert "the negative control stayed green: page-zeroed was not noticed by blind" in evidence.reason


def test_red_for_another_reason_than_the_damage_does_not_count(drill: Harness) -> None:
    drill.rungs = (rung("blind", says(RungVerdict.PASS), catches=(7,)), noticing("not there for it", 19))

    assert drill.drill(with_control=True).evidence.verdict is DrillVerdict.FAILED


def test_a_rung_that_could_not_run_on_the_damaged_clone_is_neither_red_nor_green(drill: Harness) -> None:
    def stumbles(context: LadderContext) -> RungResult:
        damaged = context.restored.connection.dbname == "damaged"
        return RungResult(RungVerdict.COULD_NOT_RUN if damaged else RungVerdict.PASS, "no answer")

    drill.rungs = (rung("stumbling", stumbles, catches=(7,)),)
    evidence = drill.drill(with_control=True).evidence

    assert (evidence.verdict, evidence.colour) == (DrillVerdict.VERIFIED, Colour.AMBER)
    assert "the negative control could not run: page-zeroed: no answer" in evidence.reservations


def test_a_kind_that_cannot_be_done_is_passed_over(drill: Harness) -> None:
    drill.control = Control(broken=("page-zeroed",))
    control = drill.drill(with_control=True).evidence.control

    assert (control.outcome, control.kind) == ("red", "file-truncated")


def test_a_kind_that_no_rung_is_there_for_is_passed_over(drill: Harness) -> None:
    drill.rungs = (noticing("roles", 19),)
    control = drill.drill(with_control=True).evidence.control

    assert (control.outcome, control.kind) == ("red", "role-lost")


def test_a_control_that_could_not_run_is_a_reservation(drill: Harness) -> None:
    drill.control = Control(broken=tuple(kind.name for kind in KINDS))
    evidence = drill.drill(with_control=True).evidence

    assert (evidence.verdict, evidence.colour) == (DrillVerdict.VERIFIED, Colour.AMBER)


def test_a_provider_that_cannot_clone_leaves_a_reservation(fake: Harness) -> None:
    evidence = fake.drill(with_control=True).evidence

    assert evidence.colour is Colour.AMBER
    assert "the negative control could not run: the provider cannot clone the restored copy" in evidence.reservations


def test_a_control_that_crashes_keeps_the_drill_from_being_verified(drill: Harness) -> None:
    def crash(context: LadderContext) -> tuple[Damage, ...]:
        raise KeyError("no")

    drill.control.kinds = crash
    outcome = drill.drill(with_control=True)

    assert (outcome.evidence.verdict, outcome.crashed) == (DrillVerdict.COULD_NOT_RUN, True)


def test_a_copy_that_failed_already_is_not_damaged(drill: Harness) -> None:
    drill.rungs = (*drill.rungs, rung("broken", says(RungVerdict.FAIL)))
    drill.drill(with_control=True)

    assert drill.control.done == []


def test_a_rung_of_the_stopped_copy_can_be_the_one_that_notices(drill: Harness) -> None:
    drill.provider.capabilities = dataclasses.replace(drill.provider.capabilities, files=True)
    events: list[str] = []
    with_parts(drill.provider, stopped=lambda: stopping(events))
    drill.rungs = (green(rpo_seconds=1), noticing("checksums", 7, stage=Stage.STOPPED))
    control = drill.drill(with_control=True).evidence.control

    assert (control.outcome, control.caught_by) == ("red", "checksums")
    assert events == ["stopped", "started"]

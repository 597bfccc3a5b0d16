"""The negative control on real clones: each kind is done, goes red, and by a rung that passed before."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable

import pytest

from recoverable.drill.contract import RestoreFailedError
from recoverable.drill.control_run import run_control
from recoverable.drill.damage.control import CONTROL, ORDER
from recoverable.drill.rung import Depth
from tests.drill.catalogue.specimen import Specimen

POSITIONS = range(len(ORDER)) if os.environ.get("RECOVERABLE_LONG") else (0, 1, 3, 7)
"""All kinds are done to clones in test_ladder_catches.py, too."""


@pytest.mark.parametrize("position", POSITIONS)
def test_each_kind_of_the_rotation_is_red(position: int, specimen_of: Callable[[int], Specimen]) -> None:
    specimen = specimen_of(18 if position % 3 else 15)
    rungs = [each for each in specimen.ladder.rungs if each.rung.depth is not Depth.DEEP]

    found = run_control(CONTROL, specimen.context, rungs, list(specimen.twin.values()), position, lambda: None)

    assert (found.outcome, found.kind) == ("red", ORDER[position]), found.detail
    assert found.caught_by in specimen.twin


def test_a_ladder_that_cannot_fail_stays_green(specimen_of: Callable[[int], Specimen]) -> None:
    specimen = specimen_of(18)
    blind = [dataclasses.replace(each, run=lambda context, name=each.rung.name: _says_that_all_is_well()) for each in specimen.ladder.rungs]

    found = run_control(CONTROL, specimen.context, blind, list(specimen.twin.values()), 0, lambda: None)

    assert found.outcome == "green"


def test_any_three_kinds_hold_one_that_the_quick_ladder_notices(specimen_of: Callable[[int], Specimen]) -> None:
    quick = {row for each in specimen_of(18).ladder.rungs if each.rung.depth is Depth.QUICK for row in each.rung.catches}
    kinds = CONTROL.kinds(dataclasses.replace(specimen_of(18).context, baseline=None))
    noticed = [kind.row in quick for kind in (*kinds, *kinds)]

    assert all(any(noticed[start : start + 3]) for start in range(len(kinds)))


def test_without_files_or_baseline_only_what_can_be_done_is_offered(specimen_of: Callable[[int], Specimen]) -> None:
    context = specimen_of(18).context
    bare = dataclasses.replace(context, baseline=None, restored=dataclasses.replace(context.restored, files=None))

    assert [kind.name for kind in CONTROL.kinds(bare)] == ["collation-changed", "extension-missing", "unlogged-emptied"]


def test_a_kind_that_cannot_be_done_says_so(specimen_of: Callable[[int], Specimen]) -> None:
    context = specimen_of(18).context
    page_zeroed = CONTROL.kinds(context)[0]
    empty = dataclasses.replace(context.restored.connection, dbname="postgres", port=1)
    nobody = dataclasses.replace(context, restored=dataclasses.replace(context.restored, server=empty))
    assert context.restored.scratch is not None

    with context.restored.scratch() as clone, pytest.raises(RestoreFailedError), CONTROL.damaged(page_zeroed, nobody, clone):
        pytest.fail("it was done")


def _says_that_all_is_well() -> object:
    from recoverable.drill.answers import passed

    return passed("all is well")

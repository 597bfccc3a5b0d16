"""Runs the negative control: a scratch clone is damaged in one way, and the ladder must notice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from recoverable.drill.contract import RestoreFailedError
from recoverable.drill.evidence import ControlRecord
from recoverable.drill.hooks import Damage, NegativeControl
from recoverable.drill.ladder import LadderRung, RungRecord, place_of
from recoverable.drill.rung import LadderContext
from recoverable.drill.stages import climb_stage
from recoverable.drill.verdict import RungVerdict

MOST_KINDS = 4
"""So many kinds are tried where the first ones cannot be done to this copy."""


def run_control(
    control: NegativeControl,
    context: LadderContext,
    rungs: Sequence[LadderRung],
    intact: Sequence[RungRecord],
    position: int,
    between: Callable[[], None],
) -> ControlRecord:
    """Damage a clone in the kind whose turn it is, and climb the rungs that catch it.

    Red needs a FAIL of a rung that passed on the intact copy and is there for this kind. A rung that could not run is neither.
    """
    scratch = context.restored.scratch
    if scratch is None:
        return ControlRecord("could not run", detail="the provider cannot clone the restored copy")
    kinds = control.kinds(context)
    passed = {each.name for each in intact if each.verdict is RungVerdict.PASS}
    reasons: list[str] = []
    for kind in rotated(kinds, position)[:MOST_KINDS]:
        catching = [each for each in rungs if kind.row in each.rung.catches and each.rung.name in passed]
        if not catching:
            reasons.append(f"{kind.name}: no rung of this drill is there for it")
            continue
        between()
        try:
            with scratch() as clone, control.damaged(kind, context, clone) as damaged:
                return judge(kind, climb_stage(catching, replace(context, restored=damaged), between, stop_at=RungVerdict.FAIL))
        except RestoreFailedError as error:
            reasons.append(f"{kind.name}: {error.what}")
    return ControlRecord("could not run", detail="; ".join(reasons) or "no kind of damage can be done to this copy")


def judge(kind: Damage, results: Sequence[RungRecord]) -> ControlRecord:
    """What the damaged clone's results say about the ladder."""
    red = next((each for each in results if each.verdict is RungVerdict.FAIL), None)
    if red:
        return ControlRecord("red", kind.name, kind.row, red.name, red.detail)
    if any(each.verdict is RungVerdict.PASS for each in results):
        names = ", ".join(each.name for each in results if each.verdict is RungVerdict.PASS)
        return ControlRecord("green", kind.name, kind.row, "", f"{kind.name} was not noticed by {names}")
    return ControlRecord("could not run", kind.name, kind.row, "", f"{kind.name}: {results[0].detail if results else 'no rung ran'}")


def rotated(kinds: Sequence[Damage], position: int) -> list[Damage]:
    """The kinds, beginning with the one whose turn it is."""
    start = position % len(kinds) if kinds else 0
    return [*kinds[start:], *kinds[:start]]


def crashed(error: Exception) -> ControlRecord:
    """A control that crashed could not run."""
    return ControlRecord("could not run", detail=f"it crashed ({place_of(error)}); this is a bug")

"""Climbs a ladder stage by stage: the untouched backup, the running copy, the files of the stopped copy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from recoverable.drill.ladder import LadderRung, RungRecord, one
from recoverable.drill.rung import LadderContext, Stage
from recoverable.drill.verdict import RungVerdict


def climb_stage(
    rungs: Sequence[LadderRung], context: LadderContext, between: Callable[[], None], stop_at: RungVerdict | None = None
) -> list[RungRecord]:
    """All rungs in the order of their stages; with ``stop_at`` only up to the first with this verdict."""
    found: list[RungRecord] = []
    for stage in Stage:
        these = [each for each in rungs if each.rung.stage is stage]
        if not these or (stop_at and any(each.verdict is stop_at for each in found)):
            continue
        if stage is not Stage.STOPPED:
            found += _until(these, context, between, stop_at)
        elif context.restored.stopped is None:
            found += [_not_stopped(each) for each in these]
        else:
            with context.restored.stopped():
                found += _until(these, context, between, stop_at)
    return found


def _until(
    rungs: Iterable[LadderRung], context: LadderContext, between: Callable[[], None], stop_at: RungVerdict | None
) -> list[RungRecord]:
    found = []
    for each in rungs:
        between()
        found.append(one(each, context))
        if stop_at and found[-1].verdict is stop_at:
            break
    return found


def _not_stopped(each: LadderRung) -> RungRecord:
    return RungRecord(
        each.rung.name, RungVerdict.COULD_NOT_RUN, "the copy cannot be stopped, and this needs its files at rest", each.rung.stage.value
    )

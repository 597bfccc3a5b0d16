"""Whether the restored state holds the resources that it must hold."""

from __future__ import annotations

from recoverable.drill.answers import failed, passed
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage
from recoverable.drill.state.answers import looking
from recoverable.drill.state.contents import StateCopy
from recoverable.drill.subject import Subject

RUNG = Rung(
    name="resources-present",
    title="No resource is missing",
    why="An empty state is a valid one: whoever applies it makes everything a second time.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    subject=Subject.STATE,
    catches=(206,),
)


@looking
def run(context: LadderContext, copy: StateCopy) -> RungResult:
    """Against the floor of ``expect``, and against what the source's version held when it was read."""
    found, taken = copy.newest.facts(copy.kind), copy.newest.taken
    floor = int(context.settings.get("resources_at_least", 1))
    figures = {"resources": found.count, "floor": floor}
    if found.count < floor:
        return failed(f"it holds {found.count} resources, and expect says at least {floor}", **figures)
    if isinstance(taken, str):
        return failed(f"what was read at the source is no state: {taken}", **figures)
    missing = (taken.resources - found.resources).total()
    if missing:
        return failed(f"{missing} of the {taken.count} resources that the source holds are missing", **figures)
    return passed(f"{found.count} resources, all that the source holds (at least {floor} are expected)", **figures)

"""Whether source, replica or restored copy are open to everybody."""

from __future__ import annotations

from recoverable.drill.answers import could_not_run, failed, passed
from recoverable.drill.objects.answers import looking
from recoverable.drill.objects.contents import ObjectsCopy
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage
from recoverable.drill.subject import Subject

RUNG = Rung(
    name="public-access",
    title="Neither source, replica nor copy is open to everybody",
    why="A replica in another region is set up once and looked at by nobody; a restore copies the data of production to a new place.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    subject=Subject.OBJECTS,
    catches=(111,),
)


@looking
def run(context: LadderContext, copy: ObjectsCopy) -> RungResult:
    """Policy and access control list where the bucket's own block is not wholly on; the scratch bucket must have all of it."""
    buckets = [each for each in (copy.source, copy.replica) if each is not None]
    found = {each.role: each.open_by() for each in buckets}
    opened = {role: by for role, by in found.items() if by}
    if opened:
        return failed("; ".join(f"the {role} is open to everybody by {by}" for role, by in opened.items()), open=sorted(opened))
    if not copy.scratch.is_closed():
        return failed("the scratch bucket has not all of its public access block", open=["scratch"])
    doubts = [f"the {each.role}: {why}" for each in buckets if (why := each.open_unknown())]
    if doubts:
        return could_not_run("; ".join(doubts))
    unblocked = [each.role for each in buckets if not each.blocks_everybody()]
    more = f"; {' and '.join(unblocked)} without a public access block of their own" if unblocked else ""
    return passed(f"nothing lets everybody in{more}", unblocked=unblocked)

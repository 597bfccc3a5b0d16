"""Whether source, replica or restored copy are open to everybody."""

from __future__ import annotations

from recoverable.drill.objects.answers import failed, looking, passed
from recoverable.drill.objects.contents import ObjectsCopy
from recoverable.drill.objects.settings_of_bucket import blocks_everybody, open_by
from recoverable.drill.objects.source_bucket import SourceBucket
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
    scratch = SourceBucket(copy.scratch.s3, copy.scratch.name, "", "scratch bucket")
    buckets = [each for each in (copy.source, copy.replica) if each is not None]
    found = {each.role: open_by(each) for each in buckets}
    opened = {role: by for role, by in found.items() if by}
    if opened:
        return failed("; ".join(f"the {role} is open to everybody by {by}" for role, by in opened.items()), open=sorted(opened))
    if not blocks_everybody(scratch):
        return failed("the scratch bucket has not all of its public access block", open=["scratch"])
    unblocked = [each.role for each in buckets if not blocks_everybody(each)]
    more = f"; {' and '.join(unblocked)} without a public access block of their own" if unblocked else ""
    return passed(f"nothing lets everybody in{more}", unblocked=unblocked)

"""Whether the real program reads the restored state."""

from __future__ import annotations

from recoverable.drill.answers import passed
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage
from recoverable.drill.state.answers import looking
from recoverable.drill.state.contents import StateCopy
from recoverable.drill.subject import Subject

RUNG = Rung(
    name="state-readable",
    title="Terraform or Pulumi reads the restored state",
    why="An object that S3 gives back can be cut off, empty, or something else; only the program that needs it can say.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    subject=Subject.STATE,
    catches=(202,),
)


@looking
def run(context: LadderContext, copy: StateCopy) -> RungResult:
    """``terraform show -json`` on the file; ``pulumi stack import`` into a scratch backend and ``export`` out of it."""
    with copy.room() as place:
        return passed(copy.reader.read(copy.newest.file, place))

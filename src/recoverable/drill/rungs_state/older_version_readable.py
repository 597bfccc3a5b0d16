"""Whether the real program reads the version before the restored one, too."""

from __future__ import annotations

from recoverable.drill.answers import passed
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage
from recoverable.drill.state.answers import looking, without_older
from recoverable.drill.state.contents import StateCopy, said
from recoverable.drill.subject import Subject

RUNG = Rung(
    name="older-version-readable",
    title="Terraform or Pulumi reads the version before it",
    why="A state that an apply broke is undone by the version before, not by the newest.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    subject=Subject.STATE,
    catches=(203,),
)
excuse = without_older


@looking
def run(context: LadderContext, copy: StateCopy) -> RungResult:
    """As for the newest."""
    if copy.older is None:
        raise TypeError("the excuse was not asked")
    with copy.room() as place:
        read = copy.reader.read(copy.older.file, place)
    return passed(f"{read}; written at {said(copy.older.version.modified)}", version=copy.older.version.id)

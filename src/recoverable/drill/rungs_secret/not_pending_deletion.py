"""Whether a secret waits for its deletion."""

from __future__ import annotations

from recoverable.drill.answers import failed, passed
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage
from recoverable.drill.secret.answers import looking, there, told
from recoverable.drill.secret.held import SecretsCopy
from recoverable.drill.subject import Subject

RUNG = Rung(
    name="not-pending-deletion",
    title="No secret is about to be deleted",
    why="A secret that waits for its deletion is gone when the window ends, and nobody is told.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    subject=Subject.SECRET,
    catches=(302,),
)


@looking
def run(context: LadderContext, copy: SecretsCopy) -> RungResult:
    """What the service says of each."""
    waiting = [
        f"{each.name} will be deleted at {each.facts.deleted.isoformat()}" for each in there(copy) if each.facts and each.facts.deleted
    ]
    return failed(told(waiting)) if waiting else passed(f"none of {len(there(copy))}")

"""Whether each write of the state is kept as a version of its own, and whether the restored one is the last of its time."""

from __future__ import annotations

from recoverable.drill.answers import failed, passed
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage
from recoverable.drill.state.answers import looking
from recoverable.drill.state.contents import StateCopy, said
from recoverable.drill.state.history import ENABLED
from recoverable.drill.subject import Subject

RUNG = Rung(
    name="version-history",
    title="Each write of the state is kept as a version of its own",
    why="Without versioning the next apply destroys what it replaces, and the way back from a broken one is gone.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    subject=Subject.STATE,
    catches=(201,),
)


@looking
def run(context: LadderContext, copy: StateCopy) -> RungResult:
    """The list of versions, as it was read when the restored one was chosen, and the bucket's versioning.

    Its figure ``rpo_seconds`` is 0 in a bucket: every write is a version from the moment at which it is confirmed, and the version that was current
    at the target is the one that was restored, so no write is lost. How long ago the last write was is no loss. A folder of copies
    cannot tell what was written after its last copy, so it gives no figure.
    """
    chosen = copy.chosen
    figures = {"versions": chosen.kept, "versioning": copy.versioning, "version": chosen.wanted.id}
    figures["reached_time"] = chosen.wanted.modified.isoformat()
    if copy.versioning != ENABLED:
        return failed(f"versioning is {copy.versioning.lower()}: the next write destroys this one", **figures)
    if chosen.removed is not None:
        return failed(f"the state was deleted at {said(chosen.removed)}; what was restored is the version before", **figures)
    if copy.source.in_a_bucket:
        figures["rpo_seconds"] = 0
    number = f"{chosen.kept} versions are" if chosen.kept > 1 else "one version alone is"
    return passed(f"{number} kept; the restored one was written at {said(chosen.wanted.modified)}", **figures)

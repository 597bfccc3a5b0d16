"""Whether source and replica keep versions now."""

from __future__ import annotations

from recoverable.drill.answers import failed, passed
from recoverable.drill.objects.answers import looking
from recoverable.drill.objects.contents import ObjectsCopy
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage
from recoverable.drill.subject import Subject

RUNG = Rung(
    name="versioning-enabled",
    title="Source and replica keep versions",
    why="While versioning is suspended each write destroys what it replaces, and nothing else tells: the versions from before are still there.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    subject=Subject.OBJECTS,
    catches=(101,),
)


@looking
def run(context: LadderContext, copy: ObjectsCopy) -> RungResult:
    """A suspended bucket passes only where the settings say that it may."""
    found = {each.role: each.versioning() for each in (copy.source, copy.replica) if each is not None}
    off = {role: status for role, status in found.items() if status != "Enabled"}
    if off and context.settings.get("versioning", True):
        said = ", ".join(f"versioning of the {role} is {status.lower() or 'off'}" for role, status in off.items())
        return failed(f"{said}: what is overwritten or deleted is gone", **found)
    said = ", ".join(f"{role} {(status or 'off').lower()}" for role, status in found.items())
    return passed(f"versioning: {said}", **found)

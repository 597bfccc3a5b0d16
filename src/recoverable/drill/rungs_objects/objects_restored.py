"""Whether each object of the sample is in the scratch bucket."""

from __future__ import annotations

from collections import Counter

from recoverable.drill.answers import could_not_run, failed, passed
from recoverable.drill.durations import say_seconds
from recoverable.drill.objects.answers import looking, named, several
from recoverable.drill.objects.contents import Group, ObjectsCopy
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage
from recoverable.drill.subject import Subject

RUNG = Rung(
    name="objects-restored",
    title="The objects of the sample are restored",
    why="A version may be listed and yet not be there to be read: its key is disabled, it lies in an archive, or nobody is allowed to read it.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    subject=Subject.OBJECTS,
    catches=(103,),
)


@looking
def run(context: LadderContext, copy: ObjectsCopy) -> RungResult:
    """The scratch bucket is listed anew: what a copy call answered is not believed."""
    there = dict(copy.scratch.places(copy.area))
    refused = Counter(each.refused for each in copy.items if each.refused)
    lacking = [each for each in copy.items if there.get(copy.place(each)) != each.version.size]
    figures = {
        "objects": len(copy.items) - len(lacking),
        "lacking": len(lacking),
        "bytes": sum(there.values()),
        "seconds": round(copy.seconds, 3),
    }
    if lacking:
        codes = f" ({', '.join(f'{code} {count} times' for code, count in sorted(refused.items()))})" if refused else ""
        told = named(each.version for each in lacking)
        return failed(f"{len(lacking)} of {several(len(copy.items), 'object')} are not there as they were{codes}: {told}", **figures)
    if not any(copy.of(Group.TARGET)) and copy.inventory.live:
        return could_not_run(f"no object could be chosen: {reasons(copy)}", **figures)
    counts = Counter(each.group for each in copy.items)
    said = [f"{counts[Group.TARGET]} as they were at that time", f"{counts[Group.OLDER]} older versions"]
    said += [f"{counts[Group.REPLICA]} from the replica"] if copy.replica else []
    pace = copy.inventory.live / max(1, len(copy.items)) * copy.seconds
    figures["whole_bucket_seconds"] = round(pace, 1)
    return passed(f"{', '.join(said)}; at this pace a copy of all {copy.inventory.live} objects would take {say_seconds(pace)}", **figures)


def reasons(copy: ObjectsCopy) -> str:
    """Why objects were left out of the sample."""
    return "; ".join(f"{count} {reason}" for reason, count in copy.inventory.left_out.items()) or "none was there"

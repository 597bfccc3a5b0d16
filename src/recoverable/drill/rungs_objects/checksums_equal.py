"""Whether the content of each restored object is that of the source."""

from __future__ import annotations

from recoverable.drill.answers import could_not_run, failed, passed
from recoverable.drill.objects.answers import looking, named, several
from recoverable.drill.objects.contents import Group, Item, ObjectsCopy
from recoverable.drill.objects.together import together
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage
from recoverable.drill.subject import Subject

RUNG = Rung(
    name="checksums-equal",
    title="What was restored has the content of the source's version",
    why="An object of the right name and size can hold anything. A replica is written by somebody, sometimes by people.",
    stage=Stage.RUNNING,
    depth=Depth.STANDARD,
    subject=Subject.OBJECTS,
    catches=(104,),
)


@looking
def run(context: LadderContext, copy: ObjectsCopy) -> RungResult:
    """Every restored object is read to its end. Right is what the cloud noted when the version was written, where that is a hash of the whole
    content; else the source's version is read as well.
    """
    items = [each for each in copy.of(Group.TARGET, Group.REPLICA, Group.OLDER) if not each.refused]
    wrong: list[Item] = []
    unknown: list[Item] = []
    read = 0
    for item, same in together(items, lambda each: _is_same(copy, each), copy.check):
        read += item.version.size
        if same is None:
            unknown.append(item)
        elif not same:
            wrong.append(item)
    figures = {"objects": len(items), "wrong": len(wrong), "unknown": len(unknown), "bytes": read}
    if wrong:
        where = f", {sum(1 for each in wrong if each.from_replica)} of them from the replica" if copy.replica else ""
        told = named(each.version for each in wrong)
        return failed(f"{len(wrong)} of {several(len(items), 'object')} have another content than the source{where}: {told}", **figures)
    if unknown or not items:
        return could_not_run(f"the content of {len(unknown)} of {several(len(items), 'object')} could not be compared", **figures)
    return passed(f"the content of {several(len(items), 'object')} ({read} bytes) is that of the source's version", **figures)


def _is_same(copy: ObjectsCopy, item: Item) -> bool | None:
    """None where one of the two cannot be read."""
    head = copy.source.head(item.at_source)
    noted = None if isinstance(head, str) else head.noted
    restored = copy.scratch.digest(copy.place(item), noted[0] if noted else "")
    if isinstance(restored, str) or isinstance(head, str):
        return False if isinstance(restored, str) else None
    if noted is not None:
        return restored.is_as_noted(*noted)
    source = copy.source.digest(item.at_source)
    return None if isinstance(source, str) else source == restored

"""What there was at the target's time, and whether the replica knows of more."""

from __future__ import annotations

from recoverable.drill.answers import could_not_run, failed, passed
from recoverable.drill.objects.answers import looking, named, several
from recoverable.drill.objects.buckets import GONE, REPLICATED, UNTOLD
from recoverable.drill.objects.contents import ObjectsCopy
from recoverable.drill.objects.inventory import NAMED
from recoverable.drill.objects.versions import Version
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage
from recoverable.drill.subject import Subject

RUNG = Rung(
    name="inventory-at-target",
    title="The bucket's versions of that time are there",
    why="A version that was removed for good leaves no trace in the bucket: the one before it looks like the object of that time. The replica still has it.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    subject=Subject.OBJECTS,
    catches=(102,),
)


@looking
def run(context: LadderContext, copy: ObjectsCopy) -> RungResult:
    """Fails where there is too little, or where the source has lost versions that came to the replica by replication."""
    found = copy.inventory
    figures = {
        "objects": found.live,
        "bytes": found.size,
        "deleted": found.deleted,
        "noncurrent": found.noncurrent,
        "unclear": found.unclear,
    }
    least = int(context.settings.get("objects_at_least", 1))
    if found.live < least:
        return failed(f"there were {several(found.live, 'object')} at that time, at least {least} are expected", **figures)
    if found.removed_count:
        figures["removed"] = found.removed_count
        until = min(each.kept_until for each in found.removed).isoformat(timespec="seconds")
        told = named(each.version for each in found.removed)
        return failed(
            f"removed from the source for good, though no rule could do it yet: {several(found.removed_count, 'version')} ({told}); soft delete keeps "
            f"them until {until}: restore them before",
            **figures,
        )
    lost, untold = _lost(copy)
    if lost:
        many = found.replica.lost_count if found.replica else len(lost)
        up_to = f", up to {many}" if many > len(lost) else ""
        figures["lost"] = len(lost)
        return failed(
            f"removed from the source for good, while the replica has them: at least {several(len(lost), 'version')}{up_to} ({named(lost)})",
            **figures,
        )
    if untold:
        return could_not_run(
            f"the replica has {several(untold, 'version')} that the source does not know, and it is not told whether replication brought them",
            **figures,
        )
    others = found.replica.lost_count if found.replica else 0
    if others > NAMED:
        return could_not_run(
            f"the replica has {several(others, 'version')} that the source does not know, and the first {NAMED} did not come by replication: "
            "is it a bucket of its own right? Narrow prefix to what is replicated",
            **figures,
        )
    unclear = (
        f"; of {several(found.unclear, 'key')} {copy.source.cloud}'s times do not tell whether they were deleted then"
        if found.unclear
        else ""
    )
    return passed(
        f"{several(found.live, 'object')} with {found.size} bytes were there, {found.deleted} deleted, {several(found.noncurrent, 'noncurrent version')}{unclear}",
        **figures,
    )


def _lost(copy: ObjectsCopy) -> tuple[list[Version], int]:
    """Those of which S3 says that replication brought them (somebody may have put others there), and how many it does not tell of."""
    if copy.replica is None or copy.inventory.replica is None:
        return [], 0
    heads = [(each, copy.replica.head(each)) for each in copy.inventory.replica.lost]
    found = [each for each, head in heads if not isinstance(head, str) and head.replication == REPLICATED]
    return found, sum(head not in GONE if isinstance(head, str) else head.replication == UNTOLD for _, head in heads)

"""Whether each version is locked as long as demanded."""

from __future__ import annotations

import datetime

from recoverable.drill.answers import could_not_run, failed, passed
from recoverable.drill.objects.answers import looking, named, several
from recoverable.drill.objects.buckets import COMPLIANCE, GOVERNANCE, About
from recoverable.drill.objects.contents import Group, Item, ObjectsCopy
from recoverable.drill.objects.expectations import NO_LOCK
from recoverable.drill.objects.together import together
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage
from recoverable.drill.subject import Subject

RUNG = Rung(
    name="object-lock-held",
    title="Versions are locked as long as demanded",
    why="The default of a bucket says nothing of the versions in it: governance mode can be lifted, and what was written before the default has no lock.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    subject=Subject.OBJECTS,
    catches=(106,),
)

RANK = {GOVERNANCE: 1, COMPLIANCE: 2}
DAY = datetime.timedelta(days=1)
TOLERANCE = datetime.timedelta(minutes=1)
"""Between the moment from which the cloud counts and the one that it tells as the time of writing."""


def excuse(context: LadderContext) -> str:
    """Who says nothing of a lock may want none, or have forgotten it."""
    return "" if context.settings.get("object_lock") else "expect says nothing of object_lock (governance, compliance or none)"


@looking
def run(context: LadderContext, copy: ObjectsCopy) -> RungResult:
    """Each version is asked for mode and end of its locks. A hold has no end, and is as good."""
    mode, days = str(context.settings.get("object_lock", NO_LOCK)), int(context.settings.get("object_lock_days", 0))
    if mode == NO_LOCK:
        return passed("no lock is wanted")
    items = list(copy.of(Group.TARGET, Group.OLDER, Group.REPLICA))
    weak: list[Item] = []
    unknown = 0
    for item, head in together(items, lambda each: copy.came_from(each).head(each.version), copy.check):
        if isinstance(head, str):
            unknown += 1
        elif not _holds(head, item, mode, days):
            weak.append(item)
    figures = {"versions": len(items), "weak": len(weak), "unknown": unknown, "days": days}
    if weak:
        told = named(each.version for each in weak)
        return failed(f"{len(weak)} of {several(len(items), 'version')} are not locked in {mode} mode for {days} days: {told}", **figures)
    if unknown or not items:
        return could_not_run(f"of {unknown} of {several(len(items), 'version')} {copy.source.cloud} does not tell the lock", **figures)
    return passed(
        f"all {several(len(items), 'version')} are locked in {mode} mode for {days} days from their writing, or longer", **figures
    )


def _holds(head: About, item: Item, mode: str, days: int) -> bool:
    wanted = item.version.modified + days * DAY - TOLERANCE
    return head.held or any(RANK.get(each.mode, 0) >= RANK[mode] and each.until >= wanted for each in head.locks)

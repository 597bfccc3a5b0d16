"""Whether what was deleted stays deleted."""

from __future__ import annotations

from recoverable.drill.answers import failed, passed
from recoverable.drill.objects.answers import looking, several
from recoverable.drill.objects.contents import Group, ObjectsCopy
from recoverable.drill.objects.together import together
from recoverable.drill.objects.versions import at_time
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage
from recoverable.drill.subject import Subject

RUNG = Rung(
    name="delete-markers-honoured",
    title="What was deleted at that time does not come back",
    why="A restore that takes the newest version of each key brings deleted objects back, among them what a person had a right to have deleted.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    subject=Subject.OBJECTS,
    catches=(105,),
)


@looking
def run(context: LadderContext, copy: ObjectsCopy) -> RungResult:
    """Each key is asked for anew, by itself: the inventory may have read its list wrongly, so it is not what is compared with."""
    moment = copy.inventory.moment
    marker = len(f"{copy.area}{Group.TARGET.value}/")
    places = (place for group in (Group.TARGET, Group.REPLICA) for place, _ in copy.scratch.places(f"{copy.area}{group.value}/"))
    restored = {place[marker:] for place in places}
    asked = sorted(restored | set(copy.inventory.gone))
    back, wrongly_gone = 0, 0
    for key, history in together(asked, copy.source.history, copy.check):
        deleted = at_time(history, moment).deleted
        if not deleted and key not in restored and moment is not None:
            wrongly_gone += 1
        deleted_since = moment is None and bool(history) and history[0].modified >= context.disaster
        back += deleted and key in restored and not deleted_since
    figures = {"deleted_keys": len(copy.inventory.gone), "asked": len(asked), "back": back, "wrongly_gone": wrongly_gone}
    if back or wrongly_gone:
        said = [f"{several(back, 'object')} that had been deleted came back"] if back else []
        said += [f"{several(wrongly_gone, 'object')} counted as deleted had not been"] if wrongly_gone else []
        return failed("; ".join(said), **figures)
    theirs = copy.inventory.replica.back if copy.inventory.replica else 0
    if theirs and context.settings.get("replica_deletes", True):
        return failed(
            f"{several(theirs, 'deleted object')} would come back from the replica: deletions do not reach it. Switch on their "
            "replication, or say replica_deletes = false in expect where the replica is to keep what is deleted",
            **figures,
            back_from_replica=theirs,
        )
    return passed(
        f"none of {several(len(copy.inventory.gone), 'deleted object')} came back, {len(restored)} keys were asked for anew", **figures
    )

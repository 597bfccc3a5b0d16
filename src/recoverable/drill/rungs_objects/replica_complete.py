"""Whether every object is in the replica, too."""

from __future__ import annotations

from recoverable.drill.answers import could_not_run, failed, passed
from recoverable.drill.durations import say_seconds
from recoverable.drill.objects.answers import looking, named, several, without_replica
from recoverable.drill.objects.buckets import FAILED
from recoverable.drill.objects.contents import Group, ObjectsCopy
from recoverable.drill.objects.together import together
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage
from recoverable.drill.subject import Subject

RUNG = Rung(
    name="replica-complete",
    title="The replica has every object of that time",
    why="Replication begins when it is switched on and says nothing of what was there before; an object that failed once is not tried again.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    subject=Subject.OBJECTS,
    catches=(107,),
)

excuse = without_replica


@looking
def run(context: LadderContext, copy: ObjectsCopy) -> RungResult:
    """All objects are compared: by their version ids, which S3 keeps, elsewhere by contents. Of the sample S3 is asked how their replication went."""
    differences, live = copy.inventory.replica, copy.inventory.live
    if differences is None:
        return could_not_run("the replica was not read")
    items = list(copy.of(Group.TARGET))
    heads = [head for _, head in together(items, lambda each: copy.source.head(each.version), copy.check)]
    broken = sum(1 for each in heads if not isinstance(each, str) and each.replication == FAILED)
    figures = {"objects": live, "missing": differences.missing, "waiting": differences.waiting, "failed": broken}
    if differences.missing or broken:
        said = f"{differences.missing} of {several(live, 'object')} are not in the replica: {named(differences.examples)}"
        status = f"the replication of {broken} of {several(len(items), 'object')} of the sample has failed"
        return failed("; ".join([said] * bool(differences.missing) + [status] * bool(broken)), **figures)
    young = f", but for {differences.waiting} younger than {say_seconds(copy.lag.total_seconds())}" if differences.waiting else ""
    return passed(f"all {several(live, 'object')} are in the replica by their {copy.source.same_by}{young}", **figures)

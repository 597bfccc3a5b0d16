"""How much is lost, by the heartbeat object that was restored."""

from __future__ import annotations

import datetime

from recoverable.drill.answers import failed, passed
from recoverable.drill.durations import say_seconds
from recoverable.drill.objects.answers import looking
from recoverable.drill.objects.contents import Group, ObjectsCopy
from recoverable.drill.objects.expectations import CLOCK_SKEW
from recoverable.drill.rung import Depth, LadderContext, Need, Rung, RungResult, Stage
from recoverable.drill.subject import Subject

RUNG = Rung(
    name="replication-lag",
    title="The newest heartbeat was restored, and the replica is not far behind",
    why="Objects that nobody writes look like a replica that is up to date. An object that is written at a steady pace tells the two apart.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    subject=Subject.OBJECTS,
    needs=frozenset({Need.HEARTBEAT}),
    catches=(108,),
)


@looking
def run(context: LadderContext, copy: ObjectsCopy) -> RungResult:
    """RPO is the moment up to which data must be there, less the older one of the two heartbeats that were restored."""
    skew = datetime.timedelta(seconds=int(context.settings.get("clock_skew_seconds", CLOCK_SKEW)))
    groups = (Group.HEARTBEAT, Group.REPLICA_HEARTBEAT) if copy.replica else (Group.HEARTBEAT,)
    beats: dict[str, datetime.datetime] = {}
    for group in groups:
        role = "replica" if group is Group.REPLICA_HEARTBEAT else "source"
        found = copy.beat(group)
        if isinstance(found, str):
            return failed(f"no heartbeat of the {role} was restored: {found}")
        if found > context.clock.now() + skew:
            return failed(f"the heartbeat of the {role} is of {said(found)}, which is in the future: a clock is wrong")
        if copy.inventory.moment is not None and found > copy.inventory.moment + skew:
            return failed(f"the heartbeat of the {role} is of {said(found)}, after the target {said(copy.inventory.moment)}")
        beats[role] = found
    oldest = min(beats.values())
    rpo = max(0.0, (context.disaster - oldest).total_seconds())
    lag = max(0.0, (beats["source"] - oldest).total_seconds())
    figures = {
        "rpo_seconds": round(rpo, 3),
        "lag_seconds": round(lag, 3),
        **{f"newest_heartbeat_{role}": said(time) for role, time in beats.items()},
    }
    if lag > copy.lag.total_seconds():
        return failed(
            f"the replica is {say_seconds(lag)} behind the source, {say_seconds(copy.lag.total_seconds())} are allowed", **figures
        )
    behind = f", the replica {lag:.0f} s behind the source" if copy.replica else ""
    return passed(f"the newest heartbeat that was restored is {rpo:.0f} s older than the moment to restore to{behind}", **figures)


def said(time: datetime.datetime) -> str:
    """A time, to the second."""
    return time.isoformat(timespec="seconds")

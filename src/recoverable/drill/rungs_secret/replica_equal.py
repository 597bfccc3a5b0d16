"""Whether the replica holds the same version with the same value."""

from __future__ import annotations

from recoverable.drill.answers import could_not_run, failed, passed
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage
from recoverable.drill.secret.answers import DENIED, copy_of, looking, there, told
from recoverable.drill.secret.held import Held, SecretsCopy, same
from recoverable.drill.secret.settings import GOOGLE, MANAGER
from recoverable.drill.subject import Subject

RUNG = Rung(
    name="replica-equal",
    title="The replica holds the same version and the same value",
    why="A replica that was cut off or promoted goes on reading well, with what was true then.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    subject=Subject.SECRET,
    catches=(307,),
)


def excuse(context: LadderContext) -> str:
    """No replica is set up, or none can be read by itself."""
    if copy_of(context).service == GOOGLE:
        return "Secret Manager serves all replicas under one address: none can be read by itself"
    return "" if copy_of(context).has_replica else "no replica_region is set up in the source's settings"


@looking
def run(context: LadderContext, copy: SecretsCopy) -> RungResult:
    """By version id, and by the values themselves, compared in memory. Parameter Store does not replicate: its copies have numbers of their own.

    Its figure ``rpo_seconds`` is 0 where every replica holds the version that is current: nothing would be lost with the region.
    """
    denied = [each.name for each in there(copy) if _denied(each)]
    problems = [problem for each in there(copy) if each.name not in denied for problem in _differs(each, by_id=copy.service == MANAGER)]
    if problems:
        return failed(told(problems))
    if denied:
        return could_not_run(f"this identity may not read both: {told(denied)}")
    return passed(f"{len(there(copy))} replicas hold the same", rpo_seconds=0)


def _denied(held: Held) -> bool:
    return held.chosen.why in DENIED or (held.replica is not None and held.replica.why in DENIED)


def _differs(held: Held, *, by_id: bool) -> list[str]:
    replica, version = held.replica, held.chosen.version
    if replica is None or replica.version is None or not replica.value:
        return [f"{held.name}: its replica cannot be read ({replica.why if replica else 'it was not asked'})"]
    if by_id and version is not None and replica.version.id != version.id:
        return [f"{held.name}: its replica is version {replica.version.id}, and the secret {version.id}"]
    if not same(held.chosen.value, replica.value):
        return [f"{held.name}: its replica has another value"]
    return []

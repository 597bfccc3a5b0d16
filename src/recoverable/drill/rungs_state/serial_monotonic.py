"""Whether the restored state is newer than the version before it, by what both say of themselves."""

from __future__ import annotations

from recoverable.drill.answers import failed, passed
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage
from recoverable.drill.state.answers import looking, without_older
from recoverable.drill.state.contents import StateCopy
from recoverable.drill.state.settings import PULUMI
from recoverable.drill.subject import Subject

RUNG = Rung(
    name="serial-monotonic",
    title="The state is not older than the version before it",
    why="A state that was put back over a newer one, by hand or by a second writer, forgets resources that exist.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    subject=Subject.STATE,
    catches=(205,),
)
excuse = without_older


@looking
def run(context: LadderContext, copy: StateCopy) -> RungResult:
    """Terraform's serial: one more for each change. Of Pulumi the time in the manifest."""
    if copy.older is None:
        raise TypeError("the excuse was not asked")
    newest, before = copy.newest.facts(copy.kind), copy.older.facts(copy.kind)
    what = "the time of its manifest" if copy.kind == PULUMI else "its serial"
    figures = {"serial": newest.serial, "serial_before": before.serial}
    if newest.serial < before.serial:
        told = "" if copy.kind == PULUMI else f" from {before.serial} to {newest.serial}"
        return failed(f"{what} falls{told}: an older state was written over a newer one", **figures)
    if copy.kind != PULUMI and newest.serial == before.serial and copy.newest.content() != copy.older.content():
        return failed(f"two different states have the serial {newest.serial}: two writers, or one who forced his", **figures)
    return passed(f"{what} does not fall" if copy.kind == PULUMI else f"{what} is {newest.serial}, after {before.serial}", **figures)

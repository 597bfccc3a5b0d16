"""Whether the restored state is still the one that it always was."""

from __future__ import annotations

from recoverable.drill.answers import could_not_run, failed, passed
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage
from recoverable.drill.state.answers import looking
from recoverable.drill.state.contents import StateCopy
from recoverable.drill.state.settings import PULUMI
from recoverable.drill.subject import Subject

RUNG = Rung(
    name="lineage-unchanged",
    title="The state is that of the same resources as before",
    why="A state of another project in its place reads well, and the next apply makes everything anew beside what is there.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    subject=Subject.STATE,
    catches=(204,),
)


def excuse(context: LadderContext) -> str:
    """Terraform's lineage needs something to be compared with; Pulumi's stack is in the settings."""
    copy = context.restored.contents
    known = not isinstance(copy, StateCopy) or copy.kind == PULUMI or copy.older is not None or context.settings.get("lineage")
    return "" if known else "there is no version before the restored one, and expect says nothing of lineage"


@looking
def run(context: LadderContext, copy: StateCopy) -> RungResult:
    """Terraform's lineage, against the version before and ``expect``; project and stack in Pulumi's URNs, against those of the settings."""
    newest = copy.newest.facts(copy.kind)
    found = newest.identity
    if copy.kind == PULUMI:
        wanted = copy.reader.stack
        if not found:
            return passed("the stack holds no resources that could be another's")
        return passed(f"every resource is of {wanted}") if found == wanted else failed(f"its resources are of another stack than {wanted}")
    said = str(context.settings.get("lineage") or "")
    older = copy.older.facts(copy.kind) if copy.older else None
    if not said and older is None:
        return could_not_run("there is nothing to compare the lineage with")
    if said and found != said:
        return failed(f"its lineage is {newest.lineage}, and expect says {said}")
    if older is not None and found != older.identity:
        return failed(f"its lineage is {newest.lineage}, and that of the version before {older.lineage}")
    return passed(f"lineage {newest.lineage}, as {'the version before' if older else 'expect says'}")

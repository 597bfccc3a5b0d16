"""Whether the version before the chosen one can be read back, too."""

from __future__ import annotations

from recoverable.drill.answers import could_not_run, failed, passed
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage
from recoverable.drill.secret.answers import DENIED, copy_of, looking, there, told
from recoverable.drill.secret.held import SecretsCopy
from recoverable.drill.subject import Subject

RUNG = Rung(
    name="previous-readable",
    title="The version before can be read back",
    why="A rotation that went wrong is undone by the version before.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    subject=Subject.SECRET,
    catches=(304,),
)


def excuse(context: LadderContext) -> str:
    """A secret that was written once has none."""
    return "" if any(each.before is not None for each in copy_of(context).held) else "no secret has a version before"


@looking
def run(context: LadderContext, copy: SecretsCopy) -> RungResult:
    """Of those that have one."""
    before = [each for each in there(copy) if each.before is not None]
    bad = [f"{each.name}: {each.before.why}" for each in before if each.before and not each.before.value]
    denied = [each for each in before if each.before and each.before.why in DENIED]
    versions = {each.name: each.before.version.id for each in before if each.before and each.before.version}
    alone = len(there(copy)) - len(before)
    more = f"; {alone} were written once" if alone else ""
    if bad and len(bad) == len(denied):
        return could_not_run(f"this identity may not read it: {told(bad)}", versions=versions)
    return failed(told(bad), versions=versions) if bad else passed(f"{len(before)} read back{more}", versions=versions)

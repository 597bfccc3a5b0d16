"""Whether the version of each secret was read back, and has a value."""

from __future__ import annotations

from recoverable.drill.answers import could_not_run, failed, passed
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage
from recoverable.drill.secret.answers import DENIED, looking, told
from recoverable.drill.secret.held import SecretsCopy
from recoverable.drill.subject import Subject

RUNG = Rung(
    name="secret-readable",
    title="Each secret's version can be read back",
    why="A secret that is listed is not readable yet: its key, its policy, or its value may be gone.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    subject=Subject.SECRET,
    catches=(301,),
)


@looking
def run(context: LadderContext, copy: SecretsCopy) -> RungResult:
    """What was read when the drill restored; what this identity may not read speaks against the identity alone."""
    least = int(context.settings.get("secrets_at_least", 1))
    bad = [each for each in copy.held if not each.chosen.value]
    denied = [each for each in bad if each.chosen.why in DENIED]
    figures = {"secrets": len(copy.held), "versions": {each.name: each.chosen.version.id for each in copy.held if each.chosen.version}}
    if len(copy.held) < least:
        return failed(f"there are {len(copy.held)} secrets, and expect says at least {least}", **figures)
    gone = [each for each in bad if each not in denied]
    if gone:
        return failed(told(f"{each.name}: {each.why or each.chosen.why}" for each in gone), **figures)
    if denied:
        return could_not_run(told(f"{each.name}: this identity may not read it ({each.chosen.why})" for each in denied), **figures)
    return passed(f"{len(copy.held)} of {len(copy.held)} read back", **figures)

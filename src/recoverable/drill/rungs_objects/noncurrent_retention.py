"""Whether noncurrent versions live as long as the standard demands."""

from __future__ import annotations

from recoverable.drill.answers import could_not_run, failed, passed
from recoverable.drill.objects.answers import looking
from recoverable.drill.objects.contents import ObjectsCopy
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage
from recoverable.drill.subject import Subject

RUNG = Rung(
    name="noncurrent-retention",
    title="Noncurrent versions are kept as long as the standard demands",
    why="Lifecycle rules remove noncurrent versions by themselves; a rule that was shortened shows when the version that undoes a mistake is gone.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    subject=Subject.OBJECTS,
    catches=(110,),
)


@looking
def run(context: LadderContext, copy: ObjectsCopy) -> RungResult:
    """The soonest rule of source and replica that holds for the prefix, or for a part of it."""
    if context.demands is None:
        return could_not_run("no standard was given")
    demanded = context.demands.backup_retention_days.value
    said, short, figures = [], [], {"demanded_days": demanded}
    for bucket in (copy.source, copy.replica):
        if bucket is None:
            continue
        expiry = bucket.soonest_expiry()
        if expiry is not None:
            figures[f"{bucket.role}_days"] = expiry.days
        said.append(f"{bucket.role}: {'for ever' if expiry is None else f'{expiry.days} days'}")
        if expiry is not None and expiry.days < demanded:
            short.append(f"the rule {expiry.rule} of the {bucket.role} removes noncurrent versions after {expiry.days} days")
    if short:
        return failed(f"{'; '.join(short)}; {demanded} days are demanded", **figures)
    return passed(f"noncurrent versions are kept ({', '.join(said)}); {demanded} days are demanded", **figures)

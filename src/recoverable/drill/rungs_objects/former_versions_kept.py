"""Whether the versions that the last verified drill restored are still there."""

from __future__ import annotations

from collections.abc import Sequence

from recoverable.drill.answers import could_not_run, failed, passed
from recoverable.drill.contract import RestoreFailedError, TransientError
from recoverable.drill.objects.answers import copy_of, looking, named, several
from recoverable.drill.objects.baselines import kept
from recoverable.drill.objects.buckets import GONE
from recoverable.drill.objects.contents import ObjectsCopy
from recoverable.drill.objects.inventory import SLACK
from recoverable.drill.objects.standing_copy import DAY
from recoverable.drill.objects.together import together
from recoverable.drill.objects.versions import Version
from recoverable.drill.rung import Depth, LadderContext, Need, Rung, RungResult, Stage
from recoverable.drill.subject import Subject

RUNG = Rung(
    name="former-versions-kept",
    title="Versions that the last verified drill restored are still there",
    why="A version that was removed for good leaves no trace in the bucket. What was restored before, and cannot have expired, must be there.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    subject=Subject.OBJECTS,
    needs=frozenset({Need.BASELINE}),
    catches=(102,),
)


@looking
def run(context: LadderContext, copy: ObjectsCopy) -> RungResult:
    """Each is asked for by its version id."""
    versions = _expected(context, copy)
    if versions is None:
        return could_not_run(
            "the baseline is of another bucket, or none of objects: remove it, and the next verified drill writes a new one"
        )
    answers = list(together(versions, copy.source.head, copy.check))
    lost = [version for version, head in answers if isinstance(head, str) and head in GONE]
    unknown = sum(1 for _, head in answers if isinstance(head, str) and head not in GONE)
    figures = {"versions": len(versions), "lost": len(lost), "unknown": unknown}
    if lost:
        return failed(
            f"{len(lost)} of {several(len(versions), 'version')} of the last verified drill are gone, and cannot have expired: {named(lost)}",
            **figures,
        )
    if unknown:
        return could_not_run(f"{unknown} of {several(len(versions), 'version')} of the last verified drill may not be read", **figures)
    return passed(f"{several(len(versions), 'version')} of the last verified drill that cannot have expired yet are there", **figures)


def excuse(context: LadderContext) -> str:
    """Where all that the last drill restored may have expired by now, nothing is left to ask for."""
    try:
        found = _expected(context, copy_of(context))
    except (TransientError, RestoreFailedError):  # the rung itself says so
        return ""
    return "no version of the last verified drill is young enough to be expected" if found is not None and not found else ""


def _expected(context: LadderContext, copy: ObjectsCopy) -> Sequence[Version] | None:
    """What the last verified drill restored, without what may have expired since; None where it was of something else."""
    expiry, now = copy.source.soonest_expiry(), context.clock.now()
    since = None if expiry is None else now - expiry.days * DAY + SLACK
    written = copy.source.may_be_removed(now)
    return kept(context.baseline or {}, copy.source.name, since, None if written is None else written + SLACK)

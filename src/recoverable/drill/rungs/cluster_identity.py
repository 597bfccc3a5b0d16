"""The copy is the cluster that was asked for, on the branch of its history that production is on."""

from __future__ import annotations

from typing import Any

from recoverable.drill.reading.recovery_end import RecoveryState, recovery_state
from recoverable.drill.reading.survey import Survey, baseline_of, expected, first_session
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage

RUNG = Rung(
    name="cluster-identity",
    title="System identifier and timeline are those of the source",
    why="A restore follows any newer branch that lies in the archive, a drill's own too, and takes a foreign segment's place for the end of the log.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    catches=(4, 14, 26),
)


def excuse(context: LadderContext) -> str:
    """Why this cannot be asked of a copy; "" where it can."""
    restored = context.restored
    if restored.system_identifier is None and restored.timeline is None:
        return "the backup does not say which cluster it is of (a dump, or a managed service)"
    return ""


def run(context: LadderContext) -> RungResult:
    """Compare with the backup, and with the baseline where there is one."""
    import psycopg

    survey = Survey()
    try:
        with first_session(context) as opened:
            row = opened.execute("SELECT system_identifier FROM pg_control_system()").fetchone()
            state = recovery_state(opened)
    except psycopg.Error as error:
        survey.error("the copy", error)
        return survey.result("")
    identifier = int(row[0]) if row else 0
    survey.figures.update({"system_identifier": str(identifier), "timeline": state.timeline})
    _identifier(context, identifier, survey)
    _timeline(context, state, survey)
    branched = f", branched off timeline {state.ending.parent}" if state.ending else ""
    return survey.result(f"system identifier {identifier}, timeline {state.timeline}{branched}, as expected")


def _identifier(context: LadderContext, found: int, survey: Survey) -> None:
    wanted = context.restored.system_identifier
    if wanted is None:
        survey.unproven.append(f"the backup does not say which cluster it is of; the copy's system identifier is {found}")
        return
    if found != wanted:
        survey.failed.append(f"the copy's system identifier is {found}, the backup's {wanted}")
    known = baseline_of(context).get("system_identifier")
    if known is not None and str(known) != str(wanted):
        survey.failed.append(f"the backup is of the cluster {wanted}, the baseline of {known}")


def _timeline(context: LadderContext, state: RecoveryState, survey: Survey) -> None:
    """The copy's own timeline is new; the one that it left must be one that production is or was on."""
    known = _known_timelines(context)
    survey.figures["timelines_expected"] = sorted(known)
    if not known:
        survey.unproven.append("the backup does not say its timeline")
        return
    moved_on = state.ending is not None and state.timeline != context.restored.timeline
    followed = state.ending.parent if state.ending and moved_on else state.timeline
    survey.figures["timeline_followed"] = followed
    if followed not in known:
        wanted = " or ".join(str(each) for each in sorted(known))
        survey.failed.append(f"the copy followed timeline {followed}, expected {wanted}: another branch lies in the archive")


def _known_timelines(context: LadderContext) -> set[int]:
    """The backup's, the one that was written down at the source, and one that the settings name (after a failover)."""
    said: list[Any] = [context.restored.timeline, baseline_of(context).get("timeline"), expected(context, "timeline")]
    return {int(each) for each in said if each}

"""Recovery ended where it was told to end, and because it was told to."""

from __future__ import annotations

from typing import Any

from recoverable.drill.answers import could_not_run, failed, passed
from recoverable.drill.reading.recovery_end import Ending, RecoveryState, recovery_state
from recoverable.drill.reading.sessions import BlindedError
from recoverable.drill.reading.survey import Survey, expected, first_session
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage
from recoverable.drill.target import RecoveryTarget, TargetKind, format_lsn

RUNG = Rung(
    name="recovery-target",
    title="The recovery target was reached",
    why="Without a target PostgreSQL takes a hole or a bad record in the log for its end, and with one older than the backup it "
    "gives the backup's own end; both promote and exit clean.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    catches=(1, 2, 4, 10, 11),
)


def excuse(context: LadderContext) -> str:
    """Why this cannot be asked of a copy; "" where it can. A dump has no log that could be replayed to a target.

    A managed service keeps the history of its timelines to itself; how far it came, the heartbeat tells, and without one nothing does.
    """
    restored = context.restored
    if restored.target_proof is not None:
        return ""
    unknown = restored.system_identifier is None and restored.timeline is None
    if unknown and restored.files is not None and restored.target.kind is TargetKind.LATEST:
        return "the backup is a dump: it has its own time, and no log to replay"
    if unknown and restored.files is None and expected(context, "heartbeat", "") and not _may_read_history(context):
        return "the service does not show how its recovery ended; the newest heartbeat tells how far it came"
    return ""


def _may_read_history(context: LadderContext) -> bool:
    """Whether to ask: also where nobody answers, for then the rung says so."""
    import psycopg

    try:
        with first_session(context) as opened:
            row = opened.execute("SELECT has_function_privilege('pg_read_file(text, bigint, bigint, boolean)', 'EXECUTE')").fetchone()
    except (psycopg.Error, BlindedError):
        return True
    return row is None or row[0] is not False


def run(context: LadderContext) -> RungResult:
    """Compare the target with what PostgreSQL wrote into the history of the timeline that it opened."""
    import psycopg

    restored = context.restored
    try:
        with first_session(context) as opened:
            state = recovery_state(opened)
    except psycopg.Error as error:
        survey = Survey()
        survey.error("the copy", error)
        return survey.result("")
    figures = _figures(restored.target, state)
    early = _before_the_backup(context)
    if early:
        return failed(early, **figures)
    if state.in_recovery:
        return failed(f"the copy is still in recovery; {_said(state)}", **figures)
    if restored.target_proof is not None:
        proof = restored.target_proof
        return RungResult(proof.verdict, proof.detail, {**figures, **proof.figures})
    if restored.timeline is not None and state.timeline == restored.timeline:
        return failed(f"the log archive was not followed: the copy is still on timeline {state.timeline} of the backup", **figures)
    if state.ending is None:
        return _without_history(restored.target, state, figures)
    return _judge(restored.target, state.ending, state, figures)


def _before_the_backup(context: LadderContext) -> str:
    target, stop = context.restored.target, context.restored.backup_stop
    if target.kind is TargetKind.TIME and target.time and stop and target.time < stop:
        return f"the target {target.time.isoformat()} is before the end of the backup ({stop.isoformat()}): what was restored is the backup's own end"
    return ""


def _judge(target: RecoveryTarget, ending: Ending, state: RecoveryState, figures: dict[str, Any]) -> RungResult:
    """By the kind of target."""
    said = f"recovery ended at {format_lsn(ending.lsn)} ({ending.reason or 'no reason given'})"
    if target.kind is TargetKind.LATEST:
        return could_not_run(
            f"{said}: without a target a hole in the log looks like its end, and nothing here tells the two apart", **figures
        )
    if ending.open_end:
        return failed(f"{said}: it was not told the target {target}", **figures)
    if target.kind is TargetKind.LSN and target.lsn is not None:
        well = ending.by_lsn and ending.lsn >= target.lsn
    elif target.kind is TargetKind.NAME:
        well = ending.point == target.name
    else:
        well = _time_reached(target, ending, state)
    return passed(f"{said}, as the target {target} asked", **figures) if well else failed(f"{said}; the target was {target}", **figures)


def _time_reached(target: RecoveryTarget, ending: Ending, state: RecoveryState) -> bool:
    """It stopped at the first commit after the target, and replayed none later than the target."""
    if target.time is None or ending.time is None or ending.time < target.time:
        return False
    return state.replay_time is None or state.replay_time <= target.time or ending.reason.startswith("after ")


def _without_history(target: RecoveryTarget, state: RecoveryState, figures: dict[str, Any]) -> RungResult:
    """Managed services show no history; some show the time of the last commit that was replayed."""
    if state.readable:
        return failed(
            f"no recovery took place: the copy is on timeline {state.timeline}, which has no history; the target was {target}", **figures
        )
    if target.kind is TargetKind.TIME and target.time and state.replay_time and state.replay_time > target.time:
        return failed(f"the last commit is of {state.replay_time.isoformat()}, after the target {target}", **figures)
    return could_not_run(f"the server does not show how its recovery ended; the target was {target}", **figures)


def _said(state: RecoveryState) -> str:
    where = format_lsn(state.replay_lsn) if state.replay_lsn is not None else "an unknown position"
    return f"it has replayed up to {where}"


def _figures(target: RecoveryTarget, state: RecoveryState) -> dict[str, Any]:
    return {
        "target": str(target),
        "reached_lsn": format_lsn(state.reached) if state.reached is not None else None,
        "last_commit": state.replay_time.isoformat() if state.replay_time else None,
        "reason": state.ending.reason if state.ending else None,
    }

"""How much data the restore lost, by the newest heartbeat in it: the only honest measure of an RPO."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from recoverable.drill.answers import could_not_run, failed, passed
from recoverable.drill.heartbeat import TABLE
from recoverable.drill.reading.sessions import session, with_settings
from recoverable.drill.reading.survey import Survey, expected, shown
from recoverable.drill.reading.table_contents import HEAP_ONLY
from recoverable.drill.rung import Depth, LadderContext, Need, Rung, RungResult, Stage
from recoverable.drill.target import TargetKind, format_lsn, parse_lsn

if TYPE_CHECKING:
    from recoverable.drill.reading.sessions import Session

RUNG = Rung(
    name="heartbeat",
    title="The newest heartbeat is there",
    why="A hole at the end of the log looks like an idle database. Rows that the source writes at a steady pace tell the two apart.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    needs=frozenset({Need.HEARTBEAT}),
    catches=(1, 2, 4),
)
CLOCK_SKEW = 60


def run(context: LadderContext) -> RungResult:
    """RPO is the moment up to which data must be there, less the newest heartbeat. Whether that is too long, the drill decides."""
    import psycopg

    database = str(expected(context, "heartbeat", ""))
    if not database:
        return could_not_run("the settings name no database with heartbeats")
    survey = Survey()
    try:
        with session(context.restored.connection, database) as opened:
            found = _newest(opened)
    except psycopg.Error as error:
        survey.error(f"database {shown(database)}", error)
        return survey.result("")
    if found is None:
        return could_not_run(f"there is no table {TABLE} in {shown(database)} (recoverable drill heartbeat writes it)")
    rows, newest, position = found
    if not rows or newest is None:
        return failed(f"{TABLE} in {shown(database)} has no row: none of the source's heartbeats was restored", heartbeats=0)
    return _judge(context, rows, newest.astimezone(datetime.UTC), position)


def _newest(opened: Session) -> tuple[int, datetime.datetime | None, str | None] | None:
    """Read from the heap alone; None where there is no such table."""
    row = opened.execute("SELECT to_regclass(%s)::oid", (TABLE,)).fetchone()
    if row is None or row[0] is None:
        return None
    with_settings(opened, HEAP_ONLY)
    found = opened.execute(f"SELECT count(*), max(at), max(lsn)::text FROM ONLY {TABLE}").fetchone()  # noqa: S608 - a constant
    return found if found is None else (int(found[0]), found[1], found[2])


def _judge(context: LadderContext, rows: int, newest: datetime.datetime, position: str | None) -> RungResult:
    target, asked = context.restored.target, context.asked or context.restored.target
    skew = datetime.timedelta(seconds=int(expected(context, "clock_skew_seconds", CLOCK_SKEW)))
    figures: dict[str, Any] = {"heartbeats": rows, "newest_heartbeat": newest.isoformat(), "newest_heartbeat_lsn": position}
    if newest > context.clock.now() + skew:
        return failed(
            f"the newest heartbeat is of {newest.isoformat()}, which is in the future: the clock of the source or of this machine is wrong",
            **figures,
        )
    if target.kind is TargetKind.LSN and target.lsn is not None and position and parse_lsn(position) > target.lsn:
        return failed(f"a heartbeat was written at {position}, behind the target {format_lsn(target.lsn)}", **figures)
    if asked.kind is TargetKind.TIME and newest > context.disaster + skew:
        return failed(f"the newest heartbeat is of {newest.isoformat()}, after the target {context.disaster.isoformat()}", **figures)
    age = max(0.0, (context.disaster - newest).total_seconds())
    if asked.kind in (TargetKind.LSN, TargetKind.NAME):
        return passed(f"the newest of {rows} heartbeats is of {newest.isoformat()}; a target without a time has no RPO", **figures)
    since = "the target" if asked.kind is TargetKind.TIME else "the drill began"
    return passed(f"the newest of {rows} heartbeats is {age:.1f} s older than {since}", rpo_seconds=round(age, 3), **figures)

"""The copy is a server of its own: out of recovery, and it takes writes."""

from __future__ import annotations

from recoverable.drill.answers import failed, passed
from recoverable.drill.reading.survey import Survey, first_session
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage

RUNG = Rung(
    name="promoted",
    title="The copy is promoted",
    why="A restore that is paused at its target answers every read, and refuses the first write of the application.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    catches=(15,),
)


def run(context: LadderContext) -> RungResult:
    """Ask, and draw a transaction number, which a server in recovery cannot give. Nothing is written into a table."""
    import psycopg

    try:
        with first_session(context) as opened:
            row = opened.execute("SELECT pg_is_in_recovery()").fetchone()
            if row is None or row[0] is not False:
                return failed("the copy is still in recovery: it answers reads and refuses writes", in_recovery=True)
            with opened.transaction(force_rollback=True):
                opened.execute("SET TRANSACTION READ WRITE")
                opened.execute("SELECT pg_current_xact_id()")
    except psycopg.Error as error:
        survey = Survey()
        survey.error("the copy", error)
        return survey.result("")
    return passed("it is out of recovery and gives out transaction numbers", in_recovery=False)

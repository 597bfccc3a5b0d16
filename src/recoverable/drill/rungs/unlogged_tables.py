"""No table is empty because it was unlogged, but for those that may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recoverable.drill.reading.catalog_facts import unlogged_tables
from recoverable.drill.reading.patterns import names_table
from recoverable.drill.reading.sessions import full_name
from recoverable.drill.reading.survey import Survey, baseline_of, each_database, shown
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage

if TYPE_CHECKING:
    from recoverable.drill.reading.sessions import Session

RUNG = Rung(
    name="unlogged-tables",
    title="No unlogged table has lost its rows",
    why="An unlogged table is not in the log and comes back empty from every physical restore, without a word.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    catches=(24,),
)


def run(context: LadderContext) -> RungResult:
    """Empty unlogged tables fail, but for those named in the settings, and those that were empty in the baseline of the source."""
    import psycopg

    survey = Survey()
    for name, opened in each_database(context, survey):
        exempt = (context.settings.get("unlogged") or {}).get(name, ())
        tables = ((baseline_of(context).get("databases") or {}).get(name) or {}).get("tables") or {}
        try:
            for schema, table in unlogged_tables(opened):
                survey.add("unlogged")
                before = (tables.get(f"{schema}.{table}") or {}).get("rows")
                if names_table(exempt, f"{schema}.{table}"):
                    survey.add("exempt")
                elif before != 0 and _empty(opened, schema, table):
                    had = f"had {before} rows" if before else "may have had rows"
                    survey.failed.append(f"{shown(name)}: {shown(schema, table)} is unlogged and empty; it {had}")
        except psycopg.Error as error:
            survey.error(f"database {shown(name)}", error)
    figures = survey.figures
    return survey.result(f"{figures.get('unlogged', 0)} unlogged tables, {figures.get('exempt', 0)} of them may be empty")


def _empty(opened: Session, schema: str, table: str) -> bool:
    row = opened.execute(f"SELECT NOT EXISTS (SELECT FROM ONLY {full_name(schema, table)})").fetchone()  # noqa: S608 - a quoted name
    return bool(row and row[0])

"""Every index is one that PostgreSQL uses, but for those that were invalid at the source."""

from __future__ import annotations

from recoverable.drill.reading.catalog_facts import invalid_indexes
from recoverable.drill.reading.survey import Survey, baseline_of, each_database, shown
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage

RUNG = Rung(
    name="valid-indexes",
    title="No index is invalid",
    why="An invalid index is not used and holds no uniqueness: queries are slow and duplicates get in.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
)


def run(context: LadderContext) -> RungResult:
    """By the catalog; REINDEX or DROP INDEX mends one."""
    import psycopg

    survey = Survey()
    known = baseline_of(context).get("databases") or {}
    for name, opened in each_database(context, survey):
        before = set((known.get(name) or {}).get("invalid_indexes") or ())
        try:
            for index in invalid_indexes(opened):
                survey.add("invalid")
                if index not in before:
                    survey.failed.append(f"{shown(name)}: the index {shown(index)} is invalid")
            row = opened.execute("SELECT count(*) FROM pg_index").fetchone()
            survey.add("indexes", row[0] if row else 0)
        except psycopg.Error as error:
            survey.error(f"database {shown(name)}", error)
    figures = survey.figures
    return survey.result(f"{figures.get('indexes', 0)} indexes, {figures.get('invalid', 0)} invalid already in the baseline")

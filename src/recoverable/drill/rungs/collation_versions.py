"""Text is sorted by the version of each collation that the indexes were built with."""

from __future__ import annotations

from typing import Any

from recoverable.drill.reading.collation_facts import DEFAULT, collations
from recoverable.drill.reading.survey import Survey, baseline_of, each_database, shown
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage

RUNG = Rung(
    name="collation-versions",
    title="Collations have the version that indexes were built with",
    why="Another version of the C library or of ICU sorts differently: indexes on text then do not find rows that are there. PostgreSQL only warns.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    catches=(23,),
)


def run(context: LadderContext) -> RungResult:
    """The database's own collation, and every other that an index or column uses. Mended by REINDEX and ALTER … REFRESH COLLATION VERSION."""
    import psycopg

    survey = Survey()
    known = baseline_of(context).get("databases") or {}
    for name, opened in each_database(context, survey):
        try:
            found = collations(opened)
        except psycopg.Error as error:
            survey.error(f"database {shown(name)}", error)
            continue
        survey.add("collations", len(found))
        for collation, versions in found.items():
            _judge(name, collation, versions, ((known.get(name) or {}).get("collations") or {}).get(collation) or {}, survey)
    return survey.result(f"{survey.figures.get('collations', 0)} collations in use have the version that is recorded for them")


def _judge(database: str, collation: str, versions: dict[str, Any], source: dict[str, Any], survey: Survey) -> None:
    """A collation without versions (C, POSIX) cannot change; one whose version was never recorded is compared with the source's machine."""
    where = f"{shown(database)}: the {'database' if collation == DEFAULT else f'collation {shown(collation)}'}"
    recorded, actual = versions["recorded"] or source.get("actual"), versions["actual"]
    if actual is None and recorded is None:
        return
    if recorded is None:
        survey.unproven.append(f"{where} has no recorded collation version (this machine: {actual}); a baseline of the source would tell")
    elif recorded != actual:
        survey.failed.append(f"{where} was sorted by version {recorded}, this machine sorts by {actual or 'an unknown one'}")

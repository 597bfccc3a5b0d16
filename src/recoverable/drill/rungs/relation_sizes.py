"""No file of a relation is shorter than PostgreSQL itself has written down."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from recoverable.drill.reading.survey import Survey, each_database, shown
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage

if TYPE_CHECKING:
    from recoverable.drill.reading.sessions import Session

RUNG = Rung(
    name="relation-sizes",
    title="No relation is shorter than its catalog entry",
    why="A table cut off at a page's boundary passes amcheck, page checksums and pg_dump: its rows are simply not there any more.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    catches=(6, 8),
)
STATISTICS_IN_DUMPS = 180000
"""From this version on a dump can carry the source's relpages, which say nothing about the files of the copy."""
_SECOND_LOOK = 1.0
"""Seconds after which a mismatch is looked at again: VACUUM shortens a file just before it writes down the new size."""

_SHORT = """
SELECT c.oid::bigint, n.nspname::text, c.relname::text, c.relpages, pg_relation_size(c.oid) / current_setting('block_size')::int
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 't', 'm', 'i') AND c.relpersistence = 'p' AND c.relpages > 0 AND pg_relation_filenode(c.oid) IS NOT NULL
  AND c.relpages > pg_relation_size(c.oid) / current_setting('block_size')::int
ORDER BY n.nspname::text COLLATE "C", c.relname::text COLLATE "C"
"""
_COUNT = """
SELECT count(*) FILTER (WHERE relpages > 0), count(*) FROM pg_class
WHERE relkind IN ('r', 't', 'm', 'i') AND relpersistence = 'p' AND pg_relation_filenode(oid) IS NOT NULL
"""


def run(context: LadderContext) -> RungResult:
    """One query per database. Relations that were never vacuumed or analysed have no size written down."""
    import psycopg

    survey = Survey()
    for name, opened in each_database(context, survey):
        try:
            known, all_of_them = opened.execute(_COUNT).fetchone() or (0, 0)
            survey.add("relations", all_of_them)
            survey.add("relations_with_known_size", known)
            short = _short(opened)
        except psycopg.Error as error:
            survey.error(f"database {shown(name)}", error)
            continue
        for schema, relation, pages, found in short:
            text = f"{shown(name)}: {shown(schema, relation)} has {found} pages, the catalog knows of {pages}"
            # A logical restore: no identity of a physical backup to compare with.
            carried = context.restored.system_identifier is None and opened.info.server_version >= STATISTICS_IN_DUMPS
            (survey.unproven if carried else survey.failed).append(text + (" (which may come with the dump)" if carried else ""))
    figures = survey.figures
    return survey.result(
        f"{figures.get('relations_with_known_size', 0)} of {figures.get('relations', 0)} relations have a size in the catalog, none is shorter"
    )


def _short(opened: Session) -> list[tuple[Any, ...]]:
    """The relations that are too short at both looks."""
    first = opened.execute(_SHORT).fetchall()
    if not first:
        return []
    time.sleep(_SECOND_LOOK)
    again = {row[0] for row in opened.execute(_SHORT).fetchall()}
    return [row[1:] for row in first if row[0] in again]

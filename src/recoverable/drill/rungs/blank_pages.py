"""No index points into a page that is blank: zeroed pages are no error to PostgreSQL, they are empty."""

from __future__ import annotations

from recoverable.drill.reading.index_pointers import Look, look_at_pointers
from recoverable.drill.rung import Depth, LadderContext, Need, Rung, RungResult, Stage

RUNG = Rung(
    name="blank-pages",
    title="No index points into a blank page",
    why="A page of zeros has no checksum to be wrong and no rows to be broken: amcheck, checksums and pg_dump pass it over.",
    stage=Stage.RUNNING,
    depth=Depth.STANDARD,
    needs=frozenset({Need.FILES}),
    catches=(7,),
    seconds_per_gb=0.8,
)


def run(context: LadderContext) -> RungResult:
    """Every page of every heap, and for heaps with blank ones every pointer of one index.

    Blank pages at the end are usual (PostgreSQL 16 and newer extend a table by many pages at once); behind these a large
    index is only read by the deep rung index-pointers.
    """
    survey = look_at_pointers(context, Look.BLANK)
    figures = survey.figures
    return survey.result(
        f"{figures.get('pages', 0)} pages, {figures.get('blank_pages', 0)} of them blank, no index points into one"
        + (f"; {figures['ends_not_looked_at']} tables end in blank pages behind large indexes" if figures.get("ends_not_looked_at") else "")
    )

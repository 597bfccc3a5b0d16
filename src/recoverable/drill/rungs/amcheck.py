"""PostgreSQL's own corruption check: heaps are sound, and every row of a heap is in its B-tree indexes."""

from __future__ import annotations

from recoverable.drill.reading.amcheck_program import check_with_amcheck, why_it_cannot
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage

RUNG = Rung(
    name="amcheck",
    title="pg_amcheck finds no corruption",
    why="Broken pages, rows and TOAST values, and rows that an index has lost, give wrong answers without an error. "
    "Expressions of indexes are computed for this, as the owner of the table.",
    stage=Stage.RUNNING,
    depth=Depth.STANDARD,
    catches=(5, 7, 8, 23),
    seconds_per_gb=3.5,
)


def excuse(context: LadderContext) -> str:
    """Why this cannot be asked of a copy; "" where it can."""
    return why_it_cannot(context)


def run(context: LadderContext) -> RungResult:
    """``pg_amcheck --heapallindexed`` in every database; amcheck is put in for it and taken out again."""
    survey = check_with_amcheck(context, ("--heapallindexed",), "indexes")
    figures = survey.figures
    return survey.result(f"{figures.get('indexes', 0)} indexes and their heaps in {figures.get('databases', 0)} databases are sound")

"""Every pointer of every B-tree leads to a row: the other direction of amcheck's heapallindexed."""

from __future__ import annotations

from recoverable.drill.reading.index_pointers import Look, look_at_pointers
from recoverable.drill.rung import Depth, LadderContext, Need, Rung, RungResult, Stage

RUNG = Rung(
    name="index-pointers",
    title="Every index entry points to a row",
    why="amcheck proves that each row is in its indexes. Rows that are gone from the heap are only seen from the index: a page of zeros, "
    "an older version of a page, a table cut off.",
    stage=Stage.RUNNING,
    depth=Depth.DEEP,
    needs=frozenset({Need.FILES}),
    catches=(6, 7),
    seconds_per_gb=6.3,
)


def run(context: LadderContext) -> RungResult:
    """Every leaf of one B-tree over all rows of each heap, against the line pointers of the heap."""
    survey = look_at_pointers(context, Look.ALL)
    figures = survey.figures
    return survey.result(f"{figures.get('pointers', 0)} pointers of {figures.get('tables', 0)} indexes lead to rows")

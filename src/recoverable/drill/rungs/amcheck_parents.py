"""B-tree indexes are sound as trees: every key is found from the root."""

from __future__ import annotations

from recoverable.drill.reading.amcheck_program import check_with_amcheck, why_it_cannot
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage

RUNG = Rung(
    name="amcheck-parents",
    title="Every key of every B-tree is found from its root",
    why="An index sorted by another version of a collation holds all rows, and still does not find some of them.",
    stage=Stage.RUNNING,
    depth=Depth.DEEP,
    catches=(5, 23),
    seconds_per_gb=3.4,
)


def excuse(context: LadderContext) -> str:
    """Why this cannot be asked of a copy; "" where it can."""
    return why_it_cannot(context)


def run(context: LadderContext) -> RungResult:
    """``pg_amcheck --parent-check --rootdescend`` over indexes alone; the heaps are another rung's."""
    options = ("--parent-check", "--rootdescend", "--index=*", "--no-dependent-toast", "--no-dependent-indexes")
    survey = check_with_amcheck(context, options, "indexes")
    return survey.result(f"{survey.figures.get('indexes', 0)} indexes are sound as trees")

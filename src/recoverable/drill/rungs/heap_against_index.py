"""Every table has as many rows in its heap as in an index over all of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recoverable.drill.reading.batches import batches, each_batch
from recoverable.drill.reading.relations import IndexedHeap, indexed_heaps
from recoverable.drill.reading.sessions import with_settings
from recoverable.drill.reading.survey import Survey, each_database, shown
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage

if TYPE_CHECKING:
    from recoverable.drill.reading.sessions import Session

RUNG = Rung(
    name="heap-against-index",
    title="Heaps and indexes hold the same number of rows",
    why="A zeroed page or a cut-off table passes amcheck, page checksums and pg_dump. Its rows are gone from the heap, but the index still counts them.",
    stage=Stage.RUNNING,
    depth=Depth.STANDARD,
    catches=(5, 6, 7, 8),
    seconds_per_gb=0.5,
)
BY_HEAP = {"enable_seqscan": "on", "enable_indexscan": "off", "enable_indexonlyscan": "off", "enable_bitmapscan": "off"}
BY_INDEX = {"enable_seqscan": "off", "enable_indexscan": "on", "enable_indexonlyscan": "on", "enable_bitmapscan": "off"}


def run(context: LadderContext) -> RungResult:
    """Tables, TOAST tables, materialised views and system catalogs, each counted twice in one snapshot, without parallel workers."""
    import psycopg

    survey = Survey()
    for name, opened in each_database(context, survey):
        try:
            pairs = list(indexed_heaps(opened))
        except (psycopg.Error, UnicodeError) as error:
            survey.error(f"database {shown(name)}", error)
            continue
        counter = _Counter(opened, name, survey)
        for batch in batches(pairs, lambda pair: pair.heap.size + pair.index.size):
            if not each_batch(batch, counter.look, counter.failed):
                break
    found = survey.figures
    return survey.result(f"{found.get('rows', 0)} rows in {found.get('tables', 0)} heaps, the same number by their indexes")


@dataclass
class _Counter:
    """Counts the heaps of one database."""

    opened: Session
    database: str
    survey: Survey

    def failed(self, pair: IndexedHeap, error: Exception) -> bool:
        """An error while one heap was counted."""
        return self.survey.error(self._where(pair), error)

    def look(self, batch: Sequence[IndexedHeap]) -> bool:
        """Count a batch twice."""
        with self.opened.transaction():
            self.opened.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            by_heap = self._counts(batch, BY_HEAP, "Seq Scan")
            by_index = self._counts(batch, BY_INDEX, "Index Only Scan")
        for number, pair in enumerate(batch):
            self._judge(pair, by_heap.get(number), by_index.get(number))
        return True

    def _judge(self, pair: IndexedHeap, by_heap: int | None, by_index: int | None) -> None:
        if by_heap is None or by_index is None:
            self.survey.unproven.append(
                f"{self._where(pair)}: the server does not count it by {'index' if by_heap is not None else 'heap'} alone"
            )
            return
        self.survey.add("tables")
        self.survey.add("rows", by_heap)
        if by_heap != by_index:
            self.survey.failed.append(f"{self._where(pair)}: {by_heap} rows in the heap, {by_index} in its index {pair.index}")

    def _counts(self, batch: Sequence[IndexedHeap], settings: dict[str, str], wanted: str) -> dict[int, int]:
        """Rows of each heap by one kind of scan, by its number in the batch; empty where the planner would do one in another way."""
        with_settings(self.opened, settings)
        parts = [f"SELECT {number}, count(*) FROM ONLY {pair.heap.sql}" for number, pair in enumerate(batch)]  # noqa: S608 - quoted names
        query = " UNION ALL ".join(parts)
        plan = self.opened.execute(f"EXPLAIN (FORMAT JSON, COSTS OFF) {query}").fetchone()
        if plan is None or scans_of(plan[0]) != [wanted] * len(batch):
            return self._singly(batch, settings, wanted) if len(batch) > 1 else {}
        return {row[0]: row[1] for row in self.opened.execute(query).fetchall()}

    def _singly(self, batch: Sequence[IndexedHeap], settings: dict[str, str], wanted: str) -> dict[int, int]:
        """One by one, so that a heap with an unusual plan does not keep the others from being counted."""
        alone = {number: self._counts([pair], settings, wanted) for number, pair in enumerate(batch)}
        return {number: found[0] for number, found in alone.items() if found}

    def _where(self, pair: IndexedHeap) -> str:
        return f"{shown(self.database)}: {pair.heap}"


def scans_of(plan: object) -> list[str]:
    """The kinds of all scans in a plan of EXPLAIN (FORMAT JSON)."""
    nodes = [json.loads(plan) if isinstance(plan, str) else plan]
    scans: list[str] = []
    while nodes:
        node = nodes.pop()
        if isinstance(node, list):
            nodes += node
        elif isinstance(node, dict):
            kind = str(node.get("Node Type", ""))
            scans += [kind] if kind.endswith("Scan") and kind != "Subquery Scan" else []
            nodes += [node.get("Plan"), *node.get("Plans", [])]
    return scans

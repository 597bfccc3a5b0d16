"""Pointers of B-tree indexes against the pages of their heaps, read with pageinspect.

PostgreSQL removes index entries before it frees the row's place, and a place before the page: an entry that points to a page
of zeros, behind the end of the file or to an unused place is damage, whatever transactions were under way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from recoverable.drill.reading.batches import LARGE, batches, each_batch
from recoverable.drill.reading.extension_tools import NoToolError, passing
from recoverable.drill.reading.relations import TABLE, IndexedHeap, block_size, indexed_heaps
from recoverable.drill.reading.survey import Survey, each_database, shown
from recoverable.drill.rung import LadderContext

if TYPE_CHECKING:
    from recoverable.drill.reading.sessions import Session

EXTENSION = "pageinspect"
MANY = 50
"""Runs of blank pages in one heap up to which pointers are compared with each run; with more, all pointers are followed."""
AT_ONCE = 1024 * 1024 * 1024

# Bytes 14 and 15 of a page are pd_upper: 0 only where the page was never written (PageIsNew of bufpage.h).
_BLANK = """
SELECT r.number, b.block
FROM unnest(%(names)s::text[], %(pages)s::bigint[]) WITH ORDINALITY AS r(name, pages, number)
CROSS JOIN LATERAL generate_series(0, r.pages - 1) AS b(block)
CROSS JOIN LATERAL (SELECT {schema}.get_raw_page(r.name, 'main', b.block) AS raw OFFSET 0) AS p
WHERE get_byte(p.raw, 14) = 0 AND get_byte(p.raw, 15) = 0
ORDER BY r.number, b.block
"""
# The first item of a leaf that has a right neighbour is its high key, no pointer. Blank pages of an index are amcheck's business.
_POINTERS = """
SELECT r.number, u.tid
FROM relations r
CROSS JOIN LATERAL generate_series(1, r.index_pages - 1) AS b(block)
CROSS JOIN LATERAL (SELECT {schema}.get_raw_page(r.index, 'main', b.block) AS raw OFFSET 0) AS p
CROSS JOIN LATERAL (SELECT s.type, s.btpo_next FROM {schema}.bt_page_stats(r.index, b.block) AS s
                    WHERE get_byte(p.raw, 14) <> 0 OR get_byte(p.raw, 15) <> 0 OFFSET 0) AS s
CROSS JOIN LATERAL (SELECT i.itemoffset, i.htid, i.tids FROM {schema}.bt_page_items(r.index, b.block) AS i WHERE s.type = 'l' OFFSET 0) AS i
CROSS JOIN LATERAL unnest(coalesce(i.tids, ARRAY[i.htid])) AS u(tid)
WHERE i.itemoffset > (CASE WHEN s.btpo_next <> 0 THEN 1 ELSE 0 END)
"""
_RELATIONS = """
WITH relations AS MATERIALIZED (
    SELECT * FROM unnest(%(heaps)s::text[], %(heap_pages)s::bigint[], %(indexes)s::text[], %(index_pages)s::bigint[])
             WITH ORDINALITY AS r(heap, heap_pages, index, index_pages, number)
)"""
_INTO_RUNS = """{relations}
SELECT count(*) FROM ({pointers}) AS t
WHERE EXISTS (SELECT FROM unnest(%(first)s::text[], %(last)s::text[]) AS r(first, last) WHERE t.tid >= r.first::tid AND t.tid <= r.last::tid)
"""
_TO_NOTHING = """{relations}, heap AS MATERIALIZED (
    SELECT r.number, ('(' || b.block || ',' || h.lp || ')')::tid AS tid
    FROM relations r
    CROSS JOIN LATERAL generate_series(0, r.heap_pages - 1) AS b(block)
    CROSS JOIN LATERAL {schema}.heap_page_items({schema}.get_raw_page(r.heap, 'main', b.block)) AS h
    WHERE h.lp_flags <> 0
)
SELECT t.number, count(*), count(*) FILTER (WHERE heap.tid IS NULL)
FROM ({pointers}) AS t LEFT JOIN heap ON heap.number = t.number AND heap.tid = t.tid GROUP BY t.number
"""


class Look(Enum):
    """Which pointers are followed."""

    BLANK = "those of heaps that have blank pages"
    ALL = "all"


def look_at_pointers(context: LadderContext, how: Look) -> Survey:
    """Every database of the copy; pageinspect is put in for it inside a transaction that is rolled back."""
    import psycopg

    survey = Survey()
    for name, opened in each_database(context, survey):
        try:
            page = block_size(opened)
            with passing(opened, EXTENSION) as schema:
                pairs = list(indexed_heaps(opened))  # only now: installing the extension has made system catalogs longer
                _Pointers(opened, name, schema, page, survey).look(pairs, how)
        except NoToolError as error:
            survey.unproven.append(f"database {shown(name)}: {error}")
        except (psycopg.Error, UnicodeError) as error:
            survey.error(f"database {shown(name)}", error)
    return survey


@dataclass
class _Pointers:
    """The pointers of one database."""

    opened: Session
    database: str
    schema: str
    page: int
    survey: Survey

    def look(self, pairs: Sequence[IndexedHeap], how: Look) -> None:
        """Batches of heaps for blank pages; indexes one by one."""
        if how is Look.BLANK:
            for batch in batches((pair for pair in pairs if pair.heap.size), lambda pair: pair.heap.size, large=AT_ONCE):
                if not each_batch(batch, self._blank, self._failed):
                    return
            return
        for batch in batches(pairs, lambda pair: pair.heap.size + pair.index.size):
            if not each_batch(batch, self._all, self._failed):
                return

    def _failed(self, pair: IndexedHeap, error: Exception) -> bool:
        return self.survey.error(self._where(pair), error)

    def _where(self, pair: IndexedHeap) -> str:
        return f"{shown(self.database)}: {pair.heap}"

    def _pages(self, size: int) -> int:
        return size // self.page

    def _blank(self, batch: Sequence[IndexedHeap]) -> bool:
        """Blank pages of some heaps, then the pointers of those that have any."""
        values = {"names": [pair.heap.sql for pair in batch], "pages": [self._pages(pair.heap.size) for pair in batch]}
        with self.opened.transaction(force_rollback=True):
            rows = self.opened.execute(_BLANK.format(schema=self.schema), values).fetchall()
            found: dict[int, list[int]] = {}
            for number, block in rows:
                found.setdefault(number - 1, []).append(block)
            for number, blocks in found.items():
                self._into_blank(batch[number], blocks)
        self.survey.add("pages", sum(self._pages(pair.heap.size) for pair in batch))
        self.survey.add("blank_pages", len(rows))
        return True

    def _into_blank(self, pair: IndexedHeap, blocks: list[int]) -> None:
        runs = runs_of(blocks)
        pages = self._pages(pair.heap.size)
        if len(runs) == 1 and runs[0][1] == pages - 1 and runs[0][0] > 0 and pair.index.size > LARGE:
            self.survey.add("ends_not_looked_at")
            return
        if len(runs) > MANY:
            self._all([pair])
            return
        values = {**self._values([pair]), "first": [f"({first},0)" for first, _ in runs], "last": [f"({last},65535)" for _, last in runs]}
        query = _INTO_RUNS.format(relations=_RELATIONS, pointers=_POINTERS.format(schema=self.schema))
        row = self.opened.execute(query, values).fetchone()
        if row and row[0]:
            self.survey.failed.append(
                f"{self._where(pair)}: {row[0]} rows are gone: {pair.index} points into {len(blocks)} blank pages, the first is {blocks[0]}"
            )

    def _all(self, batch: Sequence[IndexedHeap]) -> bool:
        """Every pointer of one index of each heap."""
        query = _TO_NOTHING.format(schema=self.schema, relations=_RELATIONS, pointers=_POINTERS.format(schema=self.schema))
        tables = [pair.heap.sql for pair in batch if pair.heap.kind == TABLE]
        with self.opened.transaction(force_rollback=True):  # gives the locks back
            if tables:  # VACUUM of a table and its TOAST waits
                self.opened.execute(f"LOCK TABLE {', '.join(f'ONLY {each}' for each in tables)} IN SHARE UPDATE EXCLUSIVE MODE")
            rows = self.opened.execute(query, self._values(batch)).fetchall()
        self.survey.add("tables", len(batch))
        for number, total, lost in rows:
            pair = batch[number - 1]
            self.survey.add("pointers", total)
            if lost:
                self.survey.failed.append(f"{self._where(pair)}: {lost} of {total} pointers of {pair.index} lead to no row")
        return True

    def _values(self, batch: Sequence[IndexedHeap]) -> dict[str, object]:
        return {
            "heaps": [pair.heap.sql for pair in batch],
            "heap_pages": [self._pages(pair.heap.size) for pair in batch],
            "indexes": [pair.index.sql for pair in batch],
            "index_pages": [self._pages(pair.index.size) for pair in batch],
        }


def runs_of(blocks: Sequence[int]) -> list[tuple[int, int]]:
    """First and last of each run of consecutive numbers; ``blocks`` ascend."""
    runs: list[tuple[int, int]] = []
    for block in blocks:
        if runs and runs[-1][1] == block - 1:
            runs[-1] = (runs[-1][0], block)
        else:
            runs.append((block, block))
    return runs

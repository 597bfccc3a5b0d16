"""The relations of a database that have files: tables, their TOAST, materialised views, sequences and indexes, system catalogs too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recoverable.drill.reading.sessions import full_name
from recoverable.drill.reading.survey import shown

if TYPE_CHECKING:
    from recoverable.drill.reading.sessions import Session

TABLE, TOAST, MATERIALISED, SEQUENCE, INDEX = "r", "t", "m", "S", "i"
HEAPS = (TABLE, TOAST, MATERIALISED)
UNLOGGED = "u"

_STORED = """
SELECT c.oid::bigint, n.nspname::text, c.relname::text, c.relkind::text, c.relpersistence::text, c.relispopulated,
       coalesce(a.amname::text, ''), n.nspname IN ('pg_catalog', 'information_schema'), coalesce(pg_relation_size(c.oid), 0)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_am a ON a.oid = c.relam
WHERE c.relkind = ANY(%s) AND c.relpersistence <> 't' AND pg_relation_filenode(c.oid) IS NOT NULL
ORDER BY n.nspname::text COLLATE "C", c.relname::text COLLATE "C"
"""

_MISSING = """
SELECT c.oid::bigint FROM pg_class c
WHERE c.relkind IN ('r', 't', 'm', 'S', 'i') AND c.relpersistence <> 't' AND pg_relation_filenode(c.oid) IS NOT NULL
  AND (pg_stat_file(pg_relation_filepath(c.oid), true)).size IS NULL
"""

_INDEXED = """
SELECT DISTINCT ON (c.oid) c.oid::bigint, n.nspname::text, c.relname::text, c.relkind::text, i.indexrelid::bigint, m.nspname::text, x.relname::text,
       pg_relation_size(c.oid), pg_relation_size(i.indexrelid)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_index i ON i.indrelid = c.oid AND i.indisvalid AND i.indisready AND i.indislive AND i.indpred IS NULL
JOIN pg_class x ON x.oid = i.indexrelid AND x.relkind = 'i'
JOIN pg_namespace m ON m.oid = x.relnamespace
JOIN pg_am a ON a.oid = x.relam AND a.amname = 'btree'
WHERE c.relkind = ANY(%s) AND c.relpersistence = ANY(%s) AND pg_relation_filenode(c.oid) IS NOT NULL AND (c.relkind <> 'm' OR c.relispopulated)
ORDER BY c.oid, pg_relation_size(i.indexrelid), i.indexrelid
"""


@dataclass(frozen=True, slots=True)
class Relation:
    """One relation with a file. ``kind`` and ``persistence`` are pg_class's letters; ``method`` its access method; ``size`` is in bytes."""

    oid: int
    schema: str
    name: str
    kind: str
    persistence: str = "p"
    populated: bool = True
    method: str = ""
    system: bool = False
    size: int = 0

    @property
    def sql(self) -> str:
        """Its name as SQL takes it."""
        return full_name(self.schema, self.name)

    def __str__(self) -> str:
        return shown(self.schema, self.name)


@dataclass(frozen=True, slots=True)
class IndexedHeap:
    """A heap with the smallest B-tree index that holds every row of it."""

    heap: Relation
    index: Relation


def stored_relations(opened: Session, kinds: tuple[str, ...] = (*HEAPS, SEQUENCE, INDEX)) -> list[Relation]:
    """Every relation of these kinds that has a file, but for temporary ones of sessions that are gone."""
    return [Relation(*row) for row in opened.execute(_STORED, (list(kinds),)).fetchall()]


def indexed_heaps(opened: Session) -> Iterator[IndexedHeap]:
    """Tables, TOAST tables and materialised views whose rows are all in a valid B-tree index; unlogged ones are empty anyway."""
    rows = opened.execute(_INDEXED, (list(HEAPS), ["p"])).fetchall()
    for oid, schema, name, kind, index, index_schema, index_name, size, index_size in rows:
        yield IndexedHeap(
            Relation(oid, schema, name, kind, size=size),
            Relation(index, index_schema, index_name, INDEX, method="btree", size=index_size),
        )


def missing_files(opened: Session) -> set[int] | None:
    """Relations whose first file does not exist; None where this session may not look at files (only superusers may)."""
    row = opened.execute("SELECT has_function_privilege('pg_stat_file(text, boolean)', 'EXECUTE')").fetchone()
    if not row or not row[0]:
        return None
    return {row[0] for row in opened.execute(_MISSING).fetchall()}


def block_size(opened: Session) -> int:
    """The size of a page in bytes; 8192 but for servers that were built otherwise."""
    row = opened.execute("SELECT current_setting('block_size')::int").fetchone()
    return int(row[0]) if row else 8192

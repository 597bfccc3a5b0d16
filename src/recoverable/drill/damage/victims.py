"""Chooses the table that is damaged: one with rows, whose loss a reader would want to hear of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from recoverable.drill.connection import Connection
from recoverable.drill.damage.injection import CannotDamageError
from recoverable.drill.postgres.connect import connect

if TYPE_CHECKING:
    import psycopg

TRIES = 200
# Tables of users and their TOAST with a whole B-tree index and a size that the catalog knows.
_CANDIDATES = """
SELECT n.nspname::text, c.relname::text, pg_catalog.pg_relation_filepath(c.oid), pg_catalog.pg_relation_size(c.oid),
       pg_catalog.current_setting('block_size')::int, c.relkind::text,
       (SELECT pg_catalog.pg_relation_filepath(i.indexrelid) FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
        JOIN pg_catalog.pg_am a ON a.oid = x.relam
        WHERE i.indrelid = c.oid AND i.indisvalid AND i.indisready AND i.indpred IS NULL AND a.amname = 'btree'
        ORDER BY pg_catalog.pg_relation_size(i.indexrelid), i.indexrelid LIMIT 1)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 't') AND c.relpersistence = 'p' AND c.oid >= 16384 AND c.relpages >= 2 AND c.reltuples > 0
  AND n.nspname NOT IN ('pg_catalog', 'information_schema')
ORDER BY 1, 2
"""
_DATABASES = "SELECT datname::text FROM pg_catalog.pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1"


@dataclass(frozen=True, slots=True)
class Victim:
    """A table: its file and the file of an index, both below the data directory, and a block that holds rows."""

    database: str
    schema: str
    name: str
    file: Path
    size: int
    page: int
    index_file: Path
    block: int

    def __str__(self) -> str:
        return f"{self.database}: {self.schema}.{self.name}"

    @property
    def sql(self) -> str:
        """Its name as SQL takes it."""
        return f"{_quoted(self.schema)}.{_quoted(self.name)}"


def choose_victim(connection: Connection, random: Random, *, toast: bool = True) -> Victim:
    """A table by chance, and in it a block with rows.

    Raises:
        CannotDamageError: there is no table with rows in two pages or more.
        psycopg.Error: nobody answers.
    """
    found = list(_candidates(connection, toast=toast))
    random.shuffle(found)
    for database, row in found:
        with connect(connection, database) as opened:
            block = _block_with_rows(opened, row, random)
        if block is not None:
            schema, name, file, size, page, _, index = row
            return Victim(database, schema, name, Path(file), size, page, Path(index), block)
    raise CannotDamageError("there is no table with rows in two pages or more, and an index over them")


def databases(connection: Connection) -> list[str]:
    """The databases that take connections, but for templates."""
    with connect(connection) as opened:
        return [row[0] for row in opened.execute(_DATABASES).fetchall()]


def _candidates(connection: Connection, *, toast: bool) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for database in databases(connection):
        with connect(connection, database) as opened:
            for row in opened.execute(_CANDIDATES).fetchall():
                if row[6] is not None and (toast or row[5] == "r"):
                    yield database, row


def _block_with_rows(opened: psycopg.Connection[Any], row: tuple[Any, ...], random: Random) -> int | None:
    schema, name, _, size, page = row[:5]
    pages = size // page
    for _ in range(TRIES):
        block = random.randrange(pages)
        query = f"SELECT 1 FROM ONLY {_quoted(schema)}.{_quoted(name)} WHERE ctid >= '({block},0)' AND ctid <= '({block},65535)' LIMIT 1"  # noqa: S608 - quoted names and a number
        if opened.execute(query).fetchone():
            return block
    return None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'

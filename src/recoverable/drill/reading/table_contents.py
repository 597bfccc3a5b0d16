"""Number of rows and a hash of the contents of tables, independent of the order of rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recoverable.drill.reading.batches import batches, each_batch
from recoverable.drill.reading.relations import MATERIALISED, TABLE, Relation, stored_relations
from recoverable.drill.reading.sessions import with_settings

if TYPE_CHECKING:
    from recoverable.drill.reading.sessions import Session

HEAP_ONLY = {"enable_seqscan": "on", "enable_indexscan": "off", "enable_indexonlyscan": "off", "enable_bitmapscan": "off"}
SYSTEM_SCHEMAS = ("pg_catalog", "information_schema")
# record_out and textin by name: a cast to text could be one that the copy's owner has made.
_HASH = 'sum(hashtextextended(textin(record_out(ROW(t.*))) COLLATE "C", 0))'


@dataclass(frozen=True, slots=True)
class Contents:
    """Rows of a table, and the sum of the 64-bit hashes of their texts; None where it was not asked for."""

    rows: int
    hash: str | None = None


def user_tables(opened: Session) -> list[Relation]:
    """Tables (leaves of partitioned ones) and filled materialised views of the user, those of extensions too."""
    found = stored_relations(opened, (TABLE, MATERIALISED))
    return [each for each in found if each.schema not in SYSTEM_SCHEMAS and each.populated]


def key_of(relation: Relation) -> str:
    """The name under which a table is written down."""
    return f"{relation.schema}.{relation.name}"


def read_contents(
    opened: Session, relations: Sequence[Relation], *, hashed: bool, failed: Callable[[Relation, Exception], bool]
) -> dict[str, Contents]:
    """Read each heap from end to end. ``failed`` takes errors and says whether to go on."""
    found: dict[str, Contents] = {}
    with_settings(opened, HEAP_ONLY)

    def look(batch: Sequence[Relation]) -> bool:
        with opened.transaction():  # a savepoint inside a snapshot, so that an error of one table does not end it
            answers = opened.execute(_query(batch, hashed=hashed)).fetchall()
        for number, rows, total in answers:
            found[key_of(batch[number])] = Contents(int(rows), _text(total) if hashed else None)
        return True

    for batch in batches(relations, lambda relation: relation.size):
        if not each_batch(batch, look, failed):
            break
    return found


def _query(batch: Sequence[Relation], *, hashed: bool) -> str:
    what = _HASH if hashed else "NULL::numeric"
    return " UNION ALL ".join(f"SELECT {number}, count(*), {what} FROM ONLY {each.sql} AS t" for number, each in enumerate(batch))  # noqa: S608 - quoted names


def _text(total: object) -> str:
    return "0" if total is None else str(total)

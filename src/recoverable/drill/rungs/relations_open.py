"""Every relation of every database has its file, and the file can be opened at both ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from recoverable.drill.reading.batches import batches, each_batch
from recoverable.drill.reading.relations import HEAPS, INDEX, SEQUENCE, Relation, block_size, missing_files, stored_relations
from recoverable.drill.reading.survey import Survey, each_database, shown
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage

if TYPE_CHECKING:
    from recoverable.drill.reading.sessions import Session

RUNG = Rung(
    name="relations-open",
    title="Every relation can be opened",
    why="A missing file is not noticed until somebody reads the table; a server starts without it.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    catches=(8, 6),
)


def run(context: LadderContext) -> RungResult:
    """Tables, TOAST, materialised views, sequences, indexes and system catalogs; the first and last page of each heap is read."""
    import psycopg

    survey = Survey()
    for name, opened in each_database(context, survey):
        try:
            page = block_size(opened)
            missing = missing_files(opened)
            relations = stored_relations(opened)
        except (psycopg.Error, UnicodeError) as error:
            survey.error(f"database {shown(name)}", error)
            continue
        survey.add("relations", len(relations))
        left = list(_by_size(relations, missing, page, name, survey))
        _touch(opened, left, page, name, survey)
    return survey.result(f"{survey.figures.get('relations', 0)} relations in {survey.figures.get('databases', 0)} databases open")


def _by_size(relations: list[Relation], missing: set[int] | None, page: int, database: str, survey: Survey) -> Iterator[Relation]:
    """Judge by files and sizes what can be; yields what must be touched."""
    for relation in relations:
        where = f"{shown(database)}: {relation}"
        if missing is not None and relation.oid in missing:
            survey.failed.append(f"{where}: its file is missing")
        elif relation.kind in (INDEX, SEQUENCE) and relation.size < page:
            survey.failed.append(f"{where}: its file is missing or empty ({relation.size} bytes, wanted at least one page of {page})")
        elif relation.kind == SEQUENCE or (relation.kind in HEAPS and relation.populated and (relation.size or missing is None)):
            yield relation


def _touch(opened: Session, relations: list[Relation], page: int, database: str, survey: Survey) -> None:
    """Read a little of each."""

    def look(batch: Sequence[Relation]) -> bool:
        parts = [part for relation in batch for part in _reads(relation, page)]
        opened.execute(" UNION ALL ".join(parts))
        return True

    def failed(relation: Relation, error: Exception) -> bool:
        return survey.error(f"{shown(database)}: {relation}", error)

    for batch in batches(relations, lambda _: 0):
        if not each_batch(batch, look, failed):
            return


def _reads(relation: Relation, page: int) -> Iterator[str]:
    """Statements that read the first and the last page of a heap, or the one row of a sequence."""
    if relation.kind == SEQUENCE:
        yield f"(SELECT 1 FROM {relation.sql} LIMIT 1)"  # noqa: S608 - a quoted name
        return
    for block in sorted({0, max(0, relation.size // page - 1)}):
        yield f"(SELECT 1 FROM ONLY {relation.sql} WHERE ctid >= '({block},0)' AND ctid <= '({block},65535)' LIMIT 1)"  # noqa: S608 - a quoted name and a number

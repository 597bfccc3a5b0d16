"""Damage by seed to clones without page checksums, where nothing but the ladder can notice it.

An oracle that shares no code with the ladder asks each table by its heap and by every B-tree. Where an answer differs from that
of the undamaged copy the ladder must be red; the undamaged clone must be green.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from random import Random
from typing import Any

import psycopg
import pytest

from recoverable.drill.connection import Connection
from recoverable.drill.contract import RestoreFailedError
from recoverable.drill.damage.data_directory import StoppedFiles
from recoverable.drill.damage.registry import injections
from recoverable.drill.damage.victims import choose_victim
from recoverable.drill.postgres.account import Account
from recoverable.drill.postgres.connect import connect
from recoverable.drill.postgres.running import run_program
from tests.drill.catalogue.specimen import Specimen, failed
from tests.drill.conformance.slices import seeds
from tests.drill.source_server import DATABASE

SEEDS = seeds(200, 4)
"""An even one is done to PostgreSQL 15, an odd one to 18."""
KINDS = (
    "heap-bit-flipped", "index-bit-flipped", "table-truncated", "page-zeroed", "index-page-zeroed", "table-file-missing", "index-file-missing",
)  # fmt: skip
NEEDS_CHECKSUMS = "page-checksums"


@pytest.mark.parametrize("seed", SEEDS)
def test_no_damage_that_changes_answers_is_green(seed: int, specimen_of: Callable[[int], Specimen]) -> None:
    specimen = specimen_of(18 if seed % 2 else 15)
    random = Random(seed)
    injection = injections()[random.choice(KINDS)]
    restored = specimen.context.restored
    assert restored.files is not None
    assert restored.scratch is not None
    before = answers(restored.connection)
    rungs = [each for each in specimen.ladder.rungs if each.rung.name != NEEDS_CHECKSUMS]

    with restored.scratch() as clone:
        assert clone.files is not None
        owner = clone.files.data.stat()
        run_program(
            [clone.files.programs / "pg_checksums", "--disable", "-D", clone.files.data], account=Account(owner.st_uid, owner.st_gid)
        )
        said = injection.inject(StoppedFiles(clone.files.data, choose_victim(restored.connection, random)), random)
        with suppress(RestoreFailedError), clone.started() as damaged:
            found = failed(specimen.climb(replace(specimen.context, restored=damaged), rungs))
            after = answers(damaged.connection)
            assert found or after == before, f"{injection.name}: {said}"


@pytest.mark.parametrize("major", [15, 18])
def test_an_undamaged_clone_without_checksums_is_green_but_for_them(major: int, specimen_of: Callable[[int], Specimen]) -> None:
    specimen = specimen_of(major)
    restored = specimen.context.restored
    assert restored.scratch is not None
    with restored.scratch() as clone:
        assert clone.files is not None
        owner = clone.files.data.stat()
        run_program(
            [clone.files.programs / "pg_checksums", "--disable", "-D", clone.files.data], account=Account(owner.st_uid, owner.st_gid)
        )
        with clone.started() as found:
            results = specimen.climb(replace(specimen.context, restored=found), specimen.ladder.rungs)

    assert {name: each.detail for name, each in results.items() if name in failed(results)} == {}
    assert {name for name, each in results.items() if each.verdict.value == "could not run"} == {NEEDS_CHECKSUMS}
    assert "no page checksums" in results[NEEDS_CHECKSUMS].detail


def answers(connection: Connection) -> dict[str, Any]:
    """Digest of every table by its heap, and in the order of every B-tree index; an error is an answer, too."""
    found: dict[str, Any] = {}
    with connect(connection, DATABASE) as opened:
        opened.execute("SET enable_bitmapscan = off")
        tables = _safely(opened, "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'm') AND oid >= 16384 ORDER BY 1")
        indexes = _safely(
            opened,
            "SELECT indrelid::regclass::text, pg_get_indexdef(indexrelid, 1, true) FROM pg_index JOIN pg_class c ON c.oid = indrelid"
            " WHERE indexrelid >= 16384 AND c.relkind IN ('r', 'm') ORDER BY 1, 2",
        )
        for (table,) in tables if isinstance(tables, list) else []:
            opened.execute("SET enable_seqscan = on; SET enable_indexscan = off; SET enable_indexonlyscan = off")
            found[table] = _safely(
                opened, f"SELECT count(*), md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM {table} t"
            )
        for table, column in indexes if isinstance(indexes, list) else []:
            opened.execute("SET enable_seqscan = off; SET enable_indexscan = on; SET enable_indexonlyscan = on; SET enable_sort = off")
            found[f"{table} by {column}"] = _safely(
                opened,
                f"SELECT count(*), md5(coalesce(string_agg(k, ''), '')) FROM (SELECT {column}::text AS k FROM {table} ORDER BY {column}) q",
            )
        found["catalog"] = (type(tables).__name__, type(indexes).__name__)
    return found


def _safely(opened: psycopg.Connection[Any], query: str) -> Any:
    try:
        return opened.execute(query).fetchall()  # type: ignore[arg-type]  # psycopg wants literal SQL
    except psycopg.Error as error:
        return type(error).__name__

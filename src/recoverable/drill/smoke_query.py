"""A read path: one SQL statement, and what is expected of its answer. The answer itself is looked at and forgotten."""

from __future__ import annotations

import datetime
import re
import secrets
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

BATCH = 5_000

Value = str | int | float | bool | datetime.date | datetime.datetime | datetime.time


@dataclass(frozen=True, slots=True)
class Expectation:
    """What an answer must be like; None asks nothing. ``equals`` and ``matches`` ask for one row and look at its first column."""

    rows_at_least: int | None = None
    rows_at_most: int | None = None
    equals: Value | None = None
    matches: re.Pattern[str] | None = None
    columns: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """It asks nothing, so that nothing could fail."""
        return self == Expectation()


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of an answer after it was judged: the number of rows, and what was not as expected. No value of it."""

    rows: int
    faults: tuple[str, ...]


def ask(session: Any, statement: str, expected: Expectation) -> Answer:
    """Run a statement in a transaction that only reads, row by row, so that a large answer costs no memory.

    Raises:
        psycopg.Error: the server refuses it or its time is up.
    """
    from psycopg import sql

    faults: list[str] = []
    with session.transaction():
        session.execute("SET TRANSACTION READ ONLY")
        with session.cursor(name=f"smoke_{secrets.token_hex(4)}") as cursor:
            cursor.itersize = BATCH
            cursor.execute(sql.SQL("{}").format(sql.SQL(statement)))
            faults += _columns(tuple(column.name for column in cursor.description or ()), expected)
            first = cursor.fetchone()
            rows = 0 if first is None else 1
            while batch := cursor.fetchmany(BATCH):
                rows += len(batch)
    faults += _rows(rows, expected)
    faults += _value(first, rows, expected)
    return Answer(rows, tuple(faults))


def _columns(found: tuple[str, ...], expected: Expectation) -> list[str]:
    if not expected.columns or found == expected.columns:
        return []
    return [f"columns are {', '.join(found)}, not {', '.join(expected.columns)}"]


def _rows(rows: int, expected: Expectation) -> list[str]:
    faults = []
    if expected.rows_at_least is not None and rows < expected.rows_at_least:
        faults.append(f"{rows} rows, expected at least {expected.rows_at_least}")
    if expected.rows_at_most is not None and rows > expected.rows_at_most:
        faults.append(f"{rows} rows, expected at most {expected.rows_at_most}")
    return faults


def _value(first: tuple[Any, ...] | None, rows: int, expected: Expectation) -> list[str]:
    if expected.equals is None and expected.matches is None:
        return []
    if first is None or rows != 1:
        return [f"{rows} rows, expected the one whose first column is compared"]
    faults = []
    if expected.equals is not None and not same(first[0], expected.equals):
        faults.append("the value is not the expected one")
    if expected.matches is not None and (first[0] is None or not expected.matches.search(_text(first[0]))):
        faults.append("the value does not match the expected pattern")
    return faults


def same(found: Any, expected: Value) -> bool:
    """Equality across the types of SQL and TOML: numbers as numbers, all else by type or as text; NULL equals nothing."""
    if found is None or isinstance(found, bool) != isinstance(expected, bool):
        return False
    if isinstance(found, bool):
        return found is expected
    if isinstance(found, int | float | Decimal) and isinstance(expected, int | float):
        return Decimal(str(found)) == Decimal(str(expected))
    return bool(found == expected) if type(found) is type(expected) else _text(found) == str(expected)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)

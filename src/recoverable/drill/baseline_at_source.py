"""Takes a baseline at the source, with the driver's errors turned into ones that a command can tell."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from recoverable.drill.baseline_reading import databases_of, of_source
from recoverable.drill.connection import Connection
from recoverable.drill.reading.failures import HINDRANCE, what_happened
from recoverable.drill.rung import Depth


class SourceError(Exception):
    """The source did not answer as it should; ``unreachable`` where nobody answered at all."""

    def __init__(self, text: str, *, unreachable: bool) -> None:
        super().__init__(text)
        self.unreachable = unreachable


def take(
    connection: Connection,
    chosen: Sequence[str],
    expectations: Mapping[str, Any],
    depth: Depth,
    now: datetime.datetime,
    say: Callable[[str], None],
) -> tuple[Sequence[str], Mapping[str, Any]]:
    """The names of the databases that were read, and the baseline.

    Raises:
        SourceError: PostgreSQL refused, or nobody answered.
        UnreadableError: the role may not read something.
    """
    import psycopg

    try:
        names = chosen or databases_of(connection, expectations)
        return names, of_source(connection, names, depth, now, say)
    except psycopg.Error as error:
        happened = what_happened(error)
        raise SourceError(happened.text, unreachable=happened.kind is HINDRANCE and error.sqlstate is None) from None

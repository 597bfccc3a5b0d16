"""A snapshot of a running source together with the one log position that it belongs to."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recoverable.drill.reading.sessions import Session

TRIES = 200
"""On a busy source commits leave gaps of a few tenths of a millisecond; one in so many tries falls into one."""

_NUMBER = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::numeric"
_POSITION = """
SELECT CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_insert_lsn()
            WHEN pg_is_wal_replay_paused() THEN pg_last_wal_replay_lsn() END::text,
       (SELECT count(*) FROM pg_snapshot_xip(pg_current_snapshot()))
"""


@contextlib.contextmanager
def snapshot(opened: Session) -> Iterator[str | None]:
    """One snapshot for all that is read inside. Gives the log position if it is exact, else None.

    It is exact where the log did not grow while the snapshot was taken and no transaction with a number was open then:
    what replays to this position, with or without the record that begins there, sees the same rows.
    """
    for _ in range(TRIES):
        before = _position(opened)[0]
        with opened.transaction():
            opened.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            after, running = _position(opened)
            if before is not None and before == after and running == 0:
                yield after
                return
        if before is None:
            break
    with opened.transaction():
        opened.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield None


def next_transaction(opened: Session) -> int:
    """The number that the next writing transaction gets. While it stays the same, nobody changes rows."""
    row = opened.execute(_NUMBER).fetchone()
    return int(row[0]) if row else 0


def position_now(opened: Session) -> str | None:
    """Where the log stands, or replay where it is paused."""
    return _position(opened)[0]


def _position(opened: Session) -> tuple[str | None, int]:
    row = opened.execute(_POSITION).fetchone()
    return (row[0], int(row[1])) if row else (None, 0)

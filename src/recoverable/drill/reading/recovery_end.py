"""Where and why recovery ended: from the history file that promotion writes, which survives every restart, and from the server itself."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recoverable.drill.target import parse_lsn

if TYPE_CHECKING:
    from recoverable.drill.reading.sessions import Session

NO_TARGET = "no recovery target specified"
"""PostgreSQL's words (xlogrecovery.c, getRecoveryStopReason) for a recovery that read the log to its end."""
_LONGEST = 1024 * 1024
"""Bytes of a history file; one line per timeline."""
_LINE = re.compile(r"^\s*(\d+)\s+([0-9A-Fa-f]+/[0-9A-Fa-f]+)\s*(.*)$")
_TIME = re.compile(r"^(?:before|after) (?:transaction \d+ )?(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d(?::?\d\d)?(?::?\d\d)?)$")
_POINT = re.compile(r'^at restore point "(.*)"$', re.DOTALL)
_BY_LSN = re.compile(r"^(?:before|after) LSN ")


@dataclass(frozen=True, slots=True)
class Ending:
    """The last line of a timeline's history: the parent it left, where, and PostgreSQL's reason."""

    parent: int
    lsn: int
    reason: str

    @property
    def time(self) -> datetime.datetime | None:
        """The time of the commit at which a recovery to a time stopped."""
        found = _TIME.match(self.reason)
        return datetime.datetime.fromisoformat(found[1]).astimezone(datetime.UTC) if found else None

    @property
    def point(self) -> str | None:
        """The named point at which it stopped."""
        found = _POINT.match(self.reason)
        return found[1] if found else None

    @property
    def by_lsn(self) -> bool:
        """Whether it stopped at a log position that it was told."""
        return bool(_BY_LSN.match(self.reason))

    @property
    def open_end(self) -> bool:
        """Whether it just read until there was no more."""
        return self.reason == NO_TARGET


@dataclass(frozen=True, slots=True)
class RecoveryState:
    """What a server says of its recovery. ``ending`` is None on timeline 1; ``readable`` whether the history could be read at all."""

    in_recovery: bool
    timeline: int
    ending: Ending | None
    readable: bool
    replay_lsn: int | None
    replay_time: datetime.datetime | None

    @property
    def reached(self) -> int | None:
        """The log position that was reached."""
        return self.ending.lsn if self.ending else self.replay_lsn


def recovery_state(opened: Session) -> RecoveryState:
    """Ask the server.

    Raises:
        psycopg.Error: it does not answer.
    """
    row = opened.execute(
        "SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn()::text, pg_last_xact_replay_timestamp(),"
        " (SELECT timeline_id FROM pg_control_checkpoint())"
    ).fetchone()
    if row is None:
        raise ValueError("the server gave no row")
    recovering, lsn, time, timeline = row
    ending, readable = None, True
    if not recovering:
        # The control file may not know the new timeline yet: promotion writes its checkpoint later.
        found = opened.execute("SELECT pg_walfile_name(pg_current_wal_insert_lsn())").fetchone()
        timeline = int(found[0][:8], 16) if found else timeline
        ending, readable = _ending(opened, timeline)
    return RecoveryState(
        recovering, timeline, ending, readable, parse_lsn(lsn) if lsn else None, time.astimezone(datetime.UTC) if time else None
    )


def last_line(text: str) -> Ending | None:
    """The last entry of a history file."""
    found = [match for match in map(_LINE.match, text.splitlines()) if match]
    return Ending(int(found[-1][1]), parse_lsn(found[-1][2]), found[-1][3].strip()) if found else None


def _ending(opened: Session, timeline: int) -> tuple[Ending | None, bool]:
    import psycopg

    if timeline == 1:
        return None, True
    try:
        row = opened.execute("SELECT pg_read_file(%s, 0, %s, true)", (f"pg_wal/{timeline:08X}.history", _LONGEST)).fetchone()
    except psycopg.errors.InsufficientPrivilege:
        return None, False
    return last_line(row[0]) if row and row[0] else None, True

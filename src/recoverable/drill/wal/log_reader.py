"""Reads a stretch of the log with ``pg_waldump``, which checks every record's checksum on the way."""

from __future__ import annotations

import datetime
import re
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from recoverable.drill.postgres.programs import Programs
from recoverable.drill.postgres.running import end_of, environment
from recoverable.drill.target import format_lsn, parse_lsn

_RECORD = re.compile(r"lsn: (?P<lsn>[0-9A-F]+/[0-9A-F]+), prev .*? desc: (?P<what>[A-Z_]+) ?(?P<rest>.*)")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?) UTC")
_AT = re.compile(r"\bat (?P<lsn>[0-9A-F]+/[0-9A-F]+)")
_BLANK_PAGE = re.compile(r"invalid magic number 0000 .*offset (?P<offset>\d+)")
_ENDINGS = frozenset({"COMMIT", "COMMIT_PREPARED", "ABORT", "ABORT_PREPARED"})
LINES_BETWEEN_CHECKS = 20000


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of a transaction: where its record begins, and its time by the source's clock."""

    lsn: int
    time: datetime.datetime


@dataclass(slots=True)
class Stretch:
    """What was read of a log since a base backup was begun. Positions are starts of records; 0 and None where there is none.

    ``last`` is the last record, ``switched`` whether it ends its segment early. ``backup_end`` is the record that ends the
    backup which began at ``backup_start``; ``before_end`` is the last transaction that ended before it, ``first`` the first
    one after, ``latest`` the one with the latest time. ``error`` is empty where all was sound.
    """

    backup_start: int = 0
    last: int = 0
    switched: bool = False
    backup_end: int = 0
    before_end: Ending | None = None
    first: Ending | None = None
    latest: Ending | None = None
    restore_points: list[tuple[str, int]] = field(default_factory=list)
    error: str = ""

    def take(self, lsn: int, what: str, rest: str) -> None:
        """One more record. What was read before (stretches overlap) is passed over."""
        if lsn <= self.last:
            return
        self.last, self.switched = lsn, what == "SWITCH"
        if what in _ENDINGS:
            time = _TIME.search(rest)
            if time:
                self._ended(Ending(lsn, datetime.datetime.fromisoformat(time[1]).replace(tzinfo=datetime.UTC)))
        elif what == "RESTORE_POINT":
            self.restore_points.append((rest.strip(), lsn))
        elif what == "BACKUP_END" and rest.strip() == format_lsn(self.backup_start):
            self.backup_end = lsn

    def _ended(self, ending: Ending) -> None:
        if not self.latest or ending.time >= self.latest.time:
            self.latest = ending
        if not self.backup_end:
            self.before_end = ending
        elif not self.first:
            self.first = ending


def read_stretch(
    programs: Programs, folder: Path, timeline: int, start: int, end: int, into: Stretch, check: Callable[[], None] = lambda: None
) -> None:
    """Go on from ``start`` (in any record: the first whole one counts) to ``end`` on one timeline."""
    chosen = ("-r", "XLOG", "-r", "Transaction") if programs.major >= 15 else ()  # earlier ones take a single -r
    before = into.last
    _dump(programs, folder, timeline, start, end, chosen, into, check)
    if chosen and not into.error:
        _dump(programs, folder, timeline, max(start, into.last if into.last > before else 0), end, (), into, check)


def _dump(
    programs: Programs, folder: Path, timeline: int, start: int, end: int, chosen: tuple[str, ...], into: Stretch, check: Callable[[], None]
) -> None:
    order = [
        str(programs.path("pg_waldump")),
        "-p",
        str(folder),
        "-t",
        str(timeline),
        "-s",
        format_lsn(start),
        "-e",
        format_lsn(end),
        *chosen,
    ]
    with tempfile.TemporaryFile("w+", errors="replace") as said:
        with subprocess.Popen(order, stdout=subprocess.PIPE, stderr=said, text=True, errors="replace", env=environment()) as process:  # noqa: S603 - a program of a PostgreSQL installation and numbers
            assert process.stdout is not None  # noqa: S101 - for the type checker: it was asked for above
            try:
                for number, line in enumerate(process.stdout):
                    record = _RECORD.search(line)
                    if record:
                        into.take(parse_lsn(record["lsn"]), record["what"], record["rest"])
                    if number % LINES_BETWEEN_CHECKS == 0:
                        check()
            except BaseException:
                process.kill()
                raise
        said.seek(0)
        if process.returncode != 0:
            into.error = end_of(said.read()).replace("pg_waldump: ", "") or f"pg_waldump ended with {process.returncode}"


def position_of_error(error: str, segment_start: int) -> int | None:
    """The position behind the last sound record that a message of ``pg_waldump`` names, None where it names none."""
    page = _BLANK_PAGE.search(error)
    if page:
        return segment_start + int(page["offset"])
    found = [each["lsn"] for each in _AT.finditer(error)]
    return parse_lsn(found[-1]) if found else None

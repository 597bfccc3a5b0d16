"""``backup_label`` of a base backup, and the ``.backup`` file that is archived when it has ended."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from recoverable.drill.target import parse_lsn

_START = re.compile(r"START WAL LOCATION: (?P<lsn>[0-9A-F]+/[0-9A-F]+) \(file (?P<file>[0-9A-F]{24})\)")
_STOP_TIME = re.compile(r"STOP TIME: (?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (?P<zone>\S+)")
_TIMELINE = re.compile(r"START TIMELINE: (?P<number>\d+)")
_MODIFIED = re.compile(r'"Last-Modified": "(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) GMT"')
_UTC = frozenset({"UTC", "GMT", "Etc/UTC", "Zulu", "UCT", "Z"})
_OFFSET = re.compile(r"[+-]\d\d(:?\d\d)?\Z")


@dataclass(frozen=True, slots=True)
class BackupLabel:
    """Where the backup begins. ``text`` is the whole, which names it."""

    start: int
    file: str
    timeline: int


def read_backup_label(text: str) -> BackupLabel:
    """Read it. Labels before PostgreSQL 11 do not name the timeline; the file's name does.

    Raises:
        ValueError: it does not say where the backup begins.
    """
    start = _START.search(text)
    if not start:
        raise ValueError("backup_label does not say where the log begins")
    timeline = _TIMELINE.search(text)
    return BackupLabel(parse_lsn(start["lsn"]), start["file"], int(timeline["number"]) if timeline else int(start["file"][:8], 16))


def is_increment(text: str) -> bool:
    """Whether it is the label of an incremental backup (PostgreSQL 17 and later)."""
    return "INCREMENTAL FROM LSN:" in text


def stop_time(history: str) -> datetime.datetime | None:
    """When the backup ended, to the second; None where the file does not say it in a time zone that means one thing.

    PostgreSQL writes the abbreviation of ``log_timezone`` there, and ``CST`` or ``IST`` are several zones.
    """
    found = _STOP_TIME.search(history)
    if not found:
        return None
    time = datetime.datetime.fromisoformat(found["time"])
    if found["zone"] in _UTC:
        return time.replace(tzinfo=datetime.UTC)
    if _OFFSET.match(found["zone"]):
        hours = found["zone"] if len(found["zone"]) > 3 else f"{found['zone']}:00"
        return datetime.datetime.fromisoformat(f"{found['time']}{hours}").astimezone(datetime.UTC)
    return None


def newest_file(manifest: str) -> datetime.datetime | None:
    """The time of the newest file of a ``backup_manifest``, always in GMT there: not later than the end of the backup, and close to it."""
    found = max(_MODIFIED.findall(manifest), default="")
    return datetime.datetime.fromisoformat(found).replace(tzinfo=datetime.UTC) if found else None

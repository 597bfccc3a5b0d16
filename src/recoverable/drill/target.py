"""What a drill is to restore to: the latest state, a time, a log position or a named point."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from enum import Enum

from recoverable.model.errors import InputError

FIX = "Use latest, time:2026-11-30T12:00:00Z, lsn:0/3000148 or name:before_release."
_LSN = re.compile(r"[0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8}\Z")
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,63}\Z")  # MAXFNAMELEN - 1 of PostgreSQL's pg_create_restore_point


class TargetKind(str, Enum):
    """The ways in which PostgreSQL's recovery, and every cloud above it, can be told where to stop."""

    LATEST = "latest"
    TIME = "time"
    LSN = "lsn"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class RecoveryTarget:
    """Where recovery is to stop. ``time`` is always aware and in UTC: a target without a zone shifts by hours in silence."""

    kind: TargetKind
    time: datetime.datetime | None = None
    lsn: int | None = None
    name: str = ""

    def __str__(self) -> str:
        if self.kind is TargetKind.TIME and self.time is not None:
            return f"time:{self.time.isoformat()}"
        if self.kind is TargetKind.LSN and self.lsn is not None:
            return f"lsn:{format_lsn(self.lsn)}"
        return f"name:{self.name}" if self.kind is TargetKind.NAME else "latest"


LATEST = RecoveryTarget(TargetKind.LATEST)


def parse_target(text: str) -> RecoveryTarget:
    """Read ``latest``, ``time:T``, ``lsn:L`` or ``name:N``.

    Raises:
        InputError: it is none of these, or a time that does not say its zone.
    """
    kind, colon, value = text.partition(":")
    if text == "latest":
        return LATEST
    if colon and kind == "time":
        return RecoveryTarget(TargetKind.TIME, time=_aware(value, text))
    if colon and kind == "lsn" and _LSN.match(value):
        return RecoveryTarget(TargetKind.LSN, lsn=parse_lsn(value))
    if colon and kind == "name" and _NAME.match(value):
        return RecoveryTarget(TargetKind.NAME, name=value)
    raise InputError(f"{text!r} is no recovery target", "--to", FIX)


def _aware(value: str, text: str) -> datetime.datetime:
    try:
        time = datetime.datetime.fromisoformat(value)
    except ValueError as error:
        raise InputError(f"{text!r}: {error}", "--to", FIX) from None
    if time.tzinfo is None:
        raise InputError(f"{text!r} does not say its time zone", "--to", "Add Z or an offset such as +02:00.")
    return time.astimezone(datetime.UTC)


def parse_lsn(text: str) -> int:
    """A log sequence number as the integer it stands for (PostgreSQL's pg_lsn: two hexadecimal halves of 32 bits)."""
    high, _, low = text.partition("/")
    return (int(high, 16) << 32) + int(low, 16)


def format_lsn(lsn: int) -> str:
    """The way PostgreSQL writes a log sequence number."""
    return f"{lsn >> 32:X}/{lsn & 0xFFFFFFFF:X}"

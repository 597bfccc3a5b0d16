"""Dates. Terraform's timestamps are RFC 3339, and what it refuses in them is refused here."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from recoverable.readers.hcl.functions_signature import FunctionError, Table, not_evaluated
from recoverable.readers.hcl.hcl_types import STRING

TABLE = Table()
_STAMP = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d\d):(\d\d))\Z", re.ASCII)
_DURATION = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)")
_NANOSECONDS = {"ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_MOST_NANOSECONDS = 2**63 - 1
_MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_TOKEN = re.compile(r"''|'((?:[^']|'')*)('?)|([A-Za-z])\3*|[^A-Za-z']+")


def _parse(name: str, text: str) -> tuple[datetime, int]:
    """The time to the second with its offset, and the nanoseconds beyond it."""
    match = _STAMP.match(text)
    if match is None:
        raise FunctionError(f'{name}: not a valid RFC3339 timestamp: "{text}"')
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    offset = timedelta(hours=int(match[9] or 0), minutes=int(match[10] or 0))
    if offset >= timedelta(hours=24) or int(match[10] or 0) > 59:
        raise FunctionError(f'{name}: not a valid RFC3339 timestamp: "{text}"')
    zone = timezone(-offset if match[8] == "-" else offset)
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=zone), int((match[7] or "0")[:9].ljust(9, "0"))
    except ValueError:
        raise FunctionError(f'{name}: not a valid RFC3339 timestamp: "{text}"') from None


def _zone(moment: datetime, colon: str = ":") -> str:
    minutes = int((moment.utcoffset() or timedelta()).total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{colon}{abs(minutes) % 60:02d}"


def _is_utc(moment: datetime) -> bool:
    return not moment.utcoffset()


@TABLE.add("formatdate", STRING, STRING)
def _formatdate(spec: str, stamp: str) -> str:
    """Letters stand for parts of the date; text in single quotes is taken as it is."""
    moment, _ = _parse("formatdate", stamp)
    found = []
    for match in _TOKEN.finditer(spec):
        if match[0] == "''":
            found.append("'")
        elif match[1] is not None:
            if not match[2]:
                raise FunctionError("formatdate: unterminated literal '")
            found.append(match[1].replace("''", "'"))
        else:
            found.append(_part(match[0], moment) if match[3] else match[0])
    return "".join(found)


def _part(token: str, moment: datetime) -> str:
    hour = moment.hour % 12 or 12
    known = {
        "YYYY": f"{moment.year:04d}",
        "YY": f"{moment.year % 100:02d}",
        "MMMM": _MONTHS[moment.month - 1],
        "MMM": _MONTHS[moment.month - 1][:3],
        "MM": f"{moment.month:02d}",
        "M": str(moment.month),
        "DD": f"{moment.day:02d}",
        "D": str(moment.day),
        "EEEE": _DAYS[moment.weekday()],
        "EEE": _DAYS[moment.weekday()][:3],
        "hh": f"{moment.hour:02d}",
        "h": str(moment.hour),
        "HH": f"{hour:02d}",
        "H": str(hour),
        "AA": "AM" if moment.hour < 12 else "PM",
        "aa": "am" if moment.hour < 12 else "pm",
        "mm": f"{moment.minute:02d}",
        "m": str(moment.minute),
        "ss": f"{moment.second:02d}",
        "s": str(moment.second),
        "ZZZZZ": _zone(moment),
        "ZZZZ": _zone(moment, ""),
        "ZZZ": "UTC" if _is_utc(moment) else _zone(moment, ""),
        "Z": "Z" if _is_utc(moment) else _zone(moment),
    }
    if token not in known:
        raise FunctionError(f'formatdate: invalid date format verb "{token}"')
    return known[token]


@TABLE.add("timeadd", STRING, STRING)
def _timeadd(stamp: str, duration: str) -> Any:
    """Fractions of a second count, and are not printed."""
    moment, nanoseconds = _parse("timeadd", stamp)
    seconds = (nanoseconds + _duration(duration)) // 10**9
    try:
        moment += timedelta(seconds=seconds)
    except OverflowError:
        return not_evaluated("timeadd", "a date outside of the years 1 to 9999")
    return moment.strftime(f"{moment.year:04d}-%m-%dT%H:%M:%S") + ("Z" if _is_utc(moment) else _zone(moment))


def _duration(text: str) -> int:
    """Go's durations: ``-1h30m``, ``1.5s``, ``0``; in nanoseconds."""
    sign, rest = (-1 if text[:1] == "-" else 1), text.lstrip("+-") if text[:2] not in ("--", "++", "+-", "-+") else ""
    if rest == "0":
        return 0
    total, place = Decimal(0), 0
    while place < len(rest):
        match = _DURATION.match(rest, place)
        if match is None:
            break
        total += Decimal(match[1]) * _NANOSECONDS[match[2]]
        place = match.end()
    if not rest or place < len(rest) or total > _MOST_NANOSECONDS:
        raise FunctionError(f'timeadd: time: invalid duration "{text}"')
    return sign * int(total)


@TABLE.add("timecmp", STRING, STRING)
def _timecmp(first: str, second: str) -> int:
    left, right = _parse("timecmp", first), _parse("timecmp", second)
    return (left > right) - (left < right)

"""Lengths of time as people write them: ``90s``, ``30m``, ``2h``, ``1d``."""

from __future__ import annotations

import datetime
import re

EXAMPLES = "90s, 30m, 2h or 1d"
PATTERN = r"^[0-9]{1,6}(\.[0-9]{1,3})?[smhd]$"
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def parse_duration(text: str) -> datetime.timedelta | None:
    """The length of time, None where the text is none or it is zero."""
    if not re.match(PATTERN, text):
        return None
    found = datetime.timedelta(seconds=float(text[:-1]) * _UNITS[text[-1]])
    return found or None


def say_seconds(seconds: float) -> str:
    """A length of time for a person: ``0.4 s``, ``75 s``, ``12 min``, ``2 h 5 min``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"

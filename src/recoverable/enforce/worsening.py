"""Whether what was found is worse than what was found before, where the standard wants at least or at most so much.

Only lengths of time are compared (``7 days``, ``24 hours (default)``, ``15 minutes``). A text in place of one, such as ``no
backups``, is worse than any. What the standard wants without a bound is met or not: there is no worse.
"""

from __future__ import annotations

import re

_MINUTES = {"minute": 1, "hour": 60, "day": 1440, "week": 10_080, "month": 43_200, "year": 525_600}
_LENGTH = re.compile(r"(\d+(?:\.\d+)?) (minute|hour|day|week|month|year)s?\b")
_BOUND = re.compile(r"\bat (least|most) \d")


def is_worse(found: str, before: str, wanted: str) -> bool:
    """Whether ``found`` is farther from what is wanted than ``before`` was."""
    if not _BOUND.search(wanted):
        return False
    return rank(found, wanted) < rank(before, wanted)


def rank(found: str, wanted: str) -> float:
    """A number that is the lower the worse; 0 where there is no bound."""
    bound = _BOUND.search(wanted)
    if not bound:
        return 0.0
    length = _LENGTH.match(found)
    if not length:
        return float("-inf")
    minutes = float(length[1]) * _MINUTES[length[2]]
    return minutes if bound[1] == "least" else -minutes

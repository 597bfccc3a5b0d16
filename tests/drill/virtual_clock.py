"""Time that passes only where somebody waits."""

from __future__ import annotations

import datetime

START = datetime.datetime(2026, 12, 1, 12, tzinfo=datetime.UTC)


class VirtualClock:
    """A clock for tests: a wait of two hours takes no time."""

    def __init__(self, start: datetime.datetime = START) -> None:
        self._start = start
        self._passed = 0.0

    def now(self) -> datetime.datetime:
        return self._start + datetime.timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        return self._passed

    def sleep(self, seconds: float) -> None:
        self._passed += max(0.0, seconds)

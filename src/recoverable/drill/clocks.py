"""The clock of the machine."""

from __future__ import annotations

import datetime
import time


class SystemClock:
    """Time as it passes."""

    def now(self) -> datetime.datetime:
        """The time of day, aware, in UTC."""
        return datetime.datetime.now(datetime.UTC)

    def monotonic(self) -> float:
        """Seconds since some moment, for durations."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(max(0.0, seconds))

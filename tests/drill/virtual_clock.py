"""Time that passes only where somebody waits."""

from __future__ import annotations

import datetime
import mmap
import struct

START = datetime.datetime(2026, 12, 1, 12, tzinfo=datetime.UTC)


class VirtualClock:
    """A clock for tests: a wait of two hours takes no time. It is one clock for forked processes too: what one of them waited
    has passed for all, so that what a killed child did lies in nobody's future.
    """

    def __init__(self, start: datetime.datetime = START) -> None:
        self._start = start
        self._shared = mmap.mmap(-1, 8)  # anonymous memory, which a fork shares; 0.0 to begin with

    @property
    def _passed(self) -> float:
        seconds: float = struct.unpack("d", self._shared[:])[0]
        return seconds

    def now(self) -> datetime.datetime:
        return self._start + datetime.timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        return self._passed

    def sleep(self, seconds: float) -> None:
        self._shared[:] = struct.pack("d", self._passed + max(0.0, seconds))

"""A clock of which forked processes see the same time: a drill that is killed in a child, and the cloud it asks in the parent."""

from __future__ import annotations

import datetime
import mmap
import struct
import time


class SharedClock:
    """Time that passes where somebody waits, in whatever process; with ``real`` it passes by itself, too."""

    def __init__(self, *, real: bool = False) -> None:
        self._skipped = mmap.mmap(-1, 8)
        self._start = datetime.datetime.now(datetime.UTC)
        self._since = time.monotonic()
        self._real = real

    def now(self) -> datetime.datetime:
        return self._start + datetime.timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        (skipped,) = struct.unpack("d", self._skipped[:8])
        return float(skipped) + (time.monotonic() - self._since if self._real else 0.0)

    def sleep(self, seconds: float) -> None:
        (skipped,) = struct.unpack("d", self._skipped[:8])
        self._skipped[:8] = struct.pack("d", skipped + max(0.0, seconds))

    def timestamp(self) -> float:
        """Seconds since 1970, for a fake cloud."""
        return self.now().timestamp()

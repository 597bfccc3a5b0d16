"""Writers that begin at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from recoverable.state_backend.doctor.step import CouldNotRunError

PATIENCE = 60
"""Seconds until all of them have to be there."""


def winners(writers: int, compete: Callable[[int], bool]) -> int:
    """How many of them say that they won. Whoever interrupts while they are started ends those that wait for the rest.

    Raises:
        CouldNotRunError: they did not begin together.
        Exception: what one of them raised.
    """
    start = threading.Barrier(writers, timeout=PATIENCE)

    def begin(who: int) -> bool:
        start.wait()
        return compete(who)

    with ThreadPoolExecutor(writers) as pool:
        try:
            return sum(pool.map(begin, range(writers)))
        except threading.BrokenBarrierError:
            why = f"the {writers} writers did not begin within {PATIENCE} seconds"
            raise CouldNotRunError(why, "Run it again, on a machine that has less to do.") from None
        except BaseException:
            start.abort()
            raise

"""Does the same to many objects at once: S3 answers one after the other slowly, and many at once fast."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")
WORKERS = 8
"""Below the ten connections that botocore keeps open."""
BETWEEN = 25


def together(things: Iterable[T], work: Callable[[T], R], check: Callable[[], None]) -> Iterator[tuple[T, R]]:
    """Each thing with what ``work`` gave for it, in order. ``check`` is called now and then in the caller's own thread, and raises where
    the time is over; what has not begun then never does.

    Raises whatever ``work`` raised first.
    """
    every = list(things)
    pool = ThreadPoolExecutor(WORKERS)
    try:
        for number, (each, found) in enumerate(zip(every, pool.map(work, every), strict=True)):
            if number % BETWEEN == 0:
                check()
            yield each, found
    finally:
        pool.shutdown(wait=True, cancel_futures=True)

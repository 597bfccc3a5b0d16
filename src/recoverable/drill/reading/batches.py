"""Many small relations in one statement, large ones alone: 10,000 tables must not be 10,000 round trips."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
MOST = 100
"""Relations in one statement."""
LARGE = 64 * 1024 * 1024
"""Bytes in one statement, so that a limit of time per statement stays a limit per large table."""


def batches(items: Iterable[T], size: Callable[[T], int], most: int = MOST, large: int = LARGE) -> Iterator[list[T]]:
    """Consecutive items, so many or so large at most."""
    found: list[T] = []
    total = 0
    for item in items:
        if found and (len(found) >= most or total + size(item) > large):
            yield found
            found, total = [], 0
        found.append(item)
        total += size(item)
    if found:
        yield found


def each_batch(batch: Sequence[T], look: Callable[[Sequence[T]], bool], failed: Callable[[T, Exception], bool]) -> bool:
    """Look at a batch; where the server gives an error, at each item alone, so that the finding has a name.

    ``look`` and ``failed`` say whether the session can go on, and so does this.
    """
    import psycopg

    try:
        return look(batch)
    except (psycopg.Error, UnicodeError) as error:
        if len(batch) == 1:
            return failed(batch[0], error)
        if getattr(error, "sqlstate", None) is None or getattr(error, "sqlstate", None) == "57P02":
            return failed(batch[0], error)  # the server died of one of them; which one, nobody can say
    return all(each_batch([item], look, failed) for item in batch)

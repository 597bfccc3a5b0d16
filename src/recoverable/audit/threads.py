"""Threads for many calls at once, which wait for nothing that has not begun once the audit is interrupted."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager


@contextmanager
def threads(parallel: int) -> Iterator[ThreadPoolExecutor]:
    """So many threads; what they run ends with the block, and where the block fails, what waits is not begun."""
    pool = ThreadPoolExecutor(parallel)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)

"""Which part of a long row of cases one run of the tests takes: all with RECOVERABLE_LONG, else a slice that the commit chooses."""

from __future__ import annotations

import os
import subprocess
from functools import lru_cache
from pathlib import Path

LONG = bool(os.environ.get("RECOVERABLE_LONG"))


@lru_cache(maxsize=1)
def of_commit() -> int:
    """A number that changes with every commit, 0 outside of a checkout; RECOVERABLE_SLICE states one."""
    said = os.environ.get("RECOVERABLE_SLICE")
    if said:
        return int(said)
    found = subprocess.run(["git", "rev-parse", "HEAD"], cwd=Path(__file__).parent, capture_output=True, text=True)
    return int(found.stdout.strip()[:8], 16) if found.returncode == 0 else 0


def points(every: int, most: int) -> range:
    """Points 1 to ``most``: each of them in a long run, else each ``every``-th, beginning where the commit says."""
    return range(1, most) if LONG else range(1 + of_commit() % every, most, every)


def seeds(most: int, few: int) -> list[int]:
    """``most`` seeds in a long run, else ``few`` that the commit chooses."""
    return list(range(most)) if LONG else [(of_commit() + 7919 * number) % most for number in range(few)]

"""The standard streams where they do not behave: a closed pipe, a full disk, no stdout at all."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TextIO

WIDEST = 120


def is_terminal() -> bool:
    """Whether stdout is a terminal; False where there is no stdout."""
    try:
        return sys.stdout is not None and sys.stdout.isatty()
    except ValueError:
        return False


def width() -> int:
    """The columns of the terminal, as far as text stays readable."""
    return min(shutil.get_terminal_size().columns, WIDEST)


def tell(line: str) -> None:
    """A line on stderr. Where its reader has gone or its disk is full, work goes on without it: progress is not the work."""
    try:
        print(line, file=sys.stderr, flush=True)
    except (OSError, ValueError):
        _give_up(sys.stderr)


def give_up_stdout() -> None:
    """Let nothing more be written to stdout: its reader has gone, and flushing it would fail once more."""
    _give_up(sys.stdout)


def _give_up(stream: TextIO) -> None:
    try:
        number = stream.fileno()
    except (AttributeError, OSError, ValueError):
        return
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, number)
    os.close(null)


def flush_stdout() -> None:
    """Write what is still buffered, so that a failure is told here and not at the end of the process.

    Raises:
        OSError: the reader has gone, or the disk is full.
    """
    if sys.stdout is not None and not sys.stdout.closed:
        sys.stdout.flush()

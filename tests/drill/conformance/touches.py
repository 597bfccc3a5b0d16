"""Something happens at the n-th moment at which a provider touches its run: works for every provider, whatever it is made of.

A provider touches its run when it enters or leaves a phase, announces something, says something, waits, or asks for the
budget: so at every boundary of a phase, before and after everything is made, and in every polling loop.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from recoverable.drill.contract import OverBudgetError, TransientError
from recoverable.drill.run import DrillRun

WRAPPED = ("intend", "gone", "note", "check_budget", "_enter", "_leave")


def interrupt() -> None:
    """Ctrl-C."""
    os.kill(os.getpid(), signal.SIGINT)


def kill() -> None:
    """``kill -9``: nothing of this process runs any more."""
    os.kill(os.getpid(), signal.SIGKILL)


def run_over() -> None:
    """The phase has used up its time."""
    raise OverBudgetError("the phase took too long")


def fall_off_the_net() -> None:
    """Nobody answers."""
    raise TransientError("nobody answers")


def break_down() -> None:
    """A bug."""
    raise RuntimeError("a bug")


class Touches:
    """Counts touches, before and after each, and fires once at the one that was chosen."""

    def __init__(self, at: int, fire: Callable[[], None]) -> None:
        self.at = at
        self.fire = fire
        self.count = 0

    @property
    def fired(self) -> bool:
        return 0 < self.at <= self.count

    def touch(self) -> None:
        self.count += 1
        if self.count == self.at:
            self.fire()

    @contextlib.contextmanager
    def installed(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            for name in WRAPPED:
                patch.setattr(DrillRun, name, self._wrapped(getattr(DrillRun, name)))
            yield

    def _wrapped(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def around(*args: Any, **more: Any) -> Any:
            self.touch()
            found = method(*args, **more)
            self.touch()
            return found

        return around

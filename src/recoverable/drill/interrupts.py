"""Ctrl-C, SIGTERM, SIGHUP and the watchdog of a drill: they stop work at any line, and never stop a clean-up by accident.

At work the first signal raises at once. From then on, and during every teardown, signals are only counted: the second says
that clean-up is under way, and the third gives it up, which the engine tells with a list of what is left.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from types import FrameType, TracebackType

from recoverable.drill.contract import OverBudgetError

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
STDERR = 2
BUSY = "clean-up is under way; once more leaves it to `recoverable drill reap`"


class InterruptedDrill(KeyboardInterrupt):
    """Somebody wants the drill to end; teardown runs."""


class AbandonedCleanUp(KeyboardInterrupt):
    """Somebody wants the clean-up to end; what is left is told."""


class Interrupts:
    """The state of one drill's signals. A context manager that puts the handlers back on exit."""

    def __init__(self) -> None:
        self._before: dict[int, object] = {}
        self._raising = True
        self._asked = 0
        self._shields = 0
        self._mine = threading.current_thread() is threading.main_thread()

    @property
    def asked(self) -> bool:
        """Whether a signal came."""
        return self._asked > 0

    def defer(self) -> None:
        """From here on signals are counted, not raised: a teardown begins."""
        self._raising = False

    def allow(self) -> None:
        """Raise again at the next signal; for waiting with nothing to lose."""
        self._raising = not self._asked

    @contextlib.contextmanager
    def ending_only(self) -> Iterator[None]:
        """While a copy is held for somebody, a signal ends the holding and not the drill."""
        asked = self._asked
        try:
            yield
        except InterruptedDrill:
            self._asked = asked
            self._raising = False

    @contextlib.contextmanager
    def shielded(self) -> Iterator[None]:
        """A signal that comes inside is raised at the end, so that what is started here is known to its caller."""
        self._shields += 1
        before = self._asked
        try:
            yield
        finally:
            self._shields -= 1
        if self._asked > before and self._raising and not self._shields:
            self._raising = False
            raise InterruptedDrill("while something was started")

    def watch(self, seconds: float) -> None:
        """Raise :class:`OverBudgetError` in the main thread after so many seconds, also out of a call that hangs; 0 stops it."""
        if self._mine and hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, max(0.0, seconds))

    def __enter__(self) -> Interrupts:
        if self._mine:
            for number in SIGNALS:
                if signal.getsignal(number) is not signal.SIG_IGN:  # nohup stays nohup
                    self._before[number] = signal.signal(number, self._on_signal)
            if hasattr(signal, "SIGALRM"):
                self._before[signal.SIGALRM] = signal.signal(signal.SIGALRM, self._on_alarm)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.watch(0)
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what getsignal gave back
        self._before.clear()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._asked += 1
        if self._shields:
            return
        if self._raising:
            self._raising = False
            raise InterruptedDrill(signal.Signals(number).name)
        if self._asked <= 2:
            with contextlib.suppress(OSError):  # not through sys.stderr: the signal may have come inside of it
                os.write(STDERR, f"{BUSY}\n".encode())
            return
        if self._asked == 3:
            raise AbandonedCleanUp(signal.Signals(number).name)

    def _on_alarm(self, number: int, frame: FrameType | None) -> None:
        raise OverBudgetError("the phase hung beyond its budget")

"""Keeps a verified copy for somebody: hands out its ``DATABASE_URL``, says what to do with it, and ends by itself."""

from __future__ import annotations

import contextlib
import datetime
import os
import shlex
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from recoverable.drill.connection import Secret
from recoverable.drill.contract import Clock
from recoverable.drill.durations import say_seconds
from recoverable.drill.hooks import Copy
from recoverable.drill.run import DrillRun

URL_FILE = "database-url"
LOOK = 0.5
PATIENCE = 10.0  # seconds for a command to end after it was asked to


@dataclass(frozen=True, slots=True)
class Hold:
    """``command`` runs with ``DATABASE_URL`` in its environment; without one the URL goes into ``url_file`` (mode 0600)."""

    length: datetime.timedelta
    url_file: Path | None = None
    command: Sequence[str] = ()

    def __call__(self, copy: Copy) -> None:
        """Hold until the time is over, the command has ended, or a signal comes."""
        run = copy.run
        if not isinstance(run, DrillRun):
            raise TypeError("only a drill hands out a copy")
        until = (run.clock.now() + self.length).isoformat(timespec="seconds")
        if self.command:
            run.note(f"holding the copy for `{self.command[0]}`, until it ends or {until}")
            self._run_command(run, copy.restored.connection.url())
            return
        path = self.url_file or run.folder / URL_FILE
        run.hand_out(path, copy.restored.connection.url())
        for line in next_steps(path, self.length, until):
            run.note(line)
        _wait(run.clock, self.length.total_seconds())
        run.note("the time is over" if run.clock.now().isoformat() >= until else "ended")

    def _run_command(self, run: DrillRun, url: Secret) -> None:
        deadline = run.clock.monotonic() + self.length.total_seconds()
        child = None
        try:
            with run.interrupts.shielded():
                child = subprocess.Popen(list(self.command), env={**os.environ, "DATABASE_URL": url.reveal()})  # noqa: S603 - the user's own command, of their own command line
            while child.poll() is None and run.clock.monotonic() < deadline:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(LOOK)
        finally:
            if child:
                _end(child)
        run.note(f"the command ended with {child.returncode}")


def next_steps(path: Path, length: datetime.timedelta, until: str) -> list[str]:
    """What to do with the copy."""
    file = shlex.quote(str(path))
    return [
        f"the copy is verified and held for {say_seconds(length.total_seconds())}, until {until}; Ctrl-C ends it",
        f'1. point the staging service at it:  export DATABASE_URL="$(cat {file})"',
        "2. check the schema history and the read paths that matter today",
        "3. decide: switch production's DATABASE_URL (docs/runbook.md says how), or let this copy go",
        "afterwards it is destroyed; nothing that is written into it is kept",
    ]


def _wait(clock: Clock, seconds: float) -> None:
    deadline = clock.monotonic() + seconds
    while (left := deadline - clock.monotonic()) > 0:
        clock.sleep(min(LOOK, left))


def _end(child: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        if child.poll() is not None:
            return
        child.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(PATIENCE)

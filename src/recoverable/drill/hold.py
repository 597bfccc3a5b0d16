"""Keeps a verified copy for somebody: hands out its ``DATABASE_URL``, says what to do with it, and ends by itself."""

from __future__ import annotations

import contextlib
import datetime
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from recoverable.drill.connection import Secret, ShortLived
from recoverable.drill.contract import Clock
from recoverable.drill.durations import say_seconds
from recoverable.drill.hooks import Copy
from recoverable.drill.postgres import guardian
from recoverable.drill.run import DrillRun

URL_FILE = "database-url"
LOOK = 0.5
PATIENCE = 3 * guardian.PATIENCE  # seconds: the guardian asks the command, then kills it


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
            _tell_of_a_short_life(copy)
            run.note(f"holding the copy for `{self.command[0]}`, until it ends or {until}")
            self._run_command(run, copy.restored.connection.url())
            return
        path = self.url_file or run.folder / URL_FILE
        run.hand_out(path, copy.restored.connection.url())
        _tell_of_a_short_life(copy)
        for line in next_steps(path, self.length, until):
            run.note(line)
        _wait(run.clock, self.length.total_seconds())
        run.note("the time is over" if run.clock.now().isoformat() >= until else "ended")

    def _run_command(self, run: DrillRun, url: Secret) -> None:
        deadline = run.clock.monotonic() + self.length.total_seconds()
        child = None
        reader, writer = os.pipe()
        order = [sys.executable, "-I", "-S", guardian.__file__, guardian.COMMAND, str(reader), *self.command]
        try:
            with run.interrupts.shielded():
                child = subprocess.Popen(order, env={**os.environ, "DATABASE_URL": url.reveal()}, pass_fds=(reader,))  # noqa: S603 - the user's own command, of their own command line
            while child.poll() is None and run.clock.monotonic() < deadline:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(LOOK)
        finally:
            os.close(writer)  # the tether: at its end, also where this process is killed, the command is ended
            os.close(reader)
            if child:
                _wait_for(child)
        run.note(f"the command ended with {child.returncode}")


def _tell_of_a_short_life(copy: Copy) -> None:
    if isinstance(copy.restored.connection.password, ShortLived):
        copy.run.note(
            "its password is an access token: new sessions need a new one when it has expired (RDS: 15 minutes, Cloud SQL: an hour); open ones go on"
        )


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


def _wait_for(child: subprocess.Popen[bytes]) -> None:
    try:
        child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()

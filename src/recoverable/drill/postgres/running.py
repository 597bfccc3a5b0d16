"""Run a program with a small environment of its own; what fails says so without its secrets."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from recoverable.drill.postgres import guardian
from recoverable.drill.postgres.account import Account

KEPT = ("PATH", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")
"""What programs get of our environment. Not ``PG*`` or credentials: a forgotten PGHOST would lead a drill to the source."""
LINES = 6
"""How many last lines of an error message are shown."""


class ProgramFailedError(Exception):
    """A program failed: which, its exit code, and the end of what it said."""

    def __init__(self, name: str, code: int, said: str) -> None:
        super().__init__(name, code, said)
        self.name = name
        self.code = code
        self.said = said

    def __str__(self) -> str:
        return f"{self.name} ended with {self.code}: {self.said or 'it said nothing'}"


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of programs: messages in English, times in UTC, nothing that leads elsewhere."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {"PATH": os.defpath, **kept, "HOME": "/", "LC_ALL": "C", "TZ": "UTC", **(extra or {})}


def run_program(
    order: Sequence[str | Path],
    *,
    account: Account | None = None,
    extra: Mapping[str, str] | None = None,
    folder: Path | None = None,
    timeout: float | None = None,
    into: IO[Any] | None = None,
    hide: tuple[str, ...] = (),
    tethered: bool = False,
) -> subprocess.CompletedProcess[str]:
    """Run it to its end. ``extra`` variables may hold secrets; they, and what to ``hide``, are struck out of what a failure says.

    ``into`` is a file for its standard output. A ``tethered`` program ends when this process dies: for all that runs long or
    writes into what the reaper may have to remove.

    Raises:
        ProgramFailedError: it ended with another code than 0, cannot be started, or took too long (124).
    """
    name = Path(order[0]).name
    words = [str(each) for each in order]
    who = account or Account(os.geteuid(), os.getegid())
    if tethered:
        words = [sys.executable, "-I", "-S", guardian.__file__, "program", str(who.uid), str(who.gid), *words]
    lent = who.foreign and not tethered
    reader, writer = os.pipe() if tethered else (-1, -1)
    try:
        done = subprocess.run(  # noqa: S603 - callers give programs by path and words of their own
            words,
            env=environment(extra),
            cwd=folder or "/",
            stdin=reader if tethered else subprocess.DEVNULL,
            stdout=subprocess.PIPE if into is None else into,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            timeout=timeout,
            umask=0o077,
            user=who.uid if lent else None,
            group=who.gid if lent else None,
            extra_groups=[] if lent else None,
        )
    except subprocess.TimeoutExpired:
        raise ProgramFailedError(name, 124, f"it did not end within {timeout} s") from None
    except OSError as error:
        raise ProgramFailedError(name, 127, error.strerror or type(error).__name__) from None
    finally:
        for each in {reader, writer} - {-1}:
            os.close(each)
    if done.returncode != 0:
        said = done.stderr or (done.stdout if into is None else "")
        raise ProgramFailedError(name, done.returncode, end_of(said, (*_secret(extra or {}), *hide)))
    return done


def end_of(said: str, secrets: tuple[str, ...] = ()) -> str:
    """The last lines, on one line, without the secrets given."""
    for value in secrets:
        if len(value) >= 4:
            said = said.replace(value, "…")
    return " | ".join(line.strip() for line in said.strip().splitlines()[-LINES:])


def _secret(variables: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(value for name, value in variables.items() if "PASS" in name or "SECRET" in name or "KEY" in name)

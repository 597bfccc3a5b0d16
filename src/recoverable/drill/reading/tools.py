"""Runs PostgreSQL's checking programs: their findings are on standard output, and their exit codes mean different things."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from recoverable.drill.postgres import guardian
from recoverable.drill.postgres.account import Account
from recoverable.drill.postgres.running import environment


@dataclass(frozen=True, slots=True)
class Said:
    """Exit code and texts of a program; the code is None where it could not be started."""

    code: int | None
    out: str
    err: str


def run_tool(order: Sequence[str | Path], *, account: Account | None = None, extra: Mapping[str, str] | None = None) -> Said:
    """Run it to its end; it ends when this process dies. ``extra`` variables (a password) are given to it alone."""
    who = account or Account(os.geteuid(), os.getegid())
    words = [sys.executable, "-I", "-S", guardian.__file__, "program", str(who.uid), str(who.gid), *(str(each) for each in order)]
    reader, writer = os.pipe()
    try:
        done = subprocess.run(  # noqa: S603 - a program of a PostgreSQL installation, with words of our own
            words, env=environment(extra), cwd="/", stdin=reader, capture_output=True, text=True, errors="replace", umask=0o077
        )
    except OSError as error:
        return Said(None, "", error.strerror or type(error).__name__)
    finally:
        os.close(reader)
        os.close(writer)
    return Said(done.returncode, done.stdout, done.stderr)

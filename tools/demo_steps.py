"""What the parts of ``make demo`` share: commands shown as a user would type them, with their exit codes, and facts with a yes or no."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

TAIL = 14  # lines of a long output that are shown


class Demo:
    """One run: a folder, an environment, and what went wrong."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.wrong = 0
        self.environment: dict[str, str] = {}

    def title(self, text: str) -> None:
        """A step, with the time gone by."""
        print(f"\n━━ [{time.monotonic() - self.started:4.0f} s] {text}", flush=True)

    def expect(self, code: int, expected: int) -> None:
        """Say an exit code; count it where it is not the expected one."""
        print(f"exit code {code}" + ("" if code == expected else f", but {expected} was expected"), flush=True)
        self.wrong += code != expected

    def claim(self, text: str, holds: bool) -> None:
        """A fact that was read back, and whether it is so."""
        print(f"  {'ok ' if holds else 'NO '} {text}", flush=True)
        self.wrong += not holds

    def run(self, folder: Path, *command: str, expected: int = 0, show: str = "tail", into: Path | None = None) -> str:
        """One command, shown; its output. ``show``: all, tail, errors or none."""
        line = " ".join(command) + (f" > {into.name}" if into else "")
        print(f"$ {line}" if len(line) < 118 else f"$ {line[:116]} …", flush=True)
        done = subprocess.run(self.resolved(command), cwd=folder, env=self.environment, capture_output=True, text=True, check=False)
        if into:
            into.write_text(done.stdout, encoding="utf-8")
        shown = [each.rstrip() for each in (done.stderr if into else done.stderr + done.stdout).splitlines() if each.strip()]
        shown = {"errors": errors, "summary": summary}.get(show, list)(shown)
        if show != "none" or done.returncode != expected:
            print("\n".join(line for each in (shown if show == "all" else shown[-TAIL:]) for line in wrapped(each)))
        self.expect(done.returncode, expected)
        return done.stdout

    def resolved(self, command: tuple[str, ...]) -> list[str]:
        """The command with this checkout's own recoverable, and Pulumi without questions."""
        if command[0] == "recoverable":
            return [sys.executable, "-m", *command]
        return [
            shutil.which(command[0], path=self.environment["PATH"]) or command[0],
            *command[1:],
            "--non-interactive",
            "--color",
            "never",
        ]

    def json(self, folder: Path, *command: str) -> Any:
        """What a command prints as JSON."""
        done = subprocess.run(self.resolved(command), cwd=folder, env=self.environment, capture_output=True, text=True, check=True)
        return json.loads(done.stdout)


def errors(lines: list[str]) -> list[str]:
    """What the engine complained about, once each, with URNs cut to what a reader needs."""
    told = [line.strip().removeprefix("error:").strip() for line in lines if line.strip().startswith("error:")]
    short = [re.sub(r"urn:pulumi:[^:]+::[^:]+::", "", line) for line in told]
    return list(dict.fromkeys(line for line in short if "an unhandled error" not in line and line != "update failed"))


def summary(lines: list[str]) -> list[str]:
    """The engine's own count at the end."""
    at = max((number for number, line in enumerate(lines) if line.strip() == "Resources:"), default=0)
    return lines[at:]


def wrapped(line: str) -> list[str]:
    """A line in at most 80 columns, indented."""
    return textwrap.wrap(line, 80, initial_indent="  ", subsequent_indent="      ", break_long_words=False) or [""]

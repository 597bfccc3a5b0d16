"""Know a process again: a number alone may mean another one by now."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

PATIENCE = 5.0  # seconds between the polite signal and the one that cannot be ignored
LOOK = 0.02
PROC = Path("/proc")
START_FIELD = 19  # of /proc/PID/stat after the program's name: the start in clock ticks since boot (proc_pid_stat(5), field 22)
ZOMBIE = "Z"


def started(pid: int) -> str:
    """When a process started, as text that is only good for comparing; empty where there is no such process or it has ended."""
    if PROC.joinpath("self", "stat").exists():
        try:
            state, *rest = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return ""
        boot = (PROC / "sys" / "kernel" / "random" / "boot_id").read_text().strip()
        return "" if state == ZOMBIE else f"{boot}:{rest[START_FIELD - 1]}"
    state, _, start = _ps(pid, "stat=,lstart=").partition(" ")
    return "" if state.startswith(ZOMBIE) else start.strip()


def command_line(pid: int) -> str:
    """The command line of a process; empty where there is none."""
    if PROC.joinpath("self", "cmdline").exists():
        try:
            return (PROC / str(pid) / "cmdline").read_text(errors="replace").replace("\0", " ")
        except (FileNotFoundError, ProcessLookupError):
            return ""
    return _ps(pid, "command=")


def is_same(pid: int, start: str, words: tuple[str, ...]) -> bool:
    """Whether a process is the one that was seen to start then, with these words in its command line."""
    return bool(start) and started(pid) == start and all(word in command_line(pid) for word in words)


def stop(pid: int, start: str) -> None:
    """End the process that started then, politely first; returns when it is gone."""
    for each in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + PATIENCE
        if started(pid) != start:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, each)
        while started(pid) == start and time.monotonic() < deadline:
            time.sleep(LOOK)


def _ps(pid: int, columns: str) -> str:
    """What `ps` says of one process, where there is no /proc (macOS)."""
    shown = subprocess.run(["ps", "-o", columns, "-p", str(pid)], capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})  # noqa: S603, S607 - a number and fixed words
    return shown.stdout.strip()

"""Runs one server or program and outlives nobody: when whoever started it dies, however it dies, it ends.

Started by its path, alone in its process, with the standard library only (the account's own Python need not see ours)::

    python -I -S guardian.py server|program UID GID ORDER…
    python -I -S guardian.py command TETHER ORDER…

Ends what it runs when standard input is closed; ends with its exit code. A server's process id is written on standard output first.
A command is somebody's own: it keeps the account, the terminal and standard input, and ends when the descriptor TETHER is closed.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1  # prctl(2)
PR_SET_CHILD_SUBREAPER = 36
PATIENCE = 10.0
LOOK = 0.05
SERVER, COMMAND = "server", "command"
CANNOT_START = 127  # as shells say it
POLITE = {SERVER: signal.SIGQUIT, "program": signal.SIGTERM}
"""PostgreSQL's immediate shutdown, and what any program takes for the order to end."""


def main(arguments: list[str]) -> int:
    """Start, watch, end."""
    if arguments[0] == COMMAND:
        return run_command(int(arguments[1]), arguments[2:])
    kind, uid, gid, order = arguments[0], int(arguments[1]), int(arguments[2]), arguments[3:]
    for ignored in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    number = POLITE[kind]
    output = sys.stderr if kind == SERVER else None
    child = subprocess.Popen(  # noqa: S603 - the order is that of our own starter
        order, stdin=subprocess.DEVNULL, stdout=output, preexec_fn=lambda: become(uid, gid, number), process_group=0
    )
    if kind == SERVER:
        print(child.pid, flush=True)
    os.close(1)
    signal.signal(signal.SIGTERM, lambda *_: end(child, number))
    while child.poll() is None:
        ready, _, _ = select.select([0], [], [], LOOK)
        if ready and not os.read(0, 1):
            end(child, number)
    return code_of(child)


def run_command(tether: int, order: list[str]) -> int:
    """A command in this terminal, and all that it has started, until it ends by itself or the tether is closed."""
    for ignored in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    os.set_inheritable(tether, False)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)  # what loses its parent becomes a child of ours, and is found
    try:
        child = subprocess.Popen(order, preexec_fn=lambda: follow(signal.SIGTERM))  # noqa: S603 - the user's own command, of their own command line
    except OSError as error:
        print(f"{order[0]} cannot be started: {error.strerror}", file=sys.stderr)
        return CANNOT_START
    signal.signal(signal.SIGTERM, lambda *_: end_all(child))
    watched = select.poll()
    watched.register(tether, select.POLLIN)
    while child.poll() is None:
        if watched.poll(LOOK * 1000) and not os.read(tether, 1):
            end_all(child)
    return code_of(child)


def code_of(child: subprocess.Popen[bytes]) -> int:
    """Its exit code, or 128 and the signal that it died of."""
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def become(uid: int, gid: int, number: int) -> None:
    """In the child: the account, then the wish to die with the guardian (a change of account would clear it)."""
    os.umask(0o077)
    if os.geteuid() != uid:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    follow(number)


def follow(number: int) -> None:
    """In the child: hear signals, and die with the guardian.

    Whoever starts a drill in the background of a script has made it deaf to SIGINT and SIGQUIT, and so all that it starts: an order to
    end would be lost on a server that has not put its own handlers in place yet.
    """
    for each in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM):
        signal.signal(each, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)


def end(server: subprocess.Popen[bytes], number: int) -> None:
    """The polite signal, then the one that cannot be ignored, to the whole group."""
    for each in (number, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, each)
        deadline = time.monotonic() + PATIENCE
        while server.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        if server.poll() is not None:
            return


def end_all(child: subprocess.Popen[bytes]) -> None:
    """The same for a command and whatever it has started, which share a group with whoever started us and so cannot be signalled as one."""
    for each in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + PATIENCE
        own = [child.pid] if child.poll() is None else []
        for pid in {*own, *alive_below(os.getpid())}:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, each)
        while (child.poll() is None or alive_below(os.getpid())) and time.monotonic() < deadline:
            time.sleep(0.02)
        if child.poll() is not None and not alive_below(os.getpid()):
            return


def alive_below(pid: int) -> list[int]:
    """The descendants of a process that have not ended, where there is a /proc."""
    found: list[int] = []
    for file in Path("/proc").glob(f"{pid}/task/*/children"):
        with contextlib.suppress(OSError):
            for each in file.read_text().split():
                with contextlib.suppress(OSError):
                    if Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
                        found.append(int(each))
                found += alive_below(int(each))
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

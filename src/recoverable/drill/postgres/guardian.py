"""Runs one server or program and outlives nobody: when whoever started it dies, however it dies, it ends.

Started by its path, alone in its process, with the standard library only (the account's own Python need not see ours)::

    python -I -S guardian.py server|program UID GID ORDER…

Ends what it runs when standard input is closed; ends with its exit code. A server's process id is written on standard output first.
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

PR_SET_PDEATHSIG = 1  # prctl(2)
PATIENCE = 10.0
LOOK = 0.05
SERVER = "server"
POLITE = {SERVER: signal.SIGQUIT, "program": signal.SIGTERM}
"""PostgreSQL's immediate shutdown, and what any program takes for the order to end."""


def main(arguments: list[str]) -> int:
    """Start, watch, end."""
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
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def become(uid: int, gid: int, number: int) -> None:
    """In the child: the account, then the wish to die with the guardian (a change of account would clear it)."""
    os.umask(0o077)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    if os.geteuid() != uid:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

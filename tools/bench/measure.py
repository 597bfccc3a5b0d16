"""Runs one command and prints what it took, as JSON: ``measure.py LIMIT OUTPUT COMMAND…``.

A program of its own, as small as can be: Linux counts the memory of whoever starts a process into that process's
peak, and a process that has forked cannot tell its children's peaks apart. Standard output goes to the file OUTPUT,
standard error to OUTPUT with ``.err``. A command that takes longer than LIMIT seconds is stopped with all its children.
"""

import json
import os
import signal
import sys
import time


def measure(limit: float, output: str, command: list[str]) -> dict[str, float | int | bool]:
    """Wall and processor seconds, peak memory of the largest process in MB, and the exit code."""
    start = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        os.setsid()
        for number, name in ((1, output), (2, f"{output}.err")):
            os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
        os.execvp(command[0], command)  # noqa: S606 - no shell is wanted; what to run is the bench's own list
    stopped: list[bool] = []

    def stop(*_: object) -> None:
        stopped.append(True)
        os.killpg(pid, signal.SIGKILL)

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, limit)
    _, status, usage = os.wait4(pid, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    return {
        "seconds": time.perf_counter() - start,
        "cpu": usage.ru_utime + usage.ru_stime,
        "memory": usage.ru_maxrss / 1024,
        "code": os.waitstatus_to_exitcode(status),
        "stopped": bool(stopped),
    }


if __name__ == "__main__":
    print(json.dumps(measure(float(sys.argv[1]), sys.argv[2], sys.argv[3:])))

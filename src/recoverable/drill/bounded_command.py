"""Run somebody else's program: with a small environment, a time limit for its whole process group, and bounded output."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

INHERITED = ("PATH", "HOME", "LANG")
KEPT_HEAD = 8 * 1024  # bytes of output kept from its beginning and its end; the rest is only counted
KEPT_TAIL = 24 * 1024
LOOK = 0.1  # seconds between two looks at the clock and the budget
PATIENCE = 3.0  # seconds between the polite signal and the one that cannot be ignored
DRAIN = 0.5  # seconds to read what is left, for a process that left the group may hold the pipe for ever


class ProgramMissingError(Exception):
    """The program cannot be started: it is not there, or no program. The text says which and what to do."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a program ended. ``code`` is None where it was killed for its time; minus the signal where it died of one.

    ``output`` is what it wrote on both streams, cut in the middle, secrets struck out. It may hold rows: it is shown
    to a person and never kept.
    """

    code: int | None
    seconds: float
    output: str
    size: int

    @property
    def timed_out(self) -> bool:
        """It did not end in its time."""
        return self.code is None

    def ended(self) -> str:
        """How it ended, in words without any of its output."""
        if self.code is None:
            return f"was killed after {self.seconds:.1f} s, its time limit"
        if self.code < 0:
            return f"died of signal {-self.code} after {self.seconds:.1f} s"
        return f"exit code {self.code} after {self.seconds:.1f} s"

    def last_lines(self, number: int = 12) -> str:
        """The end of the output, for a person."""
        lines = [line for line in self.output.splitlines() if line.strip()]
        return "\n".join(lines[-number:])


def small_environment(added: Mapping[str, str], declared: Sequence[str] = ()) -> dict[str, str]:
    """PATH, HOME and LANG, the declared names that are set, and what is added; nothing else is inherited."""
    kept = {name: os.environ[name] for name in (*INHERITED, *declared) if name in os.environ}
    return {**kept, **added}


def run_bounded(
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str],
    folder: Path,
    timeout: float,
    poll: Callable[[], None],
    strike: Callable[[str], str],
) -> Outcome:
    """Run a program to its end, or until its time is up; ``poll`` may raise, which ends it as well.

    Its process group never outlives this call. What leaves the group (a daemon with a session of its own) is not followed.

    Raises:
        ProgramMissingError: it cannot be started.
    """
    began = time.monotonic()
    output = _Kept()
    try:
        child = subprocess.Popen(  # noqa: S603 - the command that recoverable.toml names, without a shell
            list(arguments),
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        raise ProgramMissingError(f"{strike(str(arguments[0]))} cannot be started: {reason}") from None
    try:
        in_time = _in_time(child, output, began + timeout, poll)
    finally:
        _end_group(child)
        _drain(child, output)
    return Outcome(child.returncode if in_time else None, time.monotonic() - began, strike(output.text()), output.size)


def _in_time(child: subprocess.Popen[bytes], output: _Kept, deadline: float, poll: Callable[[], None]) -> bool:
    pipe = _pipe(child)
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while True:
            if selector.get_map() and selector.select(LOOK):
                if not output.read(pipe):
                    selector.unregister(pipe)
            elif not selector.get_map():
                time.sleep(LOOK)  # it has closed its output and goes on
            if _exited(child):
                return True
            poll()
            if time.monotonic() >= deadline:
                return False


def _exited(child: subprocess.Popen[bytes]) -> bool:
    """Whether it has ended. It is not collected yet, so that the number of its group cannot go to somebody else."""
    if not hasattr(os, "waitid"):  # macOS before Python 3.13
        return child.poll() is not None
    return os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _end_group(child: subprocess.Popen[bytes]) -> None:
    """End what is left of the group, politely first, and collect the child."""
    for each in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(child.pid, each)
        except (ProcessLookupError, PermissionError):  # gone; macOS says the second of a group of zombies
            break
        deadline = time.monotonic() + PATIENCE
        while (alive := _alive(child)) and time.monotonic() < deadline:
            time.sleep(0.02)
        if not alive:
            break
    child.wait()


def _alive(child: subprocess.Popen[bytes]) -> bool:
    child.poll()
    try:
        os.killpg(child.pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _drain(child: subprocess.Popen[bytes], output: _Kept) -> None:
    pipe = _pipe(child)
    deadline = time.monotonic() + DRAIN
    with pipe, selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0 and selector.select(left):
            if not output.read(pipe):
                return


def _pipe(child: subprocess.Popen[bytes]) -> IO[bytes]:
    if child.stdout is None:
        raise RuntimeError("the child was started without a pipe")
    return child.stdout


class _Kept:
    """The beginning and the end of an output of any length."""

    def __init__(self) -> None:
        self.head = b""
        self.tail: deque[bytes] = deque()
        self.tail_size = 0
        self.size = 0

    def read(self, pipe: IO[bytes]) -> bool:
        """Take what is there; False at the end of the stream."""
        piece = os.read(pipe.fileno(), 65536)
        self.size += len(piece)
        room = KEPT_HEAD - len(self.head)
        self.head += piece[:room]
        rest = piece[room:] if room > 0 else piece
        if rest:
            self.tail.append(rest)
            self.tail_size += len(rest)
        while self.tail and self.tail_size - len(self.tail[0]) >= KEPT_TAIL:
            self.tail_size -= len(self.tail.popleft())
        return bool(piece)

    def text(self) -> str:
        """What was kept, in whole lines where something is missing: half a secret could not be struck out."""
        kept = b"".join(self.tail)
        if self.size == len(self.head) + len(kept):
            return (self.head + kept).decode("utf-8", "replace")
        head = self.head[: self.head.rfind(b"\n") + 1]
        _, _, tail = kept[-KEPT_TAIL:].partition(b"\n")
        return (head + b"[...]\n" + tail).decode("utf-8", "replace")

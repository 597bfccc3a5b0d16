"""``audit --resume FILE``: an audit that was stopped goes on where it was."""

from __future__ import annotations

import argparse
import datetime
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from recoverable.audit.kept.answers_file import LONGEST, AnswersFile
from recoverable.cli import exits
from recoverable.cli.streams import flush_stdout, tell
from recoverable.model.errors import InputError

DONE = frozenset({exits.CLEAN, exits.FINDINGS, exits.NOTHING})
"""Exit codes of a look that came to its end: whoever asked was answered or denied, nothing crashed, and the report was written."""
HOURS = int(LONGEST // 3600)


def add_resume(group: argparse._ArgumentGroup) -> None:
    """Add the option."""
    group.add_argument(
        "--resume",
        type=Path,
        metavar="FILE",
        help=f"keep answers of which no time is judged in FILE: where the audit is stopped, the same command goes on within {HOURS} hours; removed at the end",
    )


def resuming(options: argparse.Namespace, run: Callable[[AnswersFile | None], int]) -> int:
    """Run an audit with the file of answers that ``--resume`` names, or with none; gives its exit code.

    The file goes when the look came to its end, so that a later audit never judges by its answers, and stays else.

    Raises:
        InputError: the file is none of ours, is in use, or is a report's own.
    """
    if options.resume is None:
        return run(None)
    _refuse(options)
    answers = AnswersFile(options.resume, _tell)
    _tell_of_earlier(answers)
    done = False
    with _told_when_terminated(answers.path):
        try:
            code = run(answers)
            flush_stdout()  # a report that nobody got is no end
            done = code in DONE
        finally:
            _end(answers, done=done)
    return code


def _tell_of_earlier(answers: AnswersFile) -> None:
    held = answers.earlier
    if answers.outdated:
        _tell(f"{answers.outdated:,} answers in {answers.path} are older than {HOURS} hours: they are asked for anew")
    if held.count:
        _tell(
            f"going on: {answers.path} holds {held.count:,} answers of {_time(held.first)} to {_time(held.last)};"
            " what says how old something is, or how far behind, is asked anew"
        )


def _end(answers: AnswersFile, *, done: bool) -> None:
    left = answers.close(done=done)
    if answers.taken:
        _tell(
            f"{answers.taken:,} answers were taken from {answers.path}, the oldest of {_time(answers.oldest)}: settings are as they were then"
        )
    elif answers.earlier.count:
        _tell(f"no answer in {answers.path} is one of this login about what was asked")
    if left.count:
        _tell(_how_to_go_on(answers.path, f"{left.count:,} answers are"))


def _how_to_go_on(path: Path, what: str) -> str:
    return f"{what} kept in {path} for {HOURS} hours: the same command goes on from there"


@contextmanager
def _told_when_terminated(path: Path) -> Iterator[None]:
    """SIGTERM ends the audit at once, as it does any program (the file does not mind), but not without a word."""

    def end(number: int, _: FrameType | None) -> None:
        with suppress(OSError):  # nobody hears it
            os.write(2, f"audit: {_how_to_go_on(path, 'terminated; what was answered is')}\n".encode(errors="replace"))
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _refuse(options: argparse.Namespace) -> None:
    """Refuse a file that something else is written to.

    Raises:
        InputError: it is a report, a baseline, or the file of facts.
    """
    others = [options.facts, options.output, options.write_baseline, options.baseline]
    others += [item.partition("=")[2] for item in options.format or ()]
    if os.path.realpath(options.resume) in {os.path.realpath(other) for other in others if other}:
        raise InputError(f"{options.resume} is written or read as something else, too", "--resume", "Give the answers a file of their own.")


def _time(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")


def _tell(text: str) -> None:
    tell(f"audit: {text}")

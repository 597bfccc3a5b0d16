"""Questions on a terminal: asked on standard error, so that what is printed stays a diff; answered by a line each."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from recoverable.model.errors import InputError

_TRIES = 3


def is_asked() -> bool:
    """Whether somebody is there to answer."""
    try:
        return sys.stdin is not None and sys.stdin.isatty()
    except ValueError:
        return False


def yes(question: str, *, default: bool) -> bool:
    """A yes or no; an empty answer is the default.

    Raises:
        InputError: the answers end, or none of three is one.
    """
    for _ in range(_TRIES):
        answer = _line(f"{question} [{'Y/n' if default else 'y/N'}] ").lower()
        if not answer:
            return default
        if answer in ("y", "yes", "n", "no"):
            return answer.startswith("y")
        print("Please answer y or n.", file=sys.stderr)
    raise InputError("no answer that is y or n", "", "Start again, or use flags: recoverable init --help")


def one_of(question: str, options: Sequence[str], default: str) -> str:
    """One of several words; an empty answer is the default.

    Raises:
        InputError: the answers end, or none of three is one of the words.
    """
    for _ in range(_TRIES):
        answer = _line(f"{question} ({', '.join(options)}) [{default}] ").lower() or default
        if answer in options:
            return answer
        print(f"Please answer {', '.join(options[:-1])} or {options[-1]}.", file=sys.stderr)
    raise InputError("no answer that is one of the words", "", "Start again, or use flags: recoverable init --help")


def text(question: str, default: str) -> str:
    """A text; an empty answer is the default.

    Raises:
        InputError: the answers end.
    """
    return _line(f"{question}{f' [{default}]' if default else ''} ") or default


def _line(prompt: str) -> str:
    print(prompt, end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline()
    if not answer:
        print(file=sys.stderr)
        raise InputError("the answers end here", "", "Nothing was written. Use flags: recoverable init --help")
    return answer.strip()

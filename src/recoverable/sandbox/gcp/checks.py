"""Refusals of inputs as a table: each constructor below gives one check of a Google resource type.

A path is dotted; ``[*]`` goes through a list: ``lifecycleRules[*].action.type``. Values known only after apply are never refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from recoverable.sandbox.provider.handler import Refusal, Values
from recoverable.sandbox.provider.wire import UNKNOWN, has_unknown

Check = Callable[[Values], Iterable[Refusal]]
DAY = 86_400  # seconds


def walk(inputs: Any, path: str, shown: str = "") -> Iterator[tuple[str, Any]]:
    """Every stated, known value under a path, with the path as the engine shows it."""
    if inputs is None or inputs == UNKNOWN:
        return
    if not path:
        yield shown, inputs
        return
    head, _, rest = path.partition(".")
    name, listed, _ = head.partition("[*]")
    found = inputs.get(name) if isinstance(inputs, dict) else None
    here = f"{shown}.{name}" if shown else name
    if listed:
        for number, each in enumerate(found if isinstance(found, list) else ()):
            yield from walk(each, rest, f"{here}[{number}]")
    else:
        yield from walk(found, rest, here)


def look(inputs: Any, path: str) -> Any:
    """The one value under a dotted path: None where it is absent, UNKNOWN where any part of the way is not known."""
    for name in path.split("."):
        if inputs == UNKNOWN:
            return UNKNOWN
        inputs = inputs.get(name) if isinstance(inputs, dict) else None
    return inputs


def seconds(value: Any) -> float | None:
    """``86400s`` as a number of seconds; None where it is not a duration."""
    found = re.fullmatch(r"(\d+(?:\.\d{1,9})?)s", str(value))
    return float(found[1]) if found else None


def one_of(path: str, *words: str) -> Check:
    """The value is one of these words."""

    def check(inputs: Values) -> Iterator[Refusal]:
        for shown, value in walk(inputs, path):
            if value not in words:
                yield Refusal(shown, f'expected one of {", ".join(words)}, got "{value}"')

    return check


def between(path: str, low: float, high: float, why: str = "") -> Check:
    """The number, also when it is written as text, lies in these bounds."""

    def check(inputs: Values) -> Iterator[Refusal]:
        for shown, value in walk(inputs, path):
            try:
                number = float(value)
            except (TypeError, ValueError):
                yield Refusal(shown, f'expected a number, got "{value}"')
                continue
            if not low <= number <= high:
                yield Refusal(shown, f"expected {low:.10g} to {high:.10g}, got {value}{why and f': {why}'}")

    return check


def lasts(path: str, low: float, high: float, multiple: int = 0) -> Check:
    """The duration (``3600s``) lies in these bounds, in seconds, and is a multiple of so many."""

    def check(inputs: Values) -> Iterator[Refusal]:
        for shown, value in walk(inputs, path):
            length = seconds(value)
            if length is None:
                yield Refusal(shown, f'expected a duration in seconds such as "{low:.10g}s", got "{value}"')
            elif not low <= length <= high:
                yield Refusal(shown, f"expected {low:.10g}s to {high:.10g}s, got {value}")
            elif multiple and length % multiple:
                yield Refusal(shown, f"expected a multiple of {multiple}s, got {value}")

    return check


def matches(path: str, pattern: str, words: str) -> Check:
    """The text fits a pattern, which ``words`` tell to a human."""

    def check(inputs: Values) -> Iterator[Refusal]:
        for shown, value in walk(inputs, path):
            if not re.fullmatch(pattern, str(value)):
                yield Refusal(shown, f'"{value}" is refused: {words}')

    return check


def only_one(*paths: str, under: str = "", required: bool = False) -> Check:
    """At most one of these is stated, or exactly one where it is required."""

    def check(inputs: Values) -> Iterator[Refusal]:
        for shown, holder in walk(inputs, under) if under else (("", inputs),):
            stated = [path for path in paths if look(holder, path) is not None]
            where = f"{shown}.{stated[0] if stated else paths[0]}".lstrip(".")
            if len(stated) > 1:
                yield Refusal(where, f"only one of {', '.join(paths)} can be given, got {' and '.join(stated)}")
            elif required and not stated:
                yield Refusal(where, f"one of {', '.join(paths)} must be given")

    return check


def needs(path: str, other: str, under: str = "", reason: str = "") -> Check:
    """Where one is stated, the other must be too."""

    def check(inputs: Values) -> Iterator[Refusal]:
        for shown, holder in walk(inputs, under) if under else (("", inputs),):
            if look(holder, path) is not None and look(holder, other) is None:
                yield Refusal(f"{shown}.{path}".lstrip("."), f"{other} must be given with it{reason and f': {reason}'}")

    return check


def forbidden(path: str, reason: str) -> Check:
    """Something that the stand-in cannot imitate, and therefore never accepts in silence."""

    def check(inputs: Values) -> Iterator[Refusal]:
        if path in inputs and (inputs[path] is not None):
            yield Refusal(path, f"the stand-in for Google Cloud has no {path}: {reason}")

    return check


def known(*values: Any) -> bool:
    """Whether all of these values can be known before apply."""
    return not any(has_unknown(value) for value in values)

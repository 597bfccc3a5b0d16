"""``regex``, ``regexall`` and ``replace``: RE2's meaning on Python's engine.

Both engines prefer the leftmost match and, there, what the pattern tries first, so a parsed
pattern is written down again for Python. Python may take exponential time where RE2 is linear:
patterns that repeat what itself repeats go to our own matcher instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from recoverable.readers.hcl.functions_re2 import Node, Pattern, PatternError, parse
from recoverable.readers.hcl.functions_re2_classes import Ranges, UnsupportedClass
from recoverable.readers.hcl.functions_re2_machine import MOST_STEPS, Found, TooLargeError, machine
from recoverable.readers.hcl.functions_signature import FunctionError, Table, not_evaluated
from recoverable.readers.hcl.hcl_types import STRING, HclList, type_of

TABLE = Table()
Names = list[str | None]
Search = Callable[[str, int], Found | None]
_ASSERTIONS = {
    "^text": r"\A",
    "$text": r"\Z",
    "^line": r"(?m:^)",
    "$line": r"(?m:$)",
    "word": r"(?a:\b)",
    "inside": r"(?a:\B)",
}
_TEMPLATE = re.compile(r"\$(?:(\$)|\{(\w+)\}|(\w+))", re.ASCII)


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> tuple[Search, Names]:
    """The search for a pattern, and the names of its groups."""
    try:
        parsed = parse(pattern)
        return _search(parsed), parsed.names
    except (PatternError, RecursionError, re.error, OverflowError) as error:
        raise FunctionError(f"invalid regular expression: {error}") from None


def _search(parsed: Pattern) -> Search:
    """Python's engine while it cannot take long, otherwise our own matcher, slow but steady."""
    compiled = re.compile(python_pattern(parsed))
    explosive, repeats = _explosive(parsed.root), _repeats(parsed.root)
    steady: list[Search] = []

    def search(text: str, place: int) -> Found | None:
        if explosive or (len(text) - place) ** repeats > MOST_STEPS:
            if not steady:
                steady.append(machine(parsed))
            return steady[0](text, place)
        match = compiled.search(text, place)
        return None if match is None else (match.start(), match.end(), match.groups())

    return search


def python_pattern(parsed: Pattern) -> str:
    """The pattern in the words of Python's ``re``."""
    return _written(parsed.root)


def _written(node: Node) -> str:
    if node.kind == "chars":
        return _class(node.ranges)
    if node.kind == "empty":
        return _ASSERTIONS[node.text]
    inner = [_written(part) for part in node.parts]
    if node.kind == "concat":
        return "".join(inner)
    if node.kind == "alternate":
        return f"(?:{'|'.join(inner)})"
    if node.kind == "group":
        return f"({inner[0]})" if node.index else f"(?:{inner[0]})"
    high = "" if node.high is None else str(node.high)
    return f"(?:{inner[0]}){{{node.low},{high}}}" + ("" if node.greedy else "?")


def _class(ranges: Ranges) -> str:
    if len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
        return re.escape(chr(ranges[0][0]))
    if not ranges:
        return r"(?!)"
    return "[" + "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in ranges) + "]"


def _explosive(node: Node, inside: bool = False) -> bool:
    """True when something that can match in several ways is repeated often: time grows by powers."""
    choice = node.kind == "alternate" or (node.kind == "repeat" and node.low != node.high)
    often = node.kind == "repeat" and (node.high is None or node.high > 3)
    return (choice and inside) or any(_explosive(part, inside or often) for part in node.parts)


def _repeats(node: Node) -> int:
    """How many repetitions without an end may share the text between them."""
    own = node.kind == "repeat" and (node.high is None or node.high > 100)
    return int(own) + sum(_repeats(part) for part in node.parts)


def _matches(search: Search, text: str) -> Iterator[Found]:
    """All matches as Go finds them: none is empty where another one has just ended."""
    place, last = 0, -1
    while place <= len(text):
        found = search(text, place)
        if found is None:
            return
        start, end, _ = found
        seam = start == end == last
        place = end if end > place else end + 1
        last = end
        if not seam:
            yield found


def _guarded(name: str, pattern: str, answer: Callable[[Search, Names], Any]) -> Any:
    try:
        return answer(*_compiled(pattern))
    except UnsupportedClass as error:
        return not_evaluated(name, f"the character class {error} of {pattern!r}")
    except TooLargeError as error:
        return not_evaluated(name, f"the {error} is too large for {pattern!r}")


def _result(text: str, found: Found, names: Names) -> Any:
    """The whole match without groups, otherwise the groups: by name, or in order."""
    start, end, groups = found
    if not names:
        return text[start:end]
    if all(name is None for name in names):
        return list(groups)
    if None in names:
        raise FunctionError("invalid use of both named and unnamed capture groups")
    return {str(name): group for name, group in zip(names, groups, strict=True)}


@TABLE.add("regex", STRING, STRING)
def _regex(pattern: str, text: str) -> Any:
    def first(search: Search, names: Names) -> Any:
        found = search(text, 0)
        if found is None:
            raise FunctionError("regex: pattern did not match any part of the given string")
        return _result(text, found, names)

    return _guarded("regex", pattern, first)


@TABLE.add("regexall", STRING, STRING)
def _regexall(pattern: str, text: str) -> Any:
    def every(search: Search, names: Names) -> Any:
        found = [_result(text, match, names) for match in _matches(search, text)]
        return HclList(found, type_of(found[0]) if found and not names else None)

    return _guarded("regexall", pattern, every)


@TABLE.add("replace", STRING, STRING, STRING)
def _replace(text: str, part: str, replacement: str) -> Any:
    """A part written as ``/…/`` is a regular expression; then ``$1`` and ``${name}`` are groups."""
    if len(part) < 2 or part[0] != "/" or part[-1] != "/":
        return text.replace(part, replacement)

    def substitute(search: Search, names: Names) -> str:
        written, place = [], 0
        for start, end, groups in _matches(search, text):
            written += [text[place:start], _expanded(replacement, (text[start:end], *groups), names)]
            place = end
        return "".join(written) + text[place:]

    return _guarded("replace", part[1:-1], substitute)


def _expanded(template: str, groups: tuple[str | None, ...], names: Names) -> str:
    """Go's templates: an unknown group is empty, and ``$1x`` means the group named ``1x``."""

    def group(found: re.Match[str]) -> str:
        name = found[2] or found[3]
        if name is None:
            return "$"
        if name.isdigit():
            return (groups[int(name)] or "") if int(name) < len(groups) else ""
        return (groups[names.index(name) + 1] or "") if name in names else ""

    return _TEMPLATE.sub(group, template)

"""A matcher that cannot explode, for patterns on which Python's engine might.

It tries what Python would try in the same order, and remembers every pair of instruction and
place: to come back to one is never worth while. So the time is bounded by their product.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

from recoverable.readers.hcl.functions_re2 import Node, Pattern
from recoverable.readers.hcl.functions_re2_classes import PERL, Ranges

LARGEST_PROGRAM = 10_000
MOST_STEPS = 3_000_000
Found = tuple[int, int, tuple[str | None, ...]]


class TooLargeError(Exception):
    """A pattern or text beyond the bounds of this matcher."""


@dataclass(slots=True)
class _Step:
    """``kind``: chars, empty, split (first ``to``, then ``other``), save (a group's edge), match."""

    kind: str
    to: int = 0
    other: int = 0
    ranges: Ranges = ()
    text: str = ""


def machine(pattern: Pattern) -> Callable[[str, int], Found | None]:
    """A function that finds the first match at or after a place: its span and its groups."""
    program: list[_Step] = []
    _compile(pattern.root, program)
    program.append(_Step("match"))
    starts = [tuple(low for low, _ in step.ranges) for step in program]

    def search(text: str, place: int) -> Found | None:
        seen: set[int] = set()
        for start in range(place, len(text) + 1):
            slots = _run(program, starts, text, start, seen, len(pattern.names))
            if slots is not None:
                return slots
        return None

    return search


def _compile(node: Node, program: list[_Step]) -> None:
    if len(program) > LARGEST_PROGRAM:
        raise TooLargeError("pattern")
    if node.kind in ("chars", "empty"):
        ranges = tuple(sorted(_merged(node.ranges)))
        program.append(_Step(node.kind, len(program) + 1, ranges=ranges, text=node.text))
    elif node.kind == "concat":
        for part in node.parts:
            _compile(part, program)
    elif node.kind == "alternate":
        _alternate(node.parts, program)
    elif node.kind == "repeat":
        _repeat(node, program)
    elif not node.index:
        _compile(node.parts[0], program)
    else:
        program.append(_Step("save", len(program) + 1, node.index * 2))
        _compile(node.parts[0], program)
        program.append(_Step("save", len(program) + 1, node.index * 2 + 1))


def _merged(ranges: Ranges) -> Ranges:
    found: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return tuple(found)


def _alternate(parts: list[Node], program: list[_Step]) -> None:
    ends: list[_Step] = []
    for part in parts[:-1]:
        split = _Step("split", len(program) + 1)
        program.append(split)
        _compile(part, program)
        jump = _Step("split")
        program.append(jump)
        ends.append(jump)
        split.other = len(program)
    _compile(parts[-1], program)
    for jump in ends:
        jump.to = jump.other = len(program)


def _repeat(node: Node, program: list[_Step]) -> None:
    body = node.parts[0]
    for _ in range(node.low if node.high is not None else max(node.low - 1, 0)):
        _compile(body, program)
    exits: list[_Step] = []
    if node.high is None:
        if node.low == 0:
            exits.append(_choice(program))
        start = len(program)
        _compile(body, program)
        back = _choice(program)
        back.to, exits = start, [*exits, back]
    else:
        for _ in range(node.high - node.low):
            exits.append(_choice(program))
            _compile(body, program)
    for step in exits:
        step.other = len(program)
        if not node.greedy:
            step.to, step.other = step.other, step.to


def _choice(program: list[_Step]) -> _Step:
    step = _Step("split", len(program) + 1)
    program.append(step)
    return step


def _run(program: list[_Step], starts: list[tuple[int, ...]], text: str, begin: int, seen: set[int], groups: int) -> Found | None:
    """Depth first from one place; ``seen`` goes on to the next one: what failed here fails there."""
    empty: tuple[int, ...] = (-1,) * (2 * groups + 2)
    stack = [(0, begin, empty)]
    width = len(text) + 1
    while stack:
        at, place, slots = stack.pop()
        mark = at * width + place
        if mark in seen:
            continue
        if len(seen) > MOST_STEPS:
            raise TooLargeError("text")
        seen.add(mark)
        step = program[at]
        if step.kind == "match":
            pairs = zip(slots[2::2], slots[3::2], strict=True)
            return begin, place, tuple(text[low:high] if high >= 0 else None for low, high in pairs)
        if step.kind == "split":
            stack.append((step.other, place, slots))
            stack.append((step.to, place, slots))
        elif step.kind == "save":
            stack.append((step.to, place, (*slots[: step.other], place, *slots[step.other + 1 :])))
        elif step.kind == "empty":
            if _holds(step.text, text, place):
                stack.append((step.to, place, slots))
        elif place < len(text) and _takes(step, starts[at], ord(text[place])):
            stack.append((step.to, place + 1, slots))
    return None


def _takes(step: _Step, starts: tuple[int, ...], code: int) -> bool:
    index = bisect_right(starts, code) - 1
    return index >= 0 and code <= step.ranges[index][1]


def _holds(assertion: str, text: str, place: int) -> bool:
    if assertion in ("^text", "^line"):
        return place == 0 or (assertion == "^line" and text[place - 1] == "\n")
    if assertion in ("$text", "$line"):
        return place == len(text) or (assertion == "$line" and text[place] == "\n")
    edge = _is_word(text, place - 1) != _is_word(text, place)
    return edge == (assertion == "word")


def _is_word(text: str, place: int) -> bool:
    if not 0 <= place < len(text):
        return False
    return any(low <= ord(text[place]) <= high for low, high in PERL["w"])

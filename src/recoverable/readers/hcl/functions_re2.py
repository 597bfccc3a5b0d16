"""Go's regular expressions (RE2), read into a tree: what Go refuses is refused here, too.

Python's ``re`` takes other escapes, counts other characters as digits and letters, and knows
look-around and back-references that RE2 does not; so a pattern is parsed as RE2 first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from recoverable.readers.hcl.functions_re2_classes import (
    ALL,
    NAMED,
    PERL,
    Ranges,
    folded,
    inverted,
    property_ranges,
)

_REPEAT = re.compile(r"\{(\d+)(,(\d*))?\}", re.ASCII)
_MOST_REPEATS = 1000
_NAME = re.compile(r"[A-Za-z_0-9]+\Z", re.ASCII)
_CONTROL = {"a": 7, "f": 12, "t": 9, "n": 10, "r": 13, "v": 11}


class PatternError(ValueError):
    """A pattern that RE2 refuses."""


@dataclass(slots=True)
class Node:
    """A piece of a pattern.

    ``kind`` is chars (one character of ``ranges``), empty (nothing, where the assertion
    ``text`` holds), concat, alternate, repeat, or group (captures when ``index`` is set).
    """

    kind: str
    parts: list[Node] = field(default_factory=list)
    ranges: Ranges = ()
    text: str = ""
    low: int = 0
    high: int | None = None
    greedy: bool = True
    index: int = 0


@dataclass(slots=True)
class Pattern:
    """A parsed pattern with the names of its groups, None for one without a name."""

    root: Node
    names: list[str | None]


def parse(text: str) -> Pattern:
    """Read a pattern, or raise PatternError."""
    parser = _Parser(text)
    root = parser.alternatives()
    if parser.place < len(text):
        raise PatternError("unexpected )")
    return Pattern(root, parser.names)


class _Parser:
    """Recursive descent; the flags (i, m, s, U) hold to the end of the group they stand in."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.flags: frozenset[str] = frozenset()
        self.names: list[str | None] = []

    def peek(self, expected: str) -> bool:
        return self.text.startswith(expected, self.place)

    def take(self) -> str:
        if self.place >= len(self.text):
            raise PatternError("unexpected end of pattern")
        self.place += 1
        return self.text[self.place - 1]

    def alternatives(self) -> Node:
        outer = self.flags
        branches = [self.sequence()]
        while self.peek("|"):
            self.place += 1
            branches.append(self.sequence())
        self.flags = outer
        return branches[0] if len(branches) == 1 else Node("alternate", branches)

    def sequence(self) -> Node:
        found: list[Node] = []
        while self.place < len(self.text) and self.text[self.place] not in "|)":
            if self.peek("\\Q"):
                found.extend(self.quoted())
                continue
            atom = self.atom()
            if atom is not None:
                found.append(self.repeated(atom))
        return found[0] if len(found) == 1 else Node("concat", found)

    def quoted(self) -> list[Node]:
        end = self.text.find("\\E", self.place + 2)
        stop = len(self.text) if end < 0 else end
        letters = [self.literal(letter) for letter in self.text[self.place + 2 : stop]]
        self.place = len(self.text) if end < 0 else end + 2
        if letters:
            letters[-1] = self.repeated(letters[-1])
        return letters

    def literal(self, letter: str) -> Node:
        return self.chars(((ord(letter), ord(letter)),))

    def chars(self, ranges: Ranges) -> Node:
        return Node("chars", ranges=folded(ranges) if "i" in self.flags else ranges)

    def atom(self) -> Node | None:
        letter = self.take()
        if letter == "(":
            return self.group()
        if letter == "[":
            return self.bracket()
        if letter == ".":
            newline = ((10, 10),)
            return Node("chars", ranges=ALL if "s" in self.flags else inverted(newline))
        if letter in "^$":
            return Node("empty", text=letter + ("line" if "m" in self.flags else "text"))
        if letter in "*+?":
            raise PatternError(f"missing argument to repetition operator: {letter}")
        if letter == "{" and _REPEAT.match(self.text, self.place - 1):
            raise PatternError("missing argument to repetition operator")
        return self.escape() if letter == "\\" else self.literal(letter)

    def group(self) -> Node | None:
        if not self.peek("?"):
            return self.captured(None)
        for opening in ("?P<", "?<"):
            if self.peek(opening) and not self.text.startswith(("?<=", "?<!"), self.place):
                end = self.text.find(">", self.place)
                name = self.text[self.place + len(opening) : end]
                if end < 0 or not _NAME.match(name):
                    raise PatternError("invalid named capture")
                self.place = end + 1
                return self.captured(name)
        outer = self.flags
        match = re.compile(r"\?([imsU]*)(-[imsU]+)?([:)])").match(self.text, self.place)
        if match is None or match[0] == "?)":
            raise PatternError("invalid or unsupported Perl syntax")
        self.place = match.end()
        self.flags = (outer | set(match[1])) - set(match[2] or "")
        if match[3] == ")":
            return None
        inner = self.closed()
        self.flags = outer
        return Node("group", [inner])

    def captured(self, name: str | None) -> Node:
        self.names.append(name)
        index = len(self.names)
        return Node("group", [self.closed()], index=index)

    def closed(self) -> Node:
        inner = self.alternatives()
        if not self.peek(")"):
            raise PatternError("missing closing )")
        self.place += 1
        return inner

    def repeated(self, atom: Node) -> Node:
        count = self.count()
        if count is None:
            return atom
        greedy = not self.peek("?")
        self.place += not greedy
        if self.count() is not None:
            raise PatternError("invalid nested repetition operator")
        return Node("repeat", [atom], low=count[0], high=count[1], greedy=greedy != ("U" in self.flags))

    def count(self) -> tuple[int, int | None] | None:
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self.peek(sign):
                self.place += 1
                return bounds
        match = _REPEAT.match(self.text, self.place)
        if match is None:
            return None
        low = int(match[1])
        high = low if match[2] is None else int(match[3]) if match[3] else None
        if max(low, high or 0) > _MOST_REPEATS or (high is not None and high < low):
            raise PatternError("invalid repeat count")
        self.place = match.end()
        return low, high

    def escape(self) -> Node:
        letter = self.take()
        if letter in "AzbB":
            return Node("empty", text={"A": "^text", "z": "$text", "b": "word", "B": "inside"}[letter])
        self.place -= 1
        return self.chars(self.escaped())

    def escaped(self) -> Ranges:
        """What follows a backslash, inside brackets or outside."""
        letter = self.take()
        if letter in PERL:
            return PERL[letter]
        if letter in "pP":
            return self.property(letter == "P")
        code = self.code(letter)
        return ((code, code),)

    def property(self, negated: bool) -> Ranges:
        name = self.take()
        if name == "{":
            end = self.text.find("}", self.place)
            name = self.text[self.place : max(end, self.place)]
            self.place = end + 1
            if end < 0:
                raise PatternError("invalid character class range")
        if name.startswith("^"):
            name, negated = name[1:], not negated
        ranges = property_ranges(name)
        return inverted(ranges) if negated else ranges

    def code(self, letter: str) -> int:
        if letter in _CONTROL:
            return _CONTROL[letter]
        if letter.isascii() and not letter.isalnum():
            return ord(letter)
        match = re.compile(r"x\{([0-9A-Fa-f]+)\}|x([0-9A-Fa-f]{2})|(0[0-7]{0,2}|[1-7][0-7]{1,2})", re.ASCII).match(
            self.text, self.place - 1
        )
        if match is None:
            raise PatternError(f"invalid escape sequence: \\{letter}")
        self.place = match.end()
        code = int(match[3], 8) if match[3] else int(match[1] or match[2], 16)
        if code > 0x10FFFF:
            raise PatternError("invalid escape sequence")
        return code

    def bracket(self) -> Node:
        negated = self.peek("^")
        self.place += negated
        found: list[tuple[int, int]] = []
        first = True
        while first or not self.peek("]"):
            found.extend(self.member())
            first = False
        self.place += 1
        ranges = folded(tuple(found)) if "i" in self.flags else tuple(found)
        return Node("chars", ranges=inverted(ranges) if negated else ranges)

    def member(self) -> Ranges:
        match = re.compile(r"\[:(\^?)([a-z]+):\]").match(self.text, self.place)
        if match is not None:
            if match[2] not in NAMED:
                raise PatternError(f"invalid character class range: {match[0]}")
            self.place = match.end()
            return inverted(NAMED[match[2]]) if match[1] else NAMED[match[2]]
        low = self.endpoint()
        if len(low) != 1 or low[0][0] != low[0][1] or not self.peek("-") or self.peek("-]"):
            return low
        self.place += 1
        high = self.endpoint()
        if len(high) != 1 or high[0][0] != high[0][1] or high[0][0] < low[0][0]:
            raise PatternError("invalid character class range")
        return ((low[0][0], high[0][0]),)

    def endpoint(self) -> Ranges:
        letter = self.take()
        return self.escaped() if letter == "\\" else ((ord(letter), ord(letter)),)

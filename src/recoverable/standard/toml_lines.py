"""Finds the line of every key in a TOML text, which ``tomllib`` does not tell.

The text has been accepted by ``tomllib`` already, so the scanner trusts its syntax. A key path is
a tuple of keys and, inside arrays, 0-based indices: ``("waivers", 1, "until")``.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right

KeyPath = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BASIC = re.compile(r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"')
_LITERAL = re.compile(r"'[^'\n]*'")
_BASIC_END = re.compile(r'\\.|"""+', re.DOTALL)
_LITERAL_END = re.compile(r"'''+")
_PLAIN = re.compile(r"[^,\]}#\n]*")


def key_lines(text: str) -> dict[KeyPath, int]:
    """The 1-based line of each key path, table, array element and inline key of a valid TOML text."""
    return _Scanner(text).scan()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[KeyPath, int] = {}
        self.last_index: dict[KeyPath, int] = {}
        self.newlines = [match.start() for match in re.finditer("\n", text)]

    def scan(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        self._skip(_BLANK)
        while self.at < len(self.text):
            if self._sees("["):
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)
        return self.lines

    def _header(self) -> KeyPath:
        line = self._line()
        double = self._sees("[[")
        self.at += 2 if double else 1
        keys = self._keys()
        self.at += 2 if double else 1
        path: KeyPath = ()
        for position, key in enumerate(keys, start=1):
            path = self._record((*path, key), line)
            if path in self.last_index and position < len(keys):
                path = (*path, self.last_index[path])
        if double:
            index = self.last_index.get(path, -1) + 1
            self.last_index[path] = index
            path = self._record((*path, index), line)
        return path

    def _pair(self, table: KeyPath) -> None:
        line = self._line()
        path = table
        for key in self._keys():
            path = self._record((*path, key), line)
        self.at += 1  # the equals sign
        self._skip(_SPACE)
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        if self._sees("["):
            self._array(path)
        elif self._sees("{"):
            self._inline(path)
        elif self._sees('"') or self._sees("'"):
            self._string()
        else:
            self._skip(_PLAIN)

    def _array(self, path: KeyPath) -> None:
        self.at += 1
        self._skip(_BLANK)
        index = 0
        while not self._sees("]"):
            self._value(self._record((*path, index), self._line()))
            index += 1
            self._skip_comma()
        self.at += 1

    def _inline(self, path: KeyPath) -> None:
        self.at += 1
        self._skip(_BLANK)
        while not self._sees("}"):
            self._pair(path)
            self._skip_comma()
        self.at += 1

    def _skip_comma(self) -> None:
        self._skip(_BLANK)
        if self._sees(","):
            self.at += 1
            self._skip(_BLANK)

    def _keys(self) -> list[str]:
        keys = []
        while True:
            self._skip(_SPACE)
            quoted = self._sees('"') or self._sees("'")
            raw = self._string() if quoted else self._skip(_BARE_KEY)
            keys.append(tomllib.loads(f"k = {raw}")["k"] if quoted else raw)
            self._skip(_SPACE)
            if not self._sees("."):
                return keys
            self.at += 1

    def _string(self) -> str:
        start = self.at
        triple = self.text[start : start + 3]
        if triple == "'''":
            found = _LITERAL_END.search(self.text, start + 3)
        elif triple == '"""':
            found = _BASIC_END.search(self.text, start + 3)
            while found and found[0].startswith("\\"):
                found = _BASIC_END.search(self.text, found.end())
        else:
            found = (_BASIC if triple.startswith('"') else _LITERAL).match(self.text, start)
        self.at = found.end() if found else len(self.text)
        return self.text[start : self.at]

    def _record(self, path: KeyPath, line: int) -> KeyPath:
        self.lines.setdefault(path, line)
        return path

    def _line(self) -> int:
        return bisect_right(self.newlines, self.at - 1) + 1

    def _sees(self, word: str) -> bool:
        return self.text.startswith(word, self.at)

    def _skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        if found is None:
            return ""
        self.at = found.end()
        return found[0]

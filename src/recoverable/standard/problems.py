"""What is wrong with a standard: all of it together, each with its key path and line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from recoverable.model.errors import InputError
from recoverable.standard.fields import say, shorten
from recoverable.standard.toml_lines import KeyPath

_FIRST_LINE = re.compile(r":(\d+)(?= and |$)")
_BARE = re.compile(r"[A-Za-z0-9_-]+")


class StandardError(InputError):
    """The standard cannot be used. ``problems`` holds each fault with its own place and fix."""

    def __init__(self, what: str, where: str = "", fix: str = "", problems: Sequence[InputError] = ()) -> None:
        super().__init__(what, where, fix)
        self.problems: tuple[InputError, ...] = tuple(problems) or (self,)

    @classmethod
    def of(cls, problems: Sequence[InputError], label: str) -> StandardError:
        """One fault as itself; several under a heading, a line for each."""
        if len(problems) == 1:
            only = problems[0]
            return cls(only.what, only.where, only.fix)
        return cls(f"the standard has {len(problems)} problems", label, "", problems)

    def __str__(self) -> str:
        if len(self.problems) == 1:
            return super().__str__()
        return "\n".join([f"{self.what} ({self.where}):", *(f"  {problem}" for problem in self.problems)])


class Problems:
    """Collects faults and warnings while a file is read."""

    def __init__(self, label: str, lines: dict[KeyPath, int]) -> None:
        self.label = label
        self.lines = lines
        self.warnings: list[str] = []
        self._found: list[tuple[int, InputError]] = []
        self._paths: set[KeyPath] = set()

    def line(self, path: KeyPath) -> int:
        """The line of a key, or of the nearest table around it; 0 where there is none."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return 0

    def where(self, path: KeyPath) -> str:
        """``recoverable.toml:12``."""
        line = self.line(path)
        return f"{self.label}:{line}" if line else self.label

    def add(self, path: KeyPath, what: str, fix: str, where: str = "") -> None:
        """A fault at a key; ``what`` goes on after the key's path."""
        self._paths.add(path)
        place = where or self.where(path)
        first = _FIRST_LINE.search(place)
        self._found.append((int(first[1]) if first else 0, InputError(f"{dotted(path)} {what}", place, fix)))

    def touches(self, path: KeyPath) -> bool:
        """True when this very key has a fault already."""
        return path in self._paths

    def stop_if_any(self) -> None:
        """Raises everything found, in the order of the lines.

        Raises StandardError where there was at least one fault.
        """
        if self._found:
            ordered = sorted(self._found, key=lambda item: item[0])
            raise StandardError.of([error for _, error in ordered], self.label)


def dotted(path: KeyPath) -> str:
    """A key path as TOML writes it: ``stores."aws_db_instance.orders".rpo_minutes``, ``waivers[0].until``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + (part if _BARE.fullmatch(part) else f'"{part}"')
    return shorten(text, 160)


def show(value: Any) -> str:
    """A value in an error: text in quotes, tables and arrays by name, nothing longer than a line."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "an array"
    text = f'"{value}"' if isinstance(value, str) else say(value)
    return shorten(text, 60)


def suggestion(word: str, known: Iterable[str]) -> str:
    """``Did you mean prod?``, or the list of what is known."""
    import difflib  # only a faulty file needs it, and every run pays for what stands above

    names = list(known)
    parts = [name for name in names if word and (name.startswith(word) or word in name.split("_"))]
    near = parts or difflib.get_close_matches(word, names, 1, 0.6)
    return f"Did you mean {near[0]}?" if near else f"Known here: {', '.join(names)}."

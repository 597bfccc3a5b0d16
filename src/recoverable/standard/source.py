"""Finds and reads the standard file: the text, its TOML data, and the line of each key."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recoverable.standard.problems import StandardError
from recoverable.standard.toml_lines import KeyPath, key_lines

FILE_NAME = "recoverable.toml"
_MOST_BYTES = 10_000_000
_POSITION = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True, slots=True)
class Source:
    """A standard file as read; ``label`` is how messages name it."""

    label: str
    data: dict[str, Any]
    lines: dict[KeyPath, int]


def find_file(start: Path) -> Path | None:
    """The nearest ``recoverable.toml`` from ``start`` up to the root of its repository.

    The root is the first folder that holds ``.git``; without one the search ends at the file
    system's root.
    """
    folder = Path(os.path.abspath(start))
    if not folder.is_dir():
        folder = folder.parent
    for candidate in (folder, *folder.parents):
        if os.path.lexists(candidate / FILE_NAME):
            return candidate / FILE_NAME
        if os.path.lexists(candidate / ".git"):
            return None
    return None


def read_source(path: Path) -> Source:
    """The file's data and lines.

    Raises StandardError where it cannot be read, or is not TOML.
    """
    label = _label(path)
    try:
        with path.open("rb") as stream:
            raw = stream.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        raise StandardError(
            "the standard file does not exist", label, "Check the path, or leave it out to use the built-in standard."
        ) from None
    except IsADirectoryError:
        raise StandardError("the standard file is a folder", label, f"Name the file in it: {label}/{FILE_NAME}.") from None
    except OSError as error:
        raise StandardError(f"the standard file cannot be read: {error.strerror}", label, "Check that it is a file you may read.") from None
    if len(raw) > _MOST_BYTES:
        raise StandardError("the standard file is over 10 MB", label, "Check that the path names the right file.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise StandardError("the standard file is not UTF-8 text", f"{label}:{line}", "Save it as UTF-8.") from None
    return parse_source(text, label)


def parse_source(text: str, label: str) -> Source:
    """A TOML text's data and lines.

    Raises StandardError where it is not TOML.
    """
    try:
        return Source(label, tomllib.loads(text), key_lines(text))
    except RecursionError:
        raise StandardError("the standard file is nested too deeply", label, "Flatten its arrays and tables.") from None
    except ValueError as error:  # TOMLDecodeError, or a number of thousands of digits
        message = str(error)
        found = _POSITION.search(message)
        line = (found[1] or text.count("\n", 0, len(text.rstrip())) + 1) if found else ""
        where = f"{label}:{line}" if line else label
        message = _POSITION.sub("", message)
        raise StandardError(
            f"the standard file is not valid TOML: {message}",
            where,
            "Mend the syntax; strings need quotes, and a table's name stands in [brackets].",
        ) from None


def _label(path: Path) -> str:
    try:
        return str(Path(os.path.abspath(path)).relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)

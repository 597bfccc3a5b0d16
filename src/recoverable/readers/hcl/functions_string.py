"""String functions, except formatting and regular expressions."""

from __future__ import annotations

import re
from typing import Any

from recoverable.model.values import Unknown
from recoverable.readers.hcl.functions_graphemes import graphemes
from recoverable.readers.hcl.functions_signature import FunctionError, Table, integer
from recoverable.readers.hcl.hcl_types import NUMBER, STRING, HclList, list_of
from recoverable.readers.hcl.hcl_values import has_unknown, joined

TABLE = Table()
# What Go calls a space; Python's own list has four control characters more.
_SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))


@TABLE.add("chomp", STRING)
def _chomp(text: str) -> str:
    return re.sub(r"(?:\r\n?|\n)*\Z", "", text, count=1)


@TABLE.add("indent", NUMBER, STRING)
def _indent(spaces: Any, text: str) -> str:
    """All lines but the first."""
    width = integer(spaces, "spaces")
    if width < 0:
        raise FunctionError("indent: the number of spaces must not be negative")
    return text.replace("\n", "\n" + " " * width)


@TABLE.add("join", STRING, rest=list_of(STRING), unknown_aware=True)
def _join(separator: Any, *lists: Any) -> Any:
    if not lists:
        raise FunctionError("join: at least one list is required")
    if len(lists) == 1 and isinstance(lists[0], list) and len(lists[0]) == 1 and isinstance(lists[0][0], Unknown):
        return lists[0][0]  # join("", x.*.id) of one x is its id, whatever the separator
    if has_unknown([separator, *lists]):
        return joined(separator, *lists, not_null=True)
    items = [item for part in lists for item in part]
    if any(item is None for item in items):
        raise FunctionError("join: cannot concatenate null values")
    return separator.join(items)


@TABLE.add("split", STRING, STRING)
def _split(separator: str, text: str) -> HclList:
    return HclList(text.split(separator) if separator else list(text), STRING)


@TABLE.add("lower", STRING)
def _lower(text: str) -> str:
    """Letter by letter: no letter becomes two, and a final sigma is like any other."""
    return text.lower() if text.isascii() else "".join(letter.lower()[:1] for letter in text)


@TABLE.add("upper", STRING)
def _upper(text: str) -> str:
    """Letter by letter: what would become two letters stays."""
    return text.upper() if text.isascii() else "".join(_one(letter.upper(), letter) for letter in text)


def _one(found: str, letter: str) -> str:
    return found if len(found) == 1 else letter


@TABLE.add("title", STRING)
def _title(text: str) -> str:
    """Capitalise what follows anything that is neither letter, digit, underscore nor a mark."""
    found, before = [], " "
    for letter in text:
        found.append(_one(letter.title(), letter) if _separates(before) else letter)
        before = letter
    return "".join(found)


def _separates(letter: str) -> bool:
    if letter.isascii():
        return not (letter.isalnum() or letter == "_")
    return not letter.isalpha() and not letter.isdigit() and letter in _SPACES


@TABLE.add("strrev", STRING)
def _strrev(text: str) -> str:
    return "".join(reversed(graphemes(text)))


@TABLE.add("substr", STRING, NUMBER, NUMBER)
def _substr(text: str, offset: Any, length: Any) -> str:
    """A negative offset counts from the end; the length -1 means the rest."""
    characters = graphemes(text)
    start, count = integer(offset, "offset"), integer(length, "length")
    if start < 0:
        start = max(0, start + len(characters))
    end = len(characters) if count < 0 else start + count
    return "".join(characters[start:end])


@TABLE.add("trim", STRING, STRING)
def _trim(text: str, cutset: str) -> str:
    return text.strip(cutset)


@TABLE.add("trimprefix", STRING, STRING)
def _trimprefix(text: str, prefix: str) -> str:
    return text.removeprefix(prefix)


@TABLE.add("trimsuffix", STRING, STRING)
def _trimsuffix(text: str, suffix: str) -> str:
    return text.removesuffix(suffix)


@TABLE.add("trimspace", STRING)
def _trimspace(text: str) -> str:
    return text.strip(_SPACES)


@TABLE.add("startswith", STRING, STRING)
def _startswith(text: str, prefix: str) -> bool:
    return text.startswith(prefix)


@TABLE.add("endswith", STRING, STRING)
def _endswith(text: str, suffix: str) -> bool:
    return text.endswith(suffix)


@TABLE.add("strcontains", STRING, STRING)
def _strcontains(text: str, part: str) -> bool:
    return part in text

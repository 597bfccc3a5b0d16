"""``yamlencode``: the very text that Terraform prints, down to where it folds long lines."""

from __future__ import annotations

import math
from typing import Any

from recoverable.readers.hcl.functions_json import json_text
from recoverable.readers.hcl.functions_signature import Param, Table, not_evaluated
from recoverable.readers.hcl.hcl_numbers import to_text
from recoverable.readers.hcl.hcl_types import ANY
from recoverable.readers.hcl.hcl_values import has_unknown, joined

TABLE = Table()
_WIDTH = 80
_LONGEST_KEY = 100


@TABLE.add("yamlencode", Param(ANY, nullable=True), unknown_aware=True)
def _yamlencode(value: Any) -> Any:
    if has_unknown(value):
        return joined(value, not_null=True)
    if _has_odd_key(value):
        return not_evaluated("yamlencode", "a key of several lines, or a very long one")
    lines = _root(value)
    return "\n".join(lines) + "\n"


def _has_odd_key(value: Any) -> bool:
    if isinstance(value, dict):
        odd = any("\n" in key or len(_quoted(key, 0, -1)) > _LONGEST_KEY for key in value)
        return odd or any(_has_odd_key(item) for item in value.values())
    return isinstance(value, list) and any(_has_odd_key(item) for item in value)


def _root(value: Any) -> list[str]:
    if isinstance(value, dict | list) and value:
        return _block(value, 0, "")
    lines = _scalar(value, "", 2)
    plain = not isinstance(value, str | dict | list)
    return [*lines, "..."] if plain else lines


def _block(value: Any, indent: int, lead: str) -> list[str]:
    """The entries of a collection at ``indent``; the first one follows ``lead`` on its line."""
    found: list[str] = []
    for entry in sorted(value) if isinstance(value, dict) else value:
        start = lead or " " * indent
        lead = ""
        if isinstance(value, dict):
            found += _member(start, entry, value[entry], indent)
        else:
            found += _item(start, entry, indent)
    return found


def _member(start: str, key: str, value: Any, indent: int) -> list[str]:
    """``key: value``; a list is not indented below its key, a map is."""
    lead = f"{start}{_quoted(key, 0, -1)}:"
    if isinstance(value, dict | list) and value:
        return [lead, *_block(value, indent + 2 if isinstance(value, dict) else indent, "")]
    return _scalar(value, lead + " ", indent + 2)


def _item(start: str, value: Any, indent: int) -> list[str]:
    if isinstance(value, dict | list) and value:
        return _block(value, indent + 2, f"{start}- ")
    return _scalar(value, f"{start}- ", indent + 2)


def _scalar(value: Any, lead: str, margin: int) -> list[str]:
    if isinstance(value, str):
        if "\n" in value and _fits_literal(value):
            return _literal(value, lead, margin)
        return (lead + _quoted(value, len(lead), margin)).split("\n")
    if isinstance(value, dict | list):
        return [lead + ("{}" if isinstance(value, dict) else "[]")]
    if value is None or isinstance(value, bool):
        return [lead + json_text(value)]
    if isinstance(value, float) and math.isinf(value):
        return [lead + ("+Inf" if value > 0 else "-Inf")]
    return [lead + to_text(value)]


def _fits_literal(text: str) -> bool:
    """A block shows characters as they are, so it must not hide one, nor a space before a line's end."""
    return " \n" not in text and text[-1] != " " and all(letter == "\n" or _printable(letter) for letter in text)


def _literal(text: str, lead: str, margin: int) -> list[str]:
    """A block of lines as they are; its sign says how the text ends."""
    body = text.rstrip("\n")
    ending = len(text) - len(body)
    sign = "-" if ending == 0 else "" if ending == 1 and body else "+"
    hint = "2" if text[0] in " \n" else ""
    lines = [" " * margin + line if line else "" for line in body.split("\n")]
    return [f"{lead}|{hint}{sign}", *lines, *[""] * max(ending - 1, 0)]


_SHORT = {"\0": "\\0", "\a": "\\a", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\v": "\\v", "\f": "\\f", "\r": "\\r",
          "\x1b": "\\e", '"': '\\"', "\\": "\\\\", "\x85": "\\N", "\u2028": "\\L", "\u2029": "\\P"}  # fmt: skip


def _printable(letter: str) -> bool:
    code = ord(letter)
    return 32 <= code < 127 or (0xA0 <= code <= 0xFFFF and letter not in "\u2028\u2029\ufeff\ufffe\uffff")


def _quoted(text: str, column: int, margin: int) -> str:
    """In quotes, broken at a space once the line is full; keys (no margin) are not broken."""
    found = ['"']
    column += 1
    after_space = False
    for place, letter in enumerate(text):
        inner = 0 < place < len(text) - 1
        if letter == " " and inner and not after_space and column > _WIDTH and margin >= 0:
            follows = "\\" if text[place + 1] == " " else ""
            found.append("\n" + " " * margin + follows)
            column = margin + len(follows)
        else:
            written = _SHORT.get(letter) or (letter if _printable(letter) else _hexadecimal(letter))
            found.append(written)
            column += len(written)
        after_space = letter == " "
    return "".join(found) + '"'


def _hexadecimal(letter: str) -> str:
    code = ord(letter)
    if code < 256:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"

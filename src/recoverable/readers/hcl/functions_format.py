"""``format`` and ``formatlist``: Go's verbs, as Terraform restricts them.

``%v`` prints text as it is, numbers as ``%g`` and all else as JSON; ``%#v`` prints JSON. Widths
count characters as a reader sees them.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from recoverable.model.values import Unknown
from recoverable.readers.hcl.functions_graphemes import graphemes
from recoverable.readers.hcl.functions_json import json_text
from recoverable.readers.hcl.functions_signature import FunctionError, Param, Table, integer, not_evaluated
from recoverable.readers.hcl.hcl_numbers import Number, digits_of, fixed, is_number, less, rounded_digits
from recoverable.readers.hcl.hcl_types import ANY, STRING, HclList, to_bool, to_number, to_string
from recoverable.readers.hcl.hcl_values import has_unknown, is_sequence, is_unsettled, joined

TABLE = Table()
_VERB = re.compile(
    r"%(?P<flags>[0#+\- ]*)(?P<width>[1-9]\d*)?(?:\.(?P<precision>\d*))?(?:\[(?P<index>\d+)\])?(?P<mode>.)?",
    re.ASCII | re.DOTALL,
)
_WIDEST = 10_000
# Terraform formats the null of a typed variable, and calls the bare word null unknown.
_NULL = "whether null can be formatted depends on its type"


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb of a format: ``%-8.3f`` has the flag ``-``, width 8, precision 3, mode f."""

    flags: str
    width: int
    precision: int | None
    mode: str

    def pad(self, text: str) -> str:
        """Fill to the width; with zeros where the flag asks for them."""
        missing = self.width - len(graphemes(text))
        fill = ("0" if "0" in self.flags else " ") * missing
        return text + fill if "-" in self.flags else fill + text

    def pad_number(self, negative: bool, digits: str, finite: bool = True) -> str:
        """Put the sign before the digits, and the zeros between them."""
        sign = "-" if negative else "+" if "+" in self.flags else " " if " " in self.flags else ""
        missing = self.width - len(sign) - len(digits)
        if "-" in self.flags:
            return sign + digits + " " * missing
        if "0" in self.flags and finite:
            return sign + "0" * missing + digits
        return " " * missing + sign + digits


@TABLE.add("format", STRING, rest=Param(ANY, nullable=True), unknown_aware=True)
def _format_text(pattern: Any, *values: Any) -> Any:
    if has_unknown([pattern, *values]):
        return joined(pattern, *values, not_null=True)
    if None in values:
        return not_evaluated("format", _NULL)
    return _format(pattern, values)


@TABLE.add("formatlist", STRING, rest=Param(ANY, nullable=True), unknown_aware=True)
def _format_list(pattern: Any, *values: Any) -> Any:
    """One text for each place of the lists given, which are all of one length."""
    if isinstance(pattern, Unknown) or any(isinstance(value, Unknown) or is_unsettled(value) for value in values):
        return joined(pattern, *values, not_null=True)
    if None in values:
        return not_evaluated("formatlist", _NULL)
    sizes = {len(value) for value in values if is_sequence(value)}
    if len(sizes) > 1:
        raise FunctionError("formatlist: the lists given are of different lengths")
    found: list[Any] = []
    for place in range(sizes.pop() if sizes else 1):
        row = [value[place] if is_sequence(value) else value for value in values]
        found.append(joined(row, not_null=True) if has_unknown(row) else _format(pattern, row))
    return HclList(found, STRING)


def _format(pattern: str, values: Any) -> str:
    found: list[str] = []
    position, following, highest = 0, 1, 0
    for match in _VERB.finditer(pattern):
        found.append(pattern[position : match.start()])
        position = match.end()
        if match[0] == "%%":
            found.append("%")
            continue
        number = int(match["index"]) if match["index"] else following
        following, highest = number + 1, max(highest, number)
        if match["mode"] is None or number == 0:
            raise FunctionError(f"format: invalid format string at {match.start()}")
        if number > len(values):
            raise FunctionError(f'format: not enough arguments for "{match[0]}": need {number}, have {len(values)}')
        precision = None if match["precision"] is None else int(match["precision"] or 0)
        verb = Verb(match["flags"], int(match["width"] or 0), precision, match["mode"])
        if max(verb.width, precision or 0) > _WIDEST:
            raise FunctionError("format: the width is too large")
        found.append(_one(verb, values[number - 1], match[0]))
    if highest < len(values):
        raise FunctionError(f"format: too many arguments; only {highest} used by format string")
    return "".join(found) + pattern[position:]


def _one(verb: Verb, value: Any, raw: str) -> str:
    if verb.mode == "v":
        return _as_is(verb, value)
    if value is None:
        raise FunctionError(f'format: unsupported value for "{raw}": null value cannot be formatted')
    if verb.mode == "t":
        return "true" if to_bool(value) else "false"
    if verb.mode in "bdoxX":
        return _integer(verb, integer(to_number(value), "the value"))
    if verb.mode in "eEfgG":
        return _float(verb, to_number(value))
    if verb.mode in "sq":
        text = str(to_string(value))
        if verb.precision:
            text = "".join(graphemes(text)[: verb.precision])
        return verb.pad(json_text(text) if verb.mode == "q" else text)
    raise FunctionError(f'format: unsupported format verb "{verb.mode}" in "{raw}"')


def _as_is(verb: Verb, value: Any) -> str:
    if "#" not in verb.flags and isinstance(value, str):
        return verb.pad(value)
    if "#" not in verb.flags and is_number(value) and not math.isinf(value):
        negative, digits, point = digits_of(value)
        return verb.pad(("-" if negative else "") + _general(digits, point, None, "e"))
    return verb.pad(json_text(value))


def _integer(verb: Verb, value: int) -> str:
    digits = format(abs(value), {"d": "d", "b": "b", "o": "o", "x": "x", "X": "X"}[verb.mode])
    if verb.precision is not None:
        digits = "" if verb.precision == 0 and value == 0 else digits.rjust(verb.precision, "0")
    prefix = {"b": "0b", "o": "0", "x": "0x", "X": "0X"}.get(verb.mode, "") if "#" in verb.flags else ""
    flags = verb.flags if verb.precision is None else verb.flags.replace("0", "")
    inner = Verb(flags, verb.width - len(prefix), None, verb.mode)
    text = inner.pad_number(value < 0, digits)
    if not prefix:
        return text
    start = len(text) - len(text.lstrip(" +-"))
    return text[:start] + prefix + text[start:]


def _float(verb: Verb, value: Number) -> str:
    if isinstance(value, float) and math.isinf(value):
        return verb.pad_number(value < 0, "Inf" if "+" in verb.flags or value < 0 else "+Inf", finite=False)
    negative, exponent = less(value, 0), "E" if verb.mode in "EG" else "e"
    places = 6 if verb.precision is None else verb.precision
    if verb.mode == "f":
        return verb.pad_number(negative, fixed(value, places))
    if verb.mode in "gG":
        count = max(places, 1)
        digits, point = rounded_digits(value, count) if verb.precision is not None else digits_of(value)[1:]
        return verb.pad_number(negative, _general(digits, point, count if verb.precision is not None else None, exponent))
    return verb.pad_number(negative, _scientific(*rounded_digits(value, places + 1), places, exponent))


def _scientific(digits: str, point: int, places: int, exponent: str) -> str:
    size = point - 1 if digits else 0
    digits = digits or "0"
    tail = f".{digits[1:].ljust(places, '0')}" if places > 0 else ""
    return f"{digits[0]}{tail}{exponent}{'-' if size < 0 else '+'}{abs(size):02d}"


def _general(digits: str, point: int, precision: int | None, exponent: str) -> str:
    """``%g``: plain digits for middling numbers, otherwise an exponent; no idle zeros."""
    if not digits:
        return "0"
    limit = 6
    if precision is not None:
        limit = precision
        if limit > len(digits) and len(digits) >= point:
            limit = len(digits)
    if point - 1 < -4 or point - 1 >= limit:
        return _scientific(digits, point, len(digits) - 1, exponent)
    if point <= 0:
        return "0." + "0" * -point + digits
    whole = digits[:point].ljust(point, "0")
    return f"{whole}.{digits[point:]}" if digits[point:] else whole

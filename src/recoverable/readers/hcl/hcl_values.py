"""Terraform's collections as Python values: what is equal, what is unknown, and how sets are ordered.

A tuple is a plain ``list`` and an object a plain ``dict``. Terraform's collections, whose items
are all of one type, are subclasses of these: ``tolist([]) == []`` is false in Terraform, because
a list is no tuple, and only the class tells them apart. Copying one (``list(x)``, ``dict(x)``)
makes a tuple or an object of it; keep the class where Terraform keeps the type.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cmp_to_key
from typing import Any

from recoverable.model.values import Ref, Unknown
from recoverable.readers.hcl.hcl_kinds import HclType
from recoverable.readers.hcl.hcl_numbers import digits_of, is_number, less


class HclList(list[Any]):
    """A list whose items are all of one type; ``element`` is that type, None while unknown."""

    __slots__ = ("element",)

    def __init__(self, items: Iterable[Any] = (), element: HclType | None = None) -> None:
        super().__init__(items)
        self.element = element


class HclSet(list[Any]):
    """A set: unique items in the order in which Terraform lists them.

    Unknown items stay, at the end: each of them may turn out to be one of the others.
    """

    __slots__ = ("element",)

    def __init__(self, items: Iterable[Any] = (), element: HclType | None = None) -> None:
        super().__init__(_unique_in_order(items))
        self.element = element


class HclMap(dict[str, Any]):
    """A map whose values are all of one type; ``element`` is that type, None while unknown."""

    __slots__ = ("element",)

    def __init__(self, items: Mapping[str, Any] | Iterable[tuple[str, Any]] = (), element: HclType | None = None) -> None:
        super().__init__(items)
        self.element = element


def normal_text(value: Any) -> Any:
    """Text in Unicode's composed form (NFC), the only one that Terraform keeps."""
    if isinstance(value, str) and not value.isascii():
        return unicodedata.normalize("NFC", value)
    return value


def kind_of(value: Any) -> str:
    """Terraform's word for what a value is: string, number, bool, list, set, map, tuple,
    object, null or unknown.
    """
    if value is None:
        return "null"
    if isinstance(value, Unknown):
        return "unknown"
    if isinstance(value, str):
        return "string"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, list):
        return "list" if isinstance(value, HclList) else "set" if isinstance(value, HclSet) else "tuple"
    if isinstance(value, dict):
        return "map" if isinstance(value, HclMap) else "object"
    if is_number(value):
        return "number"
    raise TypeError(f"{type(value).__name__} is no Terraform value")


def is_sequence(value: Any) -> bool:
    """A list, set or tuple."""
    return isinstance(value, list)


def unknowns(value: Any) -> Iterator[Unknown]:
    """Every unknown in a value, at any depth, in its order."""
    if isinstance(value, Unknown):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from unknowns(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from unknowns(item)


def has_unknown(value: Any) -> bool:
    """True when something in the value is unknown."""
    return next(unknowns(value), None) is not None


def is_unsettled(value: Any) -> bool:
    """True for a set of which it is unknown how many items it has, and in what order."""
    return isinstance(value, HclSet) and len(value) > 1 and has_unknown(value)


def joined(*values: Any, not_null: bool = False) -> Unknown:
    """One unknown made from all unknowns in ``values``: it keeps their names and references."""
    found = list(unknowns(list(values)))
    if len(found) == 1 and found[0].not_null == not_null:
        return replace(found[0], sketch="") if found[0].sketch else found[0]  # what is made of it need not hold its text
    names = list(dict.fromkeys(item.expression for item in found))
    reasons = list(dict.fromkeys(item.reason for item in found if item.reason))
    refs: tuple[Ref, ...] = tuple(dict.fromkeys(ref for item in found for ref in item.refs))
    return Unknown(", ".join(names), "; ".join(reasons), refs, not_null, any(item.open for item in found))


def loosened(value: Any) -> Any:
    """An unknown that is made from its references, and is none of them; anything else as it is."""
    if type(value) is not Unknown or value.open or not value.refs:
        return value
    return replace(value, open=True)


def equal(left: Any, right: Any) -> bool | None:
    """Terraform's ``==``: no conversion, so ``1 == "1"`` is false; None when it is unknown.

    A list is never equal to a tuple, nor a map to an object, whatever they hold.
    """
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        sure = (left is None and right.not_null) or (right is None and left.not_null)
        return False if sure else None
    if left is None or right is None:
        return left is right
    if kind_of(left) != kind_of(right) or _other_element(left, right):
        return False
    if isinstance(left, list):
        return _all_equal(left, right, isinstance(left, HclSet))
    if isinstance(left, dict):
        if left.keys() != right.keys():
            return False
        return _every(equal(left[key], right[key]) for key in left)
    return bool(left == right)


def order_key(value: Any) -> Any:
    """A sort key that puts set items in Terraform's order."""
    return cmp_to_key(_compare)(value)


class Members:
    """Values to look others up in, by Terraform's equality and without going through all of them."""

    def __init__(self, items: Iterable[Any] = ()) -> None:
        self._by_text: dict[str, list[Any]] = {}
        for item in items:
            self.add(item)

    def add(self, item: Any) -> bool:
        """Add a value; False when an equal one is there."""
        peers = self._by_text.setdefault(hash_text(item), [])
        if any(equal(item, peer) for peer in peers):
            return False
        peers.append(item)
        return True

    def __contains__(self, item: Any) -> bool:
        return any(equal(item, peer) for peer in self._by_text.get(hash_text(item), ()))


def hash_text(value: Any) -> str:
    """The text by which Terraform orders set items that have no order of their own."""
    if isinstance(value, Unknown):
        return "?"
    if value is None:
        return "~"
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return "[" + "".join(hash_text(item) + ";" for item in value) + "]"
    if isinstance(value, dict):
        pairs = ((f"{hash_text(key)}:" if isinstance(value, HclMap) else "", key) for key in sorted(value))
        return "{" + "".join(f"{name}{hash_text(value[key])};" for name, key in pairs) + "}"
    return _ten_digits(value)


def _ten_digits(value: Any) -> str:
    """A number in ten significant digits, with an exponent where Go would print one."""
    negative, digits, point = digits_of(value)
    if len(digits) > 10:
        rounded = str(round(int(digits[:11]), -1))
        point += len(rounded) - 11
        digits = rounded[:10].rstrip("0")
    sign = "-" if negative else ""
    if not digits:
        return "0"
    exponent = point - 1
    limit = len(digits) if len(digits) < 10 and len(digits) >= point else 10
    if exponent < -4 or exponent >= limit:
        tail = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{tail}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
    if point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    whole = digits[:point].ljust(point, "0")
    return f"{sign}{whole}" + (f".{digits[point:]}" if digits[point:] else "")


def _rank(value: Any) -> int:
    return 2 if isinstance(value, Unknown) else 1 if value is None else 0


def _compare(left: Any, right: Any) -> int:
    ranks = _rank(left), _rank(right)
    if ranks != (0, 0):
        return ranks[0] - ranks[1]
    if is_number(left) and is_number(right):
        return -1 if less(left, right) else int(less(right, left))
    if isinstance(left, list | dict) or kind_of(left) != kind_of(right):
        left, right = hash_text(left), hash_text(right)
    return int(left > right) - int(left < right)


def _unique_in_order(items: Iterable[Any]) -> list[Any]:
    """Sort, and drop what is certainly equal to a neighbour."""
    given = list(items)
    if all(type(item) is str for item in given):
        return sorted(set(given))
    found: list[Any] = []
    for item in sorted(given, key=order_key):
        peers = reversed(found)
        if not any(equal(peer, item) for peer in _same_rank(peers, item)):
            found.append(item)
    return found


def _same_rank(peers: Iterator[Any], item: Any) -> Iterator[Any]:
    """The items just before that compare as the same; equal ones can only be among them."""
    for peer in peers:
        if _compare(peer, item) != 0:
            return
        yield peer


def _other_element(left: Any, right: Any) -> bool:
    """Two collections are of different types when their item types are known and differ."""
    first, second = getattr(left, "element", None), getattr(right, "element", None)
    return first is not None and second is not None and first != second


def _all_equal(left: list[Any], right: list[Any], unordered: bool) -> bool | None:
    if unordered and (has_unknown(left) or has_unknown(right)):
        return None
    if len(left) != len(right):
        return False
    return _every(equal(first, second) for first, second in zip(left, right, strict=True))


def _every(answers: Iterable[bool | None]) -> bool | None:
    """False if one is false, else None if one is unknown."""
    certain: bool | None = True
    for answer in answers:
        if answer is False:
            return False
        certain = certain and answer
    return certain

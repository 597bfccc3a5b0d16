"""Functions that make a list or a set of lists and sets."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

from recoverable.model.values import Unknown
from recoverable.readers.hcl.functions_signature import FunctionError, Table, integer, not_evaluated
from recoverable.readers.hcl.hcl_types import (
    ANY,
    NUMBER,
    STRING,
    HclList,
    HclSet,
    HclType,
    convert,
    list_of,
    set_of,
    tuple_of,
    type_of,
    unify,
)
from recoverable.readers.hcl.hcl_values import Members, has_unknown, is_sequence, is_unsettled, joined, kind_of

TABLE = Table()
LISTS = ("list", "tuple")
LARGEST_PRODUCT = 1_000_000


def _like(source: Any, items: list[Any]) -> list[Any]:
    """A list where the source is one (or a set), a tuple where it is a tuple."""
    return items if kind_of(source) == "tuple" else HclList(items, source.element)


@TABLE.add("chunklist", list_of(ANY), NUMBER, unknown_aware=True)
def _chunklist(items: Any, size: Any) -> Any:
    if isinstance(items, Unknown) or isinstance(size, Unknown):
        return joined(items, size, not_null=True)
    count = integer(size, "size")
    if count < 0:
        raise FunctionError("chunklist: the size argument must be positive")
    count = count or len(items) or 1
    chunks = [HclList(items[start : start + count], items.element) for start in range(0, len(items), count)]
    return HclList(chunks, list_of(items.element or ANY))


@TABLE.add("compact", list_of(STRING), unknown_aware=True)
def _compact(items: Any) -> Any:
    """Without null and empty text; an unknown item may be either."""
    if has_unknown(items):
        return joined(items, not_null=True)
    return HclList([item for item in items if item], STRING)


@TABLE.add("concat", rest=ANY, unknown_aware=True)
def _concat(*lists: Any) -> Any:
    """Lists of types that unify make a list; as soon as one is a tuple, the result is one."""
    if not lists:
        raise FunctionError("concat: at least one argument is required")
    if any(isinstance(items, Unknown) for items in lists):
        return joined(*lists, not_null=True)
    for items in lists:
        if kind_of(items) not in LISTS:
            raise FunctionError(f"concat: all arguments must be lists or tuples; got {type_of(items)}")
    everything = list(itertools.chain.from_iterable(lists))
    if all(isinstance(items, HclList) for items in lists):
        shared = unify([type_of(items).element for items in lists])
        if shared is not None:
            return HclList([convert(item, shared) for item in everything], shared)
    return everything


@TABLE.add("distinct", list_of(ANY), unknown_aware=True)
def _distinct(items: Any) -> Any:
    if has_unknown(items):
        return joined(items, not_null=True)
    seen = Members()
    return HclList([item for item in items if seen.add(item)], items.element)


@TABLE.add("element", ANY, NUMBER, unknown_aware=True)
def _element(items: Any, place: Any) -> Any:
    """The item at ``place``, counted round and round."""
    if isinstance(items, Unknown) or isinstance(place, Unknown):
        return joined(items, place)
    number = integer(place, "index")
    if kind_of(items) not in LISTS:
        raise FunctionError(f"element: cannot read elements from {type_of(items)}")
    if not items or (number < 0 and number % len(items)):
        raise FunctionError(f"element: cannot use {'a negative index' if items else 'an empty list'}")
    return items[number % len(items)]


@TABLE.add("flatten", ANY, unknown_aware=True)
def _flatten(items: Any) -> Any:
    """An unknown item of a list may itself be a list, so how long the result is, is unknown too.

    Inside an object it does no harm.
    """
    if isinstance(items, Unknown):
        return joined(items, not_null=True)
    if is_unsettled(items):
        return joined(items, not_null=True)
    if not is_sequence(items):
        raise FunctionError("flatten: can only flatten lists, sets and tuples")
    found = list(_flat(items))
    if any(isinstance(item, Unknown) for item in found):
        return joined(found, not_null=True)
    return found


def _flat(items: list[Any]) -> list[Any]:
    found: list[Any] = []
    for item in items:
        if is_unsettled(item):
            found.append(joined(item))
        elif is_sequence(item):
            found.extend(_flat(item))
        else:
            found.append(item)
    return found


@TABLE.add("one", ANY, unknown_aware=True)
def _one(items: Any) -> Any:
    """The only item, or null where there is none."""
    if isinstance(items, Unknown):
        return joined(items)
    if is_unsettled(items):
        return joined(items)
    if not is_sequence(items) or len(items) > 1:
        raise FunctionError("one: must be a list, set, or tuple value with either zero or one elements")
    return items[0] if items else None


@TABLE.add("reverse", ANY, unknown_aware=True)
def _reverse(items: Any) -> Any:
    if isinstance(items, Unknown) or is_unsettled(items):
        return joined(items, not_null=True)
    if not is_sequence(items):
        raise FunctionError(f"reverse: can only reverse list or tuple values, not {type_of(items)}")
    return _like(items, items[::-1])


@TABLE.add("slice", ANY, NUMBER, NUMBER, unknown_aware=True)
def _part(items: Any, start: Any, end: Any) -> Any:
    if isinstance(items, Unknown) or isinstance(start, Unknown) or isinstance(end, Unknown):
        return joined(items, start, end, not_null=True)
    if kind_of(items) not in LISTS:
        raise FunctionError(f"slice: cannot slice {type_of(items)}")
    first, last = integer(start, "start index"), integer(end, "end index")
    if first < 0 or last < 0:
        raise FunctionError("slice: an index must not be less than zero")
    if last > len(items) or first > last:
        raise FunctionError("slice: start must not be after end, nor end after the end of the list")
    return _like(items, list(items[first:last]))


@TABLE.add("sort", list_of(STRING), unknown_aware=True)
def _sort(items: Any) -> Any:
    if has_unknown(items):
        return joined(items, not_null=True)
    if any(item is None for item in items):
        raise FunctionError("sort: a null string cannot be sorted")
    return HclList(sorted(items), STRING)


@TABLE.add("setproduct", rest=ANY, unknown_aware=True)
def _setproduct(*sets: Any) -> Any:
    """Every combination, as tuples; a list where all arguments are lists, otherwise a set."""
    if len(sets) < 2:
        raise FunctionError("setproduct: at least two arguments are required")
    if any(isinstance(items, Unknown) for items in sets):
        return joined(*sets, not_null=True)
    same = [_one_type(items) for items in sets]
    ordered = all(kind_of(items) in LISTS for items in sets)
    if math.prod(len(items) for items in same) > LARGEST_PRODUCT:
        return not_evaluated("setproduct", f"more than {LARGEST_PRODUCT} combinations")
    found = [list(combination) for combination in itertools.product(*same)]
    kind = tuple_of(items.element or ANY for items in same)
    return HclList(found, kind) if ordered else HclSet(found, kind)


def _one_type(items: Any) -> Any:
    if not is_sequence(items):
        raise FunctionError("setproduct: a set or a list is required")
    return convert(items, set_of(ANY) if isinstance(items, HclSet) else list_of(ANY))


def _same_sets(sets: tuple[Any, ...]) -> tuple[list[HclSet], HclType]:
    """The sets with items of one type, which Terraform finds before it compares them."""
    shared = unify([type_of(items) for items in sets])
    if shared is None:
        raise FunctionError("given sets must all have compatible element types")
    return [convert(items, shared) for items in sets], shared.element


def _set_function(name: str, combine: Callable[[list[HclSet]], list[Any]], *params: HclType, more: bool) -> None:
    def body(*sets: Any) -> Any:
        if any(isinstance(items, Unknown) for items in sets) or (name != "setunion" and has_unknown(list(sets))):
            return joined(*sets, not_null=True)
        same, element_type = _same_sets(sets)
        return HclSet(combine(same), element_type)

    TABLE.add(name, *params, rest=set_of(ANY) if more else None, unknown_aware=True)(body)


def _union(sets: list[HclSet]) -> list[Any]:
    return list(itertools.chain.from_iterable(sets))


def _intersection(sets: list[HclSet]) -> list[Any]:
    others = [Members(other) for other in sets[1:]]
    return [item for item in sets[0] if all(item in other for other in others)]


def _difference(sets: list[HclSet]) -> list[Any]:
    others = Members(sets[1])
    return [item for item in sets[0] if item not in others]


_set_function("setunion", _union, set_of(ANY), more=True)
_set_function("setintersection", _intersection, set_of(ANY), more=True)
_set_function("setsubtract", _difference, set_of(ANY), set_of(ANY), more=False)

"""Functions on maps and objects, and on what is in any collection."""

from __future__ import annotations

from typing import Any

from recoverable.model.values import Unknown
from recoverable.readers.hcl.functions_graphemes import graphemes
from recoverable.readers.hcl.functions_signature import FunctionError, Param, Table
from recoverable.readers.hcl.hcl_types import (
    ANY,
    BOOL,
    STRING,
    HclList,
    HclMap,
    convert,
    list_of,
    map_of,
    type_of,
    unify,
)
from recoverable.readers.hcl.hcl_values import Members, equal, has_unknown, is_sequence, is_unsettled, joined, kind_of, loosened

TABLE = Table()
STRINGS = list_of(STRING)


@TABLE.add("length", ANY, unknown_aware=True)
def _length(value: Any) -> Any:
    """Of a set with unknown items it is unknown: they may turn out to be the same."""
    if isinstance(value, Unknown):
        return joined(value, not_null=True)
    if is_unsettled(value):
        return joined(value, not_null=True)
    if isinstance(value, str):
        return len(graphemes(value))
    if isinstance(value, list | dict):
        return len(value)
    raise FunctionError("length: argument must be a string, a collection type, or a structural type")


@TABLE.add("alltrue", list_of(BOOL), unknown_aware=True)
def _all_true(items: Any) -> Any:
    if isinstance(items, Unknown):
        return joined(items, not_null=True)
    if any(item is None or item is False for item in items):
        return False
    return joined(items, not_null=True) if has_unknown(items) else True


@TABLE.add("anytrue", list_of(BOOL), unknown_aware=True)
def _any_true(items: Any) -> Any:
    if isinstance(items, Unknown):
        return joined(items, not_null=True)
    if any(item is True for item in items):
        return True
    return joined(items, not_null=True) if has_unknown(items) else False


@TABLE.add("coalesce", rest=Param(ANY, nullable=True), unknown_aware=True)
def _coalesce(*values: Any) -> Any:
    """The first that is neither null nor empty text, as the type that all arguments share.

    An unknown that may be null or empty makes the answer unknown: any that follow may be it.
    Beside a null, which is of no type in particular, Terraform leaves lists and objects as they are.
    """
    shared = unify([type_of(value) for value in values])
    if shared is None and has_unknown(list(values)):
        return joined(*values)
    if shared is None or not values:
        raise FunctionError("coalesce: all arguments must have the same type")
    for index, value in enumerate(values):
        if isinstance(value, Unknown):
            return _first_of(values[index:])
        found = value if None in values and isinstance(value, list | dict) else convert(value, shared)
        if found is not None and found != "":
            return found
    raise FunctionError("coalesce: no non-null, non-empty-string arguments")


def _first_of(values: tuple[Any, ...]) -> Unknown:
    """One of several, of which the first is unknown: what is no reference may win over those that are."""
    found = joined(*values, not_null=True)
    elsewhere = any(value is not None and not (isinstance(value, Unknown) and value.refs) for value in values)
    return loosened(found) if elsewhere else found


@TABLE.add("coalescelist", rest=Param(ANY, nullable=True), unknown_aware=True)
def _coalesce_list(*values: Any) -> Any:
    for value in values:
        if isinstance(value, Unknown):
            break
        if kind_of(value) not in ("list", "tuple"):
            raise FunctionError("coalescelist: arguments must be lists or tuples")
    for place, value in enumerate(values):
        if isinstance(value, Unknown):
            return _first_of(values[place:])
        if value:
            return value
    raise FunctionError("coalescelist: no non-null arguments")


@TABLE.add("contains", ANY, ANY, unknown_aware=True)
def _contains(items: Any, value: Any) -> Any:
    if isinstance(items, Unknown):
        return joined(items, value, not_null=True)
    if not is_sequence(items):
        raise FunctionError("contains: argument must be list, tuple, or set")
    answers = [equal(item, value) for item in items]
    if True in answers:
        return True
    return joined(items, value, not_null=True) if None in answers else False


@TABLE.add("index", ANY, ANY, unknown_aware=True)
def _index(items: Any, value: Any) -> Any:
    if isinstance(items, Unknown):
        return joined(items, value, not_null=True)
    if kind_of(items) not in ("list", "tuple"):
        raise FunctionError("index: argument must be a list or tuple")
    for place, item in enumerate(items):
        same = equal(item, value)
        if same is None:
            return joined(items, value, not_null=True)
        if same:
            return place
    raise FunctionError("index: item not found" if items else "index: cannot search an empty list")


def _mapping(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise FunctionError(f"{name}: must have map or object type")
    return value


@TABLE.add("keys", ANY, unknown_aware=True)
def _keys(mapping: Any) -> Any:
    if isinstance(mapping, Unknown):
        return joined(mapping, not_null=True)
    names = sorted(_mapping("keys", mapping))
    return HclList(names, STRING) if isinstance(mapping, HclMap) else names


@TABLE.add("values", ANY, unknown_aware=True)
def _values(mapping: Any) -> Any:
    """In the order of the keys."""
    if isinstance(mapping, Unknown):
        return joined(mapping, not_null=True)
    found = [mapping[name] for name in sorted(_mapping("values", mapping))]
    return HclList(found, mapping.element) if isinstance(mapping, HclMap) else found


@TABLE.add("lookup", ANY, STRING, rest=Param(ANY, nullable=True), unknown_aware=True)
def _lookup(mapping: Any, key: Any, *default: Any) -> Any:
    """The value of the key, be it null; the default only where the key is missing."""
    if len(default) > 1:
        raise FunctionError("lookup: takes two or three arguments")
    if isinstance(mapping, Unknown) or isinstance(key, Unknown):
        return joined(mapping, key, *default)
    found = _mapping("lookup", mapping)
    fallback = [_as_element(found, value) for value in default]
    if key in found:
        return found[key]
    if fallback:
        return fallback[0]
    raise FunctionError(f'lookup: the given object has no attribute "{key}"')


def _as_element(mapping: dict[str, Any], value: Any) -> Any:
    """A default has the type of the map's values."""
    return convert(value, type_of(mapping).element) if isinstance(mapping, HclMap) else value


@TABLE.add("merge", rest=Param(ANY, nullable=True), unknown_aware=True)
def _merge(*mappings: Any) -> Any:
    """The later wins; null arguments are skipped. Maps of one type make a map, all else an object."""
    if any(isinstance(mapping, Unknown) for mapping in mappings):
        return joined(*mappings, not_null=True)
    given = [mapping for mapping in mappings if mapping is not None]
    found: dict[str, Any] = {}
    for mapping in given:
        if not isinstance(mapping, dict):
            raise FunctionError(f'merge: arguments must be maps or objects, got "{kind_of(mapping)}"')
        found.update(mapping)
    kinds = {type_of(mapping) for mapping in given if isinstance(mapping, HclMap)}
    if len(kinds) == 1 and all(isinstance(mapping, HclMap) for mapping in mappings):
        return HclMap(found, kinds.pop().element)
    return found


@TABLE.add("zipmap", STRINGS, ANY, unknown_aware=True)
def _zipmap(names: Any, items: Any) -> Any:
    if isinstance(names, Unknown) or isinstance(items, Unknown) or has_unknown(names):
        return joined(names, items, not_null=True)
    if kind_of(items) not in ("list", "tuple"):
        raise FunctionError("zipmap: values argument must be a list or tuple value")
    if len(names) != len(items):
        raise FunctionError(f"zipmap: number of keys ({len(names)}) does not match number of values ({len(items)})")
    if any(name is None for name in names):
        raise FunctionError("zipmap: a key must not be null")
    pairs = zip(names, items, strict=True)
    return HclMap(pairs, items.element) if isinstance(items, HclList) else dict(pairs)


@TABLE.add("transpose", map_of(STRINGS), unknown_aware=True)
def _transpose(mapping: Any) -> Any:
    """A map of lists turned round: each item becomes a key that lists the keys it stood under."""
    if has_unknown(mapping):
        return joined(mapping, not_null=True)
    found: dict[str, list[str]] = {}
    for name in sorted(mapping):
        for item in _not_null("transpose", mapping[name]):
            found.setdefault(_not_null("transpose", item), []).append(name)
    turned = {name: HclList(sorted(found[name]), STRING) for name in sorted(found)}
    return HclMap(turned, STRINGS)


def _not_null(name: str, value: Any) -> Any:
    if value is None:
        raise FunctionError(f"{name}: input must not contain null")
    return value


@TABLE.add("matchkeys", list_of(ANY), list_of(ANY), list_of(ANY), unknown_aware=True)
def _matchkeys(items: Any, names: Any, search: Any) -> Any:
    """The items whose key, at the same place in the second list, is in the third."""
    if isinstance(items, Unknown) or has_unknown([names, search]):
        return joined(items, names, search, not_null=True)
    if len(items) != len(names):
        raise FunctionError("matchkeys: length of keys and values should be equal")
    shared = unify([type_of(names), type_of(search)])
    if shared is None:
        raise FunctionError("matchkeys: keys and searchset must be of the same type")
    wanted = Members(convert(search, shared))
    pairs = zip(items, convert(names, shared), strict=True)
    return HclList([item for item, name in pairs if name in wanted], items.element)

"""Terraform's types, and the conversions it makes between them without being asked.

A type is an :class:`HclType`. The evaluator builds one from a type constraint with the
constructors of :mod:`hcl_kinds` and calls :func:`convert`; functions convert their arguments the same way.
:func:`unify` finds the one type that several values can share: conditionals, ``tolist`` and
``for`` over mixed items rest on it. Values of unknown type take part as "any".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from recoverable.model.values import Unknown
from recoverable.readers.hcl.hcl_kinds import (
    ANY,
    BOOL,
    NUMBER,
    PRIMITIVES,
    STRING,
    Attribute,
    HclType,
    list_of,
    map_of,
    object_of,
    required,
    set_of,
    tuple_of,
)
from recoverable.readers.hcl.hcl_numbers import Number, NumberError, is_number, parse_number, to_text
from recoverable.readers.hcl.hcl_unify import convertible, unify
from recoverable.readers.hcl.hcl_values import HclList, HclMap, HclSet, has_unknown, is_unsettled, joined, kind_of


class ConversionError(ValueError):
    """A value that Terraform refuses to convert; the message is what Terraform says."""


def to_string(value: Any) -> Any:
    """Text as ``tostring`` and templates make it; null and unknown pass."""
    if value is None or isinstance(value, str | Unknown):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_number(value):
        return to_text(value)
    raise ConversionError("string required")


def to_number(value: Any) -> Any:
    """A number from a number or its text; null and unknown pass, truth values are refused."""
    if value is None or isinstance(value, Unknown) or is_number(value):
        return whole_number(value) if isinstance(value, float) else value
    if isinstance(value, str):
        try:
            return parse_number(value)
        except NumberError as error:
            raise ConversionError(str(error)) from None
    raise ConversionError("number required")


def whole_number(value: float) -> Number:
    """An ``int`` for a float that is whole: numbers have one form only."""
    return int(value) if value.is_integer() else value


def to_bool(value: Any) -> Any:
    """A truth value from a truth value or its text; null and unknown pass."""
    if value is None or isinstance(value, bool | Unknown):
        return value
    if isinstance(value, str):
        if value in ("true", "1"):
            return True
        if value in ("false", "0"):
            return False
        raise ConversionError("a bool is required")
    raise ConversionError("bool required")


def convert(value: Any, wanted: HclType) -> Any:
    """The value as ``wanted``, or ConversionError; optional attributes get their defaults.

    Null converts to anything, and unknown stays as it is.
    """
    if wanted.kind == "any" or value is None or isinstance(value, Unknown):
        return value
    if wanted.kind in PRIMITIVES:
        return {"string": to_string, "number": to_number, "bool": to_bool}[wanted.kind](value)
    if wanted.kind == "object":
        return _convert_object(value, wanted)
    if wanted.kind == "tuple":
        if kind_of(value) != "tuple" or len(value) != len(wanted.items):
            raise ConversionError("tuple required")
        return [convert(item, kind) for item, kind in zip(value, wanted.items, strict=True)]
    return _convert_collection(value, wanted)


def _convert_object(value: Any, wanted: HclType) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ConversionError("object required")
    missing = sorted(a.name for a in wanted.attributes if a.name not in value and not a.optional)
    if missing:
        names = ", ".join(f'"{name}"' for name in missing)
        verb = "attribute {} is required" if len(missing) == 1 else "attributes {} are required"
        raise ConversionError(verb.format(names))
    found: dict[str, Any] = {}
    for attribute in wanted.attributes:
        given = value.get(attribute.name)
        try:
            given = attribute.default if given is None and attribute.optional else given
            found[attribute.name] = convert(given, attribute.type)
        except ConversionError as error:
            raise ConversionError(f'attribute "{attribute.name}": {error}') from None
    return found


def _convert_collection(value: Any, wanted: HclType) -> Any:
    element, kind = wanted.element, wanted.kind
    if not isinstance(value, dict if kind == "map" else list):
        raise ConversionError(f"{wanted} required")
    if kind == "list" and is_unsettled(value):
        return joined(value, not_null=True)
    items = list(value.values() if isinstance(value, dict) else value)
    own = getattr(value, "element", None)
    shared = own if own is not None and element in (own, ANY) else required(element)
    if shared is not own:
        items = [convert(item, element) for item in items]
    if shared.has_any() and shared is not own:
        found = unify([type_of(item) for item in items])
        if found is None and has_unknown(items):
            # The unknown item may be of the type that the others can share.
            return joined(value, not_null=True)
        if found is None:
            raise ConversionError(f"all {kind} elements must have the same type")
        shared = found
        items = [convert(item, shared) for item in items]
    if isinstance(value, dict):
        return HclMap(zip(value.keys(), items, strict=True), shared)
    return HclSet(items, shared) if kind == "set" else HclList(items, shared)


def type_of(value: Any) -> HclType:
    """The type of a value; null and unknown are of any type."""
    kind = kind_of(value)
    if kind in PRIMITIVES:
        return HclType(kind)
    if kind in ("list", "set", "map"):
        element = value.element
        if element is None:
            items = value.values() if kind == "map" else value
            element = unify([type_of(item) for item in items]) or ANY
        return HclType(kind, (element,))
    if kind == "tuple":
        return tuple_of(type_of(item) for item in value)
    if kind == "object":
        return object_of({name: type_of(item) for name, item in value.items()})
    return ANY


def unify_values(values: Iterable[Any]) -> list[Any]:
    """The values, converted to the one type they can share, as a conditional does it.

    ``[1]`` and ``[]`` become lists of numbers, ``1`` and ``"a"`` strings, ``{a = 1}`` and ``{}``
    maps; what shares no type is refused.
    """
    given = list(values)
    shared = unify([type_of(value) for value in given])
    if shared is None:
        raise ConversionError("the values have no type in common")
    return [convert(value, shared) for value in given]


__all__ = [
    "ANY",
    "BOOL",
    "NUMBER",
    "STRING",
    "Attribute",
    "ConversionError",
    "HclList",
    "HclMap",
    "HclSet",
    "HclType",
    "convert",
    "convertible",
    "list_of",
    "map_of",
    "object_of",
    "required",
    "set_of",
    "to_bool",
    "to_number",
    "to_string",
    "tuple_of",
    "type_of",
    "unify",
    "unify_values",
]

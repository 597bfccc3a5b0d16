"""What inputs are refused for by their types alone: an unknown property, a wrong type, a missing required property.

Nothing is coerced: text in the place of a number is refused even where the bridge would read the number out of it. A value that is
known only after apply is never refused. No reason shows the value: it may be a secret.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from recoverable.sandbox.provider.handler import Refusal
from recoverable.sandbox.provider.types_of_sdk import Field, Kind, Shape
from recoverable.sandbox.provider.wire import ASSETS, DEFAULTS, SIGNATURE, UNKNOWN

WANTED = {
    "text": "text",
    "integer": "a whole number",
    "number": "a number",
    "flag": "true or false",
    "document": "JSON text, or an object",
    "list": "a list",
    "map": "a map",
    "block": "an object",
}
PYTHON: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "integer": (int,),
    "number": (int, float),
    "flag": (bool,),
    "document": (str, dict),
    "list": (list,),
    "map": (dict,),
    "block": (dict,),
}


def refusals(kind: Kind, values: Mapping[str, Any]) -> list[Refusal]:
    """Every reason why these inputs of a resource are refused, in the order of their paths."""
    return sorted(_of_block(kind.inputs, values, "", kind.token), key=lambda refusal: refusal.property)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``; did you mean `x`?`` for the nearest known name, or nothing when none is near."""
    names = {each.lower().replace("_", ""): each for each in known}
    near = difflib.get_close_matches(name.lower().replace("_", ""), names, n=1, cutoff=0.6)
    return f"; did you mean `{names[near[0]]}`?" if near else ""


def _of_block(fields: Mapping[str, Field], values: Mapping[str, Any], path: str, owner: str) -> Iterator[Refusal]:
    for name, value in values.items():
        if name == DEFAULTS or value is None:
            continue
        here = f"{path}.{name}" if path else name
        field = fields.get(name)
        if field is None:
            yield Refusal(here, f"{owner} has no property `{name}`{did_you_mean(name, fields)}")
        else:
            yield from _of_value(field.shape, value, here)
    for name, field in fields.items():
        if field.required and values.get(name) is None:
            yield Refusal(f"{path}.{name}" if path else name, f"{owner} needs `{name}`, and it is missing")


def _of_value(shape: Shape, value: Any, path: str) -> Iterator[Refusal]:
    if value == UNKNOWN or shape.kind == "any":
        return
    if _is_asset(value) or not _fits(shape.kind, value):
        yield Refusal(path, f"wants {WANTED[shape.kind]}, and is {_told(value)}")
    elif shape.kind == "block":
        yield from _of_block(shape.fields, value, path, f"`{path}`")
    elif shape.kind == "list" and shape.element:
        for index, each in enumerate(value):
            yield from _of_value(shape.element, each, f"{path}[{index}]")
    elif shape.kind == "map" and shape.element:
        for key, each in value.items():
            if key != DEFAULTS:
                yield from _of_value(shape.element, each, f"{path}.{key}")


def _fits(kind: str, value: Any) -> bool:
    """Whether a value is of a kind. A truth value is no number, though Python says so."""
    return isinstance(value, PYTHON[kind]) and isinstance(value, bool) == (kind == "flag")


def _is_asset(value: Any) -> bool:
    return isinstance(value, dict) and value.get(SIGNATURE) in ASSETS


def _told(value: Any) -> str:
    """The kind of a value, in words."""
    if _is_asset(value):
        return "a file or an archive"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    return "text" if isinstance(value, str) else "a list" if isinstance(value, list) else "an object"

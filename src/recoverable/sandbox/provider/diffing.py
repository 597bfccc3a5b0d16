"""What changed between two sets of inputs, in the words of the provider protocol."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from recoverable.sandbox.provider.types_of_sdk import Field
from recoverable.sandbox.provider.wire import stated


def same(one: Any, other: Any) -> bool:
    """Whether two values mean the same: JSON texts are compared as documents."""
    if isinstance(one, str) and isinstance(other, str) and one[:1] in "{[" and other[:1] in "{[":
        try:
            return bool(json.loads(one) == json.loads(other))
        except ValueError:
            return one == other
    return bool(one == other)


def changes(fields: Mapping[str, Field], old: Any, new: Any, ignored: Collection[str] = ()) -> dict[str, str]:
    """ADD, DELETE or UPDATE by the path of every changed leaf (``rules[0].expiration.days``).

    A property that the provider fills in by itself keeps its value when the program states it no longer: that is no change.
    """
    found = _of_block(fields, stated(old), stated(new), "")
    return {path: word for path, word in found if not any(_covers(pattern, path) for pattern in ignored)}


def top(path: str) -> str:
    """The property that a path starts at."""
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def _of_block(fields: Mapping[str, Field], old: Mapping[str, Any], new: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    for name in sorted({*old, *new}):
        field = fields.get(name)
        if name not in new and field is not None and field.computed:
            continue
        yield from _of_value(field, old.get(name), new.get(name), f"{path}.{name}" if path else name)


def _of_value(field: Field | None, old: Any, new: Any, path: str) -> Iterator[tuple[str, str]]:
    if same(old, new):
        return
    shape = field.shape if field else None
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _of_block(shape.fields if shape and shape.kind == "block" else {}, old, new, path)
    elif isinstance(old, list) and isinstance(new, list):
        element = Field(shape.element, False, False) if shape and shape.element else None
        for index in range(max(len(old), len(new))):
            before = old[index] if index < len(old) else None
            yield from _of_value(element, before, new[index] if index < len(new) else None, f"{path}[{index}]")
    else:
        yield path, "ADD" if old is None else "DELETE" if new is None else "UPDATE"


def _covers(pattern: str, path: str) -> bool:
    """Whether an entry of ``ignoreChanges`` (``tags.owner``, ``tags["owner"]``, ``rules[*].status``, ``*``) means this path."""
    if pattern == "*":
        return True
    normal = re.sub(r"\[\"([^\"]*)\"\]", r".\1", pattern)
    text = re.escape(normal).replace(r"\*", r"[^.\[\]]+")
    return re.match(rf"{text}(?=$|[.\[])", path) is not None

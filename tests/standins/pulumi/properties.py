"""Property values as they go between engine and provider, and what a bridged provider fills into them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from google.protobuf import json_format, struct_pb2  # type: ignore[import-untyped,import-not-found,unused-ignore]

from tests.standins.pulumi import sdk

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
Values = dict[str, Any]


def plain(struct: Any) -> Values:
    """A protobuf struct as Python values, whole numbers as integers so that they can be compared and shown."""
    values: Values = whole(json_format.MessageToDict(struct))
    return values


def whole(value: Any) -> Any:
    """30.0 as 30, all the way down: the wire has only floats."""
    if isinstance(value, dict):
        return {key: whole(each) for key, each in value.items()}
    if isinstance(value, list):
        return [whole(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def pack(values: Values) -> struct_pb2.Struct:
    """Python values as a protobuf struct; None is absence."""
    struct = struct_pb2.Struct()
    struct.update({key: value for key, value in values.items() if value is not None})
    return struct


def fill(
    names: Mapping[str, sdk.Shape],
    renamed: Mapping[str, str],
    values: Values,
    defaults: Mapping[str, Any],
    computed: Collection[str] = (),
) -> None:
    """Put the schema's defaults where nothing was stated and list them in `__defaults`, in nested blocks as well.

    `defaults` goes by dotted Terraform path. An optional attribute that is computed too has no default in the schema.
    """
    filled: set[str] = set()
    deeper: dict[str, dict[str, Any]] = {}
    for path, value in defaults.items():
        head, _, rest = path.partition(".")
        name = sdk.argument(names, head, renamed)
        if name is None or name not in names:
            continue
        wire = sdk.camel(name)
        if rest:
            deeper.setdefault(wire, {})[rest] = value
        elif values.get(wire) is None and wire not in computed:
            values[wire] = value
            filled.add(wire)
    for name, shape in names.items():
        wire = sdk.camel(name)
        block = shape.element if shape.kind == "list" else shape
        if block is None or block.kind != "block":
            continue
        held = values.get(wire)
        for each in held if isinstance(held, list) else [held]:
            if isinstance(each, dict):
                fill(block.fields, renamed, each, deeper.get(wire, {}))
    values["__defaults"] = sorted(filled)

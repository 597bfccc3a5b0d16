"""Property values as they go between the engine and a provider."""

from __future__ import annotations

from typing import Any

from google.protobuf import json_format, struct_pb2

from recoverable.sandbox.provider.handler import Values

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"  # the engine's marker for "known after apply"


def plain(struct: Any) -> Values:
    """A protobuf struct as Python values, whole numbers as integers: the wire has floats only."""
    values: Values = whole(json_format.MessageToDict(struct))
    return values


def whole(value: Any) -> Any:
    """30.0 as 30, all the way down."""
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


def has_unknown(value: Any) -> bool:
    """Whether any part of a value is known only after apply."""
    if isinstance(value, dict):
        return any(has_unknown(each) for each in value.values())
    if isinstance(value, list):
        return any(has_unknown(each) for each in value)
    return bool(value == UNKNOWN)

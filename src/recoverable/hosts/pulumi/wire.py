"""Property bags as the analyzer protocol carries them, to plain data and back.

Unknown values and secrets stay what they are on the wire (texts and signatures that our reader knows): nothing is unwrapped
here, so nothing secret can leave, and what a remediation does not touch goes back as it came.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf import struct_pb2


def plain(struct: struct_pb2.Struct) -> dict[str, Any]:
    """A property bag as plain data; numbers are floats."""
    return {name: _plain(value) for name, value in struct.fields.items()}


def packed(data: Mapping[str, Any]) -> struct_pb2.Struct:
    """Plain data as a property bag."""
    return struct_pb2.Struct(fields={name: _packed(value) for name, value in data.items()})


def _plain(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return plain(value.struct_value)
    if kind == "list_value":
        return [_plain(item) for item in value.list_value.values]
    return None if kind in (None, "null_value") else getattr(value, kind)


def _packed(value: Any) -> struct_pb2.Value:
    if value is None:
        return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
    if isinstance(value, bool):
        return struct_pb2.Value(bool_value=value)
    if isinstance(value, (int, float)):
        return struct_pb2.Value(number_value=value)
    if isinstance(value, str):
        return struct_pb2.Value(string_value=value)
    if isinstance(value, Mapping):
        return struct_pb2.Value(struct_value=packed(value))
    return struct_pb2.Value(list_value=struct_pb2.ListValue(values=[_packed(item) for item in value]))

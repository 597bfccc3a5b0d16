"""Property values as they go between the engine and a provider."""

from __future__ import annotations

from typing import Any

from google.protobuf import json_format, struct_pb2

from recoverable.sandbox.provider.handler import Values

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"  # the engine's marker for "known after apply"
SIGNATURE = "4dabf18193072939515e22adb298388d"  # the key of a wrapped value; what it wraps is told by its value:
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the engine's marker for a secret value, not a secret
OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
ASSETS = frozenset({"c44067f5952c0a294b673a41bacd8c17", "0def7320c3a5731c473e5ecbe6d01bc7"})  # a file, an archive
DEFAULTS = "__defaults"  # the bridge's list of what it filled in, on every block


def plain(struct: Any) -> Values:
    """A protobuf struct as Python values: whole numbers as integers (the wire has floats only), secrets and outputs unwrapped."""
    values: Values = whole(json_format.MessageToDict(struct))
    return values


def whole(value: Any) -> Any:
    """30.0 as 30, all the way down; what is absent (null) inside of a block is dropped."""
    if isinstance(value, dict):
        wrapped = value.get(SIGNATURE)
        if wrapped in (SECRET, OUTPUT):
            return whole(value.get("value", UNKNOWN))
        return {key: whole(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [whole(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def pack(values: Values) -> struct_pb2.Struct:
    """Python values as a protobuf struct; None is absence."""
    struct = struct_pb2.Struct()
    struct.update({key: value for key, value in values.items() if value is not None})
    return struct


def stated(value: Any) -> Any:
    """Without the bridge's own bookkeeping, which no program states and no cloud holds."""
    if isinstance(value, dict):
        return {key: stated(each) for key, each in value.items() if key != DEFAULTS}
    return [stated(each) for each in value] if isinstance(value, list) else value


def has_unknown(value: Any) -> bool:
    """Whether any part of a value is known only after apply."""
    if isinstance(value, dict):
        return any(has_unknown(each) for each in value.values())
    if isinstance(value, list):
        return any(has_unknown(each) for each in value)
    return bool(value == UNKNOWN)

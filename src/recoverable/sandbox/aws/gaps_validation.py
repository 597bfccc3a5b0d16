"""Whether a request is one that the service model allows: the check that a client may have left out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

WORDS = {"string": str, "integer": int, "long": int, "boolean": bool, "list": list, "map": dict, "structure": dict, "double": float}
CODES = {
    "backup": ("InvalidParameterValueException", "MissingParameterValueException"),
    "rds": ("InvalidParameterValue", "MissingParameter"),
    "logs": ("InvalidParameterException", "InvalidParameterException"),
    "secretsmanager": ("InvalidParameterException", "InvalidParameterException"),
}
"""By service: its code for a bad value, and for a missing one."""
ENVELOPE = frozenset({"Action", "Version"})


def faults(operation: Any, protocol: str, given: Any, body: bytes) -> Iterator[tuple[str, str]]:
    """Error code and message of everything that is wrong with a request, unknown members first."""
    bad, missing = CODES.get(operation.service_model.service_name, ("ValidationException", "ValidationException"))
    shape = operation.input_shape
    if shape is None:
        return
    for message in _unread(protocol, shape, body):
        yield bad, message
    for is_missing, message in _wrong(shape, given, ""):
        yield (missing if is_missing else bad), message


def _unread(protocol: str, shape: Any, body: bytes) -> Iterator[str]:
    """What the parser would drop or bend: members that there are not, and JSON values of another type."""
    if not body:
        return
    if protocol in ("query", "ec2"):
        known = {member.serialization.get("name", name) for name, member in shape.members.items()} | set(shape.members) | ENVELOPE
        for name in sorted({key.split(".")[0] for key, _ in parse_qsl(body.decode())} - known):
            yield f"Unknown parameter: {name}"
    else:
        try:
            yield from _unread_json(shape, json.loads(body), "")
        except ValueError:
            yield "The body is no JSON"


def _unread_json(shape: Any, value: Any, path: str) -> Iterator[str]:
    if shape.type_name in WORDS and not _is_of(shape.type_name, value):
        yield f"{path.rstrip('.') or 'The body'} must be of type {shape.type_name}"
    elif shape.type_name == "structure":
        members = {
            each.serialization.get("name", name): each for name, each in shape.members.items() if "location" not in each.serialization
        }
        for name, each in value.items():
            if name not in members:
                yield f"Unknown parameter: {path}{name}"
            elif each is not None:
                yield from _unread_json(members[name], each, f"{path}{name}.")
    elif shape.type_name == "list":
        for index, each in enumerate(value):
            yield from _unread_json(shape.member, each, f"{path}{index}.")


def _is_of(word: str, value: Any) -> bool:
    """Whether a value is of a type of the service model. A truth value is no number, though Python says so."""
    if isinstance(value, bool):
        return word == "boolean"
    return isinstance(value, int | float) if word == "double" else isinstance(value, WORDS[word])


def _wrong(shape: Any, value: Any, path: str) -> Iterator[tuple[bool, str]]:
    """Pairs of whether it is missing, and the message; no message repeats a value: it may be a secret."""
    if shape.type_name in WORDS and not _is_of(shape.type_name, value):
        yield False, f"{path.rstrip('.') or shape.name} must be of type {shape.type_name}"
    elif shape.type_name == "structure":
        for name in shape.required_members:
            if name not in value:
                yield True, f"Missing required parameter: {path}{name}"
        for name, each in value.items():
            if name in shape.members:
                yield from _wrong(shape.members[name], each, f"{path}{name}.")
    elif shape.type_name == "list":
        yield from _bounds(shape, len(value), path)
        for index, each in enumerate(value):
            yield from _wrong(shape.member, each, f"{path}{index}.")
    elif shape.type_name == "string":
        yield from _bounds(shape, len(value), path)
        yield from _text(shape, value, path.rstrip("."))
    elif shape.type_name in ("integer", "long", "double"):
        yield from _bounds(shape, value, path)


def _bounds(shape: Any, size: float, path: str) -> Iterator[tuple[bool, str]]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    name = path.rstrip(".") or shape.name
    if low is not None and size < low:
        yield False, f"{name} is below the minimum of {low}"
    if high is not None and size > high:
        yield False, f"{name} is above the maximum of {high}"


def _text(shape: Any, value: str, path: str) -> Iterator[tuple[bool, str]]:
    choices, pattern = shape.metadata.get("enum"), shape.metadata.get("pattern")
    if choices and value not in choices:
        yield False, f"{path} must be one of {', '.join(choices)}"
    if pattern and _is_pattern(pattern) and not re.search(pattern, value):
        yield False, f"{path} must match {pattern}"


def _is_pattern(pattern: str) -> bool:
    """AWS writes some patterns in Java's dialect, which Python cannot read: those are not checked."""
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True

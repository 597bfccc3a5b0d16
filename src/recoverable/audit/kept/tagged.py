"""Answers as JSON and back, exactly: times and bytes, which JSON has not, are tagged."""

from __future__ import annotations

import base64
import datetime
import json
from typing import Any

TIME, BYTES, TABLE = "=time", "=bytes", "=table"
"""The only key of an object that stands for a time, for bytes, or for an object with a key of its own that begins with ``=``."""
MARK = "="


def text_of(data: Any) -> str:
    """Data as JSON; equal data are equal text.

    Raises:
        TypeError: there is something in it that no answer holds.
    """
    return json.dumps(_tagged(data), sort_keys=True, separators=(",", ":"))


def data_of(text: str) -> Any:
    """What :func:`text_of` was given.

    Raises:
        ValueError: it is no such text.
    """
    return json.loads(text, object_hook=_untagged)


def _tagged(data: Any) -> Any:
    if isinstance(data, dict):
        if any(not isinstance(name, str) for name in data):
            raise TypeError("a key of an answer is no text")
        if any(name.startswith(MARK) for name in data):
            return {TABLE: [[name, _tagged(value)] for name, value in sorted(data.items())]}
        return {name: _tagged(value) for name, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_tagged(each) for each in data]
    if isinstance(data, datetime.datetime):
        return {TIME: data.isoformat()}
    if isinstance(data, bytes):
        return {BYTES: base64.b64encode(data).decode("ascii")}
    if data is None or isinstance(data, (str, bool, int, float)):
        return data
    raise TypeError(f"no answer holds a {type(data).__name__}")


def _untagged(data: dict[str, Any]) -> Any:
    if TIME in data:
        return datetime.datetime.fromisoformat(data[TIME])
    if BYTES in data:
        return base64.b64decode(data[BYTES])
    return dict(data[TABLE]) if TABLE in data else data

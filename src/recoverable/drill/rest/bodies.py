"""What an answer over HTTPS says: its object, and how long it asks to wait."""

from __future__ import annotations

import json
from typing import Any


def object_of(raw: bytes, status: int) -> dict[str, Any]:
    """The object of an answer. An error need not be JSON; a success must be, for an empty one would pass for a list of nothing.

    Raises:
        ValueError: a success holds no object.
    """
    try:
        found = json.loads(raw)
    except ValueError:
        found = None
    if isinstance(found, dict):
        return found
    if status < 300:
        raise ValueError("no object")
    return {}


def seconds_of(text: str | None) -> float | None:
    """The seconds of ``Retry-After``; None for a date, or where it is not said."""
    return float(text) if text and text.isdecimal() else None

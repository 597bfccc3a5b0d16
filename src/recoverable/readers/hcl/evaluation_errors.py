"""How evaluation ends without a value."""

from __future__ import annotations

from typing import Any

MOST_PARTS = 3_000_000


class EvalError(Exception):
    """Terraform would refuse this expression; ``try`` and ``can`` catch it."""


class CycleError(EvalError):
    """Values that need each other; no ``try`` helps against it."""


class TooLargeError(EvalError):
    """More work than one input is worth; what it would give is unknown, not refused."""


def bounded(value: Any) -> Any:
    """The value, or TooLargeError: lists that hold others twice double with each local value."""
    if not isinstance(value, list | dict):
        return value
    parts = 0
    pending: list[Any] = [value]
    while pending:
        items = pending.pop()
        parts += len(items)
        if parts > MOST_PARTS:
            raise TooLargeError(f"the value has more than {MOST_PARTS:,} parts")
        inner = items.values() if isinstance(items, dict) else items
        pending.extend(item for item in inner if isinstance(item, list | dict))
    return value

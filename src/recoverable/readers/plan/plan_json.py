"""Parts of a plan's JSON that may be missing or null."""

from __future__ import annotations

from typing import Any


def as_dict(value: Any) -> dict[str, Any]:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """The list, or an empty one."""
    return value if isinstance(value, list) else []


def text_list(value: Any) -> list[str]:
    """The texts of a list, or an empty one."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def without_key(address: str) -> str:
    """An address without its last instance key."""
    if not address.endswith("]"):
        return address
    if address.endswith('"]'):
        start = address.rfind('["')
        while start > 0 and address.count('"', start) % 2:
            start = address.rfind('["', 0, start)
        return address[:start] if start > 0 else address
    return address[: address.rfind("[")]


def is_index(text: str) -> bool:
    """Whether a text is a whole number that can be an index."""
    return len(text) < 19 and text.isascii() and text.isdigit()

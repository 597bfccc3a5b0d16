"""Tags between the provider's map and the lists of the AWS services, which spell them in two ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def as_list(tags: Mapping[str, str] | None, key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """``[{"Key": …, "Value": …}]``; KMS says TagKey and TagValue."""
    return [{key: name, value: text} for name, text in sorted((tags or {}).items())]


def as_map(tags: Iterable[Mapping[str, Any]] | None, key: str = "Key", value: str = "Value") -> dict[str, str]:
    """The map of such a list, without the tags that AWS itself sets (``aws:…``). Moto leaves out a value that is empty."""
    return {each[key]: each.get(value, "") for each in tags or [] if not each[key].startswith("aws:")}


def gone(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The keys of tags that are to be taken away."""
    return sorted(set(old.get("tags") or {}) - set(new.get("tags") or {}))

"""What changed between two sets of inputs, in the words of the provider protocol."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def clean(value: Any) -> Any:
    """Without the bridge's own bookkeeping, which is no change of the user's."""
    if isinstance(value, dict):
        return {key: clean(each) for key, each in value.items() if key != "__defaults"}
    return [clean(each) for each in value] if isinstance(value, list) else value


def differing(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """The top-level properties that differ, sorted."""
    before, after = clean(old), clean(new)
    return sorted(key for key in {*before, *after} if before.get(key) != after.get(key))


def changed_paths(path: str, old: Any, new: Any) -> Iterator[tuple[str, str]]:
    """Every path that was added, deleted or changed, down to the leaf, as a detailed diff lists them."""
    old, new = clean(old), clean(new)
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            yield from changed_paths(f"{path}.{key}", old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            before = old[index] if index < len(old) else None
            yield from changed_paths(f"{path}[{index}]", before, new[index] if index < len(new) else None)
    else:
        yield path, "ADD" if old is None else "DELETE" if new is None else "UPDATE"

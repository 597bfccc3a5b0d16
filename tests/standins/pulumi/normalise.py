"""Take out of a recording what differs from run to run or names a folder of this machine, and nothing else.

What is done here is listed in README.md; a recording is otherwise what the engine printed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SECRET_KEY = "4dabf18193072939515e22adb298388d"
IDENTITY = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
OUTSIDE = re.compile(r"^project:///\.\./.*?(site-packages/.*|[^/]+)$")
DROPPED = frozenset({"stackTrace", "duration"})
MOMENT = "2026-01-01T00:00:00Z"
MOMENTS = frozenset({"created", "modified", "time"})
CASE = "recoverable:example:Case"


class Normaliser:
    """One recording session; the same identity becomes the same stand-in in every document of it."""

    def __init__(self) -> None:
        """Start with no identities seen."""
        self.seen: dict[str, str] = {}

    def identity(self, found: re.Match[str]) -> str:
        """A stand-in for a random identity. The one that means unknown stays."""
        text = found.group()
        if text in (UNKNOWN, SECRET_KEY):
            return text
        return self.seen.setdefault(text, f"00000000-0000-4000-8000-{len(self.seen) + 1:012}")

    def tree(self, value: Any, key: str = "") -> Any:
        """A document without what changes from run to run."""
        if isinstance(value, dict):
            kept = {name: each for name, each in value.items() if name not in DROPPED}
            if key == "propertyDependencies":
                return {name: sorted(each) for name, each in kept.items()}
            return {name: self.tree(each, name) for name, each in kept.items()}
        if isinstance(value, list):
            cleaned = [self.tree(each, key) for each in value]
            return sorted(cleaned) if key == "dependencies" else cleaned
        if not isinstance(value, str):
            return value
        if key in MOMENTS:
            return MOMENT
        if key == "ciphertext" or key == "salt":
            return "v1:stripped"
        if key == "sourcePosition":
            return OUTSIDE.sub(r"project:///../venv/\1", value)
        return IDENTITY.sub(self.identity, value)

    def preview(self, document: dict[str, Any], order: Sequence[str]) -> dict[str, Any]:
        """A preview with its steps by example, so that two recordings of the same examples can be compared."""
        steps = sorted(document.get("steps", []), key=lambda step: rank(step["urn"], order))
        return {**self.tree(document), "steps": self.tree(steps)}

    def export(self, document: dict[str, Any], order: Sequence[str]) -> dict[str, Any]:
        """A stack export, its resources by example; a parent still comes before its children."""
        cleaned: dict[str, Any] = self.tree({**document, "deployment": {**document["deployment"], "resources": []}})
        resources = sorted(document["deployment"].get("resources", []), key=lambda each: rank(each["urn"], order))
        cleaned["deployment"]["resources"] = self.tree(resources)
        return cleaned


def rank(urn: str, order: Sequence[str]) -> tuple[int, int, str]:
    """Stack and providers first, then example by example: the component, then its children by URN."""
    kind, name = urn.split("::")[2:4]
    case = name.split(".")[0]
    return (order.index(case) if kind.startswith(CASE) and case in order else -1, 0 if kind == CASE else 1, urn)

"""What the settings of ``rds`` and ``aurora`` have in common: where a copy stands must be said, and its parts of the schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recoverable.standard.typed import Table


def needed(table: Table, texts: tuple[str, ...], wanted: Mapping[str, str]) -> dict[str, Any]:
    """The texts and the security groups; a problem for each of ``wanted`` that is missing, with what it is good for."""
    found: dict[str, Any] = {key: table.text(key) for key in texts}
    for key, about in wanted.items():
        if not found[key]:
            table.problems.add(table.path, f"names no {key}", f'Add {key} = "…": {about}.')
    found["security_groups"] = table.texts("security_groups")
    if not found["security_groups"]:
        table.problems.add(
            table.path, "names no security_groups", 'Add security_groups = ["sg-…"]: in from where the drill runs, out to nowhere.'
        )
    return found


def only_with(table: Table, found: Mapping[str, Any], form: str, forms_of: Mapping[str, tuple[str, ...]]) -> None:
    """A problem for each key that means nothing with this ``from``."""
    for key, forms in forms_of.items():
        if found[key] and form not in forms:
            table.wrong(key, f'means nothing with from = "{form}"', "Remove the line, or change from.")


def text(description: str) -> dict[str, Any]:
    """A text in the schema."""
    return {"type": "string", "minLength": 1, "description": description}


SECURITY_GROUPS: Mapping[str, Any] = {
    "type": "array",
    "minItems": 1,
    "items": {"type": "string", "minLength": 1},
    "description": "The VPC security groups of the copy, exactly these.",
}

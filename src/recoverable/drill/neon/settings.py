"""``[drill.stores.NAME.source]`` of the provider ``neon``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from recoverable.standard.typed import Table

API_KEY = "NEON_API_KEY"
"""Neon's own variable for the key of its API."""
TEXTS = ("branch", "database", "role", "api_key_env", "dump", "globals", "programs", "scratch")
KEYS = ("project", *TEXTS, "without_owners")
_DEFAULTS = {"database": "neondb", "role": "neondb_owner", "api_key_env": API_KEY}
_PROJECT = re.compile(r"[a-z0-9][a-z0-9-]{0,62}\Z")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_OF_DUMP = ("globals", "without_owners")


def read(table: Table) -> dict[str, Any]:
    """The settings, typed; keys are named by their variable and never stand in the file."""
    table.only(KEYS)
    if "project" not in table.data:
        table.problems.add(table.path, "names no project", 'Add project = "…", the id that the console shows (wispy-meadow-118737, say).')
    elif isinstance(table.data["project"], str) and not _PROJECT.match(table.data["project"]):
        table.wrong("project", "is no id of a Neon project", "Write the id that the console shows, such as wispy-meadow-118737.")
    found: dict[str, Any] = {name: table.text(name) or _DEFAULTS.get(name, "") for name in TEXTS}
    if not _VARIABLE.match(found["api_key_env"]):
        table.wrong("api_key_env", "is no name of a variable", f"Write the variable's name, such as {API_KEY}; never the key itself.")
    for name in _OF_DUMP:
        if name in table.data and "dump" not in table.data:
            table.wrong(name, "is for dump only", "Remove the line.")
    return {"project": table.text("project"), **found, "without_owners": table.switch("without_owners", default=False)}


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description}


SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "description": "A Neon project: the drill branches off its past, and with dump it restores an independent copy, too.",
    "additionalProperties": False,
    "required": ["project"],
    "properties": {
        "project": _text("The id of the project."),
        "branch": _text("The branch to restore: its name or id. Default: the project's default branch."),
        "database": _text("The database to verify. Default: neondb."),
        "role": _text("The role that the drill connects as. Default: neondb_owner. Its password is changed on the drill's branch alone."),
        "api_key_env": _text("The environment variable with the API key. Default: NEON_API_KEY."),
        "dump": _text(
            "What pg_dump wrote of the same database: restored on this machine in the same drill, for a branch shares its storage."
        ),
        "globals": _text("What pg_dumpall --globals-only wrote: roles and their grants, loaded before the dump."),
        "without_owners": {"type": "boolean", "default": False, "description": "Load the dump without owners and grants."},
        "programs": _text("The folder of PostgreSQL's programs for the dump. Default: those of the right version that are found."),
        "scratch": _text("Where the copy of the dump is put. Default: TMPDIR, else /var/tmp."),
    },
}

"""``[drill.stores.NAME.source]`` of the provider ``cloudsql``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from recoverable.standard.typed import Table

TEXTS = ("project", "instance", "database", "user", "restore")
KEYS = (*TEXTS, "port", "allow_public")
CLONE, BACKUP = "clone", "backup"
PORT = 5432
_PROJECT = re.compile(r"[a-z][a-z0-9.:-]{4,62}\Z")
_INSTANCE = re.compile(r"[a-z][a-z0-9-]{0,96}\Z")


def read(table: Table) -> dict[str, Any]:
    """The settings, typed."""
    table.only(KEYS)
    for name, form, example in (("project", _PROJECT, "acme-prod"), ("instance", _INSTANCE, "orders")):
        if name not in table.data:
            table.problems.add(table.path, f"names no {name}", f'Add {name} = "{example}".')
        elif isinstance(table.data[name], str) and not form.match(table.data[name]):
            table.wrong(name, f"is no name of a Google Cloud {name}", f"Write it without the project, such as {example}.")
    return {
        "project": table.text("project"),
        "instance": table.text("instance"),
        "database": table.text("database") or "postgres",
        "user": table.text("user") or "postgres",
        "restore": table.choice("restore", (CLONE, BACKUP), CLONE),
        "port": table.whole("port", 1, 65535, PORT),
        "allow_public": table.switch("allow_public", default=False),
    }


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description}


SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "description": "A Cloud SQL instance: the drill clones it to a time, or restores its newest backup, into a new instance.",
    "additionalProperties": False,
    "required": ["project", "instance"],
    "properties": {
        "project": _text("The Google Cloud project."),
        "instance": _text("The instance that is restored; never written to."),
        "database": _text("The database to verify, which also holds the heartbeats. Default: postgres."),
        "user": _text("The user that the drill connects as. Default: postgres. Its password is changed on the copy alone."),
        "restore": {
            "enum": [CLONE, BACKUP],
            "default": CLONE,
            "description": "To a time by a clone, or the newest backup into a new instance.",
        },
        "port": {"type": "integer", "minimum": 1, "maximum": 65535, "default": PORT, "description": "Where the copy listens."},
        "allow_public": {
            "type": "boolean",
            "default": False,
            "description": "Reach the copy over a public address where it has no private one; a reservation in every record.",
        },
    },
}

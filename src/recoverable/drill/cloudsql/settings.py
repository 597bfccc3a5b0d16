"""``[drill.stores.NAME.source]`` of the provider ``cloudsql``."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any

from recoverable.standard.typed import Table

TEXTS = ("project", "instance", "database", "user", "restore")
KEYS = (*TEXTS, "login", "deleted_at", "port", "allow_public")
CLONE, BACKUP, RETAINED_CLONE, RETAINED_BACKUP = "clone", "backup", "retained-clone", "retained-backup"
RETAINED = (RETAINED_CLONE, RETAINED_BACKUP)
"""Of an instance that was deleted."""
FORMS = (CLONE, BACKUP, *RETAINED)
PASSWORD, IAM = "password", "iam"
"""How the drill logs in: by a new password, or by an access token as the user's password."""
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
        "login": _login(table),
        "restore": table.choice("restore", FORMS, CLONE),
        "deleted_at": _deleted_at(table),
        "port": table.whole("port", 1, 65535, PORT),
        "allow_public": table.switch("allow_public", default=False),
    }


def _login(table: Table) -> str:
    found = table.choice("login", (PASSWORD, IAM), PASSWORD)
    user = table.data.get("user")
    if found == IAM and not (isinstance(user, str) and "@" in user):
        fix = 'Write its e-mail address, of a service account without .gserviceaccount.com: user = "drills@acme-prod.iam".'
        table.problems.add(table.path, "logs in by IAM and names no IAM user", fix)
    if found == IAM and isinstance(user, str) and user.endswith(".gserviceaccount.com"):
        table.wrong("user", "is a service account's whole address", f'Write user = "{user.removesuffix(".gserviceaccount.com")}".')
    return found


def _deleted_at(table: Table) -> datetime.datetime | None:
    """When the instance was deleted; None for the last one that had the name."""
    found = table.data.get("deleted_at")
    if found is None:
        return None
    if table.data.get("restore") not in RETAINED:
        table.wrong("deleted_at", "is of an instance that was deleted", f'Add restore = "{RETAINED_BACKUP}" or "{RETAINED_CLONE}".')
    try:
        moment = found if isinstance(found, datetime.datetime) else datetime.datetime.fromisoformat(str(found))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        table.wrong("deleted_at", "is no time with a zone", "Write it as `gcloud sql backups list` shows it: 2026-12-01T00:00:00.123Z.")
        return None
    return moment.astimezone(datetime.UTC)


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description}


SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "description": "A Cloud SQL instance: the drill clones it to a time, or restores its newest backup, into a new instance; of a deleted one, too.",
    "additionalProperties": False,
    "required": ["project", "instance"],
    "properties": {
        "project": _text("The Google Cloud project."),
        "instance": _text("The instance that is restored; never written to."),
        "database": _text("The database to verify, which also holds the heartbeats. Default: postgres."),
        "user": _text("The user that the drill connects as. Default: postgres. Its password is changed on the copy alone."),
        "restore": {
            "enum": list(FORMS),
            "default": CLONE,
            "description": "To a time by a clone, or the newest backup into a new instance; retained-… of an instance that was deleted.",
        },
        "login": {
            "enum": [PASSWORD, IAM],
            "default": PASSWORD,
            "description": "A new password for the user on the copy, or the access token of the drill's identity, whose IAM user it is then.",
        },
        "deleted_at": {
            "type": "string",
            "format": "date-time",
            "description": "When the instance was deleted, where its name was used more than once. Default: the last one.",
        },
        "port": {"type": "integer", "minimum": 1, "maximum": 65535, "default": PORT, "description": "Where the copy listens."},
        "allow_public": {
            "type": "boolean",
            "default": False,
            "description": "Reach the copy over a public address where it has no private one; a reservation in every record.",
        },
    },
}

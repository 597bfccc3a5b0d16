"""The JSON Schema of one line of backup facts: ``docs/backup-facts.schema.json``."""

from __future__ import annotations

from typing import Any

from recoverable.alerts.facts import LONGEST_TEXT, REQUIRED, SCHEMA, STATES

Json = dict[str, Any]


def schema() -> Json:
    """Of one line. Moments are RFC 3339 with a zone; null is "there is none", a key that is missing is "not looked at"."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Backup facts: what is known of one store's backups at one moment; a line of JSON for each store",
        "type": "object",
        "additionalProperties": False,
        "required": list(REQUIRED),
        "properties": {
            "schema": {"const": SCHEMA, "description": "The version of this format."},
            "store": {**_text("The address or name of the store: the same in every file."), "pattern": r"\S"},
            "environment": _text("Its environment, by any name the standard knows; empty or unknown: the strictest numbers hold."),
            "observed": _moment("When these facts were looked at."),
            "kind": _text("The kind of store, for numbers of [kinds], such as rds-instance."),
            "tags": {"type": "object", "additionalProperties": {"type": "string"}, "description": "Its tags, for numbers of [stores]."},
            "last_backup": _or_none(_moment("When the last successful backup ended; null: there is none.")),
            "latest_restorable": _or_none(_moment("The newest moment it can be restored to; null: it cannot be restored.")),
            "failed_jobs": {
                "type": "array",
                "description": "Backup jobs that failed, were aborted, expired or skipped. Those before last_backup are history.",
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["at"],
                    "properties": {"at": _moment("When it failed."), "id": _text("Its number."), "message": _text("What was said.")},
                },
            },
            "replication": {
                "type": "array",
                "description": "Copies elsewhere.",
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["target"],
                    "properties": {
                        "target": {**_text("Where the copy is: a region, an address."), "pattern": r"\S"},
                        "state": {"enum": list(STATES), "default": "unknown", "description": "Whether it works."},
                        "lag_seconds": _or_none({"type": "number", "minimum": 0, "description": "How far it is behind; null: not known."}),
                    },
                },
            },
        },
    }


def _text(description: str) -> Json:
    return {"type": "string", "description": f"{description} At most {LONGEST_TEXT} characters are kept."}


def _moment(description: str) -> Json:
    return {"type": "string", "format": "date-time", "description": description}


def _or_none(what: Json) -> Json:
    return {**what, "type": [what["type"], "null"]}

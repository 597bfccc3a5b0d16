"""``[drill.stores.NAME.expect]`` of a store of secrets: what the restored data needs of them. It never holds a value."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recoverable.standard.typed import Table

KEYS = ("secrets", "manifest", "manifest_env", "secrets_at_least", "rungs_left_out")
OF_ONE = ("version", "created_after", "created_before", "keys")
MOST = 100_000


class ManifestError(Exception):
    """The manifest cannot be used. The text holds nothing of it."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected of one secret. Times are in UTC; "", None and () mean that nothing is."""

    version: str = ""
    after: datetime.datetime | None = None
    before: datetime.datetime | None = None
    keys: tuple[str, ...] = ()


def read(table: Table) -> dict[str, Any]:
    """The typed expectations; every mistake becomes a problem of the table. ``secrets`` is by name."""
    table.only(KEYS)
    if "manifest" in table.data and "manifest_env" in table.data:
        table.wrong("manifest_env", "stands beside manifest", "Keep one of the two.")
    return {
        "secrets": {name: _one(each) for name, each in table.named_tables("secrets").items()},
        "manifest": table.text("manifest"),
        "manifest_env": table.text("manifest_env"),
        "secrets_at_least": table.whole("secrets_at_least", 1, MOST, 1),
        "rungs_left_out": table.texts("rungs_left_out"),
    }


def _one(table: Table) -> Expected:
    table.only(OF_ONE)
    return Expected(table.text("version"), _time(table, "created_after"), _time(table, "created_before"), table.texts("keys"))


def _time(table: Table, key: str) -> datetime.datetime | None:
    found = table.data.get(key)
    try:
        return None if found is None else moment(found)
    except ValueError:
        table.wrong(key, "is no time with a zone", f"Write {key} = 2026-12-01T00:00:00Z.")
        return None


def moment(said: object) -> datetime.datetime:
    """A TOML time, or text in the ISO form, with a zone.

    Raises:
        ValueError: it is none.
    """
    found = said if isinstance(said, datetime.datetime) else datetime.datetime.fromisoformat(str(said))
    if found.tzinfo is None:
        raise ValueError("no zone")
    return found.astimezone(datetime.UTC)


def expected_of(settings: Mapping[str, Any], folder: Path) -> dict[str, Expected]:
    """What is expected, by name: of the settings, and of the manifest, which an application's release writes: the same as JSON.

    Raises:
        ManifestError: it is not there, or no manifest.
    """
    found: dict[str, Expected] = dict(settings.get("secrets") or {})
    for name, each in _manifest(settings, folder).items():
        if name in found:
            raise ManifestError("the manifest names a secret that the settings name, too")
        found[name] = each
    return found


def _manifest(settings: Mapping[str, Any], folder: Path) -> dict[str, Expected]:
    file, variable = settings.get("manifest", ""), settings.get("manifest_env", "")
    if not file and not variable:
        return {}
    if variable and variable not in os.environ:
        raise ManifestError(f"the variable {variable} of the manifest is not set")
    try:
        text = os.environ[variable] if variable else (folder / Path(file).expanduser()).read_text(encoding="utf-8")
        return {name: _of_json(each) for name, each in json.loads(text).items()}
    except (OSError, ValueError, AttributeError, TypeError):
        what = "the manifest cannot be read: it is an object of names, each with version, created_after, created_before or keys"
        raise ManifestError(what) from None


def _of_json(each: Mapping[str, Any]) -> Expected:
    if set(each) - set(OF_ONE) or not all(isinstance(key, str) for key in each.get("keys", ())) or isinstance(each.get("keys"), str):
        raise ValueError("an unknown key")
    after, before = (moment(each[name]) if name in each else None for name in ("created_after", "created_before"))
    return Expected(str(each.get("version", "")), after, before, tuple(each.get("keys", ())))


_TIME = {"type": "string", "format": "date-time"}
_NAMES = {"type": "array", "items": {"type": "string", "minLength": 1}}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "What the restored data expects of its secrets. Never a value.",
    "additionalProperties": False,
    "properties": {
        "secrets": {
            "type": "object",
            "description": "By name.",
            "additionalProperties": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "version": {"type": "string", "description": "The id of the version that the data was written with."},
                    "created_after": {**_TIME, "description": "The version must not be older."},
                    "created_before": {**_TIME, "description": "The version must not be newer."},
                    "keys": {**_NAMES, "description": "Keys that the secret's JSON object must hold, each with a value."},
                },
            },
        },
        "manifest": {"type": "string", "description": "A JSON file that says the same, written by a release."},
        "manifest_env": {"type": "string", "description": "An environment variable with the same JSON."},
        "secrets_at_least": {"type": "integer", "minimum": 1, "maximum": MOST, "default": 1, "description": "How many there must be."},
        "rungs_left_out": {**_NAMES, "description": "Rungs that are not asked for, by name; the evidence is amber then."},
    },
}

"""The JSON Schema of one evidence record, as it stands in the ledger and in ``--evidence`` files."""

from __future__ import annotations

from typing import Any

from recoverable.drill.contract import Phase
from recoverable.drill.evidence import REACHED, SCHEMA
from recoverable.drill.rung import Depth, Stage
from recoverable.drill.verdict import Colour, DrillVerdict, RungVerdict

Json = dict[str, Any]
CONTROL_OUTCOMES = ("red", "green", "could not run", "off")
PHASE_OUTCOMES = ("done", "over budget", "failed", "interrupted")


def schema() -> Json:
    """Draft 2020-12. Times are ISO 8601 in UTC, durations seconds."""
    properties = {**_what(), **_measured(), **_parts(), **_chain()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Evidence of one restore drill",
        "description": "hash is SHA-256 over the record without it: JSON with sorted keys, no spaces, UTF-8.",
        **_object(properties),
    }


def _what() -> Json:
    return {
        "schema": {"const": SCHEMA, "description": "The version of this format."},
        "run": _text("The id of the run, written on everything it made."),
        "store": _text("The store of [drill.stores]."),
        "address": _text("The resource in code: a Pulumi URN or a Terraform address; the store's name where none is set."),
        "environment": _text("Whose demands held; strictest where none was stated."),
        "provider": _text("How it was restored."),
        "target": _text("What it was to be restored to: latest, time:T, lsn:L or name:N."),
        "depth": {"enum": [each.value for each in Depth]},
        "verdict": {"enum": [each.value for each in DrillVerdict]},
        "colour": {"enum": [each.value for each in Colour], "description": "amber: verified with reservations."},
        "reason": _text("Why the verdict is what it is."),
        "reservations": _list(_text("A doubt that a reader of a verified drill must see.")),
        "started": _time("When the drill began."),
        "ended": _time("When everything it made was gone, or listed."),
    }


def _measured() -> Json:
    return {
        "backup_id": _text("The backup that was restored; empty where none was found."),
        "reached": {
            **_object({name: {} for name in REACHED}),
            "description": "Where recovery ended, as the restored server says; null where unknown.",
        },
        "rpo_seconds": _seconds("Data lost: from the last heartbeat that was restored to the moment to restore to."),
        "rpo_demanded_seconds": _seconds("What the standard demands."),
        "rto_first_query_seconds": _seconds(
            "From the beginning of the drill, preflight included, to the first answered query, or the first thing read of a store without a database."
        ),
        "rto_demanded_seconds": _seconds("What the standard demands."),
        "verified_seconds": _seconds("From the beginning of the drill to the end of the ladder; null where it failed."),
    }


def _parts() -> Json:
    rung = {
        "name": _text("What is asked."),
        "verdict": {"enum": [each.value for each in RungVerdict]},
        "detail": _text("One sentence with the numbers; never rows."),
        "stage": {"enum": ["preflight", "restore", *(each.value for each in Stage), "migrate", "smoke"]},
        "seconds": _seconds("How long it took."),
        "figures": {"type": "object", "description": "Numbers for machines."},
    }
    phase = {
        "name": {"enum": [each.value for each in Phase]},
        "started": _time("When it began."),
        "seconds": _seconds("How long it took."),
        "budget_seconds": _seconds("How long it may take; null: no limit."),
        "outcome": {"enum": list(PHASE_OUTCOMES)},
    }
    control = {
        "outcome": {"enum": list(CONTROL_OUTCOMES), "description": "red is right: the ladder noticed the damage."},
        "kind": _text("The kind of damage."),
        "row": {"type": ["integer", "null"], "description": "Its row in the catalogue of failures."},
        "caught_by": _text("The rung that noticed."),
        "detail": _text("What it said."),
        "seconds": _seconds("How long it took."),
    }
    leftover = {name: _text(about) for name, about in _LEFTOVER.items()}
    return {
        "phases": _list(_object(phase)),
        "rungs": _list(_object(rung)),
        "not_covered": _list(_object({"name": _text("What was not looked at."), "reason": _text("Why.")})),
        "negative_control": _object(control),
        "versions": {"type": "object", "additionalProperties": {"type": "string"}},
        "who": {"type": "object", "additionalProperties": {"type": "string"}, "description": "User, host, pipeline."},
        "leftovers": _list(_object(leftover)),
        "crashes": _list(_text("A bug, by type and place.")),
    }


_LEFTOVER = {
    "provider": "Whose it is.",
    "kind": "What it is.",
    "name": "Its exact name.",
    "run": "The run whose mark it carries.",
    "expires": "When the reaper may take it whatever its run says.",
    "reason": "Why it could not be removed.",
    "command": "What removes it.",
}


def _chain() -> Json:
    digest = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
    return {
        "sequence": {"type": ["integer", "null"], "description": "Its place in the ledger; null where it could not be kept there."},
        "previous_hash": {**digest, "description": "The hash of the record before; zeros for the first."},
        "hash": {**digest, "description": "Of this record; absent where it could not be kept."},
    }


def _object(properties: Json) -> Json:
    required = [name for name in properties if name not in ("hash", "address")]  # older records have no address
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _text(description: str) -> Json:
    return {"type": "string", "description": description}


def _time(description: str) -> Json:
    return {"type": ["string", "null"], "description": description}


def _seconds(description: str) -> Json:
    return {"type": ["number", "null"], "minimum": 0, "description": description}

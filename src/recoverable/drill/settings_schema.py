"""The JSON Schema of ``[drill]`` in ``recoverable.toml``."""

from __future__ import annotations

from typing import Any

from recoverable.drill import durations, parts
from recoverable.drill.contract import Phase
from recoverable.drill.settings import BUDGETED, DEPTHS, LOCK_DAYS, NAME_PATTERN

Json = dict[str, Any]


def drill_schema() -> Json:
    """The ``drill`` table."""
    return _closed(
        {
            "ledger": _text(
                "Where evidence is chained: a file (relative to this one) or s3://bucket/prefix. Default: in the state folder."
            ),
            "ledger_lock_days": {
                "type": "integer",
                "minimum": 1,
                "maximum": 36500,
                "default": LOCK_DAYS,
                "description": "How long each record is locked where the bucket has object lock.",
            },
            "stores": {**_closed({}), "patternProperties": {NAME_PATTERN: _store()}},
        },
        "Restore drills.",
    )


def _store() -> Json:
    fields = {
        "provider": {"enum": list(parts.provider_names()), "description": "How it is restored."},
        "environment": _text("Whose RPO, RTO and cadence hold; without it the strictest of all."),
        "kind": _text("The kind of store, for numbers of [kinds], such as rds-instance."),
        "address": _text("The address for numbers of [stores]; default: the name here."),
        "depth": {"enum": list(DEPTHS), "default": "standard", "description": "How much the ladder looks at."},
        "budgets": _closed({name: _duration() for name in BUDGETED}, f"How long a phase may take. {Phase.HOLD.value} is --hold's."),
        **parts.table_schemas(),
    }
    return {**_closed(fields, "One store and how it is drilled."), "required": ["provider"]}


def _closed(properties: Json, description: str = "") -> Json:
    said = {"description": description} if description else {}
    return {"type": "object", **said, "properties": properties, "additionalProperties": False}


def _text(description: str) -> Json:
    return {"type": "string", "description": description}


def _duration() -> Json:
    return {"type": "string", "pattern": durations.PATTERN, "description": f"A length of time: {durations.EXAMPLES}."}

"""``[drill.stores.NAME.expect]``: what the ladder is to expect of a store beyond what a baseline says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recoverable.standard.problems import show
from recoverable.standard.typed import Table

KEYS = (
    "heartbeat", "clock_skew_seconds", "statement_seconds", "timeline", "rows", "shrink_percent", "grow_percent",
    "changing", "unchanging", "unlogged", "databases_left_out", "rungs_left_out", "workers",
)  # fmt: skip
CLOCK_SKEW = 60
SHRINK_PERCENT = 50
"""Losing half of a table since the last verified drill is asked about, unless the settings say that it may."""
NO_LIMIT = 0
DAY = 86400


def read(table: Table) -> dict[str, Any]:
    """The typed expectations; every mistake becomes a problem of the table."""
    table.only(KEYS)
    return {
        "heartbeat": table.text("heartbeat"),
        "clock_skew_seconds": table.whole("clock_skew_seconds", 0, DAY, CLOCK_SKEW),
        "statement_seconds": table.whole("statement_seconds", 1, 30 * DAY, 7200),
        "timeline": table.whole("timeline", 0, 2**31 - 1, 0),
        "rows": _floors(table.table("rows")),
        "shrink_percent": table.whole("shrink_percent", 0, 100, SHRINK_PERCENT),
        "grow_percent": table.whole("grow_percent", 0, 1_000_000, NO_LIMIT),
        "changing": _names(table.table("changing")),
        "unchanging": _names(table.table("unchanging")),
        "unlogged": _names(table.table("unlogged")),
        "databases_left_out": table.texts("databases_left_out"),
        "rungs_left_out": table.texts("rungs_left_out"),
        "workers": table.texts("workers"),
    }


def _floors(table: Table) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for database, each in _tables(table):
        floors = found.setdefault(database, {})
        for name, number in each.data.items():
            if type(number) is int and number >= 0 and "." in name:
                floors[name] = number
            else:
                each.wrong(name, f"is {show(number)}, not a number of rows of a schema.table", 'Write "public.orders" = 1000, say.')
    return found


def _names(table: Table) -> dict[str, tuple[str, ...]]:
    return {database: table.texts(database) for database in table.data}


def _tables(table: Table) -> list[tuple[str, Table]]:
    return [(name, table.table(name)) for name in table.data]


_TABLE_NAMES: Mapping[str, Any] = {"type": "array", "items": {"type": "string", "minLength": 1}}


def _by_database(each: Mapping[str, Any], description: str) -> dict[str, Any]:
    return {"type": "object", "description": description, "additionalProperties": each}


def _whole(low: int, high: int, default: int, description: str) -> dict[str, Any]:
    return {"type": "integer", "minimum": low, "maximum": high, "default": default, "description": description}


_LEFT_OUT = "Rungs that are not asked for, by name; the evidence is amber then."

SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "What the ladder expects of the store.",
    "additionalProperties": False,
    "properties": {
        "heartbeat": {"type": "string", "description": "The database that `recoverable drill heartbeat` writes its rows into."},
        "clock_skew_seconds": _whole(0, DAY, CLOCK_SKEW, "How far the clocks of source and drill may be apart."),
        "statement_seconds": _whole(1, 30 * DAY, 7200, "How long one statement may take; what takes longer could not run."),
        "timeline": _whole(0, 2**31 - 1, 0, "The source's timeline after a failover, where the backup is of an older one."),
        "rows": _by_database(
            {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}}, "By database: the least rows of a schema.table."
        ),
        "shrink_percent": _whole(0, 100, SHRINK_PERCENT, "How much of a table may be gone since the baseline; 100 means all."),
        "grow_percent": _whole(0, 1_000_000, NO_LIMIT, "How much a table may have grown since the baseline; 0 means without limit."),
        "changing": _by_database(_TABLE_NAMES, "By database: tables (schema.table, with *) whose size says nothing, such as queues."),
        "unchanging": _by_database(_TABLE_NAMES, "By database: tables whose contents are those of the baseline at any time."),
        "unlogged": _by_database(_TABLE_NAMES, "By database: unlogged tables that may be empty after a restore."),
        "databases_left_out": {**_TABLE_NAMES, "description": "Databases that need not be proven."},
        "rungs_left_out": {**_TABLE_NAMES, "description": _LEFT_OUT},
        "workers": {
            **_TABLE_NAMES,
            "description": "Kinds of workers of extensions (pg_stat_activity.backend_type) that do nothing in a copy.",
        },
    },
}

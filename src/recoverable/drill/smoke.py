"""``[drill.stores.NAME.smoke]`` of recoverable.toml: read paths and commands, with what is expected of them."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import Any

from recoverable.drill.hooks import Smoke
from recoverable.drill.smoke_query import Expectation
from recoverable.drill.smoke_suite import OWNER, READ_ONLY, SmokeCommand, SmokeQuery, SmokeSuite
from recoverable.standard.problems import show
from recoverable.standard.typed import Table

KEYS = ("access", "timeout_seconds", "url_query", "queries", "commands")
QUERY_KEYS = ("name", "sql", "file", "timeout_seconds", "rows_at_least", "rows_at_most", "equals", "matches", "columns")
COMMAND_KEYS = ("name", "command", "folder", "environment", "timeout_seconds", "exits", "matches")
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,60}\Z")
DEFAULT_TIMEOUT = 120
LONGEST = 24 * 3600
MOST_ROWS = 2**53


def read(table: Table) -> Smoke | None:
    """The suite; None for an empty table. Mistakes go to the table's problems."""
    if not table.data:
        return None
    table.only(KEYS)
    timeout = table.whole("timeout_seconds", 1, LONGEST, DEFAULT_TIMEOUT)
    queries = tuple(_query(each, timeout) for each in table.tables("queries"))
    commands = tuple(_command(each, timeout) for each in table.tables("commands"))
    if not queries and not commands:
        table.problems.add(
            table.path, "names no query and no command", "Add [[…smoke.queries]] or [[…smoke.commands]], or remove the table."
        )
    names = [*(each.name for each in queries), *(each.name for each in commands)]
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        table.problems.add(table.path, f"has two entries named {show(name)}", "Give each a name of its own.")
    return SmokeSuite(table.choice("access", (READ_ONLY, OWNER), READ_ONLY), table.text("url_query"), queries, commands)


def _query(table: Table, timeout: int) -> SmokeQuery:
    table.only(QUERY_KEYS)
    statement = table.data.get("sql", "")
    if not isinstance(statement, str):
        table.wrong("sql", f"is {show(statement)}, not text", "Write the statement in quotes.")
        statement = ""
    file = table.text("file")
    if bool(statement.strip()) == bool(file):
        table.problems.add(table.path, "needs either sql or file", 'Add sql = "SELECT …" or file = "smoke/orders.sql".')
    expected = Expectation(
        _count(table, "rows_at_least", 1), _count(table, "rows_at_most", 0), _value(table), _pattern(table), table.texts("columns")
    )
    if expected.empty and not any(table.problems.touches((*table.path, key)) for key in QUERY_KEYS[4:]):
        table.problems.add(table.path, "expects nothing, so that it could not fail", "Add rows_at_least = 1, or equals, matches, columns.")
    return SmokeQuery(_name(table), statement, file, table.whole("timeout_seconds", 1, LONGEST, timeout), expected)


def _command(table: Table, timeout: int) -> SmokeCommand:
    table.only(COMMAND_KEYS)
    arguments = tuple(_arguments(table))
    return SmokeCommand(
        _name(table),
        arguments,
        table.text("folder", "."),
        table.texts("environment"),
        table.whole("timeout_seconds", 1, LONGEST, timeout),
        tuple(_exits(table)),
        _pattern(table),
    )


def _name(table: Table) -> str:
    name = table.text("name")
    if not NAME.match(name):
        table.problems.add(table.path, "has no name of small letters, digits and -", 'Add name = "recent-orders".')
    return name


def _arguments(table: Table) -> Iterator[str]:
    """The words as they are: an argument may be empty or hold blanks."""
    found = table.data.get("command")
    if not isinstance(found, list) or not found or not all(isinstance(word, str) for word in found) or not found[0].strip():
        table.wrong("command", f"is {show(found)}, not a program with its arguments", 'Write command = ["npm", "run", "smoke"].')
        return
    if any("\0" in word for word in found):
        table.wrong("command", "holds a NUL character", "Remove it.")
        return
    yield from found


def _exits(table: Table) -> Iterator[int]:
    found = table.data.get("exits", [0])
    if not isinstance(found, list) or not found or not all(type(each) is int and 0 <= each <= 255 for each in found):
        table.wrong("exits", f"is {show(found)}, not exit codes", "Write exits = [0].")
        return
    yield from found


def _count(table: Table, key: str, least: int) -> int | None:
    return table.whole(key, least, MOST_ROWS, 1) if key in table.data else None


def _value(table: Table) -> Any:
    found = table.data.get("equals")
    if isinstance(found, str | int | float | bool | datetime.date | datetime.time | None):
        return found
    table.wrong("equals", f"is {show(found)}, not a single value", 'Write equals = 3 or equals = "text".')
    return None


def _pattern(table: Table) -> re.Pattern[str] | None:
    found = table.data.get("matches")
    if found is None:
        return None
    try:
        if isinstance(found, str) and found:
            return re.compile(found, re.MULTILINE)
        problem = "not a pattern"
    except re.error as error:
        problem = f"not a regular expression: {error}"
    table.wrong("matches", f"is {show(found)}, {problem}", 'Write matches = "^ok".')
    return None


def _entry(properties: dict[str, Any], required: list[str], **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False, **more}


_TIME = {"type": "integer", "minimum": 1, "maximum": LONGEST, "description": "How long it may take."}
_NAMED = {"type": "string", "pattern": r"^[a-z0-9][a-z0-9-]{0,60}$"}
_TEXTS = {"type": "array", "items": {"type": "string"}}
_MATCHES = {"type": "string", "minLength": 1, "description": "A regular expression that is looked for in it."}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "Read paths and commands that must work on the restored copy; they alone get DATABASE_URL.",
    "properties": {
        "access": {"enum": [READ_ONLY, OWNER], "default": READ_ONLY, "description": "Whose role they get: one that can only read, or the copy's owner."},
        "timeout_seconds": {**_TIME, "default": DEFAULT_TIMEOUT},
        "url_query": {"type": "string", "description": "Parameters of DATABASE_URL, such as sslmode=disable."},
        "queries": {
            "type": "array",
            "items": _entry(
                {
                    "name": _NAMED,
                    "sql": {"type": "string", "description": "One statement that reads."},
                    "file": {"type": "string", "description": "A file with it, from here."},
                    "timeout_seconds": _TIME,
                    "rows_at_least": {"type": "integer", "minimum": 1},
                    "rows_at_most": {"type": "integer", "minimum": 0},
                    "equals": {"type": ["string", "number", "boolean"], "description": "The first column of the only row."},
                    "matches": _MATCHES,
                    "columns": {**_TEXTS, "description": "The names of the columns, in their order."},
                },
                ["name"],
                oneOf=[{"required": ["sql"]}, {"required": ["file"]}],
                anyOf=[{"required": [key]} for key in QUERY_KEYS[4:]],
            ),
        },
        "commands": {
            "type": "array",
            "items": _entry(
                {
                    "name": _NAMED,
                    "command": {**_TEXTS, "minItems": 1, "description": "A program and its arguments; no shell."},
                    "folder": {"type": "string", "default": ".", "description": "Where it runs, from here."},
                    "environment": {**_TEXTS, "description": "Names of variables that it gets beside PATH, HOME, LANG and DATABASE_URL."},
                    "timeout_seconds": _TIME,
                    "exits": {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 255}, "minItems": 1, "default": [0]},
                    "matches": _MATCHES,
                },
                ["name", "command"],
            ),
        },
    },
    "additionalProperties": False,
}  # fmt: skip

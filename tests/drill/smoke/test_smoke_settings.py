"""``[drill.stores.NAME.smoke]`` as it is written: a suite that could not fail is refused."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import jsonschema
import pytest

from recoverable.drill.smoke import SCHEMA, read
from recoverable.drill.smoke_query import same
from recoverable.standard.problems import Problems, StandardError
from recoverable.standard.typed import Table


def refuse(data: dict[str, Any]) -> str:
    """What is said against a table."""
    problems = Problems("recoverable.toml", {})
    read(Table(data, ("smoke",), problems))
    with pytest.raises(StandardError) as refused:
        problems.stop_if_any()
    return str(refused.value)


def test_no_table_is_no_suite() -> None:
    assert read(Table({}, ("smoke",), Problems("recoverable.toml", {}))) is None


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"access": "read-only"}, "names no query and no command"),
        ({"queries": [{"name": "a", "sql": "SELECT 1"}]}, "expects nothing"),
        ({"queries": [{"name": "a", "rows_at_least": 1}]}, "needs either sql or file"),
        ({"queries": [{"name": "a", "sql": "SELECT 1", "file": "x.sql", "equals": 1}]}, "needs either sql or file"),
        ({"queries": [{"name": "a", "sql": "SELECT 1", "rows_at_least": 0}]}, "rows_at_least"),
        ({"queries": [{"sql": "SELECT 1", "equals": 1}]}, "has no name"),
        ({"queries": [{"name": "A b", "sql": "SELECT 1", "equals": 1}]}, "has no name"),
        ({"queries": [{"name": "a", "sql": "SELECT 1", "equals": [1]}]}, "not a single value"),
        ({"queries": [{"name": "a", "sql": "SELECT 1", "matches": "("}]}, "not a regular expression"),
        ({"queries": [{"name": "a", "sql": "SELECT 1", "expect": 1}]}, "is not a key"),
        ({"commands": [{"name": "a", "command": "npm test"}]}, "not a program with its arguments"),
        ({"commands": [{"name": "a", "command": []}]}, "not a program with its arguments"),
        ({"commands": [{"name": "a", "command": ["x"], "exits": [256]}]}, "not exit codes"),
        ({"commands": [{"name": "a", "command": ["x"], "timeout_seconds": 0}]}, "timeout_seconds"),
        ({"commands": [{"name": "a", "command": ["x"]}], "queries": [{"name": "a", "sql": "SELECT 1", "equals": 1}]}, "two entries named"),
        ({"commands": [{"name": "a", "command": ["x"]}], "access": "superuser"}, "access"),
    ],
)
def test_what_could_not_work_or_not_fail_is_refused_with_what_to_write(data: dict[str, Any], said: str) -> None:
    assert said in refuse(data)


@pytest.mark.parametrize(
    "data",
    [
        {"queries": [{"name": "a", "sql": "SELECT 1"}]},
        {"queries": [{"name": "a", "sql": "SELECT 1", "rows_at_least": 0}]},
        {"commands": [{"name": "a", "command": []}]},
        {"access": "superuser"},
    ],
)
def test_the_schema_refuses_the_same(data: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, SCHEMA)


def test_the_schema_takes_what_is_read() -> None:
    data = {
        "queries": [{"name": "a", "sql": "SELECT 1", "equals": 1}],
        "commands": [{"name": "b", "command": ["npm", "run", "smoke"], "environment": ["TOKEN"], "matches": "ok"}],
    }

    jsonschema.validate(data, SCHEMA)
    assert read(Table(data, ("smoke",), Problems("recoverable.toml", {}))) is not None


@pytest.mark.parametrize(
    ("found", "expected", "alike"),
    [
        (3, 3, True),
        (Decimal("1.50"), 1.5, True),
        (3, "3", True),
        ("3", 3, True),
        (1, True, False),
        (True, 1, False),
        (None, "None", False),
        (datetime.date(2026, 11, 1), datetime.date(2026, 11, 1), True),
        (0.1 + 0.2, 0.3, False),
    ],
)
def test_values_are_compared_across_the_types_of_sql_and_toml(found: object, expected: Any, *, alike: bool) -> None:
    assert same(found, expected) is alike

"""The JSON Schema accepts what the loader accepts and refuses what it refuses."""

from __future__ import annotations

import datetime
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from recoverable.alerts.settings_schema import schema
from recoverable.standard.load import parse
from recoverable.standard.problems import StandardError

ROOT = Path(__file__).parents[2]
FILE = ROOT / "recoverable.toml"


def uncommented() -> str:
    """The example file with the code that is switched off switched on."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    code = [line[1:] if len(line) > 1 and line[0] == "#" and line[1] not in " :" else line for line in lines]
    return "\n".join(code)


def as_json(text: str) -> Any:
    return json.loads(json.dumps(tomllib.loads(text), default=datetime.date.isoformat))


def accepts(text: str) -> bool:
    return bool(Draft7Validator(schema(), format_checker=Draft7Validator.FORMAT_CHECKER).is_valid(as_json(text)))


def test_the_schema_is_a_schema() -> None:
    Draft7Validator.check_schema(schema())


def test_the_committed_schema_is_the_one_the_command_prints() -> None:
    committed = (ROOT / "docs" / "recoverable.schema.json").read_text(encoding="utf-8")
    assert json.loads(committed) == schema(), "run: recoverable standard --schema > docs/recoverable.schema.json"


def test_the_example_file_loads_without_a_warning_and_changes_no_number() -> None:
    standard, plain = parse(FILE.read_text(encoding="utf-8")), parse("")

    assert standard.warnings == []
    for environment in plain.environments:
        before, after = plain.settings(environment), standard.settings(environment)
        assert {name: setting.value for name, setting in before.items()} == {name: setting.value for name, setting in after.items()}
    assert accepts(FILE.read_text(encoding="utf-8"))


def test_the_example_file_loads_with_every_switched_off_line_switched_on() -> None:
    standard = parse(uncommented())

    assert (standard.environments, len(standard.waivers), len(standard.stores.all)) == (("prod", "staging", "dev", "edge"), 1, 2)
    assert standard.external_alerting == ("datadog",)
    assert accepts(uncommented())


def test_the_example_file_speaks_of_every_setting() -> None:
    text = FILE.read_text(encoding="utf-8")
    assert [name for name in schema()["definitions"]["settings"]["properties"] if name not in text] == []


@pytest.mark.parametrize(
    "text",
    [
        "", "schema = 1", "[environments.prod]\nencryption = true", '[environments.prod]\nrpo_minutes = "none"',
        '[environments.edge]\nlike = "prod"', '[[stores]]\ntag = "a=b"', '[[waivers]]\nrule = "RCV001"\nfile = "x"', "[drill]\nledger = \"s3://evidence/drills\"",
    ],
)  # fmt: skip
def test_loader_and_schema_accept_the_same(text: str) -> None:
    parse(text)
    assert accepts(text)


@pytest.mark.parametrize(
    "text",
    [
        "schema = 2", "x = 1", "[environments.prod]\nencryption = false", "[environments.prod]\nbackup_retention_days = 0",
        '[environments.prod]\nbackup_retention_days = "none"', '[environments.prod]\nlike = "dev"', "[environments.edge]",
        '[environments.strictest]\nlike = "prod"', "[[stores]]\nowner = 'x'", '[[stores]]\ntag = "a"', "[[waivers]]\nfile = 'x'",
        "[[waivers]]\nrule = 'a'", "[[waivers]]\nrule = 'a'\nfile = 'x'\nuntil = 'soon'", "[kinds.'A b']", "[alerting]\nexternal = [1]",
        "[environments.prod]\nmfa_delete = true", "[environments.prod]\nmulti_zone = 1", "require_environment = 1", "reviewed = 5",
    ],
)  # fmt: skip
def test_loader_and_schema_refuse_the_same(text: str) -> None:
    with pytest.raises(StandardError):
        parse(text)
    assert not accepts(text)

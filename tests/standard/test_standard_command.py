"""``recoverable standard`` prints the effective numbers in 80 columns, or as JSON."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from recoverable.alerts.settings_schema import schema
from recoverable.cli.standard_command import add
from recoverable.model.errors import InputError

FILE = """reviewed = 2026-11-01
[environments.prod]
backup_retention_days = 35
owner = "a-team-with-a-very-long-name"
[environments.staging]
backup_retention_days = 35
[environments.edge]
like = "prod"
[kinds.s3-bucket]
object_lock = true
[[stores]]
address = "x"
[alerting]
external = ["datadog"]
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


def call(*words: str) -> int:
    parser = argparse.ArgumentParser()
    add(parser.add_subparsers(required=True))
    args = parser.parse_args(["standard", *words])
    return int(args.run(args))


BUILT_IN = """Backup standard: built-in
reviewed never, fails on medium findings and worse

                           prod             staging          dev
backup_retention_days      30               21               14
backup_retention_days_max  none             none             none
pitr_window_days           7                7                7
rpo_minutes                15               none             none
rto_minutes                120              none             none
restore_test_days          31               31               31
restore_test_grace_days    7                7                7
encryption                 true             true             true
customer_managed_key       false            false            false
object_lock                false            false            false
second_region              true             false            false
multi_zone                 true             false            false
mfa_delete                 advice           advice           advice
criticality                standard         standard         standard
owner                      -                -                -

rto_minutes binds stores of criticality critical.
All numbers are built in: there is no recoverable.toml.
0 store rules, 0 waivers
"""


def test_without_a_file_the_built_in_numbers_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert call() == 0
    assert capsys.readouterr().out == BUILT_IN


def test_numbers_of_a_file_carry_their_line_and_warnings_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    Path("recoverable.toml").write_text(FILE)

    assert call("--kind", "s3-bucket") == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0] == "Backup standard: recoverable.toml, kind s3-bucket"
    assert "backup_retention_days      35 (3)           35 (6)           14" in lines
    assert "object_lock                true (10)        true (10)        true (10)" in lines
    assert "owner                      a-team-wit… (4)  -                -" in lines
    assert lines[-2:] == ["(N) is line N of recoverable.toml; all else is built in.", "1 store rule, 0 waivers; outside listeners: datadog"]
    assert err == (
        "warning: environments.prod.backup_retention_days is 35, the same as in staging "
        "(recoverable.toml:3 and recoverable.toml:6); prod should be stricter than staging\n"
    )


def test_no_line_is_wider_than_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    Path("recoverable.toml").write_text(FILE + f'[environments.{"x" * 70}]\nlike = "dev"\nowner = "{"o" * 200}"\n')

    call()
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


def test_one_environment_may_be_asked_for_by_any_of_its_names(capsys: pytest.CaptureFixture[str]) -> None:
    call("--environment", "Production", "--format", "json")
    assert list(json.loads(capsys.readouterr().out)["environments"]) == ["prod"]


def test_the_strictest_may_be_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    Path("recoverable.toml").write_text('[environments.edge]\nlike = "dev"\nbackup_retention_days = 99')

    call("--environment", "strictest", "--format", "json")
    settings = json.loads(capsys.readouterr().out)["environments"]["strictest"]
    assert settings["backup_retention_days"] == {"value": 99, "source": "recoverable.toml:3"}
    assert settings["rpo_minutes"] == {"value": 15, "source": "built-in"}


def test_json_holds_the_whole_standard(capsys: pytest.CaptureFixture[str]) -> None:
    Path("x.toml").write_text(FILE)

    call("--config", "x.toml", "--format", "json")
    found = json.loads(capsys.readouterr().out)
    environments = found.pop("environments")
    warnings = found.pop("warnings")
    assert found == {
        "schema": 1, "file": "x.toml", "reviewed": "2026-11-01", "require_environment": False, "fail_on": "medium", "kind": None,
        "stores": 1, "waivers": 0, "external_alerting": ["datadog"],
    }  # fmt: skip
    assert (list(environments), len(warnings)) == (["prod", "staging", "dev", "edge"], 1)
    assert environments["edge"]["backup_retention_days"] == {"value": 35, "source": "x.toml:3"}


def test_an_environment_nobody_knows_is_the_users_mistake() -> None:
    with pytest.raises(InputError) as caught:
        call("--environment", "blue")
    assert str(caught.value) == (
        '"blue" is no environment (--environment). Use one of prod, staging, dev, strictest, or declare it in recoverable.toml.'
    )


def test_the_schema_is_printed_without_reading_a_standard(capsys: pytest.CaptureFixture[str]) -> None:
    Path("recoverable.toml").write_text("not toml")

    assert call("--schema") == 0
    assert json.loads(capsys.readouterr().out) == schema()

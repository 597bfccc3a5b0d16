"""Options of ``check``: what is refused, with what words, and what they do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Outcome
from tests.support.terraform_texts import BAD

Run = Callable[..., Outcome]


def test_code_that_meets_the_standard_exits_0(folder: Path, run: Run) -> None:
    outcome = run("check", ".")

    assert outcome.code == 0, outcome.out
    assert "Passed" in outcome.out


def test_a_defect_exits_1_and_is_told_with_place_number_and_fix(folder: Path, run: Run) -> None:
    (folder / "main.tf").write_text(BAD)

    outcome = run("check", ".")

    assert outcome.code == 1
    assert "retention-too-short" in outcome.out
    assert "main.tf:4" in outcome.out
    assert "1 day" in outcome.out
    assert "at least 14 days" in outcome.out
    assert "backup_retention_period = 14" in outcome.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("check", ".", "--rule", "retention-too-shor"), "Did you mean retention-too-short?"),
        (("check", ".", "--skip-rule", "RCV999"), "there is no rule 'RCV999'"),
        (("rule", "nonsense-rule"), "there is no rule"),
        (("check", ".", "--format", "xml"), "unknown format 'xml'"),
        (("check", ".", "--format", "json="), "no file after 'json='"),
        (("check", ".", "--format", "json", "--format", "sarif"), "only one format can go to stdout"),
        (("check", ".", "--format", "json=a", "--format", "sarif=a"), "two reports would go to"),
        (("check", ".", "--format", "json", "--format", "sarif=b", "-o", "c"), "--output goes with exactly one --format"),
        (("check", ".", "--output", ""), "no file is named"),
        (("check", "main.tf", "--output", "main.tf"), "would overwrite the input"),
        (("check", ".", "--environment", "moon"), "Use one of prod, staging, dev"),
        (("check", ".", "--var", "x"), "Write --var name=value."),
        (("check", ".", "--var", "=1"), "has no name"),
        (("check", ".", "--var-file", "none.tfvars"), "none.tfvars is no file"),
        (("check", ".", "--backend-config", "none.hcl"), "none.hcl is no file"),
        (("check", ".", "--code", "nowhere"), "nowhere is no folder"),
        (("check", ".", "--config", "none.toml"), "none.toml"),
        (("check", ".", "--baseline", "none.json"), "Make one with"),
        (("check", ".", "--as-of", "tomorrow"), "is not a date"),
        (("check", ".", "--changed-since", "HEAD", "--write-baseline", "b.json"), "would forget the others"),
        (("check", ".", "--fail-on", "severe"), "--fail-on"),
        (("check", ".", "--fail", "low"), "--fail"),
        (("check",), "PATH"),
        (("judge", "."), "judge"),
        ((), "COMMAND"),
    ],
)
def test_what_is_refused_exits_2_and_says_how_to_write_it(folder: Path, run: Run, arguments: tuple[str, ...], words: str) -> None:
    outcome = run(*arguments)

    assert outcome.code == 2, outcome
    assert words in outcome.err
    assert "Traceback" not in outcome.err
    assert outcome.out == ""


def test_a_wrong_environment_is_refused_before_any_input_is_read(folder: Path, run: Run) -> None:
    outcome = run("check", "not-there", "--environment", "moon")

    assert outcome.code == 2
    assert "is no environment" in outcome.err
    assert "not-there" not in outcome.err


def test_a_misspelt_kind_in_the_standard_is_refused_with_the_nearest_one(folder: Path, run: Run) -> None:
    (folder / "recoverable.toml").write_text('[kinds."rds-instanc"]\nbackup_retention_days = 35\n')

    outcome = run("check", ".")

    assert outcome.code == 2
    assert "recoverable.toml" in outcome.err
    assert "rds-instance" in outcome.err


def test_every_kind_that_a_finding_names_can_stand_in_the_standard(folder: Path, run: Run) -> None:
    from recoverable.clouds.kinds import KINDS

    (folder / "recoverable.toml").write_text("".join(f'[kinds."{kind}"]\nowner = "db"\n' for kind in sorted(KINDS)))

    assert run("check", ".").code == 0


def test_the_environment_flag_is_stronger_than_the_tag(folder: Path, run: Run) -> None:
    outcome = run("check", ".", "--environment", "production")

    assert outcome.code == 1
    assert "prod (flag --environment)" in outcome.out


@pytest.mark.parametrize(
    ("given", "code"),
    [(("days=30",), 0), (("days=1",), 1), (("days=1", "days=30"), 0), (("days=30", "unused=x=y"), 0), (("days=",), 1)],
)
def test_a_variable_is_given_as_name_and_value(folder: Path, run: Run, given: tuple[str, ...], code: int) -> None:
    (folder / "main.tf").write_text('variable "days" {\n  type = number\n}\n' + BAD.replace("= 1\n", "= var.days\n"))

    outcome = run("check", ".", *(word for item in given for word in ("--var", item)), "--rule", "RCV002", "--strict")

    assert outcome.code == code, outcome.out


def test_a_variable_file_is_read(folder: Path, run: Run) -> None:
    (folder / "main.tf").write_text('variable "days" {\n  type = number\n}\n' + BAD.replace("= 1\n", "= var.days\n"))
    (folder / "small.tfvars").write_text("days = 2\n")

    outcome = run("check", ".", "--var-file", "small.tfvars", "--rule", "RCV002")

    assert outcome.code == 1
    assert "2 days" in outcome.out


def test_only_the_rules_that_are_asked_for_are_asked(folder: Path, run: Run) -> None:
    (folder / "main.tf").write_text(BAD)

    only = json.loads(run("check", ".", "--rule", "RCV009", "--format", "json").out)
    without = json.loads(run("check", ".", "--skip-rule", "retention-too-short", "--format", "json").out)

    assert {item["rule"] for item in only["results"]} == {"RCV009"}
    assert "RCV002" not in {item["rule"] for item in without["results"]}


def test_strict_makes_an_unknown_fail(folder: Path, run: Run) -> None:
    (folder / "main.tf").write_text('variable "days" {}\n' + BAD.replace("= 1\n", "= var.days\n"))

    assert run("check", ".", "--rule", "RCV002").code == 0
    strict = run("check", ".", "--rule", "RCV002", "--strict")
    assert strict.code == 1
    assert "var.days" in strict.out


def test_fail_on_moves_the_bar(folder: Path, run: Run) -> None:
    (folder / "main.tf").write_text(BAD)

    assert run("check", ".", "--fail-on", "critical").code == 0
    assert run("check", ".", "--fail-on", "high").code == 1


def test_a_single_file_is_as_good_an_input_as_a_folder(folder: Path, run: Run) -> None:
    (folder / "other.tofu").write_text(BAD)
    (folder / "third.tf.json").write_text('{"resource": {"aws_db_instance": {"x": {"backup_retention_period": 0}}}}')

    assert run("check", "main.tf").code == 0
    assert run("check", "other.tofu").code == 1
    assert run("check", "third.tf.json").code == 1

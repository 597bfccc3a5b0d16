"""The table of exit codes, and what wins where several hold."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from recoverable.cli import exits
from recoverable.report.formats import names
from recoverable.rules.registry.load import load_rules
from recoverable.rules.registry.rule import LoadedRule
from tests.cli.conftest import Outcome
from tests.support.terraform_texts import BAD, GOOD

Run = Callable[..., Outcome]
ORDER = (130, 4, 6, 5, 2, 1, 3, 0)


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(ORDER, 2)))
def test_the_worse_of_two_codes_wins(one: int, other: int) -> None:
    assert exits.worst({one, other}) == one


def test_every_help_text_ends_with_the_exit_status(run: Run) -> None:
    for arguments in (("--help",), ("check", "--help"), ("rules", "--help"), ("rule", "--help"), ("standard", "--help")):
        outcome = run(*arguments)
        assert outcome.code == 0
        assert re.search(r"exit status:\n(  \d+ +\S.*\n)+\Z", outcome.out), outcome.out


def test_the_version_is_told(run: Run) -> None:
    outcome = run("--version")

    assert outcome.code == 0
    assert re.fullmatch(r"recoverable \d+\.\d+\S*\n", outcome.out)


def test_nothing_to_judge_exits_3_and_0_where_that_is_allowed(folder: Path, run: Run) -> None:
    (folder / "main.tf").write_text('resource "aws_instance" "web" {}\n')

    outcome = run("check", ".", "--skip-rule", "state-local")
    assert outcome.code in (0, 3)
    (folder / "main.tf").unlink()
    empty = run("check", ".")
    assert empty.code == 3
    assert "nothing to judge" in empty.err
    assert "--allow-empty" in empty.err
    assert run("check", ".", "--allow-empty").code == 0


def test_a_broken_file_beside_findings_exits_2(folder: Path, run: Run) -> None:
    (folder / "main.tf").write_text(BAD)
    (folder / "broken.tf").write_text('resource "aws_s3_bucket" {{{')

    outcome = run("check", ".")

    assert outcome.code == 2
    assert "retention-too-short" in outcome.out
    assert "broken.tf" in outcome.out


@pytest.fixture
def crashing(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Makes one rule crash with a text that must not be told."""

    def check(subject: Any, context: Any) -> Any:
        raise RuntimeError("hunter2")

    rules = tuple(LoadedRule(item.rule, check) if item.rule.id == "RCV002" else item for item in load_rules())
    for place in ("recoverable.cli.check_run", "recoverable.rules.registry.load"):
        monkeypatch.setattr(f"{place}.load_rules", lambda: rules)
    return iter(("RCV002",))


@pytest.mark.parametrize("name", names())
def test_a_rule_that_crashes_is_an_error_in_every_format_and_exits_4(folder: Path, run: Run, crashing: Iterator[str], name: str) -> None:
    (folder / "main.tf").write_text(BAD.replace("deletion_protection       = true", "deletion_protection       = false"))

    outcome = run("check", ".", "--format", name)

    assert outcome.code == 4
    assert "RCV002" in outcome.out or "retention-too-short" in outcome.out
    assert "RuntimeError" in outcome.out
    assert re.search(r"test_exit_codes\.py:\d+", outcome.out.replace("\\", "")), "the place of the crash"
    assert "deletion" in outcome.out, "the other rules are still asked"
    assert "hunter2" not in outcome.out + outcome.err


def test_a_crash_is_never_counted_as_a_pass(folder: Path, run: Run, crashing: Iterator[str]) -> None:
    report = json.loads(run("check", ".", "--format", "json").out)

    assert {item["verdict"] for item in report["results"] if item["rule"] == "RCV002"} == {"error"}


def test_a_crash_wins_over_a_broken_file_and_over_findings(folder: Path, run: Run, crashing: Iterator[str]) -> None:
    (folder / "broken.tf").write_text("}")

    assert run("check", ".").code == 4


def test_an_input_that_crashes_its_reader_is_an_error_and_the_other_is_judged(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "plan.json").write_text('{"format_version": "1.2", "planned_values": {}}')
    monkeypatch.setattr("recoverable.readers.plan.plan_reader.read_plan", lambda *_: {}["hunter2"])

    outcome = run("check", "plan.json", "main.tf", "--format", "json")

    assert outcome.code == 4
    results = json.loads(outcome.out)["results"]
    assert [item["address"] for item in results if item["verdict"] == "error"] == ["plan.json"]
    assert any(item["address"] == "aws_db_instance.orders" for item in results)
    assert "hunter2" not in outcome.out


def test_a_bug_outside_of_the_rules_is_named_by_type_and_place(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recoverable.cli.check_run.judge", lambda *_, **__: [][7])

    outcome = run("check", ".")

    assert outcome.code == 4
    assert re.search(r"internal error: IndexError at test_exit_codes\.py:\d+", outcome.err)
    assert "Traceback" not in outcome.err


def test_the_same_run_twice_gives_the_same_bytes(folder: Path, run: Run) -> None:
    (folder / "main.tf").write_text(BAD + GOOD.replace('"orders"', '"users"').split("terraform {")[0])

    for name in names():
        assert run("check", ".", "--format", name) == run("check", ".", "--format", name)

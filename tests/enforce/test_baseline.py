"""A baseline keeps the findings of yesterday quiet and never swallows a new one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from recoverable.cli.entry import main
from recoverable.enforce.baseline import apply_baseline, read_baseline, write_baseline
from recoverable.model.errors import InputError
from recoverable.model.finding import Confidence, Finding, Severity, Verdict
from recoverable.model.values import Location
from tests.enforce.conftest import live, of

Judge = Callable[..., dict[str, Any]]


def database(name: str = "orders", days: object = 1) -> str:
    """A database with few backups."""
    return f'resource "aws_db_instance" "{name}" {{\n  engine = "postgres"\n  backup_retention_period = {days}\n  tags = {{ environment = "prod" }}\n}}\n'


@pytest.fixture
def baseline(folder: Path, judge: Judge) -> Path:
    """The baseline of one database with one day of backups."""
    (folder / "main.tf").write_text(database())
    assert main(["check", ".", "--write-baseline", "base.json", "--format", "json=/dev/null"]) == 1
    return folder / "base.json"


def test_what_is_in_the_baseline_does_not_fail(folder: Path, judge: Judge, baseline: Path) -> None:
    report = judge(".", "--baseline", "base.json")

    assert report["code"] == 0
    assert of(report, "RCV002")[0]["suppressed"]["kind"] == "baseline"
    assert report["summary"]["suppressed"] > 3


def test_it_is_one_line_per_finding_and_the_same_on_two_runs(folder: Path, judge: Judge, baseline: Path) -> None:
    first = baseline.read_bytes()

    main(["check", ".", "--write-baseline", "base.json", "--format", "json=/dev/null"])

    assert baseline.read_bytes() == first
    entries = json.loads(first)["baseline"]
    assert len(first.splitlines()) == len(entries) + 2
    assert set(entries[0]) == {"file", "address", "rule", "verdict", "found", "count"}
    assert {
        "address": "aws_db_instance.orders",
        "count": 1,
        "file": "main.tf",
        "found": "1 day",
        "rule": "RCV002",
        "verdict": "fail",
    } in entries


def test_a_finding_whose_line_has_moved_is_still_known(folder: Path, judge: Judge, baseline: Path) -> None:
    (folder / "main.tf").write_text("# a comment\n\n" + database())

    assert judge(".", "--baseline", "base.json")["code"] == 0


def test_a_number_that_gets_better_is_still_the_same_finding(folder: Path, judge: Judge, baseline: Path) -> None:
    (folder / "main.tf").write_text(database(days=2))

    assert live(judge(".", "--baseline", "base.json"), "RCV002") == []


def test_a_number_that_gets_worse_is_a_new_finding_that_says_what_it_was(folder: Path, judge: Judge) -> None:
    (folder / "main.tf").write_text(database(days=7))
    assert main(["check", ".", "--write-baseline", "base.json", "--format", "json=/dev/null"]) == 1
    (folder / "main.tf").write_text(database(days=6))

    report = judge(".", "--baseline", "base.json")

    assert report["code"] == 1
    assert "(when the baseline was written: 7 days)" in of(report, "RCV002")[0]["message"]


def test_a_baseline_of_before_numbers_were_kept_knows_any_number(folder: Path, judge: Judge, baseline: Path) -> None:
    entries = json.loads(baseline.read_text())["baseline"]
    for entry in entries:
        del entry["found"]
    baseline.write_text(json.dumps({"schema": 1, "baseline": entries}))

    assert judge(".", "--baseline", "base.json")["code"] == 0


@pytest.mark.parametrize(
    ("file", "code", "rule", "address"),
    [
        ("main.tf", database() + database("users"), "RCV002", "aws_db_instance.users"),
        ("other.tf", database("users"), "RCV002", "aws_db_instance.users"),
        ("main.tf", database(days=0), "RCV001", "aws_db_instance.orders"),
        ("main.tf", 'variable "days" {}\n' + database(days="var.days"), "RCV002", "aws_db_instance.orders"),
    ],
    ids=["another store", "another file", "another rule", "an unknown where a fail was"],
)
def test_a_new_finding_is_not_swallowed(folder: Path, judge: Judge, baseline: Path, file: str, code: str, rule: str, address: str) -> None:
    (folder / file).write_text(code)

    assert address in live(judge(".", "--baseline", "base.json"), rule)


def test_a_store_that_moves_to_another_file_is_new(folder: Path, judge: Judge, baseline: Path) -> None:
    (folder / "main.tf").rename(folder / "moved.tf")

    assert live(judge(".", "--baseline", "base.json"), "RCV002") == ["aws_db_instance.orders"]


def finding(verdict: Verdict = Verdict.FAIL, line: int = 1) -> Finding:
    """A finding about one address."""
    return Finding(
        "RCV002", "retention-too-short", verdict, Severity.HIGH, Confidence.HIGH, "a.b", f"at {line}", where=Location("main.tf", line)
    )


def test_a_second_identical_finding_is_not_swallowed(tmp_path: Path) -> None:
    write_baseline(tmp_path / "base.json", [finding()])

    left = apply_baseline([finding(), finding(line=9)], read_baseline(tmp_path / "base.json"))

    assert [item.suppressed is None for item in left] == [False, True]


def test_as_many_as_were_counted_are_known(tmp_path: Path) -> None:
    write_baseline(tmp_path / "base.json", [finding(), finding(line=9)])

    left = apply_baseline([finding(), finding(line=9), finding(line=12)], read_baseline(tmp_path / "base.json"))

    assert [item.suppressed is None for item in left] == [False, False, True]


def numbered(found: str, wanted: str = "at least 30 days") -> Finding:
    """A finding about one address with a number."""
    return replace(finding(), found=found, wanted=wanted)


@pytest.mark.parametrize(
    ("before", "after", "wanted", "known"),
    [
        (["7 days"], ["7 days"], "at least 30 days", [True]),
        (["7 days"], ["1 day"], "at least 30 days", [False]),
        (["7 days"], ["8 days"], "at least 30 days", [True]),
        (["7 days"], ["167 hours"], "at least 30 days", [False]),
        (["7 days"], ["1 week"], "at least 30 days", [True]),
        (["1 day (default)"], ["0 days (default)"], "automated backups, kept at least 30 days", [False]),
        (["60 minutes"], ["24 hours"], "RPO of at most 15 minutes", [False]),
        (["24 hours"], ["60 minutes"], "RPO of at most 15 minutes", [True]),
        (["60 minutes"], ["no backups"], "RPO of at most 15 minutes", [False]),
        (["no backups"], ["60 minutes"], "RPO of at most 15 minutes", [True]),
        (["off"], ["Suspended"], "on", [True]),
        (["7 days", "3 days"], ["3 days", "7 days"], "at least 30 days", [True, True]),
        (["7 days", "3 days"], ["5 days", "8 days"], "at least 30 days", [True, True]),
        (["7 days", "3 days"], ["8 days", "5 days"], "at least 30 days", [True, True]),
        (["7 days", "3 days"], ["5 days", "5 days"], "at least 30 days", [True, False]),
        (["7 days", "3 days"], ["2 days", "7 days"], "at least 30 days", [False, True]),
        (["7 days"], ["7 days", "7 days"], "at least 30 days", [True, False]),
    ],
)
def test_what_is_worse_than_all_that_was_known_is_new(
    tmp_path: Path, before: list[str], after: list[str], wanted: str, known: list[bool]
) -> None:
    write_baseline(tmp_path / "base.json", [numbered(found, wanted) for found in before])

    left = apply_baseline([numbered(found, wanted) for found in after], read_baseline(tmp_path / "base.json"))

    assert [item.suppressed is not None for item in left] == known
    assert [item.found for item in left] == after


def test_errors_and_passes_are_neither_written_nor_suppressed(tmp_path: Path) -> None:
    write_baseline(tmp_path / "base.json", [finding(Verdict.ERROR), finding(Verdict.PASS)])
    assert read_baseline(tmp_path / "base.json") == {}
    write_baseline(tmp_path / "base.json", [finding()])
    text = (tmp_path / "base.json").read_text().replace('"fail"', '"error"')
    (tmp_path / "base.json").write_text(text)

    assert apply_baseline([finding(Verdict.ERROR)], read_baseline(tmp_path / "base.json")) == [finding(Verdict.ERROR)]


def test_what_a_waiver_covers_is_not_written(folder: Path) -> None:
    (folder / "main.tf").write_text(
        database().replace("{\n", '{\n  # recoverable: allow RCV002 until=2999-01-31 owner=db reason="small"\n', 1)
    )

    main(["check", ".", "--write-baseline", "deep/base.json", "--format", "json=/dev/null"])

    assert "RCV002" not in (folder / "deep" / "base.json").read_text()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is not JSON"),
        ("[]", "is not a baseline of schema 1"),
        ('{"schema": 2, "baseline": []}', "is not a baseline of schema 1"),
        ('{"schema": 1}', "is not a baseline of schema 1"),
        ('{"schema": 1, "baseline": [1]}', "has an entry without file, address and rule"),
        ('{"schema": 1, "baseline": [{"file": "x"}]}', "has an entry without file, address and rule"),
        ('{"schema": 1, "baseline": [{"file": [], "address": "a", "rule": "b"}]}', "has an entry without file, address and rule"),
        (
            '{"schema": 1, "baseline": [{"file": "x", "address": "a", "rule": "b", "count": "many"}]}',
            "has an entry without file, address and rule",
        ),
        (
            '{"schema": 1, "baseline": [{"file": "x", "address": "a", "rule": "b", "found": 7}]}',
            "has an entry without file, address and rule",
        ),
        (
            '{"schema": 1, "baseline": [{"file": "x", "address": "a", "rule": "b", "count": 9999999999999}]}',
            "has an entry without file, address and rule",
        ),
        ("[" * 100_000, "is not JSON"),
        ("\xff", "is not JSON"),
    ],
)
def test_a_broken_baseline_is_refused_with_the_command_that_makes_one(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "base.json"
    path.write_bytes(text.encode("latin-1"))

    with pytest.raises(InputError) as caught:
        read_baseline(path)

    assert words in caught.value.what
    assert caught.value.where == str(path)
    assert "--write-baseline" in caught.value.fix

"""Waivers: where they may stand, what they speak of, and what is wrong with them is itself a finding."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recoverable.rules.registry.load import load_rules
from recoverable.rules.registry.rule import LoadedRule
from tests.enforce.conftest import live, of

Judge = Callable[..., dict[str, Any]]
FULL = 'until=2027-01-31 owner=db reason="a small copy"'
ALLOW = f"recoverable: allow retention-too-short {FULL}"


def database(body: str = "", name: str = "orders") -> str:
    """A database with one day of backups; ``body`` goes into its block."""
    return f'resource "aws_db_instance" "{name}" {{\n  engine = "postgres"\n{body}  backup_retention_period = 1\n  tags = {{ environment = "prod" }}\n}}\n'


PLACES = {
    "in the block": database(f"  # {ALLOW}\n"),
    "on the line itself": database().replace("period = 1", f"period = 1 # {ALLOW}"),
    "with two slashes": database(f"  // {ALLOW}\n"),
    "in a block comment": database(f"  /* {ALLOW} */\n"),
    "in a long block comment": database(f"  /*\n   * why:\n   * {ALLOW}\n   */\n"),
    "above the block": f"# {ALLOW}\n{database()}",
    "above the block, among others": f"# first\n# {ALLOW}\n# last\n{database()}",
    "on the block's first line": database().replace("{\n", f"{{ # {ALLOW}\n", 1),
    "on the block's last line": database().rstrip() + f" # {ALLOW}\n",
    "in a nested block": database(f'  timeouts {{\n    # {ALLOW}\n    create = "1h"\n  }}\n'),
    "after a string with a brace": database(f'  identifier = "}}"\n  # {ALLOW}\n'),
    "after a template with a string": database(f'  identifier = "a${{replace("}}", "\\"", "{{")}}b"\n  # {ALLOW}\n'),
    "after a heredoc that looks like a block": database(f'  description = <<-EOT\n    resource "x" "y" {{\n  EOT\n  # {ALLOW}\n'),
    "in an indented block": "  " + database(f"  # {ALLOW}\n").replace("\n", "\n  "),
    "with Windows line ends": database(f"  # {ALLOW}\n").replace("\n", "\r\n"),
    "by the rule's id": database(f"  # {ALLOW}\n").replace("retention-too-short", "RCV002"),
    "by the rule's id in small letters": database(f"  # {ALLOW}\n").replace("retention-too-short", "rcv002"),
    "without a space": database(f"  #{ALLOW.replace(': ', ':')}\n"),
}


@pytest.mark.parametrize("code", [pytest.param(code, id=name) for name, code in PLACES.items()])
def test_a_waiver_covers_the_block_it_stands_in_or_above(folder: Path, judge: Judge, code: str) -> None:
    (folder / "main.tf").write_bytes((database(name="other") + code).encode())

    report = judge()

    assert live(report, "RCV002") == ["aws_db_instance.other"]
    assert live(report, "RCV150") == live(report, "RCV151") == live(report, "RCV152") == []
    assert report["summary"]["suppressed"] == 1
    [waived] = [item["suppressed"] for item in of(report, "RCV002") if item["suppressed"]]
    assert (waived["kind"], waived["reason"], waived["owner"], waived["until"]) == ("waiver", "a small copy", "db", "2027-01-31")


NOT_PLACES = {
    "below the block": f"{database()}# {ALLOW}\n",
    "above, with a blank line between": f"# {ALLOW}\n\n{database()}",
    "in another block": database(f"  # {ALLOW}\n", name="other").replace("= 1", "= 30") + database(),
    "in a string": database(f'  identifier = "# {ALLOW.replace(chr(34), "")}"\n'),
    "in a heredoc": database(f"  description = <<EOT\n# {ALLOW}\nEOT\n"),
    "for another rule": database(f"  # {ALLOW}\n").replace("retention-too-short", "single-zone"),
}


@pytest.mark.parametrize("code", [pytest.param(code, id=name) for name, code in NOT_PLACES.items()])
def test_a_waiver_elsewhere_covers_nothing(folder: Path, judge: Judge, code: str) -> None:
    (folder / "main.tf").write_text(code)

    assert live(judge(), "RCV002") == ["aws_db_instance.orders"]


BROKEN = {
    "no reason": ("until=2027-01-31 owner=db", "RCV152", "has no reason", False),
    "an empty reason": ('until=2027-01-31 owner=db reason=" "', "RCV152", "has no reason", False),
    "no owner": ('until=2027-01-31 reason="small"', "RCV152", "has no owner", True),
    "no end": ('owner=db reason="small"', "RCV152", "has no until", True),
    "nothing": ("", "RCV152", "has no reason and no owner and no until", False),
    "expired": ('until=2026-11-22 owner=db reason="small"', "RCV150", "ended on 2026-11-22", False),
    "no date": ('until=soon owner=db reason="small"', "RCV152", "is not a date", False),
    "an impossible date": ('until=2027-02-30 owner=db reason="small"', "RCV152", "is not a date", False),
    "an unknown field": (f"{FULL} ticket=7", "RCV152", "'ticket=7' is not understood", False),
    "a reason without quotes": ("until=2027-01-31 owner=db reason=a small copy", "RCV152", "is not understood", False),
    "quotes that do not match": ('until=2027-01-31 owner=db reason="small', "RCV152", "quotes do not match", False),
    "a field twice": (f"{FULL} owner=web", "RCV152", "owner is there twice", False),
}


@pytest.mark.parametrize(("fields", "rule", "words", "suppresses"), [pytest.param(*item, id=name) for name, item in BROKEN.items()])
def test_what_is_wrong_with_a_waiver_is_a_finding(folder: Path, judge: Judge, fields: str, rule: str, words: str, suppresses: bool) -> None:
    (folder / "main.tf").write_text(database(f"  # recoverable: allow retention-too-short {fields}\n"))

    report = judge()

    assert [words in item["message"] for item in of(report, rule)] == [True], of(report, rule)
    assert of(report, rule)[0]["line"] == 3
    assert bool(live(report, "RCV002")) is not suppresses
    assert report["code"] == 1


def test_a_waiver_holds_to_the_end_of_its_last_day(folder: Path, judge: Judge) -> None:
    (folder / "main.tf").write_text(database(f"  # {ALLOW}\n").replace("2027-01-31", "2026-11-23"))

    report = judge()

    assert live(report, "RCV002") == []
    assert live(report, "RCV150") == []


def test_a_waiver_that_nothing_needs_is_a_finding(folder: Path, judge: Judge) -> None:
    (folder / "main.tf").write_text(database(f"  # {ALLOW}\n").replace("period = 1", "period = 35"))

    assert "speaks of nothing" in of(judge(), "RCV151")[0]["message"]


def test_a_waiver_of_an_unknown_rule_is_a_finding(folder: Path, judge: Judge) -> None:
    (folder / "main.tf").write_text(database(f"  # {ALLOW}\n").replace("retention-too-short", "retention_too_short"))

    report = judge()

    assert "retention_too_short, which is no rule" in of(report, "RCV151")[0]["message"]
    assert live(report, "RCV002") == ["aws_db_instance.orders"]


def test_a_waiver_that_names_no_rule_is_a_finding(folder: Path, judge: Judge) -> None:
    (folder / "main.tf").write_text(database(f"  # recoverable: allow {FULL}\n"))

    assert "names no rule" in of(judge(), "RCV152")[0]["message"]


@pytest.mark.parametrize("word", ["ignore", "skip", "disable", "alow"])
def test_a_waiver_in_another_tools_words_is_told(folder: Path, judge: Judge, word: str) -> None:
    (folder / "main.tf").write_text(database(f"  # {ALLOW.replace('allow', word)}\n"))

    report = judge()

    assert f"write allow, not {word}" in of(report, "RCV152")[0]["message"]
    assert live(report, "RCV002") == ["aws_db_instance.orders"]


def test_prose_about_the_tool_is_no_waiver(folder: Path, judge: Judge) -> None:
    (folder / "main.tf").write_text(database("  # recoverable: see the runbook for how this is restored\n"))

    report = judge()

    assert of(report, "RCV151") == of(report, "RCV152") == []


def test_two_waivers_of_two_rules_in_one_block(folder: Path, judge: Judge) -> None:
    (folder / "main.tf").write_text(database(f"  # {ALLOW}\n  # {ALLOW.replace('retention-too-short', 'single-zone')}\n"))

    report = judge()

    assert live(report, "RCV002") == live(report, "single-zone") == []
    assert live(report, "RCV151") == []


def test_of_two_waivers_for_one_finding_the_good_one_counts_although_the_first_has_expired(folder: Path, judge: Judge) -> None:
    (folder / "main.tf").write_text(database(f"  # {ALLOW.replace('2027', '2020')}\n  # {ALLOW}\n"))

    report = judge()

    assert live(report, "RCV002") == []
    assert len(of(report, "RCV150")) == 1


def test_a_waiver_also_covers_an_unknown(folder: Path, judge: Judge) -> None:
    (folder / "main.tf").write_text('variable "days" {}\n' + database(f"  # {ALLOW}\n").replace("period = 1", "period = var.days"))

    report = judge()

    assert [item["verdict"] for item in of(report, "RCV002")] == ["unknown"]
    assert live(report, "RCV002") == []


def test_a_waiver_never_hides_a_rule_that_crashed(folder: Path, judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(subject: Any, context: Any) -> Any:
        raise ZeroDivisionError

    rules = tuple(LoadedRule(item.rule, crash) if item.rule.id == "RCV002" else item for item in load_rules())
    monkeypatch.setattr("recoverable.cli.check_run.load_rules", lambda: rules)
    (folder / "main.tf").write_text(database(f"  # {ALLOW}\n"))

    report = judge()

    assert live(report, "RCV002") == ["aws_db_instance.orders"]
    assert report["code"] == 4

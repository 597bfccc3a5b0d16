"""Waivers: where they may stand, what they speak of, and what is wrong with them is itself a finding."""

from __future__ import annotations

import json
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
    "in a nested block": database(f"  timeouts {{\n    # {ALLOW}\n    create = \"1h\"\n  }}\n"),
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


STANDARD = """[[waivers]]
rule = "{rule}"
{where}
until = 2027-01-31
owner = "db"
reason = "a small copy"
"""


@pytest.mark.parametrize(
    ("rule", "where", "left"),
    [
        ("retention-too-short", 'address = "aws_db_instance.orders"', ["aws_db_instance.other"]),
        ("RCV002", 'address = "aws_db_instance.o*"', []),
        ("retention-too-short", 'file = "main.tf"', ["aws_db_instance.other"]),
        ("retention-too-short", 'address = "*"', []),
        ("retention-too-short", 'address = "aws_db_instance.order"', ["aws_db_instance.orders", "aws_db_instance.other"]),
    ],
)
def test_a_waiver_in_the_standard_covers_addresses_and_files(folder: Path, judge: Judge, rule: str, where: str, left: list[str]) -> None:
    (folder / "main.tf").write_text(database())
    (folder / "other.tf").write_text(database(name="other"))
    (folder / "recoverable.toml").write_text(STANDARD.format(rule=rule, where=where))

    report = judge()

    assert sorted(live(report, "RCV002")) == left
    assert bool(of(report, "RCV151")) is (len(left) == 2)


def test_a_finding_about_the_run_can_be_waived_in_the_standard(folder: Path, judge: Judge) -> None:
    (folder / "main.tf").write_text(database())
    (folder / "recoverable.toml").write_text(STANDARD.format(rule="owner-missing", where='address = "*"'))

    report = judge()

    assert of(report, "owner-missing")
    assert live(report, "owner-missing") == []
    assert of(report, "RCV151") == []


def test_unused_waivers_are_not_told_where_only_one_rule_is_asked(folder: Path, judge: Judge) -> None:
    (folder / "main.tf").write_text(database(f"  # {ALLOW}\n"))

    assert of(judge(".", "--rule", "single-zone"), "RCV151") == []


PLAN = {
    "format_version": "1.2",
    "planned_values": {
        "root_module": {
            "resources": [
                {"address": "aws_db_instance.orders", "type": "aws_db_instance", "name": "orders", "values": {"backup_retention_period": 1, "tags": {"environment": "prod"}}}
            ],
            "child_modules": [
                {
                    "address": 'module.db["a"]',
                    "resources": [
                        {"address": 'module.db["a"].aws_db_instance.this[0]', "type": "aws_db_instance", "name": "this", "index": 0, "values": {"backup_retention_period": 2, "tags": {"environment": "prod"}}}
                    ],
                }
            ],
        }
    },
    "resource_changes": [],
}


def test_a_waiver_in_the_code_beside_a_plan_covers_the_plan(folder: Path, judge: Judge) -> None:
    (folder / "plan.json").write_text(json.dumps(PLAN))
    (folder / "main.tf").write_text(database(f"  # {ALLOW}\n") + 'module "db" {\n  source = "./db"\n  for_each = toset(["a"])\n}\n')
    (folder / "db").mkdir()
    (folder / "db" / "main.tf").write_text(database(name="this"))

    report = judge("plan.json")

    assert live(report, "RCV002") == ['module.db["a"].aws_db_instance.this[0]']
    assert [(item["file"], item["line"]) for item in of(report, "RCV002")] == [("db/main.tf", 3), ("main.tf", 4)]
    assert live(report, "RCV151") == []


def test_the_code_of_a_plan_can_lie_in_another_folder(folder: Path, judge: Judge) -> None:
    (folder / "infra").mkdir()
    (folder / "infra" / "main.tf").write_text(database(f"  # {ALLOW}\n"))
    (folder / "plan.json").write_text(json.dumps(PLAN))

    assert "aws_db_instance.orders" in live(judge("plan.json"), "RCV002")
    assert "aws_db_instance.orders" not in live(judge("plan.json", "--code", "infra"), "RCV002")


PROGRAM = f"""import pulumi_aws as aws

a = aws.rds.Instance("a", backup_retention_period=1)  # {ALLOW}
# {ALLOW}
b = aws.rds.Instance(
    "b",
    backup_retention_period=1,
)
c = aws.rds.Instance(
    "c",
    # {ALLOW}
    backup_retention_period=1,
)


def make():
    # {ALLOW}
    d = aws.rds.Instance("d", backup_retention_period=1)
    return aws.rds.Instance("e", backup_retention_period=1)


text = "# {ALLOW.replace(chr(34), "")}"; f = aws.rds.Instance("f", backup_retention_period=1)
"""
LINES = {"a": 3, "b": 5, "c": 9, "d": 18, "e": 19, "f": 22}


def preview() -> dict[str, Any]:
    """A preview that creates the instances of the program."""
    kind = "aws:rds/instance:Instance"
    steps = []
    for name, line in LINES.items():
        urn = f"urn:pulumi:prod::shop::{kind}::{name}"
        state = {"urn": urn, "custom": True, "type": kind, "inputs": {"backupRetentionPeriod": 1}, "sourcePosition": f"project:///__main__.py#{line}"}
        steps.append({"op": "create", "urn": urn, "newState": state})
    return {"config": {}, "steps": steps, "changeSummary": {"create": len(steps)}}


@pytest.mark.parametrize("where", [".", "app"])
def test_a_waiver_in_a_pulumi_program_covers_the_statement_it_stands_in_or_above(folder: Path, judge: Judge, where: str) -> None:
    (folder / where).mkdir(exist_ok=True)
    (folder / where / "__main__.py").write_text(PROGRAM)
    (folder / where / "preview.json").write_text(json.dumps(preview()))

    report = judge(f"{where}/preview.json")

    assert [address[-1] for address in sorted(live(report, "RCV002"))] == ["e", "f"]
    assert live(report, "RCV151") == []
    assert {item["file"] for item in of(report, "RCV002")} == {"__main__.py" if where == "." else "app/__main__.py"}


def test_a_waiver_in_another_language_covers_its_line_and_the_one_below(folder: Path, judge: Judge) -> None:
    document = json.loads(json.dumps(preview()).replace("__main__.py", "index.ts"))
    lines = ["//"] * 30
    lines[1] = f"// {ALLOW}"  # above line 3, by comments all the way
    lines[2] = 'new aws.rds.Instance("a");'
    lines[4] = f'new aws.rds.Instance("b"); // {ALLOW}'
    (folder / "index.ts").write_text("\n".join(lines))
    (folder / "preview.json").write_text(json.dumps(document))

    assert [address[-1] for address in sorted(live(judge("preview.json"), "RCV002"))] == ["c", "d", "e", "f"]

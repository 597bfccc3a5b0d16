"""Waivers outside of Terraform code: in the standard, beside a plan, in a Pulumi program."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.enforce.conftest import live, of
from tests.enforce.test_waivers import ALLOW, database

Judge = Callable[..., dict[str, Any]]
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
                {
                    "address": "aws_db_instance.orders",
                    "type": "aws_db_instance",
                    "name": "orders",
                    "values": {"backup_retention_period": 1, "tags": {"environment": "prod"}},
                }
            ],
            "child_modules": [
                {
                    "address": 'module.db["a"]',
                    "resources": [
                        {
                            "address": 'module.db["a"].aws_db_instance.this[0]',
                            "type": "aws_db_instance",
                            "name": "this",
                            "index": 0,
                            "values": {"backup_retention_period": 2, "tags": {"environment": "prod"}},
                        }
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
        state = {
            "urn": urn,
            "custom": True,
            "type": kind,
            "inputs": {"backupRetentionPeriod": 1},
            "sourcePosition": f"project:///__main__.py#{line}",
        }
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

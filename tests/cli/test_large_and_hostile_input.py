"""Input that is huge or means harm: bounded time and memory, and nothing of it reaches a terminal or breaks a report."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.cli.conftest import Outcome
from tests.cli.test_bad_input import PLAN, clear
from tests.support.terraform_texts import GOOD

Run = Callable[..., Outcome]


@pytest.mark.parametrize("name", ["main.tf", "main.tf.json"])
def test_a_literal_of_10_megabytes_is_read_in_bounded_time(folder: Path, run: Run, name: str) -> None:
    text = "x" * (10 * 1024**2)
    code = GOOD.replace('"orders-final"', f'"{text}"')
    as_json = json.dumps({"resource": {"aws_db_instance": {"orders": {"backup_retention_period": 1, "identifier": text}}}})
    (folder / "main.tf").unlink()
    (folder / name).write_text(as_json if name.endswith("json") else code)
    start = time.process_time()  # what else runs on the machine does not count; a quadratic step would take hours

    outcome = run("check", name, "--format", "json")

    assert outcome.code in (0, 1), clear(outcome)[:500]
    assert time.process_time() - start < 10
    assert len(outcome.out) < 1024**2, "a literal is not copied into the report"


def test_a_literal_of_10_megabytes_in_a_plan_is_read_in_bounded_time(folder: Path, run: Run) -> None:
    plan = json.loads(PLAN.read_text())
    for part in plan["planned_values"]["root_module"]["resources"]:
        part["values"]["name"] = "x" * (10 * 1024**2)
    (folder / "plan.json").write_text(json.dumps(plan))
    start = time.process_time()  # what else runs on the machine does not count; a quadratic step would take hours

    outcome = run("check", "plan.json", "--format", "json")

    assert outcome.code == 1
    assert time.process_time() - start < 10
    assert len(outcome.out) < 1024**2


def bucket(number: int) -> dict[str, Any]:
    """One instance of a bucket under for_each."""
    return {
        "address": f'aws_s3_bucket.b["{number}"]',
        "mode": "managed",
        "type": "aws_s3_bucket",
        "name": "b",
        "index": str(number),
        "values": {"bucket": f"acme-{number}", "tags": {"environment": "dev"}},
    }


def test_a_plan_of_100_000_instances_is_judged_in_bounded_time_and_memory(folder: Path, run: Run) -> None:
    count = 100_000
    resources = [bucket(number) for number in range(count)]
    changes = [
        {
            **{key: value for key, value in item.items() if key != "values"},
            "change": {"actions": ["create"], "before": None, "after_unknown": {"id": True}},
        }
        for item in resources
    ]
    versioning = [
        {
            "address": f'aws_s3_bucket_versioning.v["{number}"]',
            "mode": "managed",
            "type": "aws_s3_bucket_versioning",
            "name": "v",
            "index": str(number),
            "values": {"bucket": f"acme-{number}", "versioning_configuration": [{"status": "Enabled"}]},
        }
        for number in range(count)
    ]
    plan = {"format_version": "1.2", "planned_values": {"root_module": {"resources": resources + versioning}}, "resource_changes": changes}
    (folder / "plan.json").write_text(json.dumps(plan))
    del plan, resources, versioning, changes
    start = time.process_time()  # what else runs on the machine does not count; a quadratic step would take hours

    outcome = run("check", "plan.json", "--rule", "versioning-off", "--rule", "bucket-public", "--format", "json=r.json")

    assert outcome.code == 0, clear(outcome)
    assert time.process_time() - start < 90
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 3 * 1024**2, "3 GB"


def test_a_for_each_of_100_000_in_code_is_bounded(folder: Path, run: Run) -> None:
    (folder / "main.tf").write_text(
        'resource "aws_s3_bucket" "b" {\n  for_each = toset([for n in range(100000) : tostring(n)])\n  bucket = "acme-${each.key}"\n}\n'
    )
    start = time.process_time()  # what else runs on the machine does not count; a quadratic step would take hours

    outcome = run("check", ".", "--rule", "versioning-off", "--format", "json=r.json")

    assert outcome.code in (1, 2), clear(outcome)[:500]
    assert time.process_time() - start < 90


HOSTILE = [
    "aws_db_instance.orders\x1b[2J\x1b[31m",
    "aws_db_instance.orders\n::error::injected",
    'aws_db_instance.orders["</script><script>alert(1)</script>"]',
    'aws_db_instance.orders["a\\"]b"]',
    "aws_db_instance.orders[9999999999999999999999999]",
    "aws_db_instance.orders[²]",
    "module.a[",
    'module.a["x].aws_db_instance.b',
    "[[[[",
    "." * 5000,
    "\u202egnirts\u0000\ud800",
    "x" * 100_000,
]


@pytest.mark.parametrize("address", HOSTILE, ids=[f"{number}" for number in range(len(HOSTILE))])
@pytest.mark.parametrize("report", ["text", "json", "sarif", "junit", "github", "gitlab", "markdown", "html"])
def test_hostile_addresses_reach_no_terminal_and_break_no_report(folder: Path, run: Run, address: str, report: str) -> None:
    plan = {
        "format_version": "1.2",
        "planned_values": {
            "root_module": {
                "resources": [{"address": address, "type": "aws_db_instance", "name": "orders", "values": {"engine": "postgres"}}]
            }
        },
        "resource_changes": [
            {"address": address, "type": "aws_db_instance", "name": "orders", "change": {"actions": ["create"], "after_unknown": {}}}
        ],
    }
    (folder / "plan.json").write_text(json.dumps(plan))

    outcome = run("check", "plan.json", "--format", report, "--verbose")

    assert outcome.code == 1, clear(outcome)
    assert "\x1b" not in outcome.out
    assert "\n::error::injected" not in outcome.out
    if report in ("html", "markdown"):
        assert "<script>alert" not in outcome.out
    elif report in ("json", "sarif", "gitlab"):
        json.loads(outcome.out)
    elif report == "junit":
        ElementTree.fromstring(outcome.out)

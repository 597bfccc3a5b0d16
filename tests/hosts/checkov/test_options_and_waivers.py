"""Checkov's options and comments, and our waivers, on our findings."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hosts.checkov.samples import DATABASE, write
from tests.support.checkov_runs import TODAY, checkov

TERRAFORM = ("-d", ".", "--framework", "terraform")
NONE = DATABASE % (0, "dev")


def commented(comment: str) -> str:
    """The database with a comment in its block."""
    return NONE.replace("{\n", f"{{\n  # {comment}\n", 1)


def test_rules_are_chosen_and_left_out_by_id(tmp_path: Path) -> None:
    write(tmp_path, NONE)

    chosen = checkov(*TERRAFORM, cwd=tmp_path, only="RCV001")
    skipped = checkov(*TERRAFORM, "--skip-check", "RCV*", cwd=tmp_path, only="")
    other = checkov(*TERRAFORM, cwd=tmp_path, only="CKV_AWS_16")

    assert {item["check_id"] for item in chosen.records} == {"RCV001"}
    assert not {item["check_id"] for item in skipped.records} & {"RCV000", "RCV001"}
    assert {item["check_id"] for item in other.records} == {"CKV_AWS_16"}


def test_a_rule_is_left_out_for_a_path_and_a_path_for_all_rules(tmp_path: Path) -> None:
    write(tmp_path, NONE, "old/main.tf")
    write(tmp_path, NONE, "new/main.tf")

    rule = checkov(*TERRAFORM, "--skip-check", "RCV001:old/", cwd=tmp_path, only="")
    path = checkov(*TERRAFORM, "--skip-path", "old", cwd=tmp_path, only="RCV001")

    assert [item["file_path"] for item in rule.records if item["check_id"] == "RCV001"] == ["/new/main.tf"]
    assert [item["file_path"] for item in path.records] == ["/new/main.tf"]


def test_external_checks_run_beside_chosen_ones_where_checkov_is_told_so(tmp_path: Path) -> None:
    done = checkov(*TERRAFORM, "--run-all-external-checks", cwd=write(tmp_path, NONE), only="CKV_AWS_16")

    assert {"CKV_AWS_16", "RCV001"} <= {item["check_id"] for item in done.records}


def test_a_comment_for_checkov_skips_one_rule_on_one_resource(tmp_path: Path) -> None:
    done = checkov(*TERRAFORM, cwd=write(tmp_path, commented("checkov:skip=RCV001:rebuilt nightly")))

    found = next(item for item in done.records if item["check_id"] == "RCV001")
    assert found["result"] == "skipped"
    assert found["check_result"]["suppress_comment"] == "rebuilt nightly"
    assert done.of("RCV007") == ["failed"]


def test_a_comment_in_a_module_call_holds_for_that_call_alone(tmp_path: Path) -> None:
    write(tmp_path, NONE, "db/main.tf")
    write(tmp_path, 'module "a" {\n  # checkov:skip=RCV001:known\n  source = "./db"\n}\nmodule "b" {\n  source = "./db"\n}\n')

    done = checkov(*TERRAFORM, cwd=tmp_path, only="RCV001")

    assert done.of("RCV001", "module.a.aws_db_instance.orders") == ["skipped"]
    assert done.of("RCV001", "module.b.aws_db_instance.orders") == ["failed"]


@pytest.mark.parametrize("skipping", ["one", "two"])
def test_a_comment_in_one_root_module_says_nothing_about_another_with_the_same_addresses(skipping: str, tmp_path: Path) -> None:
    write(tmp_path, NONE, "db/main.tf")
    for root in ("one", "two"):
        comment = "  # checkov:skip=RCV001:known\n" if root == skipping else ""
        write(tmp_path, f'module "a" {{\n{comment}  source = "../db"\n}}\n', f"{root}/main.tf")

    done = checkov(*TERRAFORM, cwd=tmp_path, only="RCV001")

    assert done.code == 1
    assert "failed" in done.of("RCV001", "module.a.aws_db_instance.orders")


def test_a_comment_at_the_resource_counts_where_the_fault_lies_in_its_companion(tmp_path: Path) -> None:
    code = (
        'resource "aws_s3_bucket" "b" {\n  # checkov:skip=RCV040:logs only\n  bucket = "b"\n}\n'
        'resource "aws_s3_bucket_versioning" "b" {\n  bucket = aws_s3_bucket.b.id\n  versioning_configuration {\n    status = "Suspended"\n  }\n}\n'
    )

    assert checkov(*TERRAFORM, cwd=write(tmp_path, code)).of("RCV040") == ["skipped"]


WAIVED = 'recoverable: allow backups-disabled until=2027-01-31 owner=data reason="rebuilt nightly"'
EXPIRED = WAIVED.replace("2027", "2026")
IN_FILE = (
    '[[waivers]]\nrule = "RCV001"\naddress = "aws_db_instance.orders"\nreason = "rebuilt nightly"\nowner = "data"\nuntil = 2027-01-31\n'
)


@pytest.mark.parametrize(
    ("code", "standard", "expected"),
    [
        (commented(WAIVED), "", "skipped"),
        (commented(EXPIRED), "", "failed"),
        (commented('recoverable: allow backups-disabled reason=""'), "", "failed"),
        (NONE, IN_FILE, "skipped"),
    ],
    ids=["inline", "expired", "without a reason", "in the standard"],
)
def test_our_waivers_mean_the_same_as_in_the_command(code: str, standard: str, expected: str, tmp_path: Path) -> None:
    write(tmp_path, code)
    if standard:
        write(tmp_path, standard, "recoverable.toml")

    done = checkov(*TERRAFORM, cwd=tmp_path)

    words = ["check", ".", "--format", "json=report.json", "--as-of", TODAY]
    subprocess.run([sys.executable, "-m", "recoverable", *words], cwd=tmp_path, check=False, capture_output=True)
    results = json.loads((tmp_path / "report.json").read_text())["results"]
    assert done.of("RCV001") == [expected]
    assert [bool(item.get("suppressed")) for item in results if item["rule"] == "RCV001"] == [expected == "skipped"]
    gate = {item["rule"] for item in results if item["rule"] in ("RCV150", "RCV151", "RCV152") and item["verdict"] == "fail"}
    assert {item["check_id"] for item in done.records if item["result"] == "failed"} & {"RCV150", "RCV151", "RCV152"} == gate
    comments = [item["check_result"].get("suppress_comment", "") for item in done.records if item["check_id"] == "RCV001"]
    assert expected == "failed" or comments[0].startswith("waiver: rebuilt nightly, owner data, until 2027-01-31")


def test_a_soft_fail_by_severity_knows_ours(tmp_path: Path) -> None:
    write(tmp_path, NONE)

    soft = checkov(*TERRAFORM, "--soft-fail-on", "CRITICAL", cwd=tmp_path, only="RCV001")
    hard = checkov(*TERRAFORM, "--soft-fail-on", "LOW", cwd=tmp_path, only="RCV001")

    assert (soft.code, hard.code) == (0, 1)


def test_a_baseline_holds_back_what_was_there_and_not_what_is_new(tmp_path: Path) -> None:
    write(tmp_path, NONE)
    made = checkov(*TERRAFORM, "--create-baseline", cwd=tmp_path, only="RCV001")
    known = checkov(*TERRAFORM, "--baseline", ".checkov.baseline", cwd=tmp_path, only="RCV001")
    write(tmp_path, NONE.replace("orders", "invoices"), "more.tf")
    new = checkov(*TERRAFORM, "--baseline", ".checkov.baseline", cwd=tmp_path, only="RCV001")

    assert (made.code, known.code, new.code) == (1, 0, 1)
    assert [item["resource"] for item in new.records if item["result"] == "failed"] == ["aws_db_instance.invoices"]

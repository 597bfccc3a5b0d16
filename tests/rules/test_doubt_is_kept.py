"""Where one part of an answer is not known, the answer is unknown: neither a pass nor an alarm."""

from __future__ import annotations

from pathlib import Path

import pytest

from recoverable.rules.registry.backup_samples import kept, plan, rule, selection
from recoverable.rules.registry.samples import LATER, UNKNOWN_FLAG, UNKNOWN_NUMBER, rds, s3, s3_companion, versioned
from tests.support.judging import judge_code

SELECTION = selection('selection_tag {\n  type = "STRINGEQUALS"\n  key = "environment"\n  value = "prod"\n}')
EXPIRY = 'rule {{\n  id = "old"\n  status = {}\n  filter {{}}\n  noncurrent_version_expiration {{\n    noncurrent_days = 90\n  }}\n}}'


def verdict(code: str, rule_id: str, address: str, folder: Path) -> set[str]:
    """What one rule says of one address."""
    return {item.verdict.value for item in judge_code(code, folder) if item.rule == rule_id and item.address == address}


@pytest.mark.parametrize(("days", "expected"), [(UNKNOWN_NUMBER, {"unknown"}), ("35", {"pass"}), ("8", {"fail"})])
def test_a_plan_of_unknown_retention_leaves_the_database_unknown(days: str, expected: set[str], tmp_path: Path) -> None:
    code = LATER + rds("backup_retention_period = 7") + plan(rule(kept(days))) + SELECTION

    assert verdict(code, "RCV002", "aws_db_instance.orders", tmp_path) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [(f'{UNKNOWN_FLAG} ? "Enabled" : "Disabled"', {"unknown"}), ('"Enabled"', {"pass"}), ('"Disabled"', {"fail"})],
)
def test_an_expiry_that_may_be_switched_off_is_unknown(status: str, expected: set[str], tmp_path: Path) -> None:
    code = LATER + s3(versioned() + s3_companion("lifecycle_configuration", EXPIRY.format(status)))

    assert verdict(code, "RCV052", "aws_s3_bucket.uploads", tmp_path) == expected


@pytest.mark.parametrize("ignored", ["all", "[backup_retention_period]"])
def test_ignoring_all_changes_ignores_the_retention_too(ignored: str, tmp_path: Path) -> None:
    continuous = plan(rule("enable_continuous_backup = true\n" + kept(35)))
    code = rds(f"backup_retention_period = 7\nlifecycle {{\n  ignore_changes = {ignored}\n}}") + continuous + SELECTION

    assert verdict(code, "RCV013", "aws_db_instance.orders", tmp_path) == {"pass"}

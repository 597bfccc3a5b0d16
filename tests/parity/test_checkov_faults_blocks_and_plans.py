"""Faults 5 to 8 reproduced with Checkov 3.3.30, rebuilt: on each the verdict has to be right, in code and in a real plan.

Each docstring says what Checkov does with the same input.
"""

from __future__ import annotations

import pytest

from tests.parity.conftest import Judge

DYNAMIC = """variable "env" {
  default = "%s"
}
resource "aws_dynamodb_table" "t" {
  name         = "t"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
  dynamic "point_in_time_recovery" {
    for_each = var.env == "dev" ? [1] : []
    content {
      enabled = true
    }
  }
}
"""


@pytest.mark.parametrize(("env", "expected"), [("prod", "fail"), ("dev", "pass")])
def test_5_a_dynamic_block_that_makes_no_block_makes_no_recovery(judge: Judge, env: str, expected: str) -> None:
    """``dynamic "point_in_time_recovery"`` with an empty ``for_each``: PASSED, a false negative."""
    assert judge(DYNAMIC % env)["pitr-disabled", "aws_dynamodb_table.t"] == expected


REPLICATION = """resource "aws_s3_bucket" "source" {
  bucket = "acme-source"
  tags   = { environment = "prod" }
}
resource "aws_s3_bucket" "target" {
  %s
  bucket = "acme-target"
  tags   = { environment = "prod" }
}
provider "aws" {
  alias  = "far"
  region = "eu-central-1"
}
resource "aws_s3_bucket_versioning" "source" {
  bucket = aws_s3_bucket.source.id
  versioning_configuration {
    status = "Enabled"
  }
}
resource "aws_s3_bucket_replication_configuration" "source" {
  bucket = aws_s3_bucket.source.id
  role   = "arn:aws:iam::123456789012:role/replication"
  rule {
    status = "Enabled"
    destination {
      bucket = aws_s3_bucket.target.arn
    }
  }
}
"""


@pytest.mark.parametrize(("provider", "expected"), [("", "fail"), ("provider = aws.far", "pass")])
def test_6_replication_into_the_same_region_is_no_second_region(judge: Judge, provider: str, expected: str) -> None:
    """Same-region replication: CKV_AWS_144 PASSED, for the source and for the destination bucket."""
    found = judge(REPLICATION % provider)

    assert found["same-region-replication", "aws_s3_bucket.source"] == expected
    assert found.get(("no-replication", "aws_s3_bucket.target")) is None, "a target is not asked for a target of its own"


def test_6_object_lock_in_its_own_resource_is_seen_and_implies_versioning(judge: Judge) -> None:
    """``object_lock_enabled`` and a separate lock resource: CKV_AWS_143 silent, CKV_AWS_21 FAILED."""
    found = judge(
        'resource "aws_s3_bucket" "b" {\n  bucket = "acme-b"\n  object_lock_enabled = true\n}\n'
        'resource "aws_s3_bucket_object_lock_configuration" "b" {\n  bucket = aws_s3_bucket.b.id\n  rule {\n    default_retention {\n'
        '      mode = "GOVERNANCE"\n      days = 30\n    }\n  }\n}\n'
    )

    assert found["versioning-off", "aws_s3_bucket.b"] == "pass"
    assert found.get(("object-lock-missing", "aws_s3_bucket.b"), "pass") == "pass"


BACKUP = """resource "aws_ebs_volume" "data" {
  availability_zone = "eu-west-1a"
  size              = 10
  encrypted         = true
  tags              = { environment = "dev", Backup = "%s" }
}
resource "aws_backup_vault" "main" {
  name = "main"
}
resource "aws_backup_plan" "main" {
  name = "main"
  rule {
    rule_name         = "only"
    target_vault_name = aws_backup_vault.main.name
    schedule          = "%s"
    lifecycle {
      delete_after = %d
    }
  }
}
resource "aws_backup_selection" "main" {
  name         = "main"
  plan_id      = aws_backup_plan.main.id
  iam_role_arn = "arn:aws:iam::123456789012:role/backup"
  selection_tag {
    type  = "STRINGEQUALS"
    key   = "Backup"
    value = "daily"
  }
}
"""
DAILY, MONTHLY = "cron(0 3 * * ? *)", "cron(0 3 1 * ? *)"


@pytest.mark.parametrize(("tag", "expected"), [("daily", "pass"), ("none", "fail")])
def test_7_a_selection_by_tag_selects_what_has_the_tag(judge: Judge, tag: str, expected: str) -> None:
    """Backup selection by tag: CKV2_AWS_8 FAILED."""
    assert judge(BACKUP % (tag, DAILY, 35))["store-not-in-backup-plan", "aws_ebs_volume.data"] == expected


def test_7_a_monthly_plan_that_keeps_one_day_is_told(judge: Judge) -> None:
    """Backup plan monthly with ``delete_after = 1``: nothing."""
    good, bad = judge(BACKUP % ("daily", DAILY, 35)), judge(BACKUP % ("daily", MONTHLY, 1))

    for rule in ("backup-plan-too-seldom", "backup-plan-retention-too-short"):
        assert {verdict for (name, _), verdict in good.items() if name == rule} == {"pass"}
        assert "fail" in {verdict for (name, _), verdict in bad.items() if name == rule}


def test_7_cloud_sql_with_one_backup_and_no_recovery_is_told(judge: Judge) -> None:
    """Cloud SQL Postgres without PITR and with 1 retained backup: all PASSED."""
    found = judge(
        'resource "google_sql_database_instance" "orders" {\n  database_version = "POSTGRES_16"\n  settings {\n    tier = "db-custom-2-8192"\n'
        '    user_labels = { environment = "prod" }\n    backup_configuration {\n      enabled = true\n      backup_retention_settings {\n'
        "        retained_backups = 1\n      }\n    }\n  }\n}\n"
    )

    assert found["pitr-disabled", "google_sql_database_instance.orders"] == "fail"
    assert found["retention-too-short", "google_sql_database_instance.orders"] == "fail"


def test_7_a_gcs_bucket_without_soft_delete_is_told(judge: Judge) -> None:
    """GCS soft delete 0: PASSED."""
    found = judge(
        'resource "google_storage_bucket" "b" {\n  name = "acme-b"\n  location = "EU"\n  labels = { environment = "prod" }\n'
        "  soft_delete_policy {\n    retention_duration_seconds = 0\n  }\n}\n"
    )

    assert found["soft-delete-off", "google_storage_bucket.b"] == "fail"


BUCKET_MODULE = 'resource "aws_s3_bucket" "b" {\n  bucket_prefix = "acme-"\n}\noutput "bucket" {\n  value = aws_s3_bucket.b.id\n}\n'


def test_8_versioning_in_the_root_belongs_to_a_modules_bucket(judge: Judge) -> None:
    """Versioning in the root for a module's bucket, through its output: FAILED in the plan."""
    found = judge(
        'module "store" {\n  source = "./store"\n}\nresource "aws_s3_bucket_versioning" "b" {\n  bucket = module.store.bucket\n'
        '  versioning_configuration {\n    status = "Enabled"\n  }\n}\n',
        store__main=BUCKET_MODULE,
    )

    assert found["versioning-off", "module.store.aws_s3_bucket.b"] == "pass"


def test_8_the_same_inside_a_nested_module_with_count(judge: Judge) -> None:
    """Inside one nested module with count: PASSED, rightly."""
    found = judge(
        'module "outer" {\n  source = "./outer"\n}\n',
        outer__main='module "store" {\n  source = "../store"\n  count = 2\n  versioned = count.index == 0\n}\n',
        store__main=BUCKET_MODULE + 'variable "versioned" {}\nresource "aws_s3_bucket_versioning" "b" {\n  count = var.versioned ? 1 : 0\n'
        '  bucket = aws_s3_bucket.b.id\n  versioning_configuration {\n    status = "Enabled"\n  }\n}\n',
    )

    assert found["versioning-off", "module.outer.module.store[0].aws_s3_bucket.b"] == "pass"
    assert found["versioning-off", "module.outer.module.store[1].aws_s3_bucket.b"] == "fail"

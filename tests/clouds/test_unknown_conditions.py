"""A value under a condition that nobody knows is not taken for what it refers to: no store is excused, selected or joined by it for certain."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recoverable.clouds.build import build_estate, wanted
from recoverable.model.estate import Estate
from recoverable.readers.hcl.hcl_reader import HclOptions, read_hcl
from tests.support.judging import judge_code

VARIABLES = 'variable "on" { type = bool }\nvariable "name" { type = string }\n'


def estate_of(code: str, folder: Path) -> Estate:
    """What a piece of Terraform declares."""
    (folder / "main.tf").write_text(VARIABLES + code)
    options = HclOptions(variables={}, var_files=[], workspace=None, backend_config=[], base=folder)
    (reading,) = [item for item in read_hcl(folder, options=options, wanted=wanted) if item.resources]
    return build_estate(reading)


def verdict(code: str, rule: str, address: str, folder: Path) -> str:
    """What a rule says of a store."""
    found = {item.verdict.value for item in judge_code(VARIABLES + code, folder) if item.name == rule and item.address == address}
    return " ".join(sorted(found))


SOURCE = 'resource "aws_db_instance" "a" { engine = "postgres" }\nresource "aws_db_instance" "n" {\n  count  = var.on ? 1 : 0\n  engine = "postgres"\n}\n'
SOURCE += 'resource "aws_db_instance" "called" {\n  engine     = "postgres"\n  identifier = var.name\n}\n'
SOURCE += 'data "aws_db_instance" "elsewhere" {\n  db_instance_identifier = "x"\n}\n'


@pytest.mark.parametrize(
    ("expression", "role"),
    [
        ("aws_db_instance.a.arn", "read-replica"),
        ("aws_db_instance.a.identifier", "read-replica"),
        ("aws_db_instance.n[0].arn", "read-replica"),
        ("aws_db_instance.called.identifier", "read-replica"),
        ("trimspace(var.name)", "perhaps"),
        ('join("", [var.name])', "perhaps"),
        ('"${var.name}-primary"', "read-replica"),
        ('"arn:${aws_db_instance.a.identifier}"', "read-replica"),
        ("coalesce(var.name, aws_db_instance.a.arn)", "perhaps"),
        ("var.on ? aws_db_instance.a.arn : aws_db_instance.a.id", "read-replica"),
        ("data.aws_db_instance.elsewhere.db_instance_arn", "read-replica"),
        ("null", "primary"),
        ('""', "primary"),
        ("var.name", "perhaps"),
        ("var.on ? aws_db_instance.a.arn : null", "perhaps"),
        ('var.on ? aws_db_instance.a.arn : ""', "perhaps"),
        ("try(aws_db_instance.n[0].arn, null)", "perhaps"),
        ("one(aws_db_instance.n[*].arn)", "perhaps"),
        ('join("", aws_db_instance.n.*.arn)', "perhaps"),
    ],
)
def test_a_database_is_a_replica_only_where_its_source_is_surely_given(expression: str, role: str, tmp_path: Path) -> None:
    code = SOURCE + f'resource "aws_db_instance" "it" {{\n  engine = "postgres"\n  replicate_source_db = {expression}\n}}\n'
    (found,) = [each for each in estate_of(code, tmp_path).databases if each.address == "aws_db_instance.it"]

    assert found.role == ("primary" if role == "perhaps" else role)
    assert found.backups.unknown is (role == "perhaps")


def test_what_is_written_is_judged_where_it_may_be_a_replica(tmp_path: Path) -> None:
    code = SOURCE + (
        'resource "aws_db_instance" "it" {\n  engine = "postgres"\n  backup_retention_period = 0\n'
        "  replicate_source_db = var.on ? aws_db_instance.a.arn : null\n}\n"
    )
    assert verdict(code, "backups-disabled", "aws_db_instance.it", tmp_path) == "fail"


def test_a_cloud_sql_instance_is_no_replica_for_certain_either(tmp_path: Path) -> None:
    code = (
        'resource "google_sql_database_instance" "a" {\n  database_version = "POSTGRES_16"\n}\n'
        'resource "google_sql_database_instance" "it" {\n  database_version = "POSTGRES_16"\n'
        "  master_instance_name = var.on ? google_sql_database_instance.a.name : null\n}\n"
    )
    (found,) = [each for each in estate_of(code, tmp_path).databases if each.address.endswith(".it")]

    assert (found.role, found.backups.unknown, found.pitr.unknown) == ("primary", True, True)


BACKUP = """
resource "aws_efs_file_system" "a" { encrypted = true }
resource "aws_backup_vault" "v" { name = "v" }
resource "aws_backup_plan" "p" {
  name = "p"
  rule {
    rule_name         = "d"
    target_vault_name = aws_backup_vault.v.name
    schedule          = "cron(0 5 ? * * *)"
    lifecycle { delete_after = 40 }
  }
}
resource "aws_backup_selection" "s" {
  name         = "s"
  iam_role_arn = "r"
  plan_id      = %s
  resources    = %s
}
"""
ARN, PLAN = "aws_efs_file_system.a.arn", "aws_backup_plan.p.id"


@pytest.mark.parametrize(
    ("plan", "resources", "said"),
    [
        (PLAN, f"[{ARN}]", "pass"),
        (PLAN, "aws_efs_file_system.a[*].arn", "pass"),
        (PLAN, '["arn:aws:elasticfilesystem:eu-west-1:123456789012:file-system/${aws_efs_file_system.a.id}"]', "pass"),
        (PLAN, f"var.on ? [{ARN}] : []", "unknown"),
        (PLAN, f'compact([var.on ? {ARN} : ""])', "unknown"),
        (PLAN, f"[for each in [{ARN}] : each if var.on]", "unknown"),
        (f'var.on ? {PLAN} : "other"', f"[{ARN}]", "unknown"),
        (f"coalesce(var.name, {PLAN})", f"[{ARN}]", "unknown"),
    ],
)
def test_a_store_is_selected_only_where_no_condition_decides_that(plan: str, resources: str, said: str, tmp_path: Path) -> None:
    assert verdict(BACKUP % (plan, resources), "store-not-in-backup-plan", "aws_efs_file_system.a", tmp_path) == said


BUCKET = 'resource "aws_s3_bucket" "%s" {\n  bucket = "acme-%s"\n}\n'


@pytest.mark.parametrize(
    ("target", "role"),
    [
        ("aws_s3_bucket.b.id", "log"),
        ('"acme-b"', "log"),
        ("aws_s3_bucket.a.id", "primary"),
        ('var.on ? aws_s3_bucket.b.id : "central"', "primary"),
        ("coalesce(var.name, aws_s3_bucket.b.id)", "primary"),
        ('"logs-${aws_s3_bucket.b.id}"', "primary"),
    ],
)
def test_a_bucket_is_one_for_logs_only_where_others_surely_write_into_it(target: str, role: str, tmp_path: Path) -> None:
    code = BUCKET % ("a", "a") + BUCKET % ("b", "b")
    code += f'resource "aws_s3_bucket_logging" "a" {{\n  bucket        = aws_s3_bucket.a.id\n  target_bucket = {target}\n  target_prefix = "l/"\n}}\n'
    roles = {each.address: each.role for each in estate_of(code, tmp_path).buckets}

    assert roles == {"aws_s3_bucket.a": "primary", "aws_s3_bucket.b": role}


@pytest.mark.parametrize("name", ['"${var.name}-logs"', "var.name", 'format("logs-%s", var.name)'])
def test_a_name_that_is_known_in_part_is_found_behind_its_prefix(name: str, tmp_path: Path) -> None:
    """As sinks and ARNs name buckets."""
    code = (
        f'resource "google_storage_bucket" "b" {{\n  name = {name}\n  location = "EU"\n}}\n'
        'resource "google_logging_project_sink" "s" {\n  name = "s"\n  destination = "storage.googleapis.com/${google_storage_bucket.b.name}"\n}\n'
        + BUCKET
        % ("a", "a")
        + f'resource "aws_s3_bucket" "copy" {{\n  bucket = {name}\n}}\n'
        'resource "aws_s3_bucket_replication_configuration" "a" {\n  bucket = aws_s3_bucket.a.id\n  role   = "r"\n  rule {\n'
        '    status = "Enabled"\n    destination {\n      bucket = "arn:aws:s3:::${aws_s3_bucket.copy.bucket}"\n    }\n  }\n}\n'
    )
    roles = {each.address: each.role for each in estate_of(code, tmp_path).buckets}

    assert roles == {"google_storage_bucket.b": "log", "aws_s3_bucket.a": "primary", "aws_s3_bucket.copy": "replica-target"}


def test_a_load_balancer_that_writes_no_logs_makes_no_bucket_for_logs(tmp_path: Path) -> None:
    code = BUCKET % ("a", "a") + 'resource "aws_lb" "l" {\n  access_logs {\n    bucket  = aws_s3_bucket.a.id\n    enabled = %s\n  }\n}\n'

    for enabled, role in (("false", "primary"), ("null", "primary"), ("true", "log")):
        assert [each.role for each in estate_of(code % enabled, tmp_path).buckets] == [role]


@pytest.mark.parametrize(
    ("status", "destination", "said"),
    [
        ("Enabled", "aws_s3_bucket.b.arn", ""),
        ("Enabled", '"arn:aws:s3:::${aws_s3_bucket.b.id}"', ""),
        ("Disabled", "aws_s3_bucket.b.arn", "fail"),
        ('var.on ? "Enabled" : "Disabled"', "aws_s3_bucket.b.arn", "unknown"),
        ("Enabled", "var.on ? aws_s3_bucket.b.arn : var.name", "unknown"),
    ],
)
def test_a_bucket_is_a_copy_only_where_another_surely_replicates_into_it(status: str, destination: str, said: str, tmp_path: Path) -> None:
    code = BUCKET % ("a", "a") + BUCKET % ("b", "b")
    code += (
        'resource "aws_s3_bucket_replication_configuration" "a" {\n  bucket = aws_s3_bucket.a.id\n  role   = "r"\n  rule {\n'
        f"    status = {status if '?' in status else json.dumps(status)}\n"
        f"    destination {{\n      bucket = {destination}\n    }}\n  }}\n}}\n"
    )
    assert verdict(code, "no-replication", "aws_s3_bucket.b", tmp_path) == said


def test_a_companion_under_a_condition_says_nothing_of_other_buckets(tmp_path: Path) -> None:
    code = BUCKET % ("a", "a") + BUCKET % ("b", "b")
    code += (
        'resource "aws_s3_bucket_versioning" "a" {\n  count  = var.on ? 1 : 0\n  bucket = aws_s3_bucket.a.bucket\n'
        '  versioning_configuration {\n    status = "Enabled"\n  }\n}\n'
    )
    assert verdict(code, "versioning-off", "aws_s3_bucket.a", tmp_path) == "unknown"
    assert verdict(code, "versioning-off", "aws_s3_bucket.b", tmp_path) == "fail"


@pytest.mark.parametrize(
    ("actions", "said"), [("[aws_sns_topic.t.arn]", "pass"), ("var.on ? [aws_sns_topic.t.arn] : []", "unknown"), ("[]", "fail")]
)
def test_an_alarm_sends_only_where_its_actions_are_surely_there(actions: str, said: str, tmp_path: Path) -> None:
    code = (
        'resource "aws_sns_topic" "t" {\n  name = "t"\n}\nresource "aws_backup_vault" "v" {\n  name = "v"\n}\n'
        'resource "aws_cloudwatch_metric_alarm" "a" {\n  alarm_name = "x"\n  namespace = "AWS/Backup"\n  metric_name = "NumberOfBackupJobsFailed"\n'
        f'  comparison_operator = "GreaterThanThreshold"\n  evaluation_periods = 1\n  threshold = 0\n  alarm_actions = {actions}\n}}\n'
    )
    assert verdict(code, "vault-without-failure-notification", "aws_backup_vault.v", tmp_path) == said

"""The eight faults reproduced with Checkov 3.3.30, rebuilt: on each the verdict has to be right, in code and in a real plan.

Each docstring says what Checkov does with the same input.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from recoverable.cli.entry import main
from recoverable.clouds.build import wanted
from recoverable.model.finding import Finding
from recoverable.readers.plan.plan_reader import read_plan
from tests.standins.terraform.terraform_runner import TerraformRunner
from tests.support.judging import findings_of, read_folder

Verdicts = dict[tuple[str, str], str]
Judge = Callable[..., Verdicts]
READERS = ["code", pytest.param("plan", marks=[pytest.mark.terraform, pytest.mark.xdist_group("terraform")])]
PROVIDER = 'provider "aws" {\n  region = "eu-west-1"\n}\n\nprovider "google" {\n  project = "acme"\n  region  = "europe-west1"\n}\n\n'


@pytest.fixture(params=READERS)
def judge(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Judge:
    """Verdicts by rule name and address, of code and of what the real Terraform plans of it."""
    monkeypatch.chdir(tmp_path)

    def call(code: str, **files: str) -> Verdicts:
        (tmp_path / "main.tf").write_text(PROVIDER + code)
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/")
            path = path.with_name(path.name + ".tf")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        if request.param == "code":
            return verdicts(findings_of(read_folder(tmp_path)))
        plan: dict[str, Any] = TerraformRunner().plan(tmp_path)
        return verdicts(findings_of([read_plan(plan, "plan.json", wanted)]))

    return call


def verdicts(findings: Iterable[Finding]) -> Verdicts:
    """Verdict by rule and address; the worst where there are several."""
    found: Verdicts = {}
    for item in findings:
        key = (item.name, item.address)
        found[key] = max(found.get(key, ""), item.verdict.value, key=["", "pass", "unknown", "fail", "error"].index)
    return found


def test_1_an_instance_without_a_retention_has_no_backups(judge: Judge) -> None:
    """``aws_db_instance`` with no ``backup_retention_period``: PASSED, "default value is 1"; the provider's default is 0."""
    found = judge('resource "aws_db_instance" "orders" {\n  engine = "postgres"\n  instance_class = "db.r6g.large"\n  tags = { environment = "dev" }\n}\n')

    assert found["backups-disabled", "aws_db_instance.orders"] == "fail"


CLUSTERS = [("docdb", "docdb"), ("neptune", "neptune")]


@pytest.mark.parametrize(("kind", "engine"), CLUSTERS)
@pytest.mark.parametrize(
    ("days", "expected"), [("var.few", "fail"), ("var.enough", "pass"), ('"14"', "pass"), ('"1"', "fail"), ("null", "fail"), ("length(terraform_data.later.id)", "unknown")]
)
def test_2_a_cluster_whose_retention_is_no_plain_number_is_judged(judge: Judge, kind: str, engine: str, days: str, expected: str) -> None:
    """``aws_docdb_cluster`` and ``aws_neptune_cluster`` with ``var.x``, ``"14"`` or null: TypeError, gone from the report, exit 0."""
    found = judge(
        'variable "few" {\n  default = 2\n}\nvariable "enough" {\n  default = "20"\n}\nresource "terraform_data" "later" {}\n'
        f'resource "aws_{kind}_cluster" "c" {{\n  engine = "{engine}"\n  backup_retention_period = {days}\n  tags = {{ environment = "dev" }}\n}}\n'
    )

    assert found["retention-too-short", f"aws_{kind}_cluster.c"] == expected


def test_2_a_cluster_with_too_few_backups_makes_the_command_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The resource vanishes from Checkov's report, and it exits 0."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "main.tf").write_text('variable "x" {\n  default = "1"\n}\nresource "aws_docdb_cluster" "c" {\n  backup_retention_period = var.x\n}\n')

    assert main(["check", ".", "--rule", "retention-too-short", "--format", "json=r.json"]) == 1
    assert [item["address"] for item in json.loads((tmp_path / "r.json").read_text())["results"]] == ["aws_docdb_cluster.c"]


FOR_EACH = """resource "aws_s3_bucket" "c" {
  for_each = toset(["one", "two"])
  bucket   = "acme-${each.key}"
}
resource "aws_s3_bucket_versioning" "c" {
  for_each = aws_s3_bucket.c
  bucket   = each.value.id
  versioning_configuration {
    status = "Enabled"
  }
}
"""


def test_3_companions_under_for_each_belong_to_their_own_instance_on_every_run(judge: Judge) -> None:
    """Two buckets, versioning ``for_each = aws_s3_bucket.c``: one of the two FAILED, and which one changes between runs."""
    runs = [judge(FOR_EACH) for _ in range(3)]

    assert [runs[0]["versioning-off", f'aws_s3_bucket.c["{key}"]'] for key in ("one", "two")] == ["pass", "pass"]
    assert runs[0] == runs[1] == runs[2]


def test_3_only_the_instance_without_its_companion_fails(judge: Judge) -> None:
    """The other side of the same fault: one of the two really has no versioning."""
    found = judge(FOR_EACH.replace("for_each = aws_s3_bucket.c\n  bucket   = each.value.id", 'for_each = toset(["two"])\n  bucket   = aws_s3_bucket.c[each.key].id'))

    assert found["versioning-off", 'aws_s3_bucket.c["one"]'] == "fail"
    assert found["versioning-off", 'aws_s3_bucket.c["two"]'] == "pass"


def test_4_a_companion_that_names_its_bucket_literally_counts(judge: Judge) -> None:
    """Versioning by literal bucket name: FAILED, a false positive."""
    found = judge(
        'resource "aws_s3_bucket" "b" {\n  bucket = "acme-b"\n}\n'
        'resource "aws_s3_bucket_versioning" "b" {\n  bucket = "acme-b"\n  versioning_configuration {\n    status = "Enabled"\n  }\n}\n'
    )

    assert found["versioning-off", "aws_s3_bucket.b"] == "pass"


def test_4_a_number_that_is_looked_up_is_known(judge: Judge) -> None:
    """``lookup({dev = 0, prod = 0}, var.env, 0)``: no result, a false negative."""
    found = judge(
        'variable "env" {\n  default = "prod"\n}\nresource "aws_db_instance" "orders" {\n  engine = "postgres"\n  instance_class = "db.r6g.large"\n'
        "  backup_retention_period = lookup({ dev = 0, prod = 0 }, var.env, 0)\n}\n"
    )

    assert found["backups-disabled", "aws_db_instance.orders"] == "fail"


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

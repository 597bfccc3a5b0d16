"""The real Terraform plans with the stand-in providers as it would with the real ones."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.standins.terraform.terraform_runner import TerraformError, TerraformRunner

pytestmark = pytest.mark.terraform

DATABASE = """
variable "days" { default = 30 }
variable "encrypted" { default = true }
resource "aws_db_instance" "this" {
  identifier              = "orders"
  engine                  = "postgres"
  instance_class          = "db.t4g.micro"
  backup_retention_period = var.days
  storage_encrypted       = var.encrypted
}
"""


def write(folder: Path, **files: str) -> Path:
    """Files of a root module; `__` in a name is a folder."""
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".tf")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def changes(plan: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The change of each resource by address."""
    return {entry["address"]: entry["change"] for entry in plan["resource_changes"]}


def test_an_absent_retention_is_unknown_not_null(terraform: TerraformRunner, tmp_path: Path) -> None:
    """The trap: absent in code, in after_unknown in the plan, and absent in the plan's configuration."""
    plan = terraform.plan(write(tmp_path, main='resource "aws_db_instance" "a" {\n  instance_class = "db.t4g.micro"\n}'))
    change = changes(plan)["aws_db_instance.a"]
    assert change["after_unknown"]["backup_retention_period"] is True
    assert "backup_retention_period" not in change["after"]
    assert "backup_retention_period" not in plan["configuration"]["root_module"]["resources"][0]["expressions"]
    assert change["after"]["delete_automated_backups"] is True
    assert change["after"]["deletion_protection"] is None


def test_a_stated_zero_stays(terraform: TerraformRunner, tmp_path: Path) -> None:
    plan = terraform.plan(write(tmp_path, main=DATABASE), variables={"days": 0})
    assert changes(plan)["aws_db_instance.this"]["after"]["backup_retention_period"] == 0


def test_an_unknown_argument_is_refused(terraform: TerraformRunner, tmp_path: Path) -> None:
    folder = write(tmp_path, main='resource "aws_s3_bucket" "b" {\n  colour = "red"\n}')
    with pytest.raises(TerraformError, match='argument named "colour" is not expected'):
        terraform.plan(folder)


def test_absent_blocks_that_the_provider_computes_are_unknown(terraform: TerraformRunner, tmp_path: Path) -> None:
    plan = terraform.plan(write(tmp_path, main='resource "aws_s3_bucket" "b" {\n  bucket = "uploads"\n}'))
    change = changes(plan)["aws_s3_bucket.b"]
    assert change["after"]["bucket"] == "uploads"
    assert change["after_unknown"]["versioning"] is True


def test_modules_count_and_for_each(terraform: TerraformRunner, tmp_path: Path) -> None:
    main = 'module "db" {\n  source   = "./db"\n  for_each = toset(["orders", "users"])\n  name     = each.key\n}'
    module = (
        'variable "name" {}\n'
        'resource "aws_db_instance" "this" {\n  count = 2\n  identifier = "${var.name}-${count.index}"\n'
        '  instance_class = "db.t4g.micro"\n}'
    )
    plan = terraform.plan(write(tmp_path, main=main, db__main=module))
    identifiers = {address: change["after"]["identifier"] for address, change in changes(plan).items()}
    assert identifiers == {
        f'module.db["{name}"].aws_db_instance.this[{index}]': f"{name}-{index}" for name in ("orders", "users") for index in (0, 1)
    }
    assert not (tmp_path / ".terraform").exists()


def test_default_tags_and_aliases(terraform: TerraformRunner, tmp_path: Path) -> None:
    main = """
    provider "aws" {
      region = "eu-west-1"
      default_tags { tags = { owner = "ops", env = "dev" } }
    }
    provider "aws" {
      alias  = "dr"
      region = "eu-central-1"
    }
    resource "aws_s3_bucket" "tagged" { tags = { env = "prod" } }
    resource "aws_s3_bucket" "plain" {}
    resource "aws_s3_bucket" "replica" { provider = aws.dr }
    """
    found = changes(terraform.plan(write(tmp_path, main=main)))
    assert found["aws_s3_bucket.tagged"]["after"]["tags_all"] == {"owner": "ops", "env": "prod"}
    assert found["aws_s3_bucket.plain"]["after"]["tags_all"] == {"owner": "ops", "env": "dev"}
    assert found["aws_s3_bucket.plain"]["after"]["tags"] is None
    assert found["aws_s3_bucket.replica"]["after_unknown"]["tags_all"] is True
    assert found["aws_s3_bucket.replica"]["after"]["region"] == "eu-central-1"


def test_lowered_retention_is_an_update(terraform: TerraformRunner, tmp_path: Path) -> None:
    folder = write(tmp_path, main=DATABASE)
    terraform.apply(folder)
    assert changes(terraform.plan(folder))["aws_db_instance.this"]["actions"] == ["no-op"]
    change = changes(terraform.plan(folder, variables={"days": 7}))["aws_db_instance.this"]
    assert change["actions"] == ["update"]
    assert (change["before"]["backup_retention_period"], change["after"]["backup_retention_period"]) == (30, 7)
    assert change["after"]["arn"] == "arn:aws:rds:us-east-1:123456789012:db:orders"


def test_changed_encryption_is_a_replacement(terraform: TerraformRunner, tmp_path: Path) -> None:
    folder = write(tmp_path, main=DATABASE)
    terraform.apply(folder)
    change = changes(terraform.plan(folder, variables={"encrypted": False}))["aws_db_instance.this"]
    assert change["actions"] == ["delete", "create"]
    assert change["replace_paths"] == [["storage_encrypted"]]
    assert changes(terraform.plan(folder, destroy=True))["aws_db_instance.this"]["actions"] == ["delete"]
    (folder / "main.tf").write_text("")
    assert changes(terraform.plan(folder))["aws_db_instance.this"]["actions"] == ["delete"]


def test_an_applied_absent_retention_is_the_service_default(terraform: TerraformRunner, tmp_path: Path) -> None:
    main = (
        'resource "aws_db_instance" "a" {\n  instance_class = "db.t4g.micro"\n}\n'
        'resource "aws_rds_cluster" "c" {\n  engine = "aurora-postgresql"\n}'
    )
    folder = write(tmp_path, main=main)
    terraform.apply(folder)
    found = changes(terraform.plan(folder))
    assert found["aws_db_instance.a"]["before"]["backup_retention_period"] == 0
    assert found["aws_rds_cluster.c"]["before"]["backup_retention_period"] == 1


def test_a_policy_document_is_rendered(terraform: TerraformRunner, tmp_path: Path) -> None:
    main = """
    data "aws_iam_policy_document" "tls" {
      statement {
        sid       = "Tls"
        effect    = "Deny"
        actions   = ["s3:*"]
        resources = ["arn:aws:s3:::uploads", "arn:aws:s3:::uploads/*"]
        principals {
          type        = "*"
          identifiers = ["*"]
        }
        condition {
          test     = "Bool"
          variable = "aws:SecureTransport"
          values   = ["false"]
        }
      }
    }
    resource "aws_s3_bucket_policy" "p" {
      bucket = "uploads"
      policy = data.aws_iam_policy_document.tls.json
    }
    """
    plan = terraform.plan(write(tmp_path, main=main))
    assert json.loads(changes(plan)["aws_s3_bucket_policy.p"]["after"]["policy"]) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Tls",
                "Effect": "Deny",
                "Action": "s3:*",
                "Resource": ["arn:aws:s3:::uploads/*", "arn:aws:s3:::uploads"],
                "Principal": "*",
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }


def test_every_provider_is_served(terraform: TerraformRunner, tmp_path: Path) -> None:
    """Each from the same executable, with version constraints, and with nothing to download."""
    main = """
    terraform {
      required_providers {
        neon        = { source = "kislerdm/neon", version = ">= 0.6" }
        google-beta = { source = "hashicorp/google-beta", version = "~> 7.0" }
      }
    }
    provider "google" { project = "p" }
    provider "neon" { api_key = "x" }
    data "aws_availability_zones" "here" {}
    resource "google_storage_bucket" "a" {
      name     = "a"
      location = "EU"
    }
    resource "google_storage_bucket" "b" {
      provider = google-beta
      name     = "b"
      location = "EU"
    }
    resource "neon_project" "p" { name = "p" }
    resource "random_password" "p" { length = 20 }
    resource "time_static" "t" {}
    resource "null_resource" "n" {}
    resource "local_file" "f" {
      filename = "never-written"
      content  = "x"
    }
    output "zones" { value = data.aws_availability_zones.here.names }
    """
    folder = write(tmp_path, main=main)
    plan = terraform.plan(folder)
    assert len(plan["resource_changes"]) == 7
    assert plan["planned_values"]["outputs"]["zones"]["value"] == ["us-east-1a", "us-east-1b", "us-east-1c"]
    terraform.apply(folder)
    assert {change["actions"][0] for change in changes(terraform.plan(folder)).values()} == {"no-op"}


def test_a_remote_backend_is_overruled_for_the_run(terraform: TerraformRunner, tmp_path: Path) -> None:
    backend = 'terraform {\n  backend "s3" {\n    bucket = "state"\n    key = "x"\n    region = "eu-west-1"\n  }\n}\n'
    folder = write(tmp_path, main=backend + DATABASE)
    assert set(changes(terraform.plan(folder))) == {"aws_db_instance.this"}
    assert os.listdir(folder) == ["main.tf"]


def test_workspaces(terraform: TerraformRunner, tmp_path: Path) -> None:
    main = 'resource "aws_s3_bucket" "b" {\n  bucket = "uploads-${terraform.workspace}"\n}'
    plan = terraform.plan(write(tmp_path, main=main), workspace="prod")
    assert changes(plan)["aws_s3_bucket.b"]["after"]["bucket"] == "uploads-prod"
    assert os.listdir(tmp_path) == ["main.tf"]


def test_the_callers_environment_changes_nothing(terraform: TerraformRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_VAR_days", "3")
    monkeypatch.setenv("TF_WORKSPACE", "elsewhere")
    monkeypatch.setenv("TF_CLI_ARGS_plan", "-destroy")
    plan = terraform.plan(write(tmp_path, main=DATABASE))
    assert changes(plan)["aws_db_instance.this"]["after"]["backup_retention_period"] == 30

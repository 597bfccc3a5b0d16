"""``recoverable drill plan --estate``: the order of a whole recovery, from which copy, in which time, and what has none."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recoverable.cli import exits
from recoverable.cli.entry import main
from recoverable.drill.ledger_file import FileLedger
from tests.support.drill_ledgers import drill, failed_drill

ESTATE = """
terraform {
  backend "s3" {
    bucket = "shop-state"
  }
}
provider "aws" { region = "eu-west-1" }
resource "aws_s3_bucket" "uploads" {
  bucket = "shop-uploads"
  tags   = { environment = "prod" }
}
resource "aws_s3_bucket_versioning" "uploads" {
  bucket = aws_s3_bucket.uploads.id
  versioning_configuration { status = "Enabled" }
}
resource "aws_db_instance" "orders" {
  engine                  = "postgres"
  kms_key_id              = aws_kms_key.data.arn
  backup_retention_period = 30
  tags                    = { environment = "prod" }
}
resource "aws_db_instance" "orders_replica" {
  replicate_source_db = aws_db_instance.orders.identifier
  tags                = { environment = "prod" }
}
resource "aws_secretsmanager_secret" "shop" {
  name = "shop"
  tags = { environment = "prod" }
}
resource "aws_kms_key" "data" {
  tags = { environment = "prod" }
}
"""
LOST = """
resource "aws_dynamodb_table" "carts" {
  name     = "carts"
  hash_key = "id"
  tags     = { environment = "prod" }
}
"""
MYSQL = """
resource "aws_db_instance" "legacy" {
  engine                  = "mysql"
  backup_retention_period = 30
  tags                    = { environment = "prod" }
}
"""
DRILLS = """[drill]
ledger = "drills.jsonl"
[drill.stores.orders]
provider = "rds"
environment = "prod"
address = "aws_db_instance.orders"
[drill.stores.orders.source]
instance = "orders"
subnet_group = "drill"
security_groups = ["sg-1"]
parameter_group = "drill-18"
instance_class = "db.t4g.medium"
"""
Asked = Callable[..., tuple[int, str, str]]


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Asked:
    """The command over some code."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECOVERABLE_STATE_DIR", str(tmp_path / "state"))
    (tmp_path / "infra").mkdir()

    def run(code: str, *words: str, toml: str = "") -> tuple[int, str, str]:
        (tmp_path / "infra" / "main.tf").write_text(code, encoding="utf-8")
        (tmp_path / "recoverable.toml").write_text(toml, encoding="utf-8")
        found = main(["drill", "plan", "--estate", "infra", *words])
        said = capsys.readouterr()
        return found, said.out, said.err

    return run


def steps(out: str) -> dict[str, dict[str, Any]]:
    """The steps of a plan by address, in their order."""
    return {each["address"]: each for each in json.loads(out)["steps"]}


def test_what_opens_the_rest_comes_first(asked: Asked) -> None:
    code, out, _ = asked(ESTATE, "--json")

    assert list(steps(out)) == [
        "aws_kms_key.data",
        "aws_secretsmanager_secret.shop",
        "backend.s3",
        "aws_db_instance.orders",
        "aws_s3_bucket.uploads",
    ]
    assert steps(out)["aws_db_instance.orders"]["after"] == ["aws_kms_key.data"]
    assert json.loads(out)["left_out"] == {"read-replica": 1}
    assert code == exits.CLEAN


def test_each_store_names_its_copies(asked: Asked) -> None:
    found = steps(asked(ESTATE, "--json")[1])

    assert found["aws_db_instance.orders"]["copies"][:2] == [
        "backups of its own, 30 days in eu-west-1",
        "any moment of the last 30 days (point-in-time recovery)",
    ]
    assert found["aws_s3_bucket.uploads"]["copies"] == ["noncurrent versions"]


def test_a_bucket_of_cloud_storage_can_be_drilled(asked: Asked) -> None:
    bucket = 'resource "google_storage_bucket" "files" {\n  name = "files"\n  location = "EU"\n  versioning { enabled = true }\n}\n'
    _, out, _ = asked(bucket, "--json")

    assert steps(out)["google_storage_bucket.files"]["provider"] == "bucket"


@pytest.mark.parametrize("more", [LOST, MYSQL.replace("= 30", "= 0"), 'resource "aws_s3_bucket" "b" {}'])
def test_a_store_without_a_copy_is_exit_1_and_says_so(more: str, asked: Asked) -> None:
    code, out, _ = asked(ESTATE + more)

    assert code == exits.FINDINGS
    assert "NOTHING: no copy is declared" in out


def test_a_copy_that_is_unknown_before_apply_is_no_missing_one(asked: Asked) -> None:
    code, out, _ = asked(ESTATE.replace("= 30", "= var.days") + 'variable "days" {}')

    assert code == exits.CLEAN
    assert "backups of its own: unknown before apply" in out


def test_a_time_beyond_what_the_standard_demands_is_exit_1(asked: Asked) -> None:
    code, out, _ = asked(ESTATE, "--size-gb", "1000")

    assert code == exits.FINDINGS
    assert "(demanded: 2 h, TOO LATE)" in out
    assert "times that are assumed" in out


def test_what_a_drill_measured_stands_instead_of_a_guess(asked: Asked, tmp_path: Path) -> None:
    first = asked(ESTATE, "--json", "--size-gb", "1000", toml=DRILLS)
    ledger = FileLedger(tmp_path / "drills.jsonl")
    for each in (drill("orders", rto_first_query_seconds=1234.0), failed_drill("orders")):
        ledger.append(each.as_record())
    code, out, _ = asked(ESTATE, "--json", "--size-gb", "10", toml=DRILLS)
    found = steps(out)["aws_db_instance.orders"]

    assert steps(first[1])["aws_db_instance.orders"]["measured"] is False
    assert (found["drill"], found["restore_seconds"], found["measured"]) == ("orders", 1234, True)
    assert code == exits.CLEAN


def test_what_a_drill_of_a_bucket_measured_is_no_time_of_the_whole_bucket(asked: Asked, tmp_path: Path) -> None:
    bucket = DRILLS.partition("[drill.stores.orders]")[0] + (
        '[drill.stores.files]\nprovider = "bucket"\nenvironment = "prod"\naddress = "aws_s3_bucket.uploads"\n'
        'source = { bucket = "shop-uploads", region = "eu-west-1" }\n'
    )
    FileLedger(tmp_path / "drills.jsonl").append(drill("files", rto_first_query_seconds=12.0).as_record())
    code, out, _ = asked(ESTATE, "--json", "--size-gb", "50000", toml=bucket)
    found = steps(out)["aws_s3_bucket.uploads"]

    assert (found["drill"], found["restore_seconds"], found["measured"], found["late"]) == ("files", 500_000, False, True)
    assert code == exits.FINDINGS


def test_tables_to_begin_with_are_a_settings_file(asked: Asked) -> None:
    _, out, _ = asked(ESTATE, "--toml")
    tables = tomllib.loads(out)["drill"]["stores"]

    assert tables["orders"] == {"provider": "rds", "environment": "prod", "address": "aws_db_instance.orders"}
    assert asked(ESTATE, "--toml", toml=DRILLS)[1].count("aws_db_instance.orders") == 0


def test_another_engine_is_named_and_not_drilled(asked: Asked) -> None:
    found = steps(asked(ESTATE + MYSQL, "--json")[1])["aws_db_instance.legacy"]

    assert (found["provider"], "its engine is mysql" in found["note"]) == ("", True)


def test_nothing_protected_is_exit_3_and_a_broken_file_exit_2(asked: Asked) -> None:
    assert asked('output "x" { value = 1 }')[0] == exits.NOTHING
    code, _, err = asked(ESTATE + "resource {")

    assert code == exits.BAD_INPUT
    assert "main.tf" in err


@pytest.mark.parametrize("words", [("orders",), ("--estate", "nowhere"), ("-e", "moon"), ("--size-gb", "0")])
def test_mistakes_are_told(words: tuple[str, ...], asked: Asked) -> None:
    code, out, err = asked(ESTATE, *words)

    assert (code, out) == (exits.BAD_INPUT, "")
    assert err.startswith("error: ")

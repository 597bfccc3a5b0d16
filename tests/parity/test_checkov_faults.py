"""Faults reproduced with Checkov 3.3.30, rebuilt (1 to 4; the others are in the file beside this): on each the verdict has to be right, in code and in a real plan.

Each docstring says what Checkov does with the same input.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recoverable.cli.entry import main
from tests.parity.conftest import Judge


def test_1_an_instance_without_a_retention_has_no_backups(judge: Judge) -> None:
    """``aws_db_instance`` with no ``backup_retention_period``: PASSED, "default value is 1"; the provider's default is 0."""
    found = judge(
        'resource "aws_db_instance" "orders" {\n  engine = "postgres"\n  instance_class = "db.r6g.large"\n  tags = { environment = "dev" }\n}\n'
    )

    assert found["backups-disabled", "aws_db_instance.orders"] == "fail"


CLUSTERS = [("docdb", "docdb"), ("neptune", "neptune")]


@pytest.mark.parametrize(("kind", "engine"), CLUSTERS)
@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ("var.few", "fail"),
        ("var.enough", "pass"),
        ('"14"', "pass"),
        ('"1"', "fail"),
        ("null", "fail"),
        ("length(terraform_data.later.id)", "unknown"),
    ],
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
    (tmp_path / "main.tf").write_text(
        'variable "x" {\n  default = "1"\n}\nresource "aws_docdb_cluster" "c" {\n  backup_retention_period = var.x\n}\n'
    )

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
    found = judge(
        FOR_EACH.replace(
            "for_each = aws_s3_bucket.c\n  bucket   = each.value.id", 'for_each = toset(["two"])\n  bucket   = aws_s3_bucket.c[each.key].id'
        )
    )

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

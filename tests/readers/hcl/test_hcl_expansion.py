"""count, for_each and dynamic blocks: which instances there are and what refers to which."""

from __future__ import annotations

from pathlib import Path

from recoverable.model.values import Ref, Unknown
from tests.readers.hcl.hcl_case import by_address, put, read_one


def test_companions_refer_to_the_exact_instance(tmp_path: Path) -> None:
    put(
        tmp_path,
        "main.tf",
        """
        locals { names = { a = "one", "b c" = "two" } }
        resource "aws_s3_bucket" "c" {
          for_each = local.names
          bucket   = each.value
        }
        resource "aws_s3_bucket_versioning" "v" {
          for_each = aws_s3_bucket.c
          bucket   = each.value.id
          name     = each.value.bucket
        }
        resource "aws_s3_bucket" "n" {
          count = 2
        }
        resource "aws_s3_bucket_versioning" "w" {
          count  = length(aws_s3_bucket.n)
          bucket = aws_s3_bucket.n[count.index].id
        }
        resource "aws_x" "all" {
          ids = aws_s3_bucket.n[*].id
        }
        """.replace("{ names = { a", "{\n names = { a").replace('"two" } }', '"two" }\n}'),
    )
    found = by_address(read_one(tmp_path))
    versioning = found['aws_s3_bucket_versioning.v["b c"]']
    assert versioning.attrs["bucket"].refs == (Ref('aws_s3_bucket.c["b c"]', "id"),)
    assert versioning.attrs["bucket"].expression == 'aws_s3_bucket.c["b c"].id'
    assert versioning.attrs["name"] == "two"
    assert versioning.key == "b c"
    assert found["aws_s3_bucket_versioning.w[1]"].attrs["bucket"].refs == (Ref("aws_s3_bucket.n[1]", "id"),)
    assert [item.refs[0].address for item in found["aws_x.all"].attrs["ids"]] == ["aws_s3_bucket.n[0]", "aws_s3_bucket.n[1]"]


def test_an_unknown_count_gives_one_resource_that_may_be_there(tmp_path: Path) -> None:
    put(
        tmp_path,
        "main.tf",
        """
        variable "buckets" {}
        resource "aws_s3_bucket" "b" {
          for_each = var.buckets
          bucket   = each.key
          acl      = "private"
        }
        resource "aws_s3_bucket_versioning" "v" {
          for_each = aws_s3_bucket.b
          bucket   = each.value.id
        }
        resource "aws_s3_bucket_versioning" "w" {
          bucket = aws_s3_bucket.b["x"].id
        }
        """,
    )
    reading = read_one(tmp_path)
    found = by_address(reading)
    bucket = found["aws_s3_bucket.b[*]"]
    assert bucket.attrs["acl"] == "private"
    assert bucket.attrs["bucket"] == Unknown("var.buckets", "variable without a value", not_null=True)
    assert bucket.attrs["__conditional__"].expression == "var.buckets"
    assert found["aws_s3_bucket_versioning.w"].attrs["bucket"].refs == (Ref("aws_s3_bucket.b", "id"),)
    assert found["aws_s3_bucket_versioning.v[*]"].attrs["__conditional__"].refs == (Ref("aws_s3_bucket.b"),)
    assert any("how many instances aws_s3_bucket.b has is not known" in problem.message for problem in reading.problems)


def test_count_zero_gives_nothing_and_a_variable_decides(tmp_path: Path) -> None:
    put(
        tmp_path,
        "main.tf",
        """
        variable "enabled" {
          type    = bool
          default = true
        }
        resource "aws_x" "a" {
          count = var.enabled ? 1 : 0
        }
        resource "aws_y" "b" {
          a = one(aws_x.a[*].name)
          c = try(aws_x.a[0].name, "none")
        }
        """,
    )
    assert set(by_address(read_one(tmp_path))) == {"aws_x.a[0]", "aws_y.b"}
    off = by_address(read_one(tmp_path, variables={"enabled": "false"}))
    assert set(off) == {"aws_y.b"}
    assert off["aws_y.b"].attrs == {"c": "none"}


def test_a_huge_for_each_is_cut_and_says_so(tmp_path: Path) -> None:
    put(
        tmp_path,
        "main.tf",
        """
        resource "aws_x" "a" {
          for_each = toset(flatten([for a in range(1000) : [for b in range(100) : "k${a}-${b}"]]))
          name     = each.key
        }
        """,
    )
    reading = read_one(tmp_path)
    assert len(reading.resources) == 10_001
    last = reading.resources[-1]
    assert last.address == "aws_x.a[*]"
    assert isinstance(last.attrs["name"], Unknown)
    assert "100,000 instances" in reading.problems[0].message


def test_dynamic_blocks_with_iterator_nesting_and_lines(tmp_path: Path) -> None:
    put(
        tmp_path,
        "main.tf",
        """\
        resource "google_x" "a" {
          settings {
            tier = "t"
            dynamic "backup" {
              for_each = [{ days = 7, win = [1, 2] }]
              iterator = item
              content {
                days = item.value.days
                dynamic "window" {
                  for_each = item.value.win
                  content {
                    at = "${item.key}-${window.value}"
                  }
                }
              }
            }
          }
          dynamic "empty" {
            for_each = []
            content {
              x = 1
            }
          }
        }
        """,
    )
    resource = read_one(tmp_path).resources[0]
    assert resource.attrs == {"settings": [{"tier": "t", "backup": [{"days": 7, "window": [{"at": "0-1"}, {"at": "0-2"}]}]}]}
    assert resource.lines["settings.0.backup.0.days"] == resource.lines["settings.backup.days"] == 8
    assert resource.lines["settings.0.backup.0.window.1.at"] == 12
    assert resource.value("settings.backup.days").data == 7
    where = resource.locate("settings.backup.days")
    assert where is not None
    assert str(where) == "main.tf:8"


def test_a_dynamic_block_over_something_unknown_is_unknown(tmp_path: Path) -> None:
    put(
        tmp_path,
        "main.tf",
        """
        variable "rules" {}
        resource "aws_x" "a" {
          dynamic "rule" {
            for_each = var.rules
            content {
              days = rule.value
            }
          }
          rest {
            a = 1
          }
          dynamic "rest" {
            for_each = var.rules
            content {
              a = rest.value
            }
          }
        }
        """,
    )
    resource = read_one(tmp_path).resources[0]
    rules = resource.blocks("rule")
    assert isinstance(rules, Unknown)
    assert rules.expression == "var.rules"
    assert resource.blocks("rest") == [{"a": 1}, {"*": rules}]


def test_lifecycle_and_references(tmp_path: Path) -> None:
    put(
        tmp_path,
        "main.tf",
        """\
        variable "db_password" {
          sensitive = true
        }
        locals {
          days = 7
        }
        resource "aws_db_instance" "d" {
          password = var.db_password
          days     = local.days
          kms      = [for k in aws_kms_key.k : k.arn]
          fixed    = 1
          nothing  = null
          settings {
            a = var.db_password
            b = data.aws_x.y.z.deep
          }
          lifecycle {
            prevent_destroy = true
            ignore_changes  = [tags["x"], password]
          }
          depends_on = [aws_kms_key.k]
        }
        resource "aws_kms_key" "k" {
          count = 1
        }
        data "aws_x" "y" {
        }
        """,
    )
    resource = by_address(read_one(tmp_path))["aws_db_instance.d"]
    assert resource.references == {
        "password": ("var.db_password",),
        "days": ("local.days",),
        "kms": ("aws_kms_key.k",),
        "fixed": (),
        "nothing": (),
        "settings": ("var.db_password", "data.aws_x.y.z"),
    }
    assert resource.sensitive == {"password", "settings"}
    assert "nothing" not in resource.attrs
    assert "depends_on" not in resource.attrs
    assert resource.attrs["lifecycle_meta"] == {"prevent_destroy": True, "ignore_changes": ["tags.x", "password"]}
    assert resource.lines["password"] == 8
    assert str(resource.where) == "main.tf:7"

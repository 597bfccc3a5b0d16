"""Modules, inputs, variables and providers, through callers and instances."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from recoverable.model.values import Ref, Unknown
from recoverable.readers.hcl.hcl_reader import find_roots
from tests.readers.hcl.hcl_case import by_address, errors, put, read_all, read_one

BUCKET = """
variable "name" {
  type = string
}
variable "days" {
  type    = number
  default = 7
}
resource "aws_s3_bucket" "b" {
  bucket = var.name
  days   = var.days
}
output "id" {
  value = aws_s3_bucket.b.id
}
output "name" {
  value = aws_s3_bucket.b.bucket
}
"""


def test_sibling_modules_have_their_own_inputs_and_outputs_keep_their_refs(tmp_path: Path) -> None:
    put(tmp_path, "modules/bucket/main.tf", BUCKET)
    put(
        tmp_path,
        "live/main.tf",
        """
        module "one" {
          source = "../modules/bucket"
          name   = "first"
          days   = "30"
        }
        module "many" {
          source   = "../modules/bucket"
          for_each = { x = "ex", y = "why" }
          name     = each.value
        }
        resource "aws_v" "one" {
          bucket = module.one.id
        }
        resource "aws_v" "all" {
          for_each = module.many
          bucket   = each.value.id
          name     = module.many[each.key].name
        }
        """,
    )
    reading = read_one(tmp_path)
    found = by_address(reading)
    assert reading.path == "live"
    assert found["module.one.aws_s3_bucket.b"].attrs == {"bucket": "first", "days": 30}
    assert found['module.many["y"].aws_s3_bucket.b'].attrs == {"bucket": "why", "days": 7}
    assert found['module.many["y"].aws_s3_bucket.b'].module == 'module.many["y"]'
    assert found["aws_v.one"].attrs["bucket"] == Unknown(
        "aws_s3_bucket.b.id", "known after apply", (Ref("module.one.aws_s3_bucket.b", "id"),), True
    )
    assert found['aws_v.all["x"]'].attrs["bucket"].refs == (Ref('module.many["x"].aws_s3_bucket.b', "id"),)
    assert found['aws_v.all["x"]'].attrs["name"] == "ex"


def test_roots_are_the_folders_that_nobody_calls(tmp_path: Path) -> None:
    put(tmp_path, "main.tf", BUCKET)
    put(tmp_path, "examples/all/main.tf", 'module "m" {\n  source = "../../"\n  name = "e"\n}\n')
    put(tmp_path, ".terraform/modules/x/main.tf", BUCKET)
    put(tmp_path, "node_modules/x/main.tf", BUCKET)
    assert find_roots(tmp_path) == [tmp_path / "examples" / "all"]
    assert find_roots(tmp_path / "main.tf") == [tmp_path / "main.tf"]


def test_a_module_outside_of_the_input_is_read(tmp_path: Path) -> None:
    put(tmp_path, "modules/bucket/main.tf", BUCKET)
    put(tmp_path, "live/main.tf", 'module "m" {\n  source = "../modules/bucket"\n  name = "e"\n}\n')
    (reading,) = read_all(tmp_path, path="live")
    assert [resource.address for resource in reading.resources] == ["module.m.aws_s3_bucket.b"]
    assert str(reading.resources[0].where) == "modules/bucket/main.tf:9"


def test_downloaded_modules_are_found_and_others_are_said_to_be_missing(tmp_path: Path) -> None:
    manifest = {
        "Modules": [{"Key": "", "Dir": "."}, {"Key": "a", "Dir": ".terraform/modules/a"}, {"Key": "a.b", "Dir": ".terraform/modules/b"}]
    }
    put(tmp_path, ".terraform/modules/modules.json", json.dumps(manifest))
    put(tmp_path, ".terraform/modules/a/main.tf", 'module "b" {\n  source = "org/b/aws"\n  name = "n"\n}\n')
    put(tmp_path, ".terraform/modules/b/main.tf", BUCKET)
    put(
        tmp_path,
        "main.tf",
        """
        module "a" {
          source = "org/a/aws"
        }
        module "gone" {
          source = "org/gone/aws"
        }
        resource "aws_x" "x" {
          v = module.gone.out
        }
        """,
    )
    reading = read_one(tmp_path)
    assert set(by_address(reading)) == {"aws_x.x", "module.a.module.b.aws_s3_bucket.b"}
    assert by_address(reading)["aws_x.x"].attrs["v"] == Unknown("module.gone.out", "module not downloaded")
    (problem,) = reading.problems
    assert (problem.kind, problem.address, str(problem.where)) == ("missing-module", "module.gone", "main.tf:5")
    assert "org/gone/aws" in problem.message


def test_modules_that_call_each_other_are_an_error(tmp_path: Path) -> None:
    put(tmp_path, "a/main.tf", 'module "b" {\n  source = "../b"\n}\nresource "aws_x" "x" {\n}\n')
    put(tmp_path, "b/main.tf", 'module "a" {\n  source = "../a"\n}\n')
    (reading,) = read_all(tmp_path)
    assert [message for message, _ in errors(reading)] == ["modules call each other in a circle: module.b.module.a is a again"]
    assert set(by_address(reading)) == {"aws_x.x"}


def test_variables_in_terraforms_order(tmp_path: Path) -> None:
    names = ("a", "b", "c", "d", "e", "f")
    put(
        tmp_path,
        "main.tf",
        "".join(f'variable "{n}" {{\n  default = "default"\n}}\n' for n in names)
        + 'resource "aws_x" "x" {\n'
        + "".join(f"  {n} = var.{n}\n" for n in names)
        + "}\n",
    )
    put(tmp_path, "terraform.tfvars", "\n".join(f'{n} = "terraform.tfvars"' for n in names[1:]))
    put(tmp_path, "terraform.tfvars.json", json.dumps(dict.fromkeys(names[2:], "${json}")))
    put(tmp_path, "z.auto.tfvars", "\n".join(f'{n} = "auto"' for n in names[3:]))
    put(tmp_path, "given/prod.tfvars", "\n".join(f'{n} = "file"' for n in names[4:]))
    reading = read_one(tmp_path, var_files=[tmp_path / "given" / "prod.tfvars"], variables={"f": "flag"})
    assert by_address(reading)["aws_x.x"].attrs == {
        "a": "default", "b": "terraform.tfvars", "c": "${json}", "d": "auto", "e": "file", "f": "flag",
    }  # fmt: skip
    assert ("tfvars file", "prod") in reading.environment_hints


def test_variable_types_convert_and_fill_defaults(tmp_path: Path) -> None:
    put(
        tmp_path,
        "main.tf",
        """
        variable "stores" {
          type = map(object({
            days = optional(number, 7)
            tags = optional(map(string), {})
          }))
          default = { a = {}, b = { days = "30", extra = true } }
        }
        variable "l" {
          type = list(string)
        }
        variable "n" {
          type     = number
          default  = 3
          nullable = false
        }
        resource "aws_x" "x" {
          stores = var.stores
          l      = var.l
          n      = var.n
        }
        """,
    )
    attrs = by_address(read_one(tmp_path, variables={"l": '["a", 1]', "n": "5"}))["aws_x.x"].attrs
    assert attrs == {
        "stores": {"a": {"days": 7, "tags": {}}, "b": {"days": 30, "tags": {}}},
        "l": ["a", "1"],
        "n": 5,
    }


def providers(folder: Path) -> dict[str, tuple[str, Any]]:
    found = by_address(read_one(folder))
    return {address: (r.provider.alias, r.provider.attrs.get("region")) for address, r in found.items() if r.provider}


def test_providers_are_inherited_and_passed(tmp_path: Path) -> None:
    put(tmp_path, "m/main.tf", 'resource "aws_s3_bucket" "b" {\n}\nresource "aws_s3_bucket" "c" {\n  provider = aws.replica\n}\n')
    put(
        tmp_path,
        "main.tf",
        """
        variable "region" {
          default = "eu-west-1"
        }
        provider "aws" {
          region = var.region
          default_tags {
            tags = { Environment = "prod" }
          }
        }
        provider "aws" {
          alias  = "dr"
          region = "eu-central-1"
        }
        module "plain" {
          source    = "./m"
          providers = { aws.replica = aws.dr }
        }
        module "moved" {
          source    = "./m"
          providers = { aws = aws.dr, aws.replica = aws }
        }
        resource "aws_s3_bucket" "r" {
          provider = aws.dr
        }
        resource "google_x" "g" {
        }
        """,
    )
    assert providers(tmp_path) == {
        "aws_s3_bucket.r": ("dr", "eu-central-1"),
        "google_x.g": ("", None),
        "module.plain.aws_s3_bucket.b": ("", "eu-west-1"),
        "module.plain.aws_s3_bucket.c": ("dr", "eu-central-1"),
        "module.moved.aws_s3_bucket.b": ("dr", "eu-central-1"),
        "module.moved.aws_s3_bucket.c": ("", "eu-west-1"),
    }
    bucket = by_address(read_one(tmp_path))["module.plain.aws_s3_bucket.b"]
    assert bucket.provider is not None
    assert bucket.provider.attrs["default_tags"] == [{"tags": {"Environment": "prod"}}]


def test_environment_hints_in_order_of_trust(tmp_path: Path) -> None:
    put(tmp_path, "live/prod/db/main.tf", 'variable "env" {\n  default = "stage"\n}\n')
    (reading,) = read_all(tmp_path, path="live", workspace="prod-eu")
    assert reading.environment_hints == [
        ("workspace", "prod-eu"), ("variable env", "stage"), ("folder", "db"), ("folder", "prod"), ("folder", "live"),
    ]  # fmt: skip


def test_modules_that_multiply_are_bounded(tmp_path: Path) -> None:
    for level in range(7):
        put(tmp_path, f"m{level}/main.tf", f'module "n" {{\n  count  = 10\n  source = "../m{level + 1}"\n}}\n')
    put(tmp_path, "m7/main.tf", 'resource "aws_x" "x" {\n}\n')
    (reading,) = read_all(tmp_path)
    assert len(reading.resources) < 20_000
    assert any("too many to tell apart" in problem.message for problem in reading.problems)
    assert all("__conditional__" in item.attrs for item in reading.resources if "[*]" in item.address)

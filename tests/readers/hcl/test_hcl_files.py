"""Files: syntaxes, overrides, broken and hostile input, positions."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from recoverable.model.values import Unknown
from recoverable.readers.hcl.positions import scan_positions
from tests.readers.hcl.hcl_case import by_address, errors, put, read_all, read_one

GOOD = 'resource "aws_x" "good" {\n  a = 1\n}\n'


def test_json_syntax(tmp_path: Path) -> None:
    put(
        tmp_path,
        "main.tf.json",
        json.dumps(
            {
                "//": "a comment",
                "variable": {"days": {"type": "number", "default": "7"}},
                "locals": {"name": "b"},
                "resource": {
                    "aws_s3_bucket": {
                        "b": {
                            "//": "not an argument",
                            "provider": "aws.dr",
                            "count": 1,
                            "bucket": "x-${local.name}-$${y}",
                            "days": "${var.days + 1}",
                            "versioning": {"enabled": True},
                            "dynamic": {"rule": {"for_each": ["p", "q"], "content": {"id": "${rule.value}"}}},
                            "lifecycle": {"prevent_destroy": True, "ignore_changes": ["tags"]},
                        }
                    }
                },
                "provider": {"aws": [{"region": "eu-west-1"}, {"alias": "dr", "region": "us-east-1"}]},
                "terraform": {"backend": {"s3": {"bucket": "state", "key": "k"}}},
            },
            indent=1,
        ),
    )
    reading = read_one(tmp_path)
    (bucket,) = reading.resources
    assert reading.problems == []
    assert bucket.address == "aws_s3_bucket.b[0]"
    assert bucket.attrs == {
        "bucket": "x-b-${y}",
        "days": 8,
        "versioning": {"enabled": True},
        "rule": [{"id": "p"}, {"id": "q"}],
        "lifecycle_meta": {"prevent_destroy": True, "ignore_changes": ["tags"]},
    }
    assert bucket.provider is not None
    assert bucket.provider.attrs["region"] == "us-east-1"
    assert bucket.lines["bucket"] == 18
    assert (reading.backends[0].type, reading.backends[0].attrs) == ("s3", {"bucket": "state", "key": "k"})


@pytest.mark.parametrize("text", ["{", "[1]", '{"resource": 1}', '{"rezource": {}}', '{"a": ' + "[" * 100_000, ""])
def test_broken_json_is_an_error(tmp_path: Path, text: str) -> None:
    put(tmp_path, "a.tf.json", text)
    put(tmp_path, "b.tf", GOOD)
    reading = read_one(tmp_path)
    assert len(errors(reading)) == 1
    assert set(by_address(reading)) == {"aws_x.good"}


def test_overrides_are_merged_as_terraform_does(tmp_path: Path) -> None:
    put(
        tmp_path,
        "main.tf",
        """
        terraform {
          backend "s3" {
            bucket = "b"
            key    = "k"
          }
        }
        locals {
          a = 1
          b = 1
        }
        resource "aws_x" "x" {
          a = local.a
          b = local.b
          keep {
            v = 1
          }
          gone {
            v = 1
          }
          gone {
            v = 2
          }
          lifecycle {
            prevent_destroy = true
          }
        }
        """,
    )
    put(
        tmp_path,
        "aaa_override.tf",
        """
        terraform {
          backend "gcs" {
            bucket = "g"
          }
        }
        locals {
          b = 2
        }
        resource "aws_x" "x" {
          a = 5
          gone {
            v = 3
          }
          lifecycle {
            ignore_changes = all
          }
        }
        """,
    )
    reading = read_one(tmp_path)
    assert reading.resources[0].attrs == {
        "a": 5,
        "b": 2,
        "keep": [{"v": 1}],
        "gone": [{"v": 3}],
        "lifecycle_meta": {"prevent_destroy": True, "ignore_changes": ["all"]},
    }
    assert [backend.type for backend in reading.backends] == ["gcs"]


def test_tofu_files_hide_tf_files_of_their_name(tmp_path: Path) -> None:
    put(tmp_path, "main.tf", GOOD)
    put(tmp_path, "main.tofu", GOOD.replace("good", "better"))
    put(tmp_path, "other.tf", GOOD.replace("good", "other"))
    assert set(by_address(read_one(tmp_path))) == {"aws_x.better", "aws_x.other"}


def test_a_single_file_is_read_alone(tmp_path: Path) -> None:
    put(tmp_path, "main.tf", 'resource "aws_x" "x" {\n  a = var.elsewhere\n}\n')
    put(tmp_path, "variables.tf", 'variable "elsewhere" {\n  default = 1\n}\n')
    (reading,) = read_all(tmp_path, path="main.tf")
    assert reading.path == "main.tf"
    assert reading.files == ["main.tf"]
    assert reading.resources[0].attrs["a"] == Unknown("var.elsewhere", "not declared in this file")
    assert reading.problems == []


BROKEN: dict[str, tuple[bytes, str]] = {
    "unclosed block": (b'resource "a" "b" {\n', "a.tf:1"),
    "latin-1": (b"\n# \xe9\n", "a.tf:2"),
    "binary": (b"\x00\x01\x02", "a.tf:1"),
    "unknown block": (b"\nrezource {\n}\n", "a.tf:2"),
    "too few labels": (b'resource "a" {\n}\n', "a.tf:1"),
    "argument outside of a block": (b"a = 1\n", "a.tf:1"),
    "deep list": (b"locals {\n a = " + b"[" * 100_000 + b"]" * 100_000 + b"\n}\n", "a.tf:2"),
    "deep template": (b"locals {\n a = " + b'"${' * 50_000 + b"\n}\n", "a.tf:2"),
    "deep conditionals": (b"locals {\n a = " + b"true ? 1 : " * 20_000 + b"1\n}\n", "a.tf:2"),
}


@pytest.mark.parametrize(("content", "where"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_is_an_error_and_the_others_are_still_read(tmp_path: Path, content: bytes, where: str) -> None:
    put(tmp_path, "a.tf", content)
    put(tmp_path, "b.tf", GOOD)
    started = time.monotonic()
    reading = read_one(tmp_path)
    assert time.monotonic() - started < 20
    ((message, place),) = errors(reading)
    assert place == where
    assert message
    assert set(by_address(reading)) == {"aws_x.good"}


def test_a_resource_declared_twice_is_an_error(tmp_path: Path) -> None:
    put(tmp_path, "a.tf", GOOD)
    put(tmp_path, "b.tf", GOOD)
    assert errors(read_one(tmp_path)) == [('the resource "aws_x.good" is already declared at a.tf:1', "b.tf:1")]


def test_odd_files_and_links_do_not_stop_the_reader(tmp_path: Path) -> None:
    put(tmp_path, "z.tf", GOOD)
    (tmp_path / "round").symlink_to(tmp_path)
    (tmp_path / "x.tf").symlink_to(tmp_path / "y.tf")
    (tmp_path / "y.tf").symlink_to(tmp_path / "x.tf")
    (tmp_path / "folder.tf").mkdir()
    os.mkfifo(tmp_path / "pipe.tf")
    put(tmp_path, ".hidden.tf", "broken {")
    put(tmp_path, "backup.tf~", "broken {")
    reading = read_one(tmp_path)
    assert [place for _, place in errors(reading)] == ["pipe.tf", "x.tf", "y.tf"]
    assert set(by_address(reading)) == {"aws_x.good"}


def test_large_literals_are_read_in_bounded_time(tmp_path: Path) -> None:
    text = "x" * 10_000_000
    escapes = "\\n" * 1_000_000
    put(tmp_path, "a.tf", f'locals {{\n a = "{text}"\n b = "{escapes}"\n c = [{"1, " * 300_000}]\n}}\n' + GOOD)
    put(tmp_path, "b.tf", 'resource "aws_x" "y" {\n a = length(local.a)\n b = length(local.b)\n c = length(local.c)\n}\n')
    started = time.monotonic()
    assert by_address(read_one(tmp_path))["aws_x.y"].attrs == {"a": 10_000_000, "b": 1_000_000, "c": 300_000}
    assert time.monotonic() - started < 30


def test_byte_order_mark_and_windows_lines(tmp_path: Path) -> None:
    text = 'resource "aws_x" "x" {\r\n  a = 1\r\n  b = <<E\r\nt\r\nE\r\n}\r\n'
    put(tmp_path, "a.tf", b"\xef\xbb\xbf" + text.encode())
    resource = read_one(tmp_path).resources[0]
    assert resource.attrs["a"] == 1
    assert resource.lines == {"a": 2, "b": 3}


def test_positions_need_no_evaluation(tmp_path: Path) -> None:
    put(tmp_path, "a.tf", 'resource "aws_x" "x" {\n  a = f(\n')
    put(tmp_path, "b.tf", '\nresource "aws_x" "y" {\n  a = var.z\n  s {\n    t = 1\n  }\n}\n')
    positions = scan_positions(tmp_path, tmp_path)
    where, lines = positions["aws_x.y"]
    assert str(where) == "b.tf:2"
    assert lines == {"a": 3, "s.0": 4, "s": 4, "s.0.t": 5, "s.t": 5}


def test_two_runs_give_the_same(tmp_path: Path) -> None:
    put(tmp_path, "a.tf", 'resource "aws_x" "x" {\n  for_each = toset(["c", "a", "b"])\n  v = each.key\n  w = var.q\n}\n')
    assert repr(read_one(tmp_path)) == repr(read_one(tmp_path))

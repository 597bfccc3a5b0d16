"""What expressions come to, and what is unknown in them, by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recoverable.model.values import Ref, Unknown
from tests.readers.hcl.hcl_case import by_address, errors, put, read_one, value_of

# Each of these was answered the same by `terraform console` 1.11.4.
KNOWN: list[tuple[str, Any]] = [
    ('"a${1 + 2}b$${x}%%{y} $ %"', "a3b${x}%{y} $ %"),
    ('"${true}${1.50}${"x"}"', "true1.5x"),
    ("[1, 2]", [1, 2]),
    ('{ "a-${1}" = 1, b : 2 }', {"a-1": 1, "b": 2}),
    ('[for i, x in ["a", "b"] : "${i}${x}" if x != "a"]', ["1b"]),
    ("{ for k, v in { a = 1, b = 1 } : v => k... }", {"1": ["a", "b"]}),
    ("[{ a = [{ b = 1 }] }, { a = [] }][*].a[*].b", [[1], []]),
    ("[{ a = 1 }].*.a", [1]),
    ("null[*]", []),
    ("{ a = 1 }[*].a", [1]),
    ('true ? 1 : "a"', "1"),
    ('true ? [1] : ["a", "b"]', ["1"]),
    ('"1" == 1', False),
    ("7 % 3 - -2 * 3 / 4", 2.5),
    ("0.1 + 0.2", 0.3),
    ("!false && (1 < 2 || 3 >= 4)", True),
    ('tolist(["a"]) == ["a"]', False),
    ("try({}.zzz, [1][3], 5)", 5),
    ("can({}.zzz)", False),
    ('"%{ for x in ["a", "b"] ~}  ${x}  %{~ endfor }|"', "ab|"),
    ('"%{ if false }a%{ else }b%{ endif }"', "b"),
    ("max([1, 5, 3]...)", 5),
    ('"tab\\tq\\"u\\u00e9"', 'tab\tq"ué'),
    ("[1, null][1] == null", True),
    ("[[1, 2]].0[1]", 2),
    ("-{ a = 2 }.a + 5", 3),
    ("<<-EOT\n    one\n      two ${1}\n\n    EOT\n", "one\n  two 1\n\n"),
    ("<<EOT\nraw \\n\n  keep\nEOT\n", "raw \\n\n  keep\n"),
    ("path.module", "."),
]


@pytest.mark.parametrize(("expression", "wanted"), KNOWN, ids=[text for text, _ in KNOWN])
def test_known_expressions(tmp_path: Path, expression: str, wanted: Any) -> None:
    assert value_of(tmp_path, expression) == wanted


VARIABLE = 'variable "days" {}\nvariable "on" {\n type = bool\n nullable = false\n}\n'
NO_VALUE = "variable without a value"

UNKNOWN: list[tuple[str, Unknown]] = [
    ("var.days", Unknown("var.days", NO_VALUE)),
    ("var.days.deep[0]", Unknown("var.days.deep[0]", NO_VALUE)),
    ("var.days + 1", Unknown("var.days", NO_VALUE, not_null=True)),
    ('"x-${var.days}"', Unknown("var.days", NO_VALUE, not_null=True)),
    ("var.on ? 1 : 2", Unknown("var.on", NO_VALUE, not_null=True)),
    ("var.on ? 1 : null", Unknown("var.on", NO_VALUE)),
    ("terraform.workspace", Unknown("terraform.workspace", "no workspace is given", not_null=True)),
    ("timestamp()", Unknown("timestamp(…)", "function timestamp is not evaluated")),
    ("aws_kms_key.k.arn", Unknown("aws_kms_key.k.arn", "known after apply", (Ref("aws_kms_key.k", "arn"),), True)),
    ("aws_kms_key.k.key_id", Unknown("aws_kms_key.k.key_id", "known after apply", (Ref("aws_kms_key.k", "key_id"),))),
    (
        "data.aws_ssm_parameter.p.value",
        Unknown("data.aws_ssm_parameter.p.value", "read by the provider", (Ref("data.aws_ssm_parameter.p", "value"),)),
    ),
    (
        "var.on ? aws_kms_key.k.arn : aws_kms_key.l.arn",
        Unknown("var.on", NO_VALUE, (Ref("aws_kms_key.k", "arn"), Ref("aws_kms_key.l", "arn")), True),
    ),
]  # fmt: skip
RESOURCES = VARIABLE + (
    'resource "aws_kms_key" "k" {\n description = "d"\n}\nresource "aws_kms_key" "l" {\n}\ndata "aws_ssm_parameter" "p" {\n name = "n"\n}\n'
)


@pytest.mark.parametrize(("expression", "wanted"), UNKNOWN, ids=[text for text, _ in UNKNOWN])
def test_unknown_expressions_name_what_is_not_known(tmp_path: Path, expression: str, wanted: Unknown) -> None:
    assert value_of(tmp_path, expression, RESOURCES) == wanted


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("var.on ? 7 : 7", 7),
        ("false && var.on", False),
        ("var.on || true", True),
        ("aws_kms_key.k.arn == null", False),
        ("aws_kms_key.k.description", "d"),
        ("var.days == null ? 1 : 1", 1),
        ("length([var.days, var.on])", 2),
        ("can(var.on)", Unknown("var.on", NO_VALUE, not_null=True)),
        ("data.aws_ssm_parameter.p.name", "n"),
    ],
)
def test_what_is_certain_beside_an_unknown_is_known(tmp_path: Path, expression: str, wanted: Any) -> None:
    assert value_of(tmp_path, expression, RESOURCES) == wanted


def test_what_terraform_refuses_is_unknown_with_the_reason(tmp_path: Path) -> None:
    found = value_of(tmp_path, "[1, 2][5]")
    assert isinstance(found, Unknown)
    assert found.expression == "[1, 2][5]"
    assert "there is no item 5" in found.reason


def test_local_values_in_a_circle_are_an_error_that_names_it(tmp_path: Path) -> None:
    put(tmp_path, "main.tf", "locals {\n a = local.b\n b = local.c\n c = local.a\n}\n")
    ((message, where),) = errors(read_one(tmp_path))
    assert "local.a -> local.b -> local.c -> local.a" in message
    assert where == "main.tf:2"


def test_try_does_not_hide_a_circle(tmp_path: Path) -> None:
    found = value_of(tmp_path, "try(local.a, 1)", "locals {\n a = local.b\n b = local.a\n}\n")
    assert isinstance(found, Unknown)


def test_values_that_grow_without_bound_are_unknown(tmp_path: Path) -> None:
    doubling = "\n".join(f" l{i} = [local.l{i + 1}, local.l{i + 1}]" for i in range(60))
    found = value_of(tmp_path, "local.l0", f"locals {{\n{doubling}\n l60 = 1\n}}\n")
    assert isinstance(found, Unknown)
    assert "parts" in found.reason


def test_a_long_chain_of_local_values_is_followed(tmp_path: Path) -> None:
    chain = "\n".join(f" l{i} = local.l{i + 1}" for i in range(1500))
    assert value_of(tmp_path, "local.l0", f"locals {{\n{chain}\n l1500 = 7\n}}\n") == 7


def test_template_files_are_rendered_from_the_root_folder(tmp_path: Path) -> None:
    put(tmp_path, "t/x.tpl", "%{ for d in days ~}\n${d};%{ endfor }")
    assert value_of(tmp_path, 'templatefile("${path.module}/t/x.tpl", { days = [1, 2] })') == "1;2;"


def test_policy_documents_become_their_json(tmp_path: Path) -> None:
    put(
        tmp_path,
        "main.tf",
        """
        data "aws_iam_policy_document" "d" {
          statement {
            sid       = "tls"
            effect    = "Deny"
            actions   = ["s3:*"]
            resources = ["arn:aws:s3:::b/*", "arn:aws:s3:::b"]
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
        data "aws_iam_policy_document" "e" {
          statement {
            resources = [aws_s3_bucket.b.arn]
          }
        }
        resource "aws_s3_bucket" "b" {}
        resource "aws_s3_bucket_policy" "p" {
          policy = jsondecode(data.aws_iam_policy_document.d.json)
          other  = data.aws_iam_policy_document.e.json
        }
        """,
    )
    attrs = by_address(read_one(tmp_path))["aws_s3_bucket_policy.p"].attrs
    assert attrs["policy"]["Statement"] == [
        {
            "Sid": "tls",
            "Effect": "Deny",
            "Action": "s3:*",
            "Resource": ["arn:aws:s3:::b/*", "arn:aws:s3:::b"],
            "Principal": "*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]
    assert Ref("aws_s3_bucket.b", "arn") in attrs["other"].refs

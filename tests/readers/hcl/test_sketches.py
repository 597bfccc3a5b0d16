"""What stays known of a text with an unknown part."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from recoverable.model.sketches import HOLE, LONGEST, filled, sketched
from recoverable.model.values import Ref, Unknown
from recoverable.readers.hcl.hcl_values import joined, loosened
from tests.readers.hcl.hcl_case import value_of

BUCKET = """
resource "aws_s3_bucket" "b" {
  bucket = "acme-b"
}
variable "later" {}
"""
ARN = f"arn:{HOLE}"


@pytest.mark.parametrize(
    ("expression", "sketch"),
    [
        ("aws_s3_bucket.b.arn", ARN),
        ("aws_s3_bucket.b.id", ""),
        ('"${aws_s3_bucket.b.arn}/*"', f"{ARN}/*"),
        ('"arn:aws:s3:::${aws_s3_bucket.b.id}/*"', f"arn:aws:s3:::{HOLE}/*"),
        ('"${var.later}"', ""),
        ("jsonencode({ b = [aws_s3_bucket.b.arn, var.later], a = 1 })", f'{{"a":1,"b":["{ARN}","{HOLE}"]}}'),
        ("jsonencode(var.later)", f'"{HOLE}"'),
        ('<<-EOT\n    {"r": "${aws_s3_bucket.b.arn}"}\n  EOT', f'{{"r": "{ARN}"}}\n'),
        ('"%{ for n in ["a", "b"] }${n}=${var.later};%{ endfor }"', f"a={HOLE};b={HOLE};"),
        ('replace(jsonencode(["_A_", var.later]), "_A_", aws_s3_bucket.b.arn)', f'["{ARN}","{HOLE}"]'),
        ('replace("_A_/*", "_A_", aws_s3_bucket.b.arn)', f"{ARN}/*"),
        ('join("", [aws_s3_bucket.b.arn, "/*"])', f"{ARN}/*"),
        ('format("%s/*", aws_s3_bucket.b.arn)', f"{ARN}/*"),
        ('one(["x-${var.later}"])', f"x-{HOLE}"),
        ('true ? "x-${var.later}" : ""', f"x-{HOLE}"),
    ],
)
def test_a_text_keeps_what_is_known_of_it(expression: str, sketch: str, tmp_path: Path) -> None:
    found = value_of(tmp_path, expression, BUCKET)

    assert isinstance(found, Unknown)
    assert found.sketch == sketch


@pytest.mark.parametrize(
    "expression",
    [
        'upper("x-${var.later}")',
        'replace("x-${var.later}", "/x/", "y")',
        'replace("x-${var.later}", "unknown", "y")',
        'replace("x-${var.later}", var.later, "y")',
        'var.later ? "x-${var.later}" : "y"',
        'try("x-${var.later}".a, "x-${var.later}", "y")',
        'format("%5s", aws_s3_bucket.b.arn)',
        'coalesce(var.later, "x-${var.later}")',
        'length("x-${var.later}")',
        'jsondecode(jsonencode(["x-${var.later}"]))[0]',
        'join(",", toset(["a-${var.later}", "b-${var.later}"]))',
        "substr(aws_s3_bucket.b.arn, 0, 3)",
    ],
)
def test_a_text_that_is_made_of_it_in_another_way_is_not_taken_for_it(expression: str, tmp_path: Path) -> None:
    found = value_of(tmp_path, expression, BUCKET)

    assert isinstance(found, Unknown)
    assert found.sketch == ""


def test_a_list_is_compact_where_no_item_can_be_empty(tmp_path: Path) -> None:
    assert value_of(tmp_path, 'length(compact(["", "x-${var.later}", null]))', BUCKET) == 1
    assert isinstance(value_of(tmp_path, 'length(compact(["", var.later]))', BUCKET), Unknown)
    assert isinstance(value_of(tmp_path, 'length(compact(["", "${var.later}${var.later}"]))', BUCKET), Unknown)


def test_a_sketch_changes_nothing_that_is_compared() -> None:
    plain = Unknown("x", "", (Ref("a.b", "c"),))
    known = sketched(plain, "x-" + HOLE)

    assert known == plain
    assert hash(known) == hash(plain)
    assert known.sketch
    assert loosened(known).sketch == known.sketch
    assert joined(known).sketch == ""


def test_a_sketch_is_bounded() -> None:
    assert sketched(Unknown("x"), "y" * (LONGEST + 1)).sketch == ""
    assert sketched(Unknown("x"), HOLE).sketch == ""
    assert filled([Unknown("x"), {"a": sketched(Unknown("x"), "y" + HOLE)}]) == [HOLE, {"a": "y" + HOLE}]


OWN = """
  statement {
    sid       = "own"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.b.arn, "${aws_s3_bucket.b.arn}/*"]
    principals {
      type        = "AWS"
      identifiers = [var.later]
    }
  }
"""
OWN_SKETCH = {"Sid": "own", "Effect": "Allow", "Action": "s3:*", "Resource": [f"{ARN}/*", ARN], "Principal": {"AWS": HOLE}}


def document(tmp_path: Path, body: str, more: str = "") -> Any:
    """The sketch of a policy document with this body, as data."""
    found = value_of(
        tmp_path, "data.aws_iam_policy_document.d.json", f'{BUCKET}\n{more}\ndata "aws_iam_policy_document" "d" {{\n{body}\n}}\n'
    )
    assert isinstance(found, Unknown)
    return json.loads(found.sketch)["Statement"]


def test_a_policy_document_keeps_its_known_blocks(tmp_path: Path) -> None:
    assert document(tmp_path, OWN) == [OWN_SKETCH]


@pytest.mark.parametrize(
    ("block", "key", "value"),
    [
        ("actions = var.later", "Action", HOLE),
        ('actions = ["s3:*", var.later]', "Action", ["s3:*", HOLE]),
        ("resources = [var.later, aws_s3_bucket.b.id]", "Resource", [HOLE, HOLE]),
        ("effect = var.later", "Effect", HOLE),
        ('dynamic "principals" {\n for_each = var.later\n content {\n type = "*"\n identifiers = ["*"]\n }\n }', "Principal", HOLE),
        ('condition {\n test = var.later\n variable = "x"\n values = ["a"]\n }', "Condition", {HOLE: {"x": "a"}}),
        ('condition {\n test = "Bool"\n variable = "x"\n values = var.later\n }', "Condition", {"Bool": {"x": HOLE}}),
        (
            'condition {\n test = "Bool"\n variable = "x"\n values = ["a"]\n }\n dynamic "condition" {\n for_each = var.later\n content {}\n }',
            "Condition",
            {"Bool": {"x": "a"}, HOLE: HOLE},
        ),
    ],
)
def test_an_unknown_member_of_a_statement_has_a_placeholder(block: str, key: str, value: Any, tmp_path: Path) -> None:
    (statement,) = document(tmp_path, f"statement {{\n not_resources = [var.later]\n{block}\n}}")

    assert statement[key] == value


def test_unknown_blocks_and_documents_are_unknown_statements(tmp_path: Path) -> None:
    dynamic = 'dynamic "statement" {\n for_each = var.later\n content {}\n}'

    assert document(tmp_path, dynamic) == [HOLE]
    assert document(tmp_path, OWN + dynamic) == [OWN_SKETCH, HOLE]
    assert document(tmp_path, OWN + "source_policy_documents = var.later") == [HOLE, OWN_SKETCH]
    assert document(tmp_path, OWN + 'source_policy_documents = [var.later, jsonencode({ Statement = { Effect = "Deny" } })]') == [
        HOLE,
        {"Effect": "Deny"},
        OWN_SKETCH,
    ]
    assert document(tmp_path, OWN + 'source_policy_documents = ["{${var.later}}"]') == [HOLE, OWN_SKETCH]
    assert document(tmp_path, OWN + "override_policy_documents = [var.later]") == [HOLE, HOLE]
    assert document(tmp_path, OWN + "override_json = var.later") == [HOLE, HOLE]


def test_a_document_is_merged_with_the_sketch_of_another(tmp_path: Path) -> None:
    base = f'data "aws_iam_policy_document" "base" {{\n{OWN}\n}}\n'
    source = 'source_policy_documents = compact([data.aws_iam_policy_document.base.json, ""])'

    assert document(tmp_path, source, base) == [OWN_SKETCH]
    assert document(tmp_path, source + '\nstatement {\n sid = "own"\n not_actions = ["*"]\n}', base) == [
        {"Sid": "own", "Effect": "Allow", "NotAction": "*"}
    ]
    assert document(tmp_path, source + '\nstatement {\n sid = var.later\n not_actions = ["*"]\n}', base)[0] == HOLE

"""What a policy of which a part is unknown certainly says, certainly does not say, and may say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from recoverable.clouds.aws_buckets import add_buckets
from recoverable.clouds.aws_policy import denies_plain_http, grants_everyone, statements
from recoverable.clouds.index import Index
from recoverable.model.estate import Bucket, Estate
from recoverable.model.raw import RawResource
from recoverable.model.sketches import HOLE
from recoverable.model.values import Ref, Unknown
from recoverable.readers.iam_policy import policy_sketch
from recoverable.readers.plan.plan_reader import read_plan
from tests.support.judging import judge_code

ARN = f"arn:{HOLE}"
TLS = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": [ARN, f"{ARN}/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
OPEN = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"{ARN}/*"}


def policy(*items: Any) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(items)})


@pytest.mark.parametrize(
    ("changes", "denies"),
    [
        ({}, True),
        ({"Sid": HOLE}, True),
        ({"Effect": HOLE}, None),
        ({"Effect": "Allow", "Principal": HOLE}, False),
        ({"Principal": HOLE}, None),
        ({"Principal": {"AWS": HOLE}}, None),
        ({"Principal": {"AWS": [HOLE, "*"]}}, True),
        ({"Principal": {HOLE: HOLE}}, None),
        ({"Principal": {"AWS": ARN}}, False),
        ({"Principal": {"AWS": f"arn:aws:iam::{HOLE}:root"}}, False),
        ({"Principal": {"Service": HOLE}}, False),
        ({"Action": HOLE}, None),
        ({"Action": ["s3:GetObject", HOLE]}, None),
        ({"Action": [HOLE, "s3:*"]}, True),
        ({"Action": f"s3:{HOLE}"}, None),
        ({"Action": f"s3:Get{HOLE}"}, False),
        ({"Condition": HOLE}, None),
        ({"Condition": {"Bool": {"aws:SecureTransport": HOLE}}}, None),
        ({"Condition": {"Bool": {HOLE: "false"}}}, None),
        ({"Condition": {"Bool": HOLE}}, None),
        ({"Condition": {HOLE: {"aws:SecureTransport": "false"}}}, None),
        ({"Condition": {"Bool": {"aws:SecureTransport": "false"}, HOLE: HOLE}}, None),
        ({"Condition": {"Bool": {"aws:SecureTransport": "false"}, "StringEquals": {"aws:PrincipalOrgID": HOLE}}}, False),
        ({"Condition": {"NumericLessThan": {"s3:TlsVersion": HOLE}}}, False),
    ],
)
def test_a_denial_is_certain_where_its_deciding_parts_are_known(changes: dict[str, Any], denies: bool | None) -> None:
    assert denies_plain_http(policy(TLS | changes), "acme-b") is denies
    assert denies_plain_http(policy(OPEN, TLS | changes), "acme-b") is denies


@pytest.mark.parametrize(
    ("resource", "denies"),
    [
        (f"{ARN}/*", True),
        (f"arn:aws:s3:::{HOLE}/*", True),
        (f"arn:{HOLE}:s3:::acme-b/*", True),
        (f"{HOLE}/*", True),
        (f"{HOLE}*", True),
        ("arn:aws-cn:s3:::acme-*", True),
        ("arn:aws:s3:::acme-?/*", True),
        # As a whole unknown: S3 takes the bucket and what is in it, and two different ones cannot both be the bucket.
        ([HOLE, HOLE], True),
        ([ARN, HOLE], True),
        ([HOLE, "arn:aws:s3:::acme-b/images/*"], None),
        (HOLE, None),
        (f"arn:aws:s3:::{HOLE}", None),
        (ARN, False),
        ("arn:aws:s3:::acme-b", False),
        (f"{ARN}/images/*", False),
        ("arn:aws:s3:::acme-b/images/*", False),
        (["arn:aws:s3:::other", "arn:aws:s3:::other/*"], False),
        (f"arn:aws:s3:::other-{HOLE}/*", False),
        ("*" * 5000 + "/*", False),
    ],
)
def test_a_denial_has_to_be_for_the_objects_of_the_bucket(resource: Any, denies: bool | None) -> None:
    assert denies_plain_http(policy(TLS | {"Resource": resource}), "acme-b") is denies


@pytest.mark.parametrize(
    ("resource", "denies"),
    [("arn:aws:s3:::any/*", True), (f"{ARN}/*", True), ("*", True), (ARN, False), ("arn:aws:s3:::any/images/*", False)],
)
def test_where_the_name_is_unknown_any_bucket_is_the_one(resource: str, denies: bool) -> None:
    assert denies_plain_http(policy(TLS | {"Resource": resource})) is denies


@pytest.mark.parametrize(
    ("text", "denies"),
    [
        (HOLE, None),
        (policy(HOLE), None),
        (policy(HOLE, TLS), True),
        (json.dumps({"Statement": HOLE}), None),
        (json.dumps({"Statement": TLS}), True),
        (json.dumps({HOLE: [TLS]}), None),
        (policy({**TLS, HOLE: "x"}), None),
        (f'{{"Statement": [{HOLE}]}}', None),
        (f'"{HOLE}"', None),
        ("", False),
        ("no policy", False),
        (policy(), False),
    ],
)
def test_an_unknown_statement_may_be_a_denial(text: str, denies: bool | None) -> None:
    assert denies_plain_http(text) is denies
    assert (HOLE in statements(text)) is (denies is None or text == policy(HOLE, TLS))


@pytest.mark.parametrize(
    ("changes", "public"),
    [
        ({}, True),
        ({"Resource": HOLE, "Action": HOLE}, True),
        ({"Principal": HOLE}, None),
        ({"Principal": {"AWS": [ARN, HOLE]}}, None),
        ({"Principal": {"AWS": ARN}}, False),
        ({"Principal": {"Service": HOLE}}, False),
        ({"Effect": HOLE}, None),
        ({"Effect": "Deny", "Principal": HOLE}, False),
        ({"Condition": HOLE}, None),
        ({"Condition": {"StringEquals": {HOLE: "x"}}}, None),
        ({"Condition": {"StringEquals": {"aws:PrincipalOrgID": HOLE}}}, False),
        ({"Condition": {"Bool": {"aws:SecureTransport": HOLE}}}, True),
    ],
)
def test_a_grant_is_certain_where_its_deciding_parts_are_known(changes: dict[str, Any], public: bool | None) -> None:
    assert grants_everyone(policy(TLS, OPEN | changes)) is public


def bucket_with(sketch: str) -> Bucket:
    """A bucket with a policy of which this is known."""
    later = Unknown("aws_s3_bucket.b.arn", "known after apply", (Ref("aws_s3_bucket.b", "arn"),), open=True, sketch=sketch)
    owner = Unknown("aws_s3_bucket.b.id", "known after apply", (Ref("aws_s3_bucket.b", "id"),))
    estate = Estate(source="test")
    add_buckets(
        Index(
            [
                RawResource("aws_s3_bucket.b", "aws_s3_bucket", "b", {"bucket": "acme-b"}),
                RawResource("aws_s3_bucket_policy.b", "aws_s3_bucket_policy", "b", {"bucket": owner, "policy": later}),
            ]
        ),
        estate,
    )
    return estate.buckets[0]


def test_a_bucket_is_judged_by_what_is_known_of_its_policy() -> None:
    good, bad, later = bucket_with(policy(TLS)), bucket_with(policy(OPEN)), bucket_with("")

    assert (good.tls_only.is_true, good.public.is_false) == (True, True)
    assert (bad.tls_only.is_false, bad.public.is_true) == (True, True)
    assert (later.tls_only.unknown, later.public.unknown) == (True, True)
    assert "aws_s3_bucket.b.arn" in later.public.note


def test_code_that_names_the_bucket_by_its_arn_is_judged(tmp_path: Path) -> None:
    code = (
        'resource "aws_s3_bucket" "b" {\n  bucket_prefix = "acme"\n}\n'
        'resource "aws_s3_bucket_policy" "b" {\n  bucket = aws_s3_bucket.b.id\n  policy = <<-EOT\n'
        '    {"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "${aws_s3_bucket.b.arn}/*",\n'
        '     "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}\n  EOT\n}\n'
    )

    assert {item.verdict.value for item in judge_code(code, tmp_path) if item.rule in ("RCV055", "RCV056")} == {"pass"}


def block(**changes: Any) -> dict[str, Any]:
    """A statement block of a policy document as a plan shows it."""
    everyone, plain = [{"type": "*", "identifiers": ["*"]}], [{"test": "Bool", "variable": "aws:SecureTransport", "values": ["false"]}]
    return {
        "sid": None,
        "effect": "Deny",
        "actions": ["s3:*"],
        "resources": [None, None],
        "principals": everyone,
        "condition": plain,
    } | changes


def plan_sketch(after: dict[str, Any], after_unknown: dict[str, Any], references: list[str], **more: Any) -> str:
    """What a plan's reader knows of a bucket's policy that comes from these references."""
    data = {"address": "data.aws_iam_policy_document.d", "mode": "data", "type": "aws_iam_policy_document", "name": "d"}
    owner = {"address": "aws_s3_bucket_policy.b", "mode": "managed", "type": "aws_s3_bucket_policy", "name": "b"}
    resources = [{**owner, "expressions": {"policy": {"references": references}}}, {**data, "expressions": more.get("expressions", {})}]
    plan = {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": [{**owner, "values": {}}]}},
        "resource_changes": [
            {**owner, "change": {"actions": ["create"], "after": {}, "after_unknown": {"policy": True}}},
            {**data, "change": {"actions": ["read"], "after": after, "after_unknown": {"json": True, **after_unknown}}},
            *more.get("others", []),
        ],
        "configuration": {"root_module": {"resources": [*resources, *more.get("configured", [])]}},
    }
    found = read_plan(plan, "plan.json", lambda _: True).resources[0].attrs["policy"]
    assert isinstance(found, Unknown)
    return found.sketch


FROM_DOCUMENT = ["data.aws_iam_policy_document.d.json", "data.aws_iam_policy_document.d"]
LATER = {"statement": [{"resources": [True, True]}]}


def test_a_plan_shows_the_blocks_of_a_document_that_is_read_later() -> None:
    sketch = plan_sketch({"statement": [block()]}, LATER, FROM_DOCUMENT)

    assert json.loads(sketch)["Statement"] == [
        {"Effect": "Deny", "Action": "s3:*", "Resource": [HOLE, HOLE], "Principal": "*", "Condition": TLS["Condition"]}
    ]
    assert denies_plain_http(sketch, "acme-b")
    assert not denies_plain_http(plan_sketch({"statement": [block(effect="Allow")]}, LATER, FROM_DOCUMENT), "acme-b")


@pytest.mark.parametrize(
    ("after", "unknown"),
    [
        ({}, {"statement": True}),
        ({"statement": [block()]}, {**LATER, "override_policy_documents": True, "statement": [{"sid": True, "effect": True}]}),
        ({"statement": [block(resources=[None])]}, {"statement": [{"resources": [True]}]}),
        ({"statement": [block(resources=None)]}, {"statement": [{"resources": True}]}),
    ],
)
def test_what_a_plan_does_not_show_of_a_document_decides_nothing(after: dict[str, Any], unknown: dict[str, Any]) -> None:
    assert denies_plain_http(plan_sketch(after, unknown, FROM_DOCUMENT), "acme-b") is None


@pytest.mark.parametrize(
    "references",
    [
        ["data.aws_iam_policy_document.d.id"],
        ["data.aws_iam_policy_document.other.json"],
        [*FROM_DOCUMENT, "var.policy"],
        [*FROM_DOCUMENT, "local.more"],
        [*FROM_DOCUMENT, "aws_s3_bucket_policy.b.id"],
    ],
)
def test_a_policy_that_is_made_of_more_than_one_document_has_no_sketch(references: list[str]) -> None:
    assert plan_sketch({"statement": [block()]}, LATER, references) == ""


@pytest.mark.parametrize(
    ("sources", "marks", "references", "denies"),
    [
        ([None], [True], ["data.aws_iam_policy_document.base.json"], True),
        ([None, "{}"], [True, False], ["data.aws_iam_policy_document.base.json", "var.x"], True),
        ([None, None], [True, True], ["data.aws_iam_policy_document.base.json"], None),
        ([None], [True], ["local.base"], None),
        ([None], [True], ["data.aws_iam_policy_document.d.json"], None),
    ],
)
def test_documents_of_documents_are_put_together(sources: list[Any], marks: list[bool], references: list[str], denies: bool | None) -> None:
    base = {"address": "data.aws_iam_policy_document.base", "mode": "data", "type": "aws_iam_policy_document", "name": "base"}
    sketch = plan_sketch(
        {"source_policy_documents": sources},
        {"source_policy_documents": marks},
        FROM_DOCUMENT,
        expressions={"source_policy_documents": {"references": references}},
        others=[{**base, "change": {"actions": ["read"], "after": {"statement": [block()]}, "after_unknown": {"json": True, **LATER}}}],
        configured=[{**base, "expressions": {}}],
    )

    assert denies_plain_http(sketch, "acme-b") is denies


def test_a_document_that_is_no_policy_has_no_sketch() -> None:
    assert policy_sketch({"source_policy_documents": ["no JSON"]}) == ""
    assert policy_sketch({"source_policy_documents": ["[]"]}) == ""
    assert policy_sketch({"statement": [{"condition": [{"values": []}]}]}) == ""

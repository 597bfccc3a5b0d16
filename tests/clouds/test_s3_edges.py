"""What made a bucket pass wrongly, or fail wrongly, once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from recoverable.clouds.aws_policy import denies_plain_http, grants_everyone
from recoverable.clouds.build import build_estate
from recoverable.model.estate import Bucket
from recoverable.model.raw import Change, RawResource, Reading
from tests.support.judging import judge_code

TLS = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
OPEN = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}


def policy(*statements: dict[str, Any]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.mark.parametrize(
    ("changes", "denies"),
    [
        ({}, True),
        ({"Principal": {"AWS": "*"}}, True),
        ({"Principal": {"AWS": ["*"]}}, True),
        ({"Action": "*"}, True),
        ({"Resource": "*"}, True),
        ({"Condition": {"BoolIfExists": {"aws:securetransport": [False]}}}, True),
        ({"Principal": {"AWS": "arn:aws:iam::1:role/r"}}, False),
        ({"Action": "s3:GetObject"}, False),
        ({"Resource": "arn:aws:s3:::b"}, False),
        ({"Condition": {"Bool": {"aws:SecureTransport": "false", "aws:MultiFactorAuthPresent": "false"}}}, False),
        ({"Condition": {"Bool": {"aws:SecureTransport": "false"}, "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}, False),
        ({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, False),
        ({"Effect": "Allow"}, False),
    ],
)
def test_only_a_denial_of_everyone_on_all_objects_counts(changes: dict[str, Any], denies: bool) -> None:
    assert denies_plain_http(policy(TLS | changes)) is denies
    assert denies_plain_http(policy(TLS | {"Action": "s3:DeleteBucket"}, TLS | changes)) is denies


@pytest.mark.parametrize(("bucket", "denies"), [("b", True), ("", True), ("other", False)])
def test_a_denial_for_another_bucket_does_not_count(bucket: str, denies: bool) -> None:
    assert denies_plain_http(policy(TLS), bucket) is denies
    assert denies_plain_http(policy(TLS | {"Resource": "arn:aws:s3:::*"}), bucket)


@pytest.mark.parametrize(
    ("changes", "public"),
    [
        ({}, True),
        ({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, True),
        ({"Condition": {"StringLike": {"aws:Referer": "https://acme.example/*"}}}, True),
        ({"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}, False),
        ({"Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}, "Bool": {"aws:SecureTransport": "true"}}}, False),
        ({"Principal": {"AWS": "arn:aws:iam::1:root"}}, False),
        ({"Effect": "Deny"}, False),
    ],
)
def test_a_condition_that_anybody_meets_narrows_nothing(changes: dict[str, Any], public: bool) -> None:
    assert grants_everyone(policy(OPEN | changes)) is public


def test_a_rule_for_lock_files_does_not_count_as_retention(tmp_path: Path) -> None:
    rule = 'rule {\n  id = "locks"\n  status = "Enabled"\n  filter {\n    prefix = ".pulumi/locks/"\n  }\n  noncurrent_version_expiration {\n    noncurrent_days = 3\n  }\n}\n'
    whole = 'rule {\n  id = "all"\n  status = "Enabled"\n  filter {}\n  noncurrent_version_expiration {\n    noncurrent_days = 90\n  }\n}\n'
    code = (
        'resource "aws_s3_bucket" "b" {\n  bucket = "acme-b"\n}\n'
        'resource "aws_s3_bucket_versioning" "b" {\n  bucket = aws_s3_bucket.b.id\n  versioning_configuration {\n    status = "Enabled"\n  }\n}\n'
        f'resource "aws_s3_bucket_lifecycle_configuration" "b" {{\n  bucket = aws_s3_bucket.b.id\n{rule}{whole}}}\n'
    )
    verdicts = {item.rule: item.verdict.value for item in judge_code(code, tmp_path) if item.address == "aws_s3_bucket.b"}
    assert (verdicts["RCV052"], verdicts["RCV053"]) == ("pass", "pass")


def companion(kind: str, **attrs: Any) -> RawResource:
    """A companion of the bucket as a state shows it."""
    return RawResource(f"aws_s3_bucket_{kind}.b", f"aws_s3_bucket_{kind}", "b", {"bucket": "acme-b"} | attrs)


def after(action: str, gone: RawResource, **read_back: Any) -> Bucket:
    """The bucket after a plan that deletes, or lets go of, one companion."""
    bucket = RawResource(
        "aws_s3_bucket.b", "aws_s3_bucket", "b", {"bucket": "acme-b", "id": "acme-b"} | read_back, references={"bucket": ()}
    )
    reading = Reading("terraform-plan", "plan.json", [bucket], before=[bucket, gone])
    reading.changes = {bucket.address: Change(bucket.address, "no-op"), gone.address: Change(gone.address, action)}
    return build_estate(reading).buckets[0]


def test_what_a_deleted_companion_made_is_gone_although_the_state_still_shows_it() -> None:
    versioning = companion("versioning", versioning_configuration=[{"status": "Enabled"}])
    assert after("delete", versioning, versioning=[{"enabled": True}]).versioning.is_false
    block = companion("public_access_block", block_public_acls=True)
    assert after("delete", block).public.is_true
    assert after("delete", companion("public_access_block", skip_destroy=True)).public.is_false


def test_what_is_let_go_of_stays_as_it_was() -> None:
    versioning = companion("versioning", versioning_configuration=[{"status": "Enabled"}])
    assert after("forget", versioning).versioning.unknown
    assert after("forget", versioning, versioning=[{"enabled": True}]).versioning.is_true


def test_a_store_that_is_let_go_of_is_not_judged_as_an_empty_one() -> None:
    database = RawResource("aws_db_instance.d", "aws_db_instance", "d", {})
    reading = Reading(
        "terraform-plan", "plan.json", [database], before=[database], changes={"aws_db_instance.d": Change("aws_db_instance.d", "forget")}
    )
    estate = build_estate(reading)
    assert estate.databases == []
    assert [change.change.action for change in estate.changes] == ["forget"]


def test_kms_without_a_key_is_the_key_of_aws() -> None:
    rule = [{"apply_server_side_encryption_by_default": [{"sse_algorithm": "aws:kms"}]}]
    bucket = RawResource("aws_s3_bucket.b", "aws_s3_bucket", "b", {"bucket": "acme-b"})
    found = build_estate(Reading("terraform-plan", "p", [bucket, companion("server_side_encryption_configuration", rule=rule)])).buckets[0]
    assert found.kms_key.data == "alias/aws/s3"

"""Who may read a bucket: access lists, grants and policies that are written, and those that may be there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from recoverable.clouds.aws_policy import grants_everyone
from tests.support.judging import judge_code

S3 = 'variable "acl" { type = string }\nvariable "on" { type = bool }\nresource "aws_s3_bucket" "b" {\n  bucket = "acme"\n%s}\n'
GROUP = "http://acs.amazonaws.com/groups/global/%s"
GCS = """
variable "more" { type = list(string) }
variable "who" { type = string }
resource "google_service_account" "sa" { account_id = "x" }
resource "google_service_account" "some" {
  count      = length(var.more)
  account_id = "y"
}
data "terraform_remote_state" "x" { backend = "gcs" }
resource "google_storage_bucket" "b" {
  name     = "acme"
  location = "EU"
}
"""


def said(code: str, folder: Path, address: str) -> str:
    """What is said of whether the bucket is public."""
    found = {item.verdict.value for item in judge_code(code, folder) if item.name == "bucket-public" and item.address == address}
    return " ".join(found)


def acl(body: str, more: str = "") -> str:
    return f'resource "aws_s3_bucket_acl" "b" {{\n  {more}\n  bucket = aws_s3_bucket.b.id\n  {body}\n}}\n'


def grant(group: str) -> str:
    owner = 'owner {\n      id = "x"\n    }'
    grantee = f'grantee {{\n        type = "Group"\n        uri = "{GROUP % group}"\n      }}'
    return f'access_control_policy {{\n    grant {{\n      {grantee}\n      permission = "READ"\n    }}\n    {owner}\n  }}'


@pytest.mark.parametrize(
    ("inside", "beside", "verdict"),
    [
        ("", "", "pass"),
        ("", acl('acl = "private"'), "pass"),
        ("", acl('acl = "public-read"'), "fail"),
        ("", acl("acl = var.acl"), "unknown"),
        ("  acl = var.acl\n", "", "unknown"),
        ("", acl('acl = "public-read"', "count = var.on ? 1 : 0"), "unknown"),
        ("", acl('acl = "private"', "count = var.on ? 1 : 0"), "pass"),
        ("", acl(grant("AllUsers")), "fail"),
        ("", acl(grant("AuthenticatedUsers")), "fail"),
        ("", acl(grant("LogDelivery").replace("global/LogDelivery", "s3/LogDelivery")), "pass"),
        (f'  grant {{\n    type = "Group"\n    permissions = ["READ"]\n    uri = "{GROUP % "AllUsers"}"\n  }}\n', "", "fail"),
        ('  grant {\n    type = "CanonicalUser"\n    permissions = ["READ"]\n    id = "x"\n  }\n', "", "pass"),
    ],
)
def test_access_lists_and_grants_open_a_bucket_of_s3(inside: str, beside: str, verdict: str, tmp_path: Path) -> None:
    assert said(S3 % inside + beside, tmp_path, "aws_s3_bucket.b") == verdict


@pytest.mark.parametrize(("principal", "verdict"), [('"*"', "unknown"), ('{ AWS = "arn:aws:iam::123456789012:root" }', "pass")])
def test_a_policy_that_may_be_there_counts_where_it_would_open_the_bucket(principal: str, verdict: str, tmp_path: Path) -> None:
    policy = f'jsonencode({{ Statement = [{{ Effect = "Allow", Principal = {principal}, Action = "s3:GetObject", Resource = "*" }}] }})'
    code = f'resource "aws_s3_bucket_policy" "b" {{\n  count = var.on ? 1 : 0\n  bucket = aws_s3_bucket.b.id\n  policy = {policy}\n}}\n'

    assert said(S3 % "" + code, tmp_path, "aws_s3_bucket.b") == verdict


@pytest.mark.parametrize(
    ("condition", "public"),
    [
        ({"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}, True),
        ({"StringEquals": {"aws:RequestedRegion": "us-east-1"}}, True),
        ({"StringNotEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}}, True),
        ({"StringEqualsIfExists": {"aws:SourceVpce": "vpce-1a2b3c4d"}}, True),
        ({"ForAllValues:StringEquals": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/*"}}, True),
        ({"StringLike": {"aws:PrincipalArn": "*"}}, True),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/reader"}}, True),
        ({"IpAddress": {"aws:SourceIp": ["0.0.0.0/0"]}}, True),
        ({"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "0.0.0.0/1"]}}, True),
        ({"IpAddress": {"aws:SourceIp": "::/0"}}, True),
        ({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, True),
        ({"Bool": {"aws:PrincipalIsAWSService": "false"}}, True),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, False),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, False),
        ({"StringEquals": {"aws:SourceVpce": ["vpce-1a2b3c4d", "vpce-5e6f7a8b"]}}, False),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}, False),
        ({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/*"}}, False),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/app-*"}}, False),
        ({"StringEquals": {"aws:SourceAccount": "123456789012"}}, False),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:cloudfront::123456789012:distribution/*"}}, False),
        ({"StringLike": {"aws:userid": "AROAEXAMPLEID1234567:*"}}, False),
        ({"Bool": {"aws:PrincipalIsAWSService": "true"}}, False),
        ({"StringEquals": {"aws:SourceArn": "${unknown}"}}, False),
        ({"IpAddress": {"aws:SourceIp": "${unknown}"}}, None),
        ({"IpAddress": {"aws:SourceIp": ["${unknown}", "0.0.0.0/0"]}}, True),
        ({"${unknown}": {"aws:SourceVpce": "vpce-1a2b3c4d"}}, None),
    ],
)
def test_a_condition_narrows_who_may_come_as_s3_itself_counts(condition: dict[str, Any], public: bool | None) -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*", "Condition": condition}

    assert grants_everyone(json.dumps({"Statement": [statement]})) is public


def gcs_grant(kind: str, body: str) -> str:
    return f'resource "google_storage_bucket_{kind}" "g" {{\n  bucket = google_storage_bucket.b.name\n  {body}\n}}\n'


def policy_data(members: str) -> str:
    return (
        f'data "google_iam_policy" "p" {{\n  binding {{\n    role    = "roles/storage.objectViewer"\n    members = {members}\n  }}\n}}\n'
        + gcs_grant("iam_policy", "policy_data = data.google_iam_policy.p.policy_data")
    )


def maybe(body: str) -> str:
    """One more grant, under a condition."""
    return (
        'resource "google_storage_bucket_iam_member" "more" {\n  count  = length(var.more)\n  bucket = google_storage_bucket.b.name\n'
        f'  role   = "roles/storage.objectViewer"\n  {body}\n}}\n'
    )


SA = "google_service_account.sa"
ROLE = 'role = "roles/storage.objectViewer"\n  '


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        (policy_data('["allAuthenticatedUsers"]'), "fail"),
        (policy_data(f'["serviceAccount:${{{SA}.email}}", "allUsers"]'), "fail"),
        (policy_data(f'["serviceAccount:${{{SA}.email}}"]'), "pass"),
        (policy_data("var.more"), "unknown"),
        (gcs_grant("iam_policy", f'policy_data = jsonencode({{ bindings = [{{ role = "r", members = [{SA}.member, "allUsers"] }}] }})'), "fail"),
        (gcs_grant("iam_binding", f'{ROLE}members = concat(["allUsers"], [{SA}.member])'), "fail"),
        (gcs_grant("iam_binding", f"{ROLE}members = concat([{SA}.member], var.more)"), "unknown"),
        (gcs_grant("iam_binding", f'{ROLE}members = [var.who, "allUsers"]'), "fail"),
        (gcs_grant("iam_binding", f"{ROLE}members = [{SA}.member]"), "pass"),
        (gcs_grant("iam_member", f'{ROLE}member = {SA}.disabled ? "allUsers" : "allAuthenticatedUsers"'), "unknown"),
        (gcs_grant("iam_member", f'{ROLE}member = "serviceAccount:${{var.who}}"'), "pass"),
        (gcs_grant("iam_member", f'{ROLE}member = format("user:%s", var.who)'), "pass"),
        (gcs_grant("iam_member", f'{ROLE}for_each = toset(var.more)\n  member = "serviceAccount:${{each.value}}"'), "pass"),
        (gcs_grant("iam_member", f"{ROLE}for_each = toset(var.more)\n  member = each.value"), "unknown"),
        (gcs_grant("iam_member", f"{ROLE}member = var.who"), "unknown"),
        (gcs_grant("iam_binding", f'{ROLE}members = concat(google_service_account.some[*].member, ["allUsers"])'), "unknown"),
        (gcs_grant("iam_binding", f"{ROLE}members = google_service_account.some[*].member"), "pass"),
        (gcs_grant("iam_binding", f"{ROLE}members = data.terraform_remote_state.x.outputs.members"), "unknown"),
        (gcs_grant("iam_member", f"{ROLE}member = {SA}.member") + maybe('member = "allUsers"'), "unknown"),
        (gcs_grant("iam_member", f"{ROLE}member = {SA}.member") + maybe('member = "user:a@b.c"'), "pass"),
        (gcs_grant("acl", 'count = length(var.more)\n  predefined_acl = "publicRead"'), "unknown"),
        (gcs_grant("acl", 'count = length(var.more)\n  predefined_acl = "private"'), "pass"),
        (gcs_grant("acl", 'role_entity = ["${var.who}:allUsers"]'), "fail"),
        (gcs_grant("acl", 'role_entity = ["reader:allUsers"]'), "fail"),
        (gcs_grant("acl", 'role_entity = ["OWNER:user-x@example.com", "READER:allUsers"]'), "fail"),
        (gcs_grant("acl", 'role_entity = ["OWNER:user-x@example.com"]'), "pass"),
        ('resource "google_storage_default_object_acl" "g" {\n  bucket = google_storage_bucket.b.name\n  role_entity = ["READER:allUsers"]\n}\n', "fail"),
    ],
)  # fmt: skip
def test_members_policies_and_access_lists_open_a_bucket_of_cloud_storage(code: str, verdict: str, tmp_path: Path) -> None:
    assert said(GCS + code, tmp_path, "google_storage_bucket.b") == verdict

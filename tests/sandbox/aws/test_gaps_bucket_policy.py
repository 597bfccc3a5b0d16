"""What the laptop cloud does with the conditions of a bucket's policy."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from recoverable.sandbox.aws.cloud import AwsCloud
from recoverable.sandbox.aws.gaps_bucket_policy import holds
from tests.support.moto_server import MotoServer


@pytest.mark.parametrize(
    ("condition", "counts"),
    [
        (None, True),
        ({}, True),
        ({"Bool": {"aws:SecureTransport": "false"}}, False),
        ({"Bool": {"aws:SecureTransport": False}}, False),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"NumericLessThan": {"s3:TlsVersion": "1.2"}}, False),
        ({"NumericLessThan": {"s3:TlsVersion": ["1.4"]}}, True),
        ({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}, True),
        ({"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:PrincipalOrgID": "o-1"}}, False),
        ({"StringEquals": {"aws:SecureTransport": "true"}}, False),
    ],
)
def test_requests_count_as_sent_over_tls_without_a_second_factor(condition: Any, counts: bool) -> None:
    assert holds(condition) is counts


def test_a_denial_of_plain_http_leaves_the_bucket_usable_and_one_without_condition_does_not() -> None:
    with MotoServer() as endpoint:
        s3 = AwsCloud(endpoint, "eu-west-1").client("s3")
        s3.create_bucket(Bucket="denying", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        denial = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::denying/*"}
        plain = {**denial, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
        s3.put_bucket_policy(Bucket="denying", Policy=json.dumps({"Version": "2012-10-17", "Statement": [plain]}))
        s3.put_object(Bucket="denying", Key="a", Body=b"data")
        s3.put_bucket_policy(Bucket="denying", Policy=json.dumps({"Version": "2012-10-17", "Statement": [denial]}))
        with pytest.raises(ClientError, match="403"):
            s3.put_object(Bucket="denying", Key="a", Body=b"data")

"""Trails and load balancers write logs: the buckets that they write into are judged as such, in the account as in code."""

from __future__ import annotations

from typing import Any

import pytest

from recoverable.audit import loggers
from recoverable.audit.resources import Found, made
from recoverable.clouds.build import build_estate
from recoverable.clouds.live_facts import LIVE
from recoverable.model.raw import Reading
from tests.audit.answered import Answered

ARN = "arn:aws:s3:::acme"
BALANCER = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/front/1"


def role(answers: dict[str, Any]) -> str:
    """What the bucket ``acme`` is taken for."""
    here, found = Answered(answers), Found()
    loggers.read_trails(here, found)
    loggers.read_balancers(here, found)
    found.add(made("eu-west-1", "aws_s3_bucket", ARN, arn=ARN, bucket="acme", id="acme"))
    (bucket,) = build_estate(Reading(LIVE, "aws:123456789012", list(found.resources))).buckets
    return bucket.role


def balancer(enabled: str, bucket: str, kind: str = "application") -> dict[str, Any]:
    said = {"access_logs.s3.enabled": enabled, "access_logs.s3.bucket": bucket, "idle_timeout.timeout_seconds": "60"}
    return {
        "DescribeLoadBalancers": [{"LoadBalancerArn": BALANCER, "LoadBalancerName": "front", "Type": kind}],
        "DescribeLoadBalancerAttributes": {"Attributes": [{"Key": key, "Value": value} for key, value in said.items()]},
    }


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, "primary"),
        ({"DescribeTrails": {"trailList": [{"Name": "all", "S3BucketName": "acme"}]}}, "log"),
        ({"DescribeTrails": {"trailList": [{"Name": "all", "S3BucketName": "other"}]}}, "primary"),
        (balancer("true", "acme"), "log"),
        (balancer("false", "acme"), "primary"),
        (balancer("true", "other"), "primary"),
        (balancer("true", "acme", "gateway"), "primary"),
    ],
)
def test_a_bucket_that_a_trail_or_a_load_balancer_writes_into_holds_logs(answers: dict[str, Any], expected: str) -> None:
    assert role(answers) == expected

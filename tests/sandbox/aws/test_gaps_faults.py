"""Faults on demand: throttling, failures and slowness of any call."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from recoverable.sandbox.aws.cloud import AwsCloud
from tests.support.moto_server import MotoServer
from tests.support.provider import REGION
from tests.support.signed_requests import fetch

FAULTS = "/_recoverable/faults"


@pytest.fixture
def own() -> Iterator[str]:
    """A server of this test's own: faults and resets would disturb the others."""
    with MotoServer() as endpoint:
        yield endpoint
        fetch(f"{endpoint}{FAULTS}", "DELETE", None, {})


def set_fault(endpoint: str, **fault: Any) -> tuple[int, str]:
    status, _, text = fetch(f"{endpoint}{FAULTS}", "POST", json.dumps(fault).encode(), {})
    return status, text


def test_a_throttled_call_fails_as_often_as_was_said_and_then_works(own: str) -> None:
    cloud = AwsCloud(own, "eu-north-1")
    assert set_fault(own, service="backup", operation="ListBackupVaults", kind="throttle", count=2)[0] == 200
    for _ in range(2):
        with pytest.raises(ClientError) as refused:
            cloud.client("backup").list_backup_vaults()
        assert refused.value.response["Error"]["Code"] == "ThrottlingException"
    assert cloud.client("backup").list_backup_plans()["BackupPlansList"] == []
    assert "BackupVaultList" in cloud.client("backup").list_backup_vaults()
    assert json.loads(fetch(f"{own}{FAULTS}", "GET", None, {})[2]) == {"faults": []}


@pytest.mark.parametrize(
    ("service", "operation", "call", "code", "status"),
    [
        ("rds", "DescribeDBInstances", "describe_db_instances", "Throttling", 400),
        ("s3", "*", "list_buckets", "SlowDown", 503),
        ("secretsmanager", "ListSecrets", "list_secrets", "ThrottlingException", 400),
        ("cloudwatch", "DescribeAlarms", "describe_alarms", "Throttling", 400),
    ],
)
def test_each_protocol_has_its_own_throttling_error(own: str, service: str, operation: str, call: str, code: str, status: int) -> None:
    set_fault(own, service=service, operation=operation, kind="throttle")
    with pytest.raises(ClientError) as refused:
        getattr(AwsCloud(own, "eu-north-1").client(service), call)()
    assert refused.value.response["Error"]["Code"].startswith(code)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == status


def test_a_failing_call_is_a_500_and_the_caller_s_retries_get_over_it(own: str) -> None:
    set_fault(own, service="s3", operation="ListBuckets", kind="error")
    with pytest.raises(ClientError) as refused:
        AwsCloud(own, "eu-north-1").client("s3").list_buckets()
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    set_fault(own, service="s3", operation="ListBuckets", kind="error")
    patient = boto3.client(
        "s3",
        endpoint_url=own,
        region_name=REGION,
        aws_access_key_id="sandbox",
        aws_secret_access_key="sandbox",
        config=Config(retries={"max_attempts": 3, "mode": "standard"}),
    )
    assert patient.list_buckets()["ResponseMetadata"]["RetryAttempts"] == 1


def test_a_slow_call_is_answered_all_the_same(own: str) -> None:
    set_fault(own, service="kms", operation="ListKeys", kind="slow", seconds=0.01)
    assert "Keys" in AwsCloud(own, "eu-north-1").client("kms").list_keys()
    assert json.loads(fetch(f"{own}{FAULTS}", "GET", None, {})[2]) == {"faults": []}


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"service": "s3", "operation": "*", "kind": "earthquake"}, "kind must be one of throttle, error, slow"),
        ({"service": "s3", "operation": "*", "kind": "slow", "seconds": 61}, "seconds must be a number from 0 to 60"),
        ({"service": "s3", "operation": "*", "kind": "error", "count": 0}, "count must be a whole number of at least 1"),
        ({"service": "", "operation": "*", "kind": "error"}, "service and operation must be text, and stated"),
        ({"service": "s3", "operation": "*", "kind": "error", "colour": "red"}, "unexpected keyword argument 'colour'"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(own: str, fault: dict[str, Any], reason: str) -> None:
    status, text = set_fault(own, **fault)
    assert status == 400
    assert reason in json.loads(text)["error"]


def test_deleting_the_faults_ends_them(own: str) -> None:
    set_fault(own, service="kms", operation="*", kind="error", count=100)
    fetch(f"{own}{FAULTS}", "DELETE", None, {})
    assert "Keys" in AwsCloud(own, "eu-north-1").client("kms").list_keys()
    assert fetch(f"{own}{FAULTS}", "PUT", b"{}", {})[0] == 405

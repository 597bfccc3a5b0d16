"""What the cloud fills in by itself is no drift: a refresh right after an update sees nothing."""

from __future__ import annotations

from typing import Any

import pytest

from recoverable.sandbox.aws.cloud import AwsCloud
from tests.support.provider import Calls

ROLE = "arn:aws:iam::123456789012:role/copies"
QUEUE = "arn:aws:sqs:eu-west-1:123456789012:jobs"
LIFECYCLE = {"deleteAfter": 30}


@pytest.fixture
def copy(cloud: AwsCloud, name: str) -> str:
    """A versioned bucket in another region."""
    client = cloud.client("s3", "eu-central-1")
    client.create_bucket(Bucket=f"{name}-r", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    client.put_bucket_versioning(Bucket=f"{name}-r", VersioningConfiguration={"Status": "Enabled"})
    return f"arn:aws:s3:::{name}-r"


def still(aws: Calls, token: str, **inputs: Any) -> None:
    """Made, read again, and compared with the same program: nothing is different."""
    made = aws.up(token, "it", **inputs)
    assert aws.refresh(made) == []
    assert aws.changed(made, **inputs) == []


@pytest.mark.parametrize("more", [{}, {"schedule": "cron(0 3 * * ? *)"}, {"startWindow": 120, "completionWindow": 480}])
def test_a_backup_rule_with_or_without_a_schedule(aws: Calls, cloud: AwsCloud, name: str, more: dict[str, Any]) -> None:
    cloud.client("backup").create_backup_vault(BackupVaultName=name)
    rules = [{"ruleName": "daily", "targetVaultName": name, "lifecycle": LIFECYCLE, **more}]
    still(aws, "aws:backup/plan:Plan", name=name, rules=rules)


@pytest.mark.parametrize("more", [{}, {"id": "mine"}, {"filterPrefix": "in/"}])
def test_a_notification_with_or_without_an_id(aws: Calls, bucket: str, more: dict[str, Any], cloud: AwsCloud) -> None:
    cloud.client("sqs").create_queue(QueueName="jobs")
    told = [{"queueArn": QUEUE, "events": ["s3:ObjectCreated:*"], **more}]
    still(aws, "aws:s3/bucketNotification:BucketNotification", bucket=bucket, queues=told)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"prefix": "in/"},
        {"id": "mine", "prefix": "in/"},
        {"filter": {}, "deleteMarkerReplication": {"status": "Disabled"}},
        {"filter": {"prefix": "in/"}, "deleteMarkerReplication": {"status": "Enabled"}},
        {"filter": {"prefix": "in/"}, "deleteMarkerReplication": {"status": "Enabled"}, "priority": 3},
    ],
)
def test_a_replication_of_the_first_and_of_the_second_version(aws: Calls, s3: Any, bucket: str, copy: str, more: dict[str, Any]) -> None:
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    rules = [{"status": "Enabled", "destination": {"bucket": copy}, **more}]
    still(aws, "aws:s3/bucketReplicationConfig:BucketReplicationConfig", bucket=bucket, role=ROLE, rules=rules)


def test_what_somebody_else_changed_is_still_seen(aws: Calls, cloud: AwsCloud, bucket: str) -> None:
    cloud.client("sqs").create_queue(QueueName="jobs")
    told = {"queueArn": QUEUE, "events": ["s3:ObjectCreated:*"]}
    made = aws.up("aws:s3/bucketNotification:BucketNotification", "it", bucket=bucket, queues=[{**told, "id": "mine"}])
    held = {"Id": "theirs", "QueueArn": QUEUE, "Events": ["s3:ObjectRemoved:*"]}
    cloud.client("s3").put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"QueueConfigurations": [held]})
    assert aws.refresh(made) == ["queues[0].events[0]", "queues[0].id"]

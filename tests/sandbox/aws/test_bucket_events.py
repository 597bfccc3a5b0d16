"""Events, logs, metrics, tiering and objects of a bucket through the stand-in provider."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from recoverable.sandbox.provider.wire import SIGNATURE
from tests.support.provider import Aborted, Calls, urn_of

NOTIFICATION = "aws:s3/bucketNotification:BucketNotification"
LOGGING = "aws:s3/bucketLogging:BucketLogging"
METRIC = "aws:s3/bucketMetric:BucketMetric"
TIERING = "aws:s3/bucketIntelligentTieringConfiguration:BucketIntelligentTieringConfiguration"
OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2"


def test_fake_events_go_to_the_bus_and_a_switch_off_shows(aws: Calls, s3: Any, bucket: str) -> None:
    """Moto drops EventBridgeConfiguration; the answer is ours."""
    made = aws.up(NOTIFICATION, "n", bucket=bucket, eventbridge=True)
    assert "EventBridgeConfiguration" in s3.get_bucket_notification_configuration(Bucket=bucket)
    assert aws.refresh(made) == []
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})
    assert aws.refresh(made) == ["gone"]


def test_events_go_to_a_queue(aws: Calls, s3: Any, cloud: Any, bucket: str, name: str) -> None:
    sqs = cloud.client("sqs")
    arn = sqs.get_queue_attributes(QueueUrl=sqs.create_queue(QueueName=name)["QueueUrl"], AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    target = {"id": "q", "queueArn": arn, "events": ["s3:ObjectCreated:*"], "filterPrefix": "in/"}
    made = aws.up(NOTIFICATION, "n", bucket=bucket, queues=[target])
    assert s3.get_bucket_notification_configuration(Bucket=bucket)["QueueConfigurations"][0]["QueueArn"] == arn
    assert aws.refresh(made) == []
    aws.delete(made)
    assert "QueueConfigurations" not in s3.get_bucket_notification_configuration(Bucket=bucket)


def test_access_logs_need_a_target_that_lets_the_service_in(aws: Calls, s3: Any, bucket: str, name: str) -> None:
    target = f"{name}-logs"
    aws.up("aws:s3/bucket:Bucket", "t", bucket=target)
    stated = {"bucket": bucket, "targetBucket": target, "targetPrefix": "a/"}
    with pytest.raises(Exception, match="InvalidTargetBucketForLogging"):
        aws.up(LOGGING, "l", **stated)
    service = {"Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}, "Action": "s3:PutObject"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{**service, "Resource": f"arn:aws:s3:::{target}/*"}]})
    aws.up("aws:s3/bucketPolicy:BucketPolicy", "p", bucket=target, policy=policy)
    made = aws.up(LOGGING, "l", **stated)
    assert s3.get_bucket_logging(Bucket=bucket)["LoggingEnabled"]["TargetBucket"] == target
    assert aws.refresh(made) == []
    aws.delete(made)
    assert aws.refresh(made) == ["gone"]


@pytest.mark.parametrize("chosen", [None, {"prefix": "a/"}, {"tags": {"k": "v"}}, {"prefix": "a/", "tags": {"k": "v", "l": "w"}}])
def test_fake_request_metrics_are_kept_listed_and_removed(aws: Calls, s3: Any, bucket: str, chosen: dict[str, Any] | None) -> None:
    """Moto takes the call for another; the answer is ours."""
    made = aws.up(METRIC, "m", bucket=bucket, name="all", **({"filter": chosen} if chosen else {}))
    assert made.id == f"{bucket}:all"
    assert s3.get_bucket_metrics_configuration(Bucket=bucket, Id="all")["MetricsConfiguration"]["Id"] == "all"
    assert [each["Id"] for each in s3.list_bucket_metrics_configurations(Bucket=bucket)["MetricsConfigurationList"]] == ["all"]
    assert aws.refresh(made) == []
    aws.delete(made)
    with pytest.raises(ClientError, match="NoSuchConfiguration"):
        s3.get_bucket_metrics_configuration(Bucket=bucket, Id="all")
    assert aws.refresh(made) == ["gone"]


def test_fake_tiers_are_kept_and_drift_shows(aws: Calls, s3: Any, bucket: str) -> None:
    """Moto takes the call for another; the answer is ours."""
    made = aws.up(TIERING, "t", bucket=bucket, name="cold", tierings=[{"accessTier": "ARCHIVE_ACCESS", "days": 90}])
    assert aws.refresh(made) == []
    wanted = {"Id": "cold", "Status": "Enabled", "Tierings": [{"AccessTier": "ARCHIVE_ACCESS", "Days": 120}]}
    s3.put_bucket_intelligent_tiering_configuration(Bucket=bucket, Id="cold", IntelligentTieringConfiguration=wanted)
    assert aws.refresh(made) == ["tierings[0].days"]


def test_fake_a_configuration_of_a_bucket_that_does_not_exist_is_refused(s3: Any, name: str) -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"):
        s3.put_bucket_metrics_configuration(Bucket=name, Id="m", MetricsConfiguration={"Id": "m"})


def test_fake_a_configuration_with_another_id_than_the_request_is_refused(s3: Any, bucket: str) -> None:
    with pytest.raises(ClientError, match="MalformedXML"):
        s3.put_bucket_metrics_configuration(Bucket=bucket, Id="one", MetricsConfiguration={"Id": "two"})


def test_fake_a_new_bucket_of_an_old_name_has_nothing_of_the_old_one(aws: Calls, s3: Any, bucket: str) -> None:
    made = aws.up(METRIC, "m", bucket=bucket, name="all")
    s3.delete_bucket(Bucket=bucket)
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert aws.refresh(made) == ["gone"]


@pytest.mark.parametrize(
    ("tier", "reason"),
    [
        ({"accessTier": "ARCHIVE_ACCESS", "days": 89}, "`tierings[0].days`: 89 is not in 90 to 730 for ARCHIVE_ACCESS"),
        ({"accessTier": "DEEP_ARCHIVE_ACCESS", "days": 90}, "`tierings[0].days`: 90 is not in 180 to 730 for DEEP_ARCHIVE_ACCESS"),
        ({"accessTier": "COLD", "days": 90}, "`tierings[0].accessTier`: COLD is none of ARCHIVE_ACCESS, DEEP_ARCHIVE_ACCESS"),
    ],
)
def test_tiers_that_s3_refuses_are_refused(aws: Calls, tier: dict[str, Any], reason: str) -> None:
    assert aws.check(urn_of(TIERING, "t"), {"bucket": "orders", "name": "n", "tierings": [tier]})[1] == [reason]


def test_an_object_is_written_replaced_and_removed(aws: Calls, s3: Any, bucket: str) -> None:
    made = aws.up(OBJECT, "o", bucket=bucket, key="a/b.txt", content="one", contentType="text/plain", tags={"k": "v w"})
    assert s3.get_object(Bucket=bucket, Key="a/b.txt")["Body"].read() == b"one"
    assert s3.get_object_tagging(Bucket=bucket, Key="a/b.txt")["TagSet"] == [{"Key": "k", "Value": "v w"}]
    assert aws.refresh(made) == []
    aws.update(made, bucket=bucket, key="a/b.txt", content="two")
    assert s3.get_object(Bucket=bucket, Key="a/b.txt")["Body"].read() == b"two"
    aws.delete(made)
    assert aws.refresh(made) == ["gone"]


def test_an_object_is_imported_by_bucket_and_key(aws: Calls, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a/b.txt", Body=b"one")
    assert aws.adopt(OBJECT, "o", f"{bucket}/a/b.txt").inputs["key"] == "a/b.txt"
    assert aws.adopt(OBJECT, "o", f"{bucket}/none").id == ""


def test_an_object_comes_from_a_file_or_a_text_and_from_nowhere_else(aws: Calls, s3: Any, bucket: str, tmp_path: Any) -> None:
    def asset(**where: str) -> dict[str, str]:
        return {SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", **where}

    (tmp_path / "f").write_bytes(b"file")
    aws.up(OBJECT, "o", bucket=bucket, key="f", source=asset(path=str(tmp_path / "f")))
    aws.up(OBJECT, "o", bucket=bucket, key="t", source=asset(text="text"))
    assert [s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in ("f", "t")] == [b"file", b"text"]
    with pytest.raises(Aborted, match="takes a file or a text"):
        aws.up(OBJECT, "o", bucket=bucket, key="u", source=asset(uri="https://example.com"))


def test_an_object_with_two_bodies_is_refused(aws: Calls) -> None:
    stated = {"bucket": "orders", "key": "k", "content": "a", "contentBase64": "Yg=="}
    assert aws.check(urn_of(OBJECT, "o"), stated)[1] == ["`contentBase64`: goes not together with content"]

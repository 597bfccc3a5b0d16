"""The layer that keeps S3 settings as they were sent, seen by a plain boto3 client."""

from __future__ import annotations

import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from recoverable.sandbox.aws.gaps_s3 import LACKING, Answer, identity_in, lost
from recoverable.sandbox.aws.gaps_table import GAPS

MARK = "x-recoverable-stand-in"
PLAIN = {"ID": "a", "Status": "Enabled", "Filter": {"Prefix": "x/"}, "Expiration": {"Days": 4}}


def marked(answer: dict[str, Any]) -> bool:
    return answer["ResponseMetadata"]["HTTPHeaders"].get(MARK) == "fake"


def test_what_moto_returns_whole_is_moto_s_own_answer(s3: Any, bucket: str) -> None:
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [PLAIN]})
    answer = s3.get_bucket_lifecycle_configuration(Bucket=bucket)
    assert answer["Rules"] == [PLAIN]
    assert not marked(answer)


def test_fake_what_moto_loses_is_returned_as_it_was_sent_and_marked(s3: Any, bucket: str) -> None:
    rule = {**PLAIN, "NoncurrentVersionExpiration": {"NoncurrentDays": 3, "NewerNoncurrentVersions": 2}}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})
    answer = s3.get_bucket_lifecycle_configuration(Bucket=bucket)
    assert answer["Rules"] == [rule]
    assert marked(answer)


def test_fake_what_was_replaced_or_deleted_does_not_come_back(s3: Any, bucket: str) -> None:
    rule = {**PLAIN, "NoncurrentVersionExpiration": {"NoncurrentDays": 3, "NewerNoncurrentVersions": 2}}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [PLAIN]})
    assert s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"] == [PLAIN]
    s3.delete_bucket_lifecycle(Bucket=bucket)
    with pytest.raises(ClientError, match="NoSuchLifecycleConfiguration"):
        s3.get_bucket_lifecycle_configuration(Bucket=bucket)


def test_fake_what_moto_refuses_is_not_kept(s3: Any, bucket: str) -> None:
    rule = {"Status": "Enabled", "Priority": 1, "Filter": {}, "DeleteMarkerReplication": {"Status": "Enabled"}}
    wanted = {"Role": "arn:aws:iam::123456789012:role/r", "Rules": [{**rule, "Destination": {"Bucket": "arn:aws:s3:::x"}}]}
    with pytest.raises(ClientError, match="Versioning must be 'Enabled'"):
        s3.put_bucket_replication(Bucket=bucket, ReplicationConfiguration=wanted)
    with pytest.raises(ClientError, match="ReplicationConfigurationNotFoundError"):
        s3.get_bucket_replication(Bucket=bucket)


def test_an_object_is_never_taken_for_a_setting(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="versioning", Body=b"<MfaDelete>Enabled</MfaDelete>")
    assert s3.get_object(Bucket=bucket, Key="versioning")["Body"].read() == b"<MfaDelete>Enabled</MfaDelete>"
    assert "MFADelete" not in s3.get_bucket_versioning(Bucket=bucket)


def test_fake_a_reset_of_moto_forgets_what_is_kept(name: str) -> None:
    """On a server of its own: a reset empties it for everybody."""
    from recoverable.sandbox.aws.cloud import AwsCloud
    from tests.support.moto_server import MotoServer

    with MotoServer() as endpoint:
        s3 = AwsCloud(endpoint, "eu-west-1").client("s3")
        where = {"LocationConstraint": "eu-west-1"}
        s3.create_bucket(Bucket=name, CreateBucketConfiguration=where)
        s3.put_bucket_metrics_configuration(Bucket=name, Id="m", MetricsConfiguration={"Id": "m"})
        urllib.request.urlopen(urllib.request.Request(f"{endpoint}/moto-api/reset", method="POST"))
        s3.create_bucket(Bucket=name, CreateBucketConfiguration=where)
        with pytest.raises(ClientError, match="NoSuchConfiguration"):
            s3.get_bucket_metrics_configuration(Bucket=name, Id="m")


def test_of_several_conditional_puts_at_once_exactly_one_wins(s3: Any, bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Moto looks first and writes then. Here it takes its time in between, so that without the layer all would win."""
    from moto.s3.models import S3Backend

    look = S3Backend.get_object

    def slow(*args: Any, **words: Any) -> Any:
        found = look(*args, **words)
        time.sleep(0.05)
        return found

    monkeypatch.setattr(S3Backend, "get_object", slow)
    start = threading.Barrier(6)

    def put(number: int) -> str:
        start.wait()
        try:
            s3.put_object(Bucket=bucket, Key="state.tflock", Body=str(number).encode(), IfNoneMatch="*")
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "written"

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(put, range(6))) == ["PreconditionFailed"] * 5 + ["written"]


def test_every_gap_is_listed_with_its_reason() -> None:
    assert all(GAPS["s3", operation].why == why for operation, why in LACKING.items())
    assert len(LACKING) == 15


@pytest.mark.parametrize(
    ("sent", "returned", "differs"),
    [
        (b"<a><b>1</b></a>", b"<x><b>1</b><c>2</c></x>", False),
        (b"<a><b>1</b></a>", b"<a><b>2</b></a>", True),
        (b"<a><b>1</b><b>1</b></a>", b"<a><b>1</b></a>", True),
        (b"<a><b/></a>", b"<a></a>", True),
        (b'<a xmlns="s"><b>1</b></a>', b"<a><b>1</b></a>", False),
        (b"no xml", b"<a/>", False),
    ],
)
def test_a_part_is_lost_when_an_element_is_missing_or_says_something_else(sent: bytes, returned: bytes, differs: bool) -> None:
    assert lost(Answer("200 OK", [], sent), Answer("200 OK", [], returned)) is differs


@pytest.mark.parametrize(
    ("document", "identity"),
    [
        (b"<MetricsConfiguration><Id>m</Id></MetricsConfiguration>", "m"),
        (b'<MetricsConfiguration xmlns="s"><Id>m</Id></MetricsConfiguration>', "m"),
        (b"<Other><Id>m</Id></Other>", ""),
        (b"<MetricsConfiguration/>", ""),
        (b"{", ""),
    ],
)
def test_the_id_of_a_configuration_is_read_from_its_document(document: bytes, identity: str) -> None:
    assert identity_in(document, "MetricsConfiguration") == identity

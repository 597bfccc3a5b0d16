"""The ledger in a bucket, on moto's server: numbers are taken once, records are locked, and what was removed is seen."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from recoverable.drill.contract import TransientError
from recoverable.drill.evidence import canonical
from recoverable.drill.ledger import LedgerError, verify
from recoverable.drill.ledger_s3 import S3Ledger
from tests.support.moto_server import MotoServer


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    with MotoServer() as endpoint:
        yield boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")


@pytest.fixture(params=["plain", "versions", "lock"])
def bucket(request: pytest.FixtureRequest, s3: Any) -> str:
    name = f"evidence-{request.param}-{abs(hash(request.node.name)) % 10**8}"
    s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=request.param == "lock")
    if request.param == "versions":
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def filled(s3: Any, bucket: str, records: int = 4) -> S3Ledger:
    ledger = S3Ledger(bucket, "drills/prod", 30, s3)
    for number in range(records):
        ledger.append({"store": "orders", "rpo_seconds": number})
    return ledger


def test_a_chain_in_a_bucket_is_whole(s3: Any, bucket: str) -> None:
    ledger = filled(s3, bucket)

    assert verify(ledger) == []
    assert [each.place for each in ledger.entries()] == [f"{number:09d}.json" for number in range(1, 5)]


def test_other_objects_below_the_prefix_are_no_records(s3: Any, bucket: str) -> None:
    ledger = filled(s3, bucket)
    s3.put_object(Bucket=bucket, Key="drills/prod/readme.txt", Body=b"x")
    s3.put_object(Bucket=bucket, Key="drills/prod-2/000000001.json", Body=b"x")

    assert verify(ledger) == []


def test_a_record_that_was_written_over_is_found(s3: Any, bucket: str) -> None:
    ledger = filled(s3, bucket)
    second = list(ledger.entries())[1].data or {}
    s3.put_object(Bucket=bucket, Key="drills/prod/000000002.json", Body=canonical({**second, "rpo_seconds": 0}), ChecksumAlgorithm="SHA256")

    assert verify(ledger)


@pytest.mark.parametrize("number", [1, 2])
def test_a_record_that_was_deleted_in_the_middle_is_found(s3: Any, bucket: str, number: int) -> None:
    ledger = filled(s3, bucket)
    s3.delete_object(Bucket=bucket, Key=f"drills/prod/{number:09d}.json")

    assert verify(ledger)
    with pytest.raises(LedgerError):
        ledger.append({"store": "orders"})


def test_the_last_record_deleted_is_found_where_the_bucket_keeps_versions(s3: Any, bucket: str) -> None:
    ledger = filled(s3, bucket)
    last = list(ledger.entries())[-1].data or {}
    s3.delete_object(Bucket=bucket, Key="drills/prod/000000004.json")

    assert bool(verify(ledger)) == ("plain" not in bucket)
    assert verify(ledger, expected_head=last["hash"])


def test_drills_that_end_at_once_get_a_number_each(s3: Any, bucket: str) -> None:
    ledger = S3Ledger(bucket, "drills/prod", 30, s3)
    threads = [threading.Thread(target=ledger.append, args=({"store": "orders"},)) for _ in range(5)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert verify(ledger) == []
    assert len(list(ledger.entries())) == 5


@pytest.mark.parametrize("bucket", ["lock"], indirect=True)
def test_where_the_bucket_has_object_lock_a_record_cannot_be_deleted(s3: Any, bucket: str) -> None:
    filled(s3, bucket)
    version = s3.head_object(Bucket=bucket, Key="drills/prod/000000001.json")

    assert version["ObjectLockMode"] == "GOVERNANCE"
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=bucket, Key="drills/prod/000000001.json", VersionId=version["VersionId"])


def test_a_bucket_that_does_not_exist_is_told_without_a_trace(s3: Any) -> None:
    with pytest.raises(LedgerError, match="NoSuchBucket"):
        S3Ledger("there-is-none", "", 30, s3).append({"store": "orders"})


def test_a_bucket_nobody_answers_for_is_unreachable() -> None:
    from botocore.config import Config

    client = boto3.client(
        "s3",
        endpoint_url="http://127.0.0.1:9",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"max_attempts": 1}, connect_timeout=1),
    )
    with pytest.raises(TransientError, match="cannot be reached"):
        S3Ledger("evidence", "", 30, client).append({"store": "orders"})

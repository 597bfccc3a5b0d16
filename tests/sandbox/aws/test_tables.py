"""DynamoDB tables through the stand-in provider, on moto."""

from __future__ import annotations

from typing import Any

import pytest

from recoverable.sandbox.aws.cloud import AwsCloud
from tests.support.provider import Aborted, Calls, urn_of

TABLE = "aws:dynamodb/table:Table"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/9f0e"
LOCK = {"attributes": [{"name": "LockID", "type": "S"}], "hashKey": "LockID", "billingMode": "PAY_PER_REQUEST"}
SAFE = {
    "pointInTimeRecovery": {"enabled": True, "recoveryPeriodInDays": 20},
    "serverSideEncryption": {"enabled": True, "kmsKeyArn": KEY},
    "deletionProtectionEnabled": True,
}


@pytest.fixture
def dynamo(cloud: AwsCloud) -> Any:
    return cloud.client("dynamodb")


def test_a_lock_table_is_protected_as_stated(aws: Calls, dynamo: Any, name: str) -> None:
    made = aws.up(TABLE, "t", name=name, tags={"k": "v"}, **LOCK, **SAFE)
    held = dynamo.describe_table(TableName=name)["Table"]
    assert held["DeletionProtectionEnabled"] is True
    assert held["SSEDescription"]["KMSMasterKeyArn"] == KEY
    assert held["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    recovery = dynamo.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert (recovery["PointInTimeRecoveryStatus"], recovery["RecoveryPeriodInDays"]) == ("ENABLED", 20)
    assert made.outputs["arn"] == held["TableArn"]
    assert aws.refresh(made) == []
    assert aws.changed(made, name=name, tags={"k": "v"}, **LOCK, **SAFE) == []


def test_a_protected_table_is_not_deleted(aws: Calls, dynamo: Any, name: str) -> None:
    made = aws.up(TABLE, "t", name=name, **LOCK, **SAFE)
    with pytest.raises(Aborted, match="can't be deleted while DeletionProtectionEnabled"):
        aws.delete(made)
    aws.update(made, name=name, **LOCK)
    aws.delete(made)
    assert aws.refresh(made) == ["gone"]
    aws.delete(made)


def test_protections_switched_off_by_hand_show(aws: Calls, dynamo: Any, name: str) -> None:
    made = aws.up(TABLE, "t", name=name, **LOCK, **SAFE)
    dynamo.update_table(TableName=name, DeletionProtectionEnabled=False)
    dynamo.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False})
    assert aws.refresh(made) == [
        "deletionProtectionEnabled",
        "pointInTimeRecovery.enabled",
        "pointInTimeRecovery.recoveryPeriodInDays",
    ]


def test_fake_a_plain_table_gets_its_protections_later_and_loses_them_again(aws: Calls, dynamo: Any, name: str) -> None:
    made = aws.up(TABLE, "t", name=name, **LOCK)
    aws.update(made, name=name, tags={"k": "v"}, ttl={"enabled": True, "attributeName": "until"}, **LOCK, **SAFE)
    assert dynamo.describe_table(TableName=name)["Table"]["SSEDescription"]["KMSMasterKeyArn"] == KEY
    assert dynamo.describe_time_to_live(TableName=name)["TimeToLiveDescription"]["AttributeName"] == "until"
    assert aws.refresh(made) == []
    aws.update(made, name=name, **LOCK)
    assert dynamo.describe_table(TableName=name)["Table"]["DeletionProtectionEnabled"] is False


def test_recovery_without_a_period_states_none(aws: Calls, dynamo: Any, name: str) -> None:
    made = aws.up(TABLE, "t", name=name, **LOCK, pointInTimeRecovery={"enabled": True})
    assert made.outputs["pointInTimeRecovery"] == {"enabled": True}
    assert aws.refresh(made) == []
    on = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 3}
    dynamo.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=on)
    assert aws.refresh(made) == ["pointInTimeRecovery.recoveryPeriodInDays"]


def test_encryption_with_the_key_of_aws_states_no_key(aws: Calls, dynamo: Any, name: str) -> None:
    made = aws.up(TABLE, "t", name=name, **LOCK, serverSideEncryption={"enabled": True})
    assert dynamo.describe_table(TableName=name)["Table"]["SSEDescription"]["Status"] == "ENABLED"
    assert aws.refresh(made) == []


def test_capacity_is_changed_in_place_and_another_key_needs_another_table(aws: Calls, dynamo: Any, name: str) -> None:
    stated = {"attributes": LOCK["attributes"], "hashKey": "LockID", "readCapacity": 1, "writeCapacity": 2}
    made = aws.up(TABLE, "t", name=name, **stated)
    assert aws.refresh(made) == []
    aws.update(made, name=name, **{**stated, "readCapacity": 3})
    assert dynamo.describe_table(TableName=name)["Table"]["ProvisionedThroughput"]["ReadCapacityUnits"] == 3
    news = {**stated, "attributes": [{"name": "Id", "type": "S"}], "hashKey": "Id"}
    answer = aws.diff(made, name=name, **news)
    assert list(answer.replaces) == ["hashKey"]
    assert answer.deleteBeforeReplace


@pytest.mark.parametrize(
    ("inputs", "reasons"),
    [
        (
            {**LOCK, "hashKey": "Id"},
            ["`hashKey`: Id is none of the attributes", "`attributes`: all attributes must be indexed; unused: LockID"],
        ),
        ({**LOCK, "readCapacity": 5}, ["`readCapacity`: goes not with billing mode PAY_PER_REQUEST"]),
        (
            {"attributes": LOCK["attributes"], "hashKey": "LockID"},
            ["`billingMode`: PROVISIONED, the default, needs readCapacity and writeCapacity of at least 1"],
        ),
        (
            {**LOCK, "pointInTimeRecovery": {"enabled": True, "recoveryPeriodInDays": 36}},
            ["`pointInTimeRecovery.recoveryPeriodInDays`: 36 is not in 1 to 35 days"],
        ),
        (
            {**LOCK, "serverSideEncryption": {"enabled": False, "kmsKeyArn": KEY}},
            ["`serverSideEncryption.kmsKeyArn`: a key of one's own goes with `enabled`"],
        ),
        ({**LOCK, "replicas": [{"regionName": "eu-central-1"}]}, ["`replicas`: the laptop cloud does not hold it for tables"]),
        ({**LOCK, "attributes": [{"name": "LockID", "type": "X"}]}, ["`attributes`: the type of LockID is X, and none of S, N, B"]),
        ({"billingMode": "PAY_PER_REQUEST"}, ["`hashKey`: a table needs one"]),
    ],
)
def test_tables_that_dynamodb_refuses_are_refused(aws: Calls, inputs: dict[str, Any], reasons: list[str]) -> None:
    assert aws.check(urn_of(TABLE, "t"), {"name": "locks", **inputs})[1] == reasons

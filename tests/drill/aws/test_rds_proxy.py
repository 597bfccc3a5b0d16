"""The proxy refuses what RDS refuses and moto lets through, and goes through RDS's states in time."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.drill.aws.rds_world import REGION, SOURCE, World
from tests.fakes.rds import query_protocol
from tests.fakes.rds.lives import BACKING_UP, CREATING, DELETING, MODIFYING, SHOWN_AFTER
from tests.fakes.rds.query_protocol import VERSION, ApiError, parse


def test_the_fake_knows_nothing_of_what_it_tests() -> None:
    files = sorted(Path(query_protocol.__file__).parent.glob("*.py"))

    assert len(files) > 8
    assert [path.name for path in files if re.search(r"^\s*(from|import) recoverable", path.read_text(), re.MULTILINE)] == []


def client(account: World) -> Any:
    return boto3.client("rds", endpoint_url=account.endpoint, region_name=REGION)


def refused(call: Any, **words: Any) -> str:
    """The code with which a call is refused."""
    with pytest.raises(ClientError) as caught:
        call(**words)
    return str(caught.value.response["Error"]["Code"])


def state(account: World, name: str = "copy") -> str:
    return str(client(account).describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]["DBInstanceStatus"])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (f"Action=DescribeDBInstances&Version={VERSION}&Colour=blue", "InvalidParameterValue"),
        (f"Action=DescribeDBInstances&Version={VERSION}&MaxRecords=many", "InvalidParameterValue"),
        (f"Action=DeleteDBInstance&Version={VERSION}", "MissingParameter"),
        (f"Action=DeleteDBInstance&Version={VERSION}&DBInstanceIdentifier=x&SkipFinalSnapshot=yes", "InvalidParameterValue"),
        (f"Action=DropEverything&Version={VERSION}", "InvalidAction"),
        ("Action=DescribeDBInstances&Version=2001-01-01", "InvalidAction"),
        (
            f"Action=RestoreDBInstanceToPointInTime&Version={VERSION}&TargetDBInstanceIdentifier=x&RestoreTime=2026-01-01T00:00:00",
            "InvalidParameterValue",
        ),
    ],
)
def test_what_the_service_model_does_not_know_is_refused(body: str, code: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse(body.encode())

    assert caught.value.code == code


def test_times_outside_of_the_window_and_two_targets_at_once_are_refused(account: World) -> None:
    restore = client(account).restore_db_instance_to_point_in_time
    now = account.clock.now()
    words = {"SourceDBInstanceIdentifier": SOURCE, "TargetDBInstanceIdentifier": "copy"}

    assert refused(restore, **words, RestoreTime=now + datetime.timedelta(hours=1)) == "InvalidParameterValue"
    assert refused(restore, **words, RestoreTime=now) == "InvalidParameterValue", "it is behind the log that RDS has shipped"
    assert refused(restore, **words, RestoreTime=now - datetime.timedelta(days=300)) == "InvalidParameterValue"
    assert refused(restore, **words, RestoreTime=now, UseLatestRestorableTime=True) == "InvalidParameterCombination"
    assert refused(restore, **words) == "InvalidParameterCombination"
    arn = "arn:aws:rds:eu-west-1:123456789012:auto-backup:ab-nosuch"
    code = refused(restore, SourceDBInstanceAutomatedBackupsArn=arn, TargetDBInstanceIdentifier="copy", UseLatestRestorableTime=True)
    assert code == "DBInstanceAutomatedBackupNotFound"


def test_an_instance_is_shown_late_made_slowly_and_deleted_slowly(account: World) -> None:
    rds = client(account)
    rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier=SOURCE, TargetDBInstanceIdentifier="copy", UseLatestRestorableTime=True
    )
    assert refused(rds.describe_db_instances, DBInstanceIdentifier="copy") == "DBInstanceNotFound"
    account.clock.sleep(SHOWN_AFTER)
    assert state(account) == "creating"
    assert refused(rds.delete_db_instance, DBInstanceIdentifier="copy", SkipFinalSnapshot=True) == "InvalidDBInstanceState"
    assert refused(rds.modify_db_instance, DBInstanceIdentifier="copy", MultiAZ=False) == "InvalidDBInstanceState"
    account.clock.sleep(CREATING)
    assert state(account) == "modifying"
    account.clock.sleep(MODIFYING)
    assert state(account) == "backing-up"
    account.clock.sleep(BACKING_UP)
    assert state(account) == "available"
    assert refused(rds.modify_db_instance, DBInstanceIdentifier="copy", MasterUserPassword="with/slash") == "InvalidParameterValue"
    assert refused(rds.delete_db_instance, DBInstanceIdentifier="copy") == "InvalidParameterCombination"
    rds.delete_db_instance(DBInstanceIdentifier="copy", SkipFinalSnapshot=True)
    assert state(account) == "deleting"
    account.clock.sleep(DELETING)
    assert refused(rds.describe_db_instances, DBInstanceIdentifier="copy") == "DBInstanceNotFound"


def test_a_copy_of_a_source_with_a_standby_has_none_where_none_is_ordered(account: World) -> None:
    account.create("with-standby", MultiAZ=True)
    account.cloud.adopt(REGION, "with-standby", data="orders")
    rds = client(account)
    for number, ordered in enumerate((True, False)):
        rds.restore_db_instance_to_point_in_time(
            SourceDBInstanceIdentifier="with-standby",
            TargetDBInstanceIdentifier=f"copy-{number}",
            UseLatestRestorableTime=True,
            MultiAZ=ordered,
        )
        account.clock.sleep(SHOWN_AFTER)
        (found,) = rds.describe_db_instances(DBInstanceIdentifier=f"copy-{number}")["DBInstances"]
        assert found["MultiAZ"] is ordered

"""RDS instances through the stand-in provider, on moto; the values that moto forgets are kept by our own answers (``fake_``)."""

from __future__ import annotations

from typing import Any

import pytest

from recoverable.sandbox.aws.cloud import AwsCloud
from tests.support.provider import Aborted, Calls, Made, urn_of

INSTANCE = "aws:rds/instance:Instance"
BASE = {
    "engine": "postgres",
    "engineVersion": "16.3",
    "instanceClass": "db.t4g.micro",
    "allocatedStorage": 20,
    "username": "app",
    "manageMasterUserPassword": True,
}


@pytest.fixture
def rds(cloud: AwsCloud) -> Any:
    return cloud.client("rds")


@pytest.fixture
def key(cloud: AwsCloud) -> str:
    return str(cloud.client("kms").create_key()["KeyMetadata"]["Arn"])


def protected(name: str, key: str) -> dict[str, Any]:
    """Everything that a production database claims."""
    return {
        **BASE,
        "identifier": name,
        "backupRetentionPeriod": 30,
        "backupWindow": "02:00-03:00",
        "maintenanceWindow": "sun:04:00-sun:05:00",
        "copyTagsToSnapshot": True,
        "dbName": "orders",
        "deleteAutomatedBackups": False,
        "deletionProtection": True,
        "enabledCloudwatchLogsExports": ["postgresql", "upgrade"],
        "finalSnapshotIdentifier": f"{name}-final",
        "kmsKeyId": key,
        "masterUserSecretKmsKeyId": key,
        "maxAllocatedStorage": 100,
        "multiAz": True,
        "publiclyAccessible": False,
        "storageEncrypted": True,
        "storageType": "gp3",
        "port": 5433,
        "iamDatabaseAuthenticationEnabled": True,
        "caCertIdentifier": "rds-ca-rsa2048-g1",
        "tags": {"owner": "x"},
    }


def described(rds: Any, name: str) -> dict[str, Any]:
    return dict(rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0])


def released(aws: Calls, made: Made) -> None:
    """Delete without leaving anything that other tests could meet."""
    made.outputs |= {"skipFinalSnapshot": True, "deleteAutomatedBackups": True, "finalSnapshotIdentifier": None}
    aws.delete(made)


def test_what_is_stated_of_an_instance_is_what_rds_holds(aws: Calls, rds: Any, name: str, key: str) -> None:
    made = aws.up(INSTANCE, "db", **protected(name, key))
    data = described(rds, name)
    assert (data["BackupRetentionPeriod"], data["PreferredBackupWindow"], data["MultiAZ"]) == (30, "02:00-03:00", True)
    assert (data["StorageEncrypted"], data["KmsKeyId"], data["DeletionProtection"]) == (True, key, True)
    assert (data["CopyTagsToSnapshot"], data["EnabledCloudwatchLogsExports"]) == (True, ["postgresql", "upgrade"])
    assert (data["DBName"], data["MasterUsername"], data["TagList"]) == ("orders", "app", [{"Key": "owner", "Value": "x"}])
    assert data["MasterUserSecret"]["KmsKeyId"] == key
    assert aws.refresh(made) == []
    assert aws.changed(made, **protected(name, key)) == []


def test_the_outputs_are_those_of_rds(aws: Calls, rds: Any, name: str, key: str) -> None:
    made = aws.up(INSTANCE, "db", **protected(name, key))
    data, out = described(rds, name), made.outputs
    assert out["arn"] == data["DBInstanceArn"]
    assert out["address"] == data["Endpoint"]["Address"]
    assert out["endpoint"] == f"{data['Endpoint']['Address']}:5433"
    assert out["masterUserSecrets"] == [{"secretArn": data["MasterUserSecret"]["SecretArn"], "secretStatus": "active", "kmsKeyId": key}]
    assert out["latestRestorableTime"].startswith("20")
    assert out["status"] == "available"
    assert out["engineVersionActual"] == "16.3"
    assert "password" not in out


def test_fake_each_instance_has_its_own_resource_id_which_is_the_pulumi_id(aws: Calls, rds: Any, name: str) -> None:
    """Moto gives every instance the same one."""
    one, two = (aws.up(INSTANCE, f"db{each}", **BASE, identifier=f"{name}{each}") for each in "ab")
    assert one.id != two.id
    assert one.id == one.outputs["resourceId"] == described(rds, f"{name}a")["DbiResourceId"]


def test_fake_performance_insights_are_kept(aws: Calls, rds: Any, name: str, key: str) -> None:
    """Moto forgets them."""
    stated = {**BASE, "identifier": name, "performanceInsightsEnabled": True, "performanceInsightsKmsKeyId": key}
    made = aws.up(INSTANCE, "db", **stated, performanceInsightsRetentionPeriod=31)
    data = described(rds, name)
    assert (data["PerformanceInsightsEnabled"], data["PerformanceInsightsKMSKeyId"], data["PerformanceInsightsRetentionPeriod"]) == (
        True,
        key,
        31,
    )
    aws.update(made, **BASE, identifier=name, performanceInsightsEnabled=False)
    assert described(rds, name)["PerformanceInsightsEnabled"] is False
    assert aws.refresh(made) == []


def test_without_a_stated_retention_there_are_no_backups_as_with_the_provider(aws: Calls, rds: Any, name: str) -> None:
    made = aws.up(INSTANCE, "db", **BASE, identifier=name)
    assert described(rds, name)["BackupRetentionPeriod"] == 0
    assert made.outputs["backupRetentionPeriod"] == 0
    assert made.outputs["latestRestorableTime"] == ""


def test_an_update_changes_only_what_is_stated_otherwise(aws: Calls, rds: Any, name: str, key: str) -> None:
    stated = protected(name, key)
    made = aws.up(INSTANCE, "db", **stated)
    stated |= {"backupRetentionPeriod": 35, "enabledCloudwatchLogsExports": ["postgresql"], "tags": {"team": "y"}, "multiAz": False}
    assert aws.diff(made, **stated).replaces == []
    aws.update(made, **stated)
    data = described(rds, name)
    assert (data["BackupRetentionPeriod"], data["EnabledCloudwatchLogsExports"], data["MultiAZ"]) == (35, ["postgresql"], False)
    assert data["TagList"] == [{"Key": "team", "Value": "y"}]
    assert data["DeletionProtection"] is True
    assert aws.refresh(made) == []


def test_a_protection_that_is_stated_no_more_is_off(aws: Calls, rds: Any, name: str) -> None:
    made = aws.up(INSTANCE, "db", **BASE, identifier=name, deletionProtection=True)
    aws.update(made, **BASE, identifier=name)
    assert described(rds, name)["DeletionProtection"] is False


@pytest.mark.parametrize(
    ("drift", "path"),
    [
        ({"BackupRetentionPeriod": 1}, "backupRetentionPeriod"),
        ({"DeletionProtection": False}, "deletionProtection"),
        ({"CopyTagsToSnapshot": False}, "copyTagsToSnapshot"),
        ({"MultiAZ": False}, "multiAz"),
        ({"PreferredBackupWindow": "00:00-01:00"}, "backupWindow"),
        ({"CloudwatchLogsExportConfiguration": {"DisableLogTypes": ["upgrade"]}}, "enabledCloudwatchLogsExports[1]"),
    ],
)
def test_drift_made_behind_its_back_shows(aws: Calls, rds: Any, name: str, key: str, drift: dict[str, Any], path: str) -> None:
    made = aws.up(INSTANCE, "db", **protected(name, key))
    rds.modify_db_instance(DBInstanceIdentifier=name, ApplyImmediately=True, **drift)
    assert aws.refresh(made) == [path]


def test_an_instance_that_somebody_deleted_is_gone(aws: Calls, rds: Any, name: str) -> None:
    made = aws.up(INSTANCE, "db", **BASE, identifier=name)
    rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
    assert aws.refresh(made) == ["gone"]
    aws.delete(made)  # gone already is no error


def test_deleting_a_protected_instance_is_refused_by_rds(aws: Calls, rds: Any, name: str, key: str) -> None:
    made = aws.up(INSTANCE, "db", **protected(name, key))
    with pytest.raises(Aborted) as refused:
        aws.delete(made)
    assert "Cannot delete protected DB Instance, please disable deletion protection and try again." in refused.value.message
    assert described(rds, name)["DBInstanceStatus"] == "available"


def test_deletion_leaves_the_final_snapshot_and_the_automated_backups_that_the_state_asks_for(
    aws: Calls, rds: Any, name: str, key: str
) -> None:
    stated = protected(name, key) | {"deletionProtection": False}
    made = aws.up(INSTANCE, "db", **stated)
    aws.delete(made)
    assert rds.describe_db_snapshots(DBSnapshotIdentifier=f"{name}-final")["DBSnapshots"][0]["Status"] == "available"
    with pytest.raises(rds.exceptions.DBInstanceNotFoundFault):
        described(rds, name)


def test_fake_retained_backups_outlive_their_instance(aws: Calls, rds: Any, name: str, key: str) -> None:
    """Moto forgets all but the name."""
    kept, dropped = f"{name}k", f"{name}d"
    for each, drop in ((kept, False), (dropped, True)):
        stated = protected(each, key) | {"deletionProtection": False, "deleteAutomatedBackups": drop}
        aws.delete(aws.up(INSTANCE, each, **stated))
    listed = rds.describe_db_instance_automated_backups(Filters=[{"Name": "status", "Values": ["retained"]}])["DBInstanceAutomatedBackups"]
    found = {each["DBInstanceIdentifier"]: each for each in listed}
    assert found[kept]["BackupRetentionPeriod"] == 30
    assert dropped not in found


def test_without_a_name_for_the_final_snapshot_the_deletion_is_refused_as_by_the_provider(aws: Calls, name: str) -> None:
    made = aws.up(INSTANCE, "db", **BASE, identifier=name)
    with pytest.raises(Aborted, match="finalSnapshotIdentifier is required when skipFinalSnapshot is false"):
        aws.delete(made)
    released(aws, made)


@pytest.mark.parametrize(
    "change", [{"engine": "mysql"}, {"username": "root"}, {"dbName": "other"}, {"storageEncrypted": False, "kmsKeyId": None}]
)
def test_what_rds_cannot_change_needs_a_new_instance(aws: Calls, name: str, key: str, change: dict[str, Any]) -> None:
    made = aws.up(INSTANCE, "db", **protected(name, key))
    stated = {k: v for k, v in (protected(name, key) | change).items() if v is not None}
    assert set(aws.diff(made, **stated).replaces) & set(change)


def test_a_key_of_one_s_own_later_needs_a_new_instance(aws: Calls, cloud: AwsCloud, name: str, key: str) -> None:
    made = aws.up(INSTANCE, "db", **protected(name, key))
    other = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    assert aws.diff(made, **(protected(name, key) | {"kmsKeyId": other})).replaces == ["kmsKeyId"]


def test_an_instance_is_adopted_by_its_name(aws: Calls, rds: Any, name: str, key: str) -> None:
    aws.up(INSTANCE, "db", **protected(name, key))
    found = aws.adopt(INSTANCE, "adopted", name)
    assert found.inputs["backupRetentionPeriod"] == 30
    assert found.inputs["deletionProtection"] is True
    assert found.inputs["kmsKeyId"] == key
    assert "latestRestorableTime" not in found.inputs


def test_an_instance_is_restored_from_a_snapshot(aws: Calls, rds: Any, name: str) -> None:
    aws.up(INSTANCE, "db", **BASE, identifier=name)
    rds.create_db_snapshot(DBInstanceIdentifier=name, DBSnapshotIdentifier=f"{name}-s")
    made = aws.up(
        INSTANCE, "copy", identifier=f"{name}-copy", instanceClass="db.t4g.micro", snapshotIdentifier=f"{name}-s", backupRetentionPeriod=7
    )
    assert described(rds, f"{name}-copy")["BackupRetentionPeriod"] == 7
    assert made.outputs["engine"] == "postgres"


def test_an_instance_is_restored_to_a_point_in_time(aws: Calls, rds: Any, name: str) -> None:
    aws.up(INSTANCE, "db", **BASE, identifier=name, backupRetentionPeriod=7)
    point = {"sourceDbInstanceIdentifier": name, "useLatestRestorableTime": True}
    aws.up(INSTANCE, "copy", identifier=f"{name}-copy", instanceClass="db.t4g.micro", restoreToPointInTime=point)
    assert described(rds, f"{name}-copy")["Engine"] == "postgres"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"backupRetentionPeriod": 36}, "`backupRetentionPeriod`: 36 is not in 0 to 35 days"),
        ({"backupRetentionPeriod": -1}, "`backupRetentionPeriod`: -1 is not in 0 to 35 days"),
        (
            {"password": "hush-hush"},
            "`password`: conflicts with `manageMasterUserPassword`: RDS makes and keeps the password itself",
        ),
        ({"kmsKeyId": "arn:x", "storageEncrypted": False}, "`kmsKeyId`: conflicts with `storageEncrypted` being off"),
        (
            {"manageMasterUserPassword": None},
            "`password`: is required unless `manageMasterUserPassword` is on",
        ),
        (
            {"username": None},
            "`username`: is required unless the instance is restored from a snapshot or to a point in time",
        ),
        ({"maxAllocatedStorage": 10}, "`maxAllocatedStorage`: 10 GiB is below `allocatedStorage` of 20 GiB"),
        (
            {"backupRetentionPeriod": 0, "backupWindow": "02:00-03:00"},
            "`backupWindow`: says nothing while `backupRetentionPeriod` is 0: there are no automated backups",
        ),
        (
            {"performanceInsightsEnabled": True, "performanceInsightsRetentionPeriod": 30},
            "`performanceInsightsRetentionPeriod`: 30 is neither 7, 731 nor a multiple of 31 up to 713 days",
        ),
        (
            {"replicateSourceDb": "other"},
            "`replicateSourceDb`: the laptop cloud cannot do that: its read replicas are not the provider's; use automated backups replication",
        ),
    ],
)
def test_an_illegal_combination_is_refused_by_name(aws: Calls, name: str, more: dict[str, Any], reason: str) -> None:
    stated = {k: v for k, v in ({**BASE, "identifier": name} | more).items() if v is not None}
    _, failures = aws.check(urn_of(INSTANCE, "db"), stated)
    assert failures == [reason]


def test_a_value_known_only_later_is_not_refused(aws: Calls, name: str) -> None:
    later = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    _, failures = aws.check(urn_of(INSTANCE, "db"), {**BASE, "identifier": name, "kmsKeyId": later, "backupRetentionPeriod": later})
    assert failures == []

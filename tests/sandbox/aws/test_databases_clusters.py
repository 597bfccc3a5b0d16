"""Aurora clusters, their instances and global clusters through the stand-in provider, on moto."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from recoverable.sandbox.aws.cloud import AwsCloud
from tests.support.provider import Aborted, Calls, urn_of

CLUSTER = "aws:rds/cluster:Cluster"
MEMBER = "aws:rds/clusterInstance:ClusterInstance"
GLOBAL = "aws:rds/globalCluster:GlobalCluster"
BASE = {"engine": "aurora-postgresql", "engineVersion": "16.4", "masterUsername": "app", "manageMasterUserPassword": True}


@pytest.fixture
def rds(cloud: AwsCloud) -> Any:
    return cloud.client("rds")


def protected(cloud: AwsCloud, name: str) -> dict[str, Any]:
    """Everything that a production cluster claims."""
    return {
        **BASE,
        "clusterIdentifier": name,
        "backupRetentionPeriod": 30,
        "copyTagsToSnapshot": True,
        "databaseName": "ledger",
        "deletionProtection": True,
        "enabledCloudwatchLogsExports": ["postgresql"],
        "finalSnapshotIdentifier": f"{name}-final",
        "iamDatabaseAuthenticationEnabled": True,
        "kmsKeyId": cloud.client("kms").create_key()["KeyMetadata"]["Arn"],
        "preferredBackupWindow": "02:00-03:00",
        "preferredMaintenanceWindow": "sun:04:00-sun:05:00",
        "storageEncrypted": True,
        "serverlessv2ScalingConfiguration": {"minCapacity": 0.5, "maxCapacity": 4},
        "tags": {"owner": "x"},
    }


def described(rds: Any, name: str) -> dict[str, Any]:
    return dict(rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0])


def test_what_is_stated_of_a_cluster_is_what_rds_holds(aws: Calls, cloud: AwsCloud, rds: Any, name: str) -> None:
    stated = protected(cloud, name)
    made = aws.up(CLUSTER, "db", **stated)
    data = described(rds, name)
    assert (data["BackupRetentionPeriod"], data["PreferredBackupWindow"]) == (30, "02:00-03:00")
    assert (data["StorageEncrypted"], data["KmsKeyId"], data["DeletionProtection"]) == (True, stated["kmsKeyId"], True)
    assert (data["CopyTagsToSnapshot"], data["EnabledCloudwatchLogsExports"]) == (True, ["postgresql"])
    assert data["ServerlessV2ScalingConfiguration"] == {"MinCapacity": 0.5, "MaxCapacity": 4.0}
    assert made.id == name
    assert made.outputs["endpoint"] == data["Endpoint"]
    assert made.outputs["readerEndpoint"] == data["ReaderEndpoint"]
    assert made.outputs["masterUserSecrets"][0]["secretArn"] == data["MasterUserSecret"]["SecretArn"]
    assert aws.refresh(made) == []
    assert aws.changed(made, **stated) == []


def test_fake_log_exports_insights_and_optimised_storage_are_kept(aws: Calls, cloud: AwsCloud, rds: Any, name: str) -> None:
    """Moto does not change log exports, forgets insights and crashes on this storage type."""
    stated = protected(cloud, name) | {"storageType": "aurora-iopt1", "performanceInsightsEnabled": True}
    made = aws.up(CLUSTER, "db", **stated)
    assert (described(rds, name)["StorageType"], described(rds, name)["PerformanceInsightsEnabled"]) == ("aurora-iopt1", True)
    stated = {key: value for key, value in stated.items() if key != "enabledCloudwatchLogsExports"}
    aws.update(made, **stated)
    assert described(rds, name).get("EnabledCloudwatchLogsExports", []) == []
    assert aws.refresh(made) == []


def test_a_cluster_is_changed_in_place_and_drift_shows(aws: Calls, cloud: AwsCloud, rds: Any, name: str) -> None:
    stated = protected(cloud, name)
    made = aws.up(CLUSTER, "db", **stated)
    stated |= {"backupRetentionPeriod": 35, "tags": {"team": "y"}}
    assert aws.diff(made, **stated).replaces == []
    aws.update(made, **stated)
    assert (described(rds, name)["BackupRetentionPeriod"], described(rds, name)["TagList"]) == (35, [{"Key": "team", "Value": "y"}])
    rds.modify_db_cluster(DBClusterIdentifier=name, BackupRetentionPeriod=1, DeletionProtection=False, ApplyImmediately=True)
    assert aws.refresh(made) == ["backupRetentionPeriod", "deletionProtection"]


@pytest.mark.parametrize("change", ["engine", "databaseName", "masterUsername", "storageEncrypted", "port"])
def test_what_aurora_cannot_change_needs_a_new_cluster(aws: Calls, cloud: AwsCloud, name: str, change: str) -> None:
    stated = protected(cloud, name)
    made = aws.up(CLUSTER, "db", **stated)
    other: dict[str, Any] = {"port": 5555, "storageEncrypted": False, "engine": "aurora-mysql"}
    stated[change] = other.get(change, "other")
    if change == "storageEncrypted":
        del stated["kmsKeyId"]
    assert change in aws.diff(made, **stated).replaces


def test_a_protected_cluster_is_not_deleted_and_another_one_leaves_its_snapshot(aws: Calls, cloud: AwsCloud, rds: Any, name: str) -> None:
    stated = protected(cloud, name)
    made = aws.up(CLUSTER, "db", **stated)
    with pytest.raises(Aborted, match="Cannot delete protected Cluster"):
        aws.delete(made)
    aws.update(made, **(stated | {"deletionProtection": False}))
    aws.delete(made)
    assert rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=f"{name}-final")["DBClusterSnapshots"]
    assert aws.refresh(made) == ["gone"]


def test_an_instance_of_a_cluster_is_its_writer_and_is_read_back(aws: Calls, cloud: AwsCloud, rds: Any, name: str) -> None:
    aws.up(CLUSTER, "db", **protected(cloud, name))
    stated = {"clusterIdentifier": name, "engine": "aurora-postgresql", "instanceClass": "db.r6g.large", "promotionTier": 1}
    one = aws.up(MEMBER, "one", **stated, identifier=f"{name}-1", tags={"owner": "x"})
    two = aws.up(MEMBER, "two", **stated, identifier=f"{name}-2")
    assert (one.outputs["writer"], two.outputs["writer"]) == (True, False)
    assert one.outputs["storageEncrypted"] is True
    assert aws.refresh(one) == []
    aws.update(one, **{**stated, "instanceClass": "db.r6g.xlarge"}, identifier=f"{name}-1")
    assert rds.describe_db_instances(DBInstanceIdentifier=f"{name}-1")["DBInstances"][0]["DBInstanceClass"] == "db.r6g.xlarge"
    rds.modify_db_instance(DBInstanceIdentifier=f"{name}-2", DBInstanceClass="db.t4g.medium")
    assert aws.refresh(two) == ["instanceClass"]
    aws.delete(two)
    aws.delete(one)
    assert described(rds, name)["DBClusterMembers"] == []


def test_a_cluster_with_instances_is_not_deleted(aws: Calls, cloud: AwsCloud, name: str) -> None:
    made = aws.up(CLUSTER, "db", **(protected(cloud, name) | {"deletionProtection": False}))
    aws.up(MEMBER, "one", clusterIdentifier=name, engine="aurora-postgresql", instanceClass="db.r6g.large", identifier=f"{name}-1")
    with pytest.raises(Aborted, match="still contains DB instances"):
        aws.delete(made)


def test_fake_a_global_cluster_is_found_by_name_changed_and_protected(aws: Calls, rds: Any, name: str) -> None:
    """Moto returns all of them, changes none and deletes protected ones."""
    aws.up(GLOBAL, "other", globalClusterIdentifier=f"{name}-other", engine="aurora-postgresql", engineVersion="16.4")
    made = aws.up(
        GLOBAL,
        "g",
        globalClusterIdentifier=name,
        engine="aurora-postgresql",
        engineVersion="16.4",
        storageEncrypted=True,
        deletionProtection=True,
    )
    assert made.outputs["arn"].endswith(f"global-cluster:{name}")
    assert aws.refresh(made) == []
    with pytest.raises(Aborted, match="protected against deletion"):
        aws.delete(made)
    aws.update(made, globalClusterIdentifier=name, engine="aurora-postgresql", engineVersion="16.4", storageEncrypted=True)
    aws.delete(made)
    assert aws.refresh(made) == ["gone"]


def test_a_member_of_a_global_cluster_is_named_when_it_is_in_the_way(aws: Calls, cloud: AwsCloud, name: str) -> None:
    made = aws.up(GLOBAL, "g", globalClusterIdentifier=name, engine="aurora-postgresql", engineVersion="16.4")
    stated = {key: value for key, value in protected(cloud, f"{name}-1").items() if key != "serverlessv2ScalingConfiguration"}
    aws.up(CLUSTER, "db", **(stated | {"globalClusterIdentifier": name, "deletionProtection": False}))
    assert aws.refresh(made) == []
    with pytest.raises(Aborted, match=f"still has the member .*{name}-1"):
        aws.delete(made)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"backupRetentionPeriod": 0}, "`backupRetentionPeriod`: 0 is not in 1 to 35 days"),
        ({"backupRetentionPeriod": 36}, "`backupRetentionPeriod`: 36 is not in 1 to 35 days"),
        (
            {"masterPassword": "hush-hush"},
            "`masterPassword`: conflicts with `manageMasterUserPassword`: RDS makes and keeps the password itself",
        ),
        ({"manageMasterUserPassword": None}, "`masterPassword`: is required unless `manageMasterUserPassword` is on"),
        ({"masterUsername": None}, "`masterUsername`: is required unless the cluster is restored or joins a global cluster"),
        ({"backtrackWindow": 60}, "`backtrackWindow`: is for Aurora MySQL only"),
        ({"kmsKeyId": "arn:x", "storageEncrypted": False}, "`kmsKeyId`: conflicts with `storageEncrypted` being off"),
    ],
)
def test_an_illegal_combination_is_refused_by_name(aws: Calls, name: str, more: dict[str, Any], reason: str) -> None:
    stated = {k: v for k, v in ({**BASE, "clusterIdentifier": name} | more).items() if v is not None}
    assert aws.check(urn_of(CLUSTER, "db"), stated)[1] == [reason]


def test_fake_the_wire_itself_refuses_what_aurora_refuses(rds: Any, name: str) -> None:
    base = {"DBClusterIdentifier": name, "Engine": "aurora-postgresql", "MasterUsername": "app"}
    for more, code in (
        ({"BackupRetentionPeriod": 36, "ManageMasterUserPassword": True}, "InvalidParameterValue"),
        ({"ManageMasterUserPassword": True, "MasterUserPassword": "hush-hush"}, "InvalidParameterCombination"),
    ):
        with pytest.raises(ClientError) as refused:
            rds.create_db_cluster(**base, **more)
        assert refused.value.response["Error"]["Code"] == code
    rds.create_db_cluster(**base, ManageMasterUserPassword=True)
    with pytest.raises(rds.exceptions.DBClusterAlreadyExistsFault):
        rds.create_db_cluster(**base, ManageMasterUserPassword=True)
    with pytest.raises(rds.exceptions.DBClusterNotFoundFault):
        rds.modify_db_cluster(DBClusterIdentifier=f"{name}-none", BackupRetentionPeriod=2)
    with pytest.raises(ClientError, match="FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified"):
        rds.delete_db_cluster(DBClusterIdentifier=name)

"""Groups of databases, their copies, and who hears of their events: through the stand-in provider, on moto."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from recoverable.sandbox.aws.cloud import ACCOUNT, AwsCloud
from tests.support.provider import REGION, Aborted, Calls, urn_of

THERE = "us-east-1"
REPLICATION = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"
SUBNETS = "aws:rds/subnetGroup:SubnetGroup"
PARAMETERS = "aws:rds/parameterGroup:ParameterGroup"
CLUSTER_PARAMETERS = "aws:rds/clusterParameterGroup:ClusterParameterGroup"
SUBSCRIPTION = "aws:rds/eventSubscription:EventSubscription"
SNAPSHOT = "aws:rds/snapshot:Snapshot"
COPY = "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy"


@pytest.fixture
def rds(cloud: AwsCloud) -> Any:
    return cloud.client("rds")


def a_key(cloud: AwsCloud, region: str) -> str:
    return str(cloud.client("kms", region).create_key()["KeyMetadata"]["Arn"])


def an_instance(cloud: AwsCloud, name: str, **more: Any) -> str:
    stated = {
        "DBInstanceClass": "db.t4g.micro",
        "Engine": "postgres",
        "AllocatedStorage": 20,
        "MasterUsername": "app",
        "ManageMasterUserPassword": True,
        "BackupRetentionPeriod": 30,
    }
    return str(cloud.client("rds").create_db_instance(DBInstanceIdentifier=name, **(stated | more))["DBInstance"]["DBInstanceArn"])


def test_fake_automated_backups_are_copied_to_another_region(aws: Calls, cloud: AwsCloud, name: str) -> None:
    arn = an_instance(cloud, name, StorageEncrypted=True, KmsKeyId=a_key(cloud, REGION))
    key = a_key(cloud, THERE)
    made = aws.up(REPLICATION, "copy", sourceDbInstanceArn=arn, kmsKeyId=key, retentionPeriod=30, region=THERE)
    listed = cloud.client("rds", THERE).describe_db_instance_automated_backups(DBInstanceIdentifier=name)["DBInstanceAutomatedBackups"]
    assert [(each["Status"], each["BackupRetentionPeriod"], each["KmsKeyId"], each["Region"]) for each in listed] == [
        ("replicating", 30, key, REGION)
    ]
    home = cloud.client("rds").describe_db_instance_automated_backups(DBInstanceIdentifier=name)["DBInstanceAutomatedBackups"][0]
    assert home["DBInstanceAutomatedBackupsReplications"] == [{"DBInstanceAutomatedBackupsArn": made.id}]
    assert made.id.startswith(f"arn:aws:rds:{THERE}:{ACCOUNT}:auto-backup:ab-")
    assert aws.refresh(made) == []
    assert aws.diff(made, sourceDbInstanceArn=arn, kmsKeyId=key, retentionPeriod=7, region=THERE).replaces == ["retentionPeriod"]
    cloud.client("rds", THERE).stop_db_instance_automated_backups_replication(SourceDBInstanceArn=arn)
    assert aws.refresh(made) == ["gone"]
    aws.delete(made)


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("same region", "InvalidParameterValue"),
        ("no such instance", "DBInstanceNotFound"),
        ("no backups", "InvalidDBInstanceState"),
        ("no key", "InvalidParameterCombination"),
        ("key of another region", "KMSKeyNotAccessibleFault"),
        ("no such key", "KMSKeyNotAccessibleFault"),
        ("retention of 36 days", "InvalidParameterValue"),
        ("twice", "InvalidDBInstanceAutomatedBackupState"),
        ("no instance at all", "InvalidParameterValue"),
    ],
)
def test_fake_a_replication_that_rds_refuses_is_refused_on_the_wire(cloud: AwsCloud, name: str, case: str, code: str) -> None:
    plain = case in ("no backups", "retention of 36 days", "twice")
    more = {} if plain else {"StorageEncrypted": True, "KmsKeyId": a_key(cloud, REGION)}
    arn = an_instance(cloud, name, BackupRetentionPeriod=0 if case == "no backups" else 30, **more)
    asked: dict[str, Any] = {"SourceDBInstanceArn": arn}
    if case == "no such instance":
        asked["SourceDBInstanceArn"] = f"{arn}-none"
    elif case == "no instance at all":
        asked["SourceDBInstanceArn"] = "orders"
    elif case == "key of another region":
        asked["KmsKeyId"] = a_key(cloud, REGION)
    elif case == "no such key":
        asked["KmsKeyId"] = f"arn:aws:kms:{THERE}:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"
    elif case == "retention of 36 days":
        asked["BackupRetentionPeriod"] = 36
    client = cloud.client("rds", REGION if case == "same region" else THERE)
    if case == "twice":
        client.start_db_instance_automated_backups_replication(**asked)
    with pytest.raises(ClientError) as refused:
        client.start_db_instance_automated_backups_replication(**asked)
    assert refused.value.response["Error"]["Code"] == code


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"region": REGION}, f"`region`: the source is in {REGION} too: the replication is made in the region that the backups go to"),
        ({"retentionPeriod": 36}, "`retentionPeriod`: 36 is not in 1 to 35 days"),
        (
            {"kmsKeyId": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k"},
            f"`kmsKeyId`: the key is in {REGION}, and the backups go to {THERE}: a key of that region is needed",
        ),
    ],
)
def test_an_illegal_replication_is_refused_before_the_call(aws: Calls, more: dict[str, Any], reason: str) -> None:
    stated = {"sourceDbInstanceArn": f"arn:aws:rds:{REGION}:{ACCOUNT}:db:orders", "region": THERE} | more
    assert aws.check(urn_of(REPLICATION, "copy"), stated)[1] == [reason]


def test_a_subnet_group_has_its_subnets_and_needs_two_zones(aws: Calls, cloud: AwsCloud, rds: Any, name: str) -> None:
    subnets = [each["SubnetId"] for each in cloud.client("ec2").describe_subnets()["Subnets"]]
    made = aws.up(SUBNETS, "net", name=name, subnetIds=subnets[:2], tags={"owner": "x"})
    data = rds.describe_db_subnet_groups(DBSubnetGroupName=name)["DBSubnetGroups"][0]
    assert sorted(each["SubnetIdentifier"] for each in data["Subnets"]) == sorted(subnets[:2])
    assert made.outputs["vpcId"] == data["VpcId"]
    assert data["DBSubnetGroupDescription"] == "Managed by Pulumi"
    aws.update(made, name=name, subnetIds=subnets[:3], tags={"owner": "y"})
    assert aws.refresh(made) == []
    rds.modify_db_subnet_group(DBSubnetGroupName=name, SubnetIds=subnets[:2])
    assert aws.refresh(made) != []
    assert aws.check(urn_of(SUBNETS, "net"), {"name": name, "subnetIds": subnets[:1]})[1] == [
        "`subnetIds`: must name subnets in at least two availability zones"
    ]
    aws.delete(made)
    assert aws.refresh(made) == ["gone"]


@pytest.mark.parametrize(("token", "family"), [(PARAMETERS, "postgres16"), (CLUSTER_PARAMETERS, "aurora-postgresql16")])
def test_a_parameter_group_sets_and_fake_resets_parameters(aws: Calls, cloud: AwsCloud, token: str, family: str, name: str) -> None:
    tls = {"name": "rds.force_ssl", "value": "1"}
    made = aws.up(token, "pg", name=name, family=family, parameters=[tls, {"name": "log_connections", "value": "1"}], tags={"owner": "x"})
    assert made.inputs["parameters"][0]["applyMethod"] == "immediate"
    assert {each["name"]: each["value"] for each in made.outputs["parameters"]} == {"rds.force_ssl": "1", "log_connections": "1"}
    assert aws.refresh(made) == []
    assert (
        aws.changed(made, name=name, family=family, parameters=[tls, {"name": "log_connections", "value": "1"}], tags={"owner": "x"}) == []
    )
    aws.update(made, name=name, family=family, parameters=[tls])
    assert [each["name"] for each in made.outputs["parameters"]] == ["rds.force_ssl"]
    assert aws.diff(made, name=name, family=f"{family}x", parameters=[tls]).replaces == ["family"]
    changing = cloud.client("rds")
    drift = [{"ParameterName": "rds.force_ssl", "ParameterValue": "0", "ApplyMethod": "immediate"}]
    if token == PARAMETERS:
        changing.modify_db_parameter_group(DBParameterGroupName=name, Parameters=drift)
    else:
        changing.modify_db_cluster_parameter_group(DBClusterParameterGroupName=name, Parameters=drift)
    assert aws.refresh(made) == ["parameters[0].value"]
    aws.delete(made)
    assert aws.refresh(made) == ["gone"]


def test_a_parameter_stated_twice_is_refused(aws: Calls, name: str) -> None:
    twice = [{"name": "a", "value": "1"}, {"name": "a", "value": "2"}]
    reasons = aws.check(urn_of(PARAMETERS, "pg"), {"name": name, "family": "postgres16", "parameters": twice})[1]
    assert reasons == ["`parameters`: states a more than once"]


def test_a_subscription_hears_and_fake_its_categories_and_sources_are_changed(aws: Calls, cloud: AwsCloud, rds: Any, name: str) -> None:
    an_instance(cloud, name)
    topic = cloud.client("sns").create_topic(Name=name)["TopicArn"]
    stated = {"name": name, "snsTopic": topic, "sourceType": "db-instance", "eventCategories": ["backup", "failure"], "sourceIds": [name]}
    made = aws.up(SUBSCRIPTION, "es", **stated, tags={"owner": "x"})
    data = rds.describe_event_subscriptions(SubscriptionName=name)["EventSubscriptionsList"][0]
    assert (data["SnsTopicArn"], data["EventCategoriesList"], data["Enabled"]) == (topic, ["backup", "failure"], True)
    assert aws.refresh(made) == []
    aws.update(made, **(stated | {"eventCategories": ["failure"], "sourceIds": [f"{name}-2"], "enabled": False}))
    data = rds.describe_event_subscriptions(SubscriptionName=name)["EventSubscriptionsList"][0]
    assert (data["EventCategoriesList"], data["SourceIdsList"], data["Enabled"]) == (["failure"], [f"{name}-2"], False)
    rds.modify_event_subscription(SubscriptionName=name, Enabled=True)
    assert aws.refresh(made) == ["enabled"]
    aws.delete(made)
    assert aws.refresh(made) == ["gone"]
    reasons = aws.check(urn_of(SUBSCRIPTION, "es"), {"name": name, "snsTopic": topic, "sourceIds": ["a"]})[1]
    assert reasons == ["`sourceType`: is required where `sourceIds` are stated"]


def test_a_snapshot_is_taken_and_removed(aws: Calls, cloud: AwsCloud, name: str) -> None:
    an_instance(cloud, name)
    made = aws.up(SNAPSHOT, "s", dbInstanceIdentifier=name, dbSnapshotIdentifier=f"{name}-s", tags={"owner": "x"})
    assert made.outputs["status"] == "available"
    assert aws.refresh(made) == []
    cloud.client("rds").delete_db_snapshot(DBSnapshotIdentifier=f"{name}-s")
    assert aws.refresh(made) == ["gone"]
    aws.delete(made)


def test_a_cluster_snapshot_is_copied_to_another_region(aws: Calls, cloud: AwsCloud, name: str) -> None:
    rds = cloud.client("rds")
    rds.create_db_cluster(DBClusterIdentifier=name, Engine="aurora-postgresql", MasterUsername="app", ManageMasterUserPassword=True)
    rds.create_db_cluster_snapshot(DBClusterIdentifier=name, DBClusterSnapshotIdentifier=f"{name}-s")
    stated = {
        "sourceDbClusterSnapshotIdentifier": f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster-snapshot:{name}-s",
        "targetDbClusterSnapshotIdentifier": f"{name}-c",
        "destinationRegion": THERE,
    }
    made = aws.up(COPY, "c", **stated)
    assert made.outputs["dbClusterSnapshotArn"].split(":")[3] == THERE
    assert cloud.client("rds", THERE).describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=f"{name}-c")["DBClusterSnapshots"]
    assert aws.refresh(made) == []
    aws.delete(made)
    assert aws.refresh(made) == ["gone"]


def test_a_copy_of_what_is_not_there_is_refused_by_rds(aws: Calls, name: str) -> None:
    with pytest.raises(Aborted, match="DBClusterSnapshotNotFoundFault"):
        aws.up(COPY, "c", sourceDbClusterSnapshotIdentifier=f"{name}-none", targetDbClusterSnapshotIdentifier=f"{name}-c")

"""What lies in another region counts as a copy, and what lies in the same one does not: by ARN, by replica, by name of a bucket.

One account in two regions, looked at twice: with both of them named, and with the first alone.
"""

from __future__ import annotations

import datetime
import io
import json
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from typing import Any

import pytest

from recoverable.audit.accounts import accounts
from recoverable.cli.entry import main
from tests.audit.conftest import LOGIN
from tests.support.audit_cloud import HOME, AuditCloud

pytestmark = pytest.mark.xdist_group("audit")
NEAR, FAR = "eu-west-1", "eu-central-1"
MEASURED = dict.fromkeys(("failing-b", "running-b", "silent-b"), "target-far")
"""Buckets whose replication has metrics on, with where they are copied to."""
Verdicts = dict[tuple[str, str], str]
SHAPE: dict[str, Any] = {"DBInstanceClass": "db.m6g.large"}
LOGGED_IN: dict[str, Any] = {"MasterUsername": "postgres", "MasterUserPassword": "marked-secret"}


@dataclass
class Copies:
    """The cloud, and the verdicts by address and rule: with both regions, and with the first."""

    cloud: AuditCloud
    both: Verdicts = field(default_factory=dict)
    near: Verdicts = field(default_factory=dict)
    disks: dict[str, str] = field(default_factory=dict)

    def client(self, service: str, region: str) -> Any:
        return self.cloud.session(HOME).client(service, region_name=region, endpoint_url=self.cloud.endpoint)

    def look(self, *regions: str) -> Verdicts:
        """Judged by the built-in numbers of production, which demand a second region."""
        out = io.StringIO()
        with redirect_stdout(out), redirect_stderr(io.StringIO()):
            main(["audit", "aws", "--format", "json", "--environment", "prod", *(word for name in regions for word in ("--region", name))])
        found = json.loads(out.getvalue())["results"]
        # Snapshots of disks and of databases are told apart by their service and region.
        return {
            (
                ":".join(item["address"].split(":")[2:4]) if item["kind"] == "snapshots" else item["address"].split(":")[-1],
                item["rule"],
            ): item["verdict"]
            for item in found
            if not item["address"].endswith(":cluster-snapshots")
        }


@pytest.fixture(scope="module")
def copies() -> Iterator[Copies]:
    served = AuditCloud()
    with served as endpoint, pytest.MonkeyPatch.context() as patch:
        for name, value in {**LOGIN, "AWS_ENDPOINT_URL": endpoint}.items():
            patch.setenv(name, value)
        here = Copies(served)
        _databases(here)
        _clusters(here)
        _buckets(here)
        _disks(here)
        served.shared[HOME, FAR] = ["snap-0a1b2c3d"]
        here.both, here.near = here.look(NEAR, FAR), here.look(NEAR)
        yield here


def _databases(here: Copies) -> None:
    near, far = here.client("rds", NEAR), here.client("rds", FAR)
    for name in ("copied", "alone", "beside"):
        words = {**SHAPE, **LOGGED_IN, "Engine": "postgres", "AllocatedStorage": 20, "BackupRetentionPeriod": 7}
        made = near.create_db_instance(DBInstanceIdentifier=name, **words)["DBInstance"]["DBInstanceArn"]
        near.create_db_snapshot(DBInstanceIdentifier=name, DBSnapshotIdentifier=f"of-{name}")
        if name == "copied":
            for copy, status in (("far", "replicating"), ("stopped", "error")):
                found = far.create_db_instance_read_replica(DBInstanceIdentifier=copy, SourceDBInstanceIdentifier=made, **SHAPE)
                said = {"StatusType": "read replication", "Normal": status != "error", "Status": status}
                here.cloud.statuses[found["DBInstance"]["DBInstanceArn"]] = [said]
    near.create_db_instance_read_replica(DBInstanceIdentifier="near", SourceDBInstanceIdentifier="beside", **SHAPE)
    near.modify_db_snapshot_attribute(DBSnapshotIdentifier="of-alone", AttributeName="restore", ValuesToAdd=["all"])


def _clusters(here: Copies) -> None:
    near, words = here.client("rds", NEAR), {**LOGGED_IN, "Engine": "aurora-postgresql"}
    near.create_global_cluster(GlobalClusterIdentifier="world", Engine="aurora-postgresql")
    near.create_db_cluster(DBClusterIdentifier="worldwide", GlobalClusterIdentifier="world", **words)
    near.create_db_cluster(DBClusterIdentifier="lonely", **words)
    here.client("rds", FAR).create_db_cluster(
        DBClusterIdentifier="worldwide-far", Engine="aurora-postgresql", GlobalClusterIdentifier="world"
    )


def _buckets(here: Copies) -> None:
    for name, region in (
        ("copied-b", NEAR),
        ("beside-b", NEAR),
        ("failing-b", NEAR),
        ("running-b", NEAR),
        ("silent-b", NEAR),
        ("alone-b", NEAR),
        ("target-near", NEAR),
        ("target-far", FAR),
    ):
        s3 = here.client("s3", region)
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    for name, target in MEASURED.items():
        _measure(here, name, target)
    for name, target in (("copied-b", "target-far"), ("beside-b", "target-near"), *MEASURED.items()):
        rule = {"ID": "all", "Priority": 1, "Status": "Enabled", "Filter": {}, "DeleteMarkerReplication": {"Status": "Disabled"}}
        metrics = {"Metrics": {"Status": "Enabled"}} if name in MEASURED else {}
        rules = [{**rule, "Destination": {"Bucket": f"arn:aws:s3:::{target}", **metrics}}]
        here.client("s3", NEAR).put_bucket_replication(
            Bucket=name, ReplicationConfiguration={"Role": f"arn:aws:iam::{HOME}:role/replication", "Rules": rules}
        )


def _disks(here: Copies) -> None:
    """Two instances with their root volumes; a plan selects one of them by its tag, which its volume has not."""
    ec2, backup = here.client("ec2", NEAR), here.client("backup", NEAR)
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    for name in ("saved", "unsaved"):
        marks = [{"ResourceType": "instance", "Tags": [{"Key": "backup", "Value": name}]}]
        (made,) = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, TagSpecifications=marks)["Instances"]
        ((disk,),) = [[each["Ebs"]["VolumeId"] for each in made["BlockDeviceMappings"]]]
        here.disks[name] = f"volume/{disk}"
    backup.create_backup_vault(BackupVaultName="Default")
    backup.update_region_settings(ResourceTypeOptInPreference={"EC2": True})  # EBS is not opted in: instances are what is selected
    rule = {"RuleName": "daily", "TargetBackupVaultName": "Default", "ScheduleExpression": "cron(0 5 ? * * *)"}
    plan = backup.create_backup_plan(BackupPlan={"BackupPlanName": "instances", "Rules": [rule]})["BackupPlanId"]
    chosen = {"SelectionName": "tagged", "IamRoleArn": f"arn:aws:iam::{HOME}:role/backup"}
    tags = [{"ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": "saved"}]
    backup.create_backup_selection(BackupPlanId=plan, BackupSelection={**chosen, "ListOfTags": tags})


def _measure(here: Copies, name: str, target: str) -> None:
    """What S3 publishes of the rule: failed operations beside the source, what is pending beside the target."""
    words = {"SourceBucket": name, "DestinationBucket": target, "RuleId": "all"}
    dimensions = [{"Name": word, "Value": value} for word, value in words.items()]
    time = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=30)
    for region, metric, value in (
        (NEAR, "OperationsFailedReplication", 3.0 if name == "failing-b" else 0.0),
        (FAR, "ReplicationLatency", 20.0),
        (FAR, "OperationsPendingReplication", 1.0),
    ):
        if name != "silent-b":
            data = [{"MetricName": metric, "Dimensions": dimensions, "Value": value, "Timestamp": time}]
            here.client("cloudwatch", region).put_metric_data(Namespace="AWS/S3", MetricData=data)


def test_a_replica_in_another_region_is_a_copy_whether_that_region_is_looked_at_or_not(copies: Copies) -> None:
    for found in (copies.both, copies.near):
        assert {name: found[name, "RCV015"] for name in ("copied", "alone", "beside")} == {
            "copied": "pass",
            "alone": "fail",
            "beside": "fail",
        }
        assert ("near", "RCV015") not in found


def test_a_member_of_a_global_database_in_another_region_is_a_copy(copies: Copies) -> None:
    for found in (copies.both, copies.near):
        assert (found["worldwide", "RCV015"], found["lonely", "RCV015"]) == ("pass", "fail")


def test_global_databases_that_may_not_be_read_leave_it_unknown(copies: Copies) -> None:
    copies.cloud.denied.add(("rds", "DescribeGlobalClusters"))
    try:
        found = copies.look(NEAR)
    finally:
        copies.cloud.heal()

    assert (found["lonely", "RCV015"], found["copied", "RCV015"]) == ("unknown", "pass")


def test_a_bucket_is_copied_where_its_target_is_in_another_region(copies: Copies) -> None:
    """A target is a copy: it needs none of its own."""
    for found in (copies.both, copies.near):
        assert (found["copied-b", "RCV047"], found["beside-b", "RCV047"]) == ("pass", "fail")
        assert found["alone-b", "RCV046"] == "fail"
        assert ("target-near", "RCV046") not in found


def test_a_snapshot_that_everybody_may_restore_is_found(copies: Copies) -> None:
    """Of a database in one region, of a disk in the other."""
    found = {place: copies.both[place, "RCV207"] for place in (f"rds:{NEAR}", f"rds:{FAR}", f"ec2:{NEAR}", f"ec2:{FAR}")}

    assert found == {f"rds:{NEAR}": "fail", f"rds:{FAR}": "pass", f"ec2:{NEAR}": "pass", f"ec2:{FAR}": "fail"}


def test_without_a_region_all_that_are_enabled_are_looked_at(copies: Copies) -> None:
    (account,) = accounts(None, [], [])
    enabled = {item["RegionName"] for item in copies.client("ec2", NEAR).describe_regions()["Regions"]}

    assert account.number == HOME
    assert {region.name for region in account.regions} == enabled
    assert {NEAR, FAR} <= enabled


def test_where_the_regions_may_not_be_listed_the_session_s_own_is_looked_at_and_the_gap_is_told(copies: Copies) -> None:
    copies.cloud.denied.add(("ec2", "DescribeRegions"))
    try:
        (account,) = accounts(None, [], [])
    finally:
        copies.cloud.heal()

    assert [region.name for region in account.regions] == ["eu-west-1"]
    assert [(gap.action, gap.why) for gap in account.gaps] == [("ec2:DescribeRegions", "denied")]


def test_a_replica_that_stopped_is_found(copies: Copies) -> None:
    assert (copies.both["far", "RCV206"], copies.both["stopped", "RCV206"]) == ("pass", "fail")


def test_the_replication_of_a_bucket_is_judged_by_its_metrics_where_its_rule_has_them(copies: Copies) -> None:
    """Of a target whose region is not looked at only failures are known."""
    names = ("failing-b", "running-b", "silent-b")
    assert [copies.both[name, "RCV206"] for name in names] == ["fail", "pass", "unknown"]
    assert [copies.near[name, "RCV206"] for name in names] == ["fail", "unknown", "unknown"]
    assert ("copied-b", "RCV206") not in copies.both


def test_metrics_that_may_not_be_read_leave_replication_unknown(copies: Copies) -> None:
    copies.cloud.denied.add(("cloudwatch", "GetMetricData"))
    try:
        found = copies.look(NEAR)
    finally:
        copies.cloud.heal()

    assert {found[name, "RCV206"] for name in MEASURED} == {"unknown"}


def test_a_disk_is_protected_by_the_plan_that_selects_its_instance(copies: Copies) -> None:
    for found in (copies.both, copies.near):
        assert {name: found[disk, "RCV108"] for name, disk in copies.disks.items()} == {"saved": "pass", "unsaved": "fail"}

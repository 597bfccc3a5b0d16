"""Copies of databases: automated backups replicated to another region, and snapshots."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from recoverable.sandbox.aws.calls import found, said
from recoverable.sandbox.aws.cloud import AwsCloud
from recoverable.sandbox.aws.databases import known, lacking, retag
from recoverable.sandbox.aws.tagging import as_list, as_map
from recoverable.sandbox.provider.handler import Handler, Refusal, RefusedError, Values


class InstanceAutomatedBackupsReplication(Handler[AwsCloud]):
    """``aws.rds.InstanceAutomatedBackupsReplication``, made in the region that the backups go to."""

    token = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"
    replaces = frozenset({"kmsKeyId", "preSignedUrl", "retentionPeriod", "sourceDbInstanceArn"})
    defaults: ClassVar[Mapping[str, Any]] = {"retentionPeriod": 7}
    kept = frozenset({"preSignedUrl"})
    fake = True

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """A source in the same region, a key of another one, a retention that RDS has not."""
        days, arn, key = (known(inputs, name) for name in ("retentionPeriod", "sourceDbInstanceArn", "kmsKeyId"))
        region = known(inputs, "region")
        if days is not None and not 1 <= days <= 35:
            yield Refusal("retentionPeriod", f"{days} is not in 1 to 35 days")
        if arn and region and str(arn).split(":")[3:4] == [region]:
            yield Refusal("region", f"the source is in {region} too: the replication is made in the region that the backups go to")
        if key and str(key).startswith("arn:") and region and str(key).split(":")[3] != region:
            yield Refusal(
                "kmsKeyId", f"the key is in {str(key).split(':')[3]}, and the backups go to {region}: a key of that region is needed"
            )

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Start it."""
        answer = cloud.client("rds").start_db_instance_automated_backups_replication(
            SourceDBInstanceArn=inputs["sourceDbInstanceArn"],
            BackupRetentionPeriod=inputs["retentionPeriod"],
            **said(KmsKeyId=inputs.get("kmsKeyId")),
        )
        return str(answer["DBInstanceAutomatedBackup"]["DBInstanceAutomatedBackupsArn"])

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The copy in this region."""
        listed = cloud.client("rds").describe_db_instance_automated_backups(DBInstanceAutomatedBackupsArn=identity)
        backups = listed["DBInstanceAutomatedBackups"]
        if not backups:
            return None
        data = backups[0]
        return {
            "kmsKeyId": data.get("KmsKeyId", ""),
            "retentionPeriod": data["BackupRetentionPeriod"],
            "sourceDbInstanceArn": data["DBInstanceArn"],
        }

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Everything about it needs a new one."""
        raise RefusedError("automated backups replication has nothing that can be changed in place")

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Stop it."""
        if self.read(cloud, identity, held) is not None:
            cloud.client("rds").stop_db_instance_automated_backups_replication(SourceDBInstanceArn=held["sourceDbInstanceArn"])


class SnapshotHandler(Handler[AwsCloud]):
    """What the snapshots of instances and of clusters have in common."""

    kind = "db_snapshot"
    word = "DBSnapshot"
    gone: ClassVar[tuple[str, ...]] = ("DBSnapshotNotFound", "DBSnapshotNotFoundFault", "DBClusterSnapshotNotFoundFault")
    shown: ClassVar[Mapping[str, str]] = {}
    lacks: ClassVar[Mapping[str, str]] = {"sharedAccounts": "it has one account"}

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """What the laptop cloud has nothing behind."""
        yield from lacking(inputs, self.lacks)

    def describe(self, cloud: AwsCloud, identity: str) -> Any:
        """The snapshot; None where there is none."""
        describe = getattr(cloud.client("rds"), f"describe_{self.kind}s")
        got = found(describe, *self.gone, **{f"{self.word}Identifier": identity})
        listed = got[f"{self.word}s"] if got else []
        return listed[0] if listed else None

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The snapshot as RDS describes it."""
        got = self.describe(cloud, identity)
        if got is None:
            return None
        state = {name: got.get(key) for name, key in self.shown.items()}
        if not (got.get("Encrypted") or got.get("StorageEncrypted")):
            state["kmsKeyId"] = None  # moto names a key for what is not encrypted
        return {**state, "tags": as_map(got.get("TagList"))}

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Tags."""
        got = self.describe(cloud, identity)
        retag(cloud.client("rds"), got[f"{self.word}Arn"], old, new)

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Remove it."""
        found(getattr(cloud.client("rds"), f"delete_{self.kind}"), *self.gone, **{f"{self.word}Identifier": identity})


class Snapshot(SnapshotHandler):
    """``aws.rds.Snapshot``."""

    token = "aws:rds/snapshot:Snapshot"
    replaces = frozenset({"dbInstanceIdentifier", "dbSnapshotIdentifier"})
    shown: ClassVar[Mapping[str, str]] = {
        "allocatedStorage": "AllocatedStorage",
        "availabilityZone": "AvailabilityZone",
        "dbInstanceIdentifier": "DBInstanceIdentifier",
        "dbSnapshotArn": "DBSnapshotArn",
        "dbSnapshotIdentifier": "DBSnapshotIdentifier",
        "encrypted": "Encrypted",
        "engine": "Engine",
        "engineVersion": "EngineVersion",
        "iops": "Iops",
        "kmsKeyId": "KmsKeyId",
        "licenseModel": "LicenseModel",
        "optionGroupName": "OptionGroupName",
        "port": "Port",
        "snapshotType": "SnapshotType",
        "status": "Status",
        "storageType": "StorageType",
    }

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Take it."""
        name = str(inputs["dbSnapshotIdentifier"])
        cloud.client("rds").create_db_snapshot(
            DBSnapshotIdentifier=name, DBInstanceIdentifier=inputs["dbInstanceIdentifier"], Tags=as_list(inputs.get("tags"))
        )
        return name


CLUSTER_SNAPSHOT = {
    "allocatedStorage": "AllocatedStorage",
    "dbClusterSnapshotArn": "DBClusterSnapshotArn",
    "engine": "Engine",
    "engineVersion": "EngineVersion",
    "kmsKeyId": "KmsKeyId",
    "licenseModel": "LicenseModel",
    "snapshotType": "SnapshotType",
    "storageEncrypted": "StorageEncrypted",
    "vpcId": "VpcId",
}


class ClusterSnapshot(SnapshotHandler):
    """``aws.rds.ClusterSnapshot``."""

    token = "aws:rds/clusterSnapshot:ClusterSnapshot"
    replaces = frozenset({"dbClusterIdentifier", "dbClusterSnapshotIdentifier"})
    kind = "db_cluster_snapshot"
    word = "DBClusterSnapshot"
    shown: ClassVar[Mapping[str, str]] = {
        **CLUSTER_SNAPSHOT,
        "availabilityZones": "AvailabilityZones",
        "dbClusterIdentifier": "DBClusterIdentifier",
        "dbClusterSnapshotIdentifier": "DBClusterSnapshotIdentifier",
        "port": "Port",
        "status": "Status",
    }

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Take it."""
        name = str(inputs["dbClusterSnapshotIdentifier"])
        cloud.client("rds").create_db_cluster_snapshot(
            DBClusterSnapshotIdentifier=name, DBClusterIdentifier=inputs["dbClusterIdentifier"], Tags=as_list(inputs.get("tags"))
        )
        return name


class ClusterSnapshotCopy(SnapshotHandler):
    """``aws.rds.ClusterSnapshotCopy``; with `destinationRegion` the copy is there."""

    token = "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy"
    replaces = frozenset(
        {
            "copyTags",
            "destinationRegion",
            "kmsKeyId",
            "presignedUrl",
            "sourceDbClusterSnapshotIdentifier",
            "targetDbClusterSnapshotIdentifier",
        }
    )
    kept = frozenset({"copyTags", "destinationRegion", "presignedUrl", "sourceDbClusterSnapshotIdentifier", "timeouts"})
    kind = "db_cluster_snapshot"
    word = "DBClusterSnapshot"
    shown: ClassVar[Mapping[str, str]] = {**CLUSTER_SNAPSHOT, "targetDbClusterSnapshotIdentifier": "DBClusterSnapshotIdentifier"}

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Copy it; a source in another region is named by its ARN."""
        name, target = str(inputs["targetDbClusterSnapshotIdentifier"]), _there(cloud, inputs)
        source = str(inputs["sourceDbClusterSnapshotIdentifier"])
        if target is not cloud and not source.startswith("arn:"):
            source = cloud.arn("rds", f"cluster-snapshot:{source}")
        target.client("rds").copy_db_cluster_snapshot(
            SourceDBClusterSnapshotIdentifier=source,
            TargetDBClusterSnapshotIdentifier=name,
            **said(CopyTags=inputs.get("copyTags"), KmsKeyId=inputs.get("kmsKeyId")),
            **({"Tags": as_list(inputs["tags"])} if inputs.get("tags") else {}),
        )
        return name

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The copy, where it is."""
        return super().read(_there(cloud, held), identity, held)

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Tags."""
        super().update(_there(cloud, new), identity, old, new)

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Remove the copy."""
        super().delete(_there(cloud, held), identity, held)


def _there(cloud: AwsCloud, inputs: Values) -> AwsCloud:
    region = inputs.get("destinationRegion")
    return AwsCloud(cloud.endpoint, region) if region and region != cloud.region else cloud

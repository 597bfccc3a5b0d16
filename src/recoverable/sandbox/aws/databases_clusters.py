"""Aurora clusters and global clusters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from recoverable.sandbox.aws.calls import found
from recoverable.sandbox.aws.cloud import AwsCloud
from recoverable.sandbox.aws.databases import (
    changed,
    exports,
    final_snapshot,
    known,
    lacking,
    master_refusals,
    name_from,
    parameters,
    retag,
    secrets_shown,
    shared_refusals,
    version_shown,
)
from recoverable.sandbox.aws.tagging import as_list, as_map
from recoverable.sandbox.provider.handler import Handler, Refusal, RefusedError, Values

GONE = ("DBClusterNotFoundFault",)
SAME = {
    "allocatedStorage": "AllocatedStorage",
    "autoMinorVersionUpgrade": "AutoMinorVersionUpgrade",
    "backtrackWindow": "BacktrackWindow",
    "backupRetentionPeriod": "BackupRetentionPeriod",
    "copyTagsToSnapshot": "CopyTagsToSnapshot",
    "databaseInsightsMode": "DatabaseInsightsMode",
    "dbClusterInstanceClass": "DBClusterInstanceClass",
    "deletionProtection": "DeletionProtection",
    "iops": "Iops",
    "monitoringInterval": "MonitoringInterval",
    "monitoringRoleArn": "MonitoringRoleArn",
    "networkType": "NetworkType",
    "performanceInsightsKmsKeyId": "PerformanceInsightsKMSKeyId",
    "performanceInsightsRetentionPeriod": "PerformanceInsightsRetentionPeriod",
    "port": "Port",
    "preferredBackupWindow": "PreferredBackupWindow",
    "preferredMaintenanceWindow": "PreferredMaintenanceWindow",
    "storageType": "StorageType",
}
FIXED = {
    "availabilityZones": "AvailabilityZones",
    "databaseName": "DatabaseName",
    "engine": "Engine",
    "engineLifecycleSupport": "EngineLifecycleSupport",
    "engineMode": "EngineMode",
    "kmsKeyId": "KmsKeyId",
    "masterUsername": "MasterUsername",
    "storageEncrypted": "StorageEncrypted",
}
SENT = {
    "dbClusterParameterGroupName": "DBClusterParameterGroupName",
    "enableHttpEndpoint": "EnableHttpEndpoint",
    "engineVersion": "EngineVersion",
    "iamDatabaseAuthenticationEnabled": "EnableIAMDatabaseAuthentication",
    "manageMasterUserPassword": "ManageMasterUserPassword",
    "masterPassword": "MasterUserPassword",
    "masterPasswordWo": "MasterUserPassword",
    "masterUserSecretKmsKeyId": "MasterUserSecretKmsKeyId",
    "performanceInsightsEnabled": "EnablePerformanceInsights",
    "vpcSecurityGroupIds": "VpcSecurityGroupIds",
}
CREATED = (
    SAME
    | FIXED
    | SENT
    | {
        "dbSubnetGroupName": "DBSubnetGroupName",
        "enabledCloudwatchLogsExports": "EnableCloudwatchLogsExports",
        "globalClusterIdentifier": "GlobalClusterIdentifier",
    }
)
CAPACITY = {"minCapacity": "MinCapacity", "maxCapacity": "MaxCapacity", "secondsUntilAutoPause": "SecondsUntilAutoPause"}


def cluster(cloud: AwsCloud, identity: str) -> Any:
    """The cluster with this identifier; None where there is none."""
    got = found(cloud.client("rds").describe_db_clusters, *GONE, DBClusterIdentifier=identity)
    return got["DBClusters"][0] if got else None


def _capacity(inputs: Values) -> Values:
    block = inputs.get("serverlessv2ScalingConfiguration")
    return {"ServerlessV2ScalingConfiguration": parameters(CAPACITY, block)} if block else {}


class Cluster(Handler[AwsCloud]):
    """``aws.rds.Cluster``."""

    token = "aws:rds/cluster:Cluster"
    autoname = "clusterIdentifier"
    replaces = frozenset({*FIXED, "clusterIdentifierPrefix", "dbSubnetGroupName", "port", "restoreToPointInTime", "snapshotIdentifier"})
    defaults: ClassVar[Mapping[str, Any]] = {
        "copyTagsToSnapshot": False,
        "deleteAutomatedBackups": True,
        "engineMode": "provisioned",
        "skipFinalSnapshot": False,
    }
    kept = frozenset(
        {"applyImmediately", "allowMajorVersionUpgrade", "deleteAutomatedBackups", "finalSnapshotIdentifier", "skipFinalSnapshot"}
        | {"masterPassword", "masterPasswordWo", "masterPasswordWoVersion", "clusterIdentifierPrefix"}
        | {"snapshotIdentifier", "restoreToPointInTime"}
    )
    lacks: ClassVar[Mapping[str, str]] = {
        "clusterScalabilityType": "moto has no limitless databases",
        "dbSystemId": "RDS Custom is not there",
        "replicationSourceIdentifier": "its read replicas are not the provider's",
        "s3Import": "it has no data to import",
        "scalingConfiguration": "Aurora Serverless v1 is not there",
    }

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """What RDS and the provider refuse of a cluster."""
        yield from shared_refusals(inputs, 1, 35)
        yield from master_refusals(inputs, "masterPassword")
        yield from lacking(inputs, self.lacks)
        own = not any(inputs.get(name) for name in ("snapshotIdentifier", "restoreToPointInTime", "globalClusterIdentifier"))
        if own and inputs.get("masterUsername") is None:
            yield Refusal("masterUsername", "is required unless the cluster is restored or joins a global cluster")
        if own and not any(inputs.get(name) is not None for name in ("masterPassword", "masterPasswordWo", "manageMasterUserPassword")):
            yield Refusal("masterPassword", "is required unless `manageMasterUserPassword` is on")
        if known(inputs, "backtrackWindow") and str(known(inputs, "engine") or "").endswith("postgresql"):
            yield Refusal("backtrackWindow", "is for Aurora MySQL only")
        block = known(inputs, "serverlessv2ScalingConfiguration")
        if block and block["minCapacity"] > block["maxCapacity"]:
            yield Refusal("serverlessv2ScalingConfiguration.minCapacity", "is above `maxCapacity`")

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Make it, or restore it and set what is stated."""
        rds, name = cloud.client("rds"), name_from(inputs, "clusterIdentifier")
        tags = as_list(inputs.get("tags"))
        if inputs.get("snapshotIdentifier") or inputs.get("restoreToPointInTime"):
            self.restore(rds, name, inputs, tags)
            rds.modify_db_cluster(DBClusterIdentifier=name, ApplyImmediately=True, **parameters(SAME | SENT, inputs))
        else:
            rds.create_db_cluster(DBClusterIdentifier=name, Tags=tags, **parameters(CREATED, inputs), **_capacity(inputs))
        return name

    def restore(self, rds: Any, name: str, inputs: Values, tags: list[dict[str, str]]) -> None:
        """From a snapshot, or to a point in time."""
        if inputs.get("snapshotIdentifier"):
            rds.restore_db_cluster_from_snapshot(
                DBClusterIdentifier=name, SnapshotIdentifier=inputs["snapshotIdentifier"], Engine=inputs["engine"], Tags=tags
            )
            return
        table = {
            "restoreToTime": "RestoreToTime",
            "restoreType": "RestoreType",
            "sourceClusterIdentifier": "SourceDBClusterIdentifier",
            "useLatestRestorableTime": "UseLatestRestorableTime",
        }
        rds.restore_db_cluster_to_point_in_time(DBClusterIdentifier=name, Tags=tags, **parameters(table, inputs["restoreToPointInTime"]))

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The cluster as RDS describes it."""
        got = cluster(cloud, identity)
        if got is None:
            return None
        capacity = got.get("ServerlessV2ScalingConfiguration")
        return {
            **{name: got.get(key) for name, key in (SAME | FIXED).items()},
            "arn": got["DBClusterArn"],
            "clusterIdentifier": got["DBClusterIdentifier"],
            "clusterMembers": [each["DBInstanceIdentifier"] for each in got["DBClusterMembers"]],
            "clusterResourceId": got["DbClusterResourceId"],
            "dbClusterParameterGroupName": got.get("DBClusterParameterGroup"),
            "dbSubnetGroupName": got.get("DBSubnetGroup"),
            "enabledCloudwatchLogsExports": got.get("EnabledCloudwatchLogsExports", []),
            "enableHttpEndpoint": got.get("HttpEndpointEnabled", False),
            "endpoint": got.get("Endpoint"),
            "engineVersion": version_shown(held, got["EngineVersion"]),
            "engineVersionActual": got["EngineVersion"],
            "globalClusterIdentifier": str(got["GlobalClusterIdentifier"]).split(":")[-1] if got.get("GlobalClusterIdentifier") else None,
            "hostedZoneId": got.get("HostedZoneId"),
            "iamDatabaseAuthenticationEnabled": got.get("IAMDatabaseAuthenticationEnabled", False),
            "iamRoles": [each["RoleArn"] for each in got.get("AssociatedRoles", [])],
            "kmsKeyId": got.get("KmsKeyId") if got.get("StorageEncrypted") else None,  # moto names one for any cluster
            "manageMasterUserPassword": True if got.get("MasterUserSecret") else None,
            "masterUserSecretKmsKeyId": (got.get("MasterUserSecret") or {}).get("KmsKeyId"),
            "masterUserSecrets": secrets_shown(got),
            "performanceInsightsEnabled": got.get("PerformanceInsightsEnabled", False),
            "readerEndpoint": got.get("ReaderEndpoint"),
            "serverlessv2ScalingConfiguration": {name: capacity.get(key) for name, key in CAPACITY.items()} if capacity else None,
            "tags": as_map(got.get("TagList")),
            "vpcSecurityGroupIds": [each["VpcSecurityGroupId"] for each in got.get("VpcSecurityGroups", [])],
        }

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Change what is stated otherwise; moto applies at once."""
        rds, got = cloud.client("rds"), cluster(cloud, identity)
        change = changed(SAME | SENT, old, new) | exports(old, new)
        if new.get("serverlessv2ScalingConfiguration") != old.get("serverlessv2ScalingConfiguration"):
            change |= _capacity(new)
        if change:
            rds.modify_db_cluster(DBClusterIdentifier=identity, ApplyImmediately=bool(new.get("applyImmediately")), **change)
        retag(rds, got["DBClusterArn"], old, new)

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Delete with the last snapshot that the state asks for. A protected cluster is refused by RDS itself."""
        got = cluster(cloud, identity)
        if got is None:
            return
        rds = cloud.client("rds")
        if got.get("GlobalClusterIdentifier"):
            rds.remove_from_global_cluster(
                GlobalClusterIdentifier=held.get("globalClusterIdentifier"), DbClusterIdentifier=got["DBClusterArn"]
            )
        rds.delete_db_cluster(DBClusterIdentifier=identity, **final_snapshot(held, "FinalDBSnapshotIdentifier"))


class GlobalCluster(Handler[AwsCloud]):
    """``aws.rds.GlobalCluster``."""

    token = "aws:rds/globalCluster:GlobalCluster"
    replaces = frozenset({"globalClusterIdentifier", "databaseName", "engine", "sourceDbClusterIdentifier", "storageEncrypted"})
    defaults: ClassVar[Mapping[str, Any]] = {"forceDestroy": False}
    kept = frozenset({"forceDestroy", "sourceDbClusterIdentifier"})
    table: ClassVar[Mapping[str, str]] = {
        "databaseName": "DatabaseName",
        "deletionProtection": "DeletionProtection",
        "engine": "Engine",
        "engineVersion": "EngineVersion",
        "storageEncrypted": "StorageEncrypted",
    }

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """The engine comes from the source cluster, or is stated."""
        yield from lacking(inputs, {"databaseName": "moto does not keep it"})
        if inputs.get("sourceDbClusterIdentifier") is not None and inputs.get("engine") is not None:
            yield Refusal("engine", "conflicts with `sourceDbClusterIdentifier`: the engine is that cluster's")
        if inputs.get("sourceDbClusterIdentifier") is None and inputs.get("engine") is None:
            yield Refusal("engine", "is required unless `sourceDbClusterIdentifier` is stated")

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Make it, empty or around a cluster."""
        table = {**self.table, "sourceDbClusterIdentifier": "SourceDBClusterIdentifier"}
        name = str(inputs["globalClusterIdentifier"])
        cloud.client("rds").create_global_cluster(
            GlobalClusterIdentifier=name, **parameters(table, inputs), **({"Tags": as_list(inputs["tags"])} if inputs.get("tags") else {})
        )
        return name

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The global cluster as RDS describes it."""
        got = found(cloud.client("rds").describe_global_clusters, "GlobalClusterNotFoundFault", GlobalClusterIdentifier=identity)
        if got is None:
            return None
        data = got["GlobalClusters"][0]
        return {
            **{name: data.get(key) for name, key in self.table.items()},
            "arn": data["GlobalClusterArn"],
            "endpoint": data.get("Endpoint"),
            "engineVersion": version_shown(held, data["EngineVersion"]),
            "engineVersionActual": data["EngineVersion"],
            "globalClusterIdentifier": data["GlobalClusterIdentifier"],
            "globalClusterMembers": [
                {"dbClusterArn": each["DBClusterArn"], "isWriter": each["IsWriter"]} for each in data.get("GlobalClusterMembers", [])
            ],
            "globalClusterResourceId": data["GlobalClusterResourceId"],
            "tags": as_map(data.get("TagList")),
        }

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Deletion protection and version."""
        rds = cloud.client("rds")
        change = changed({"deletionProtection": "DeletionProtection", "engineVersion": "EngineVersion"}, old, new)
        if change:
            rds.modify_global_cluster(GlobalClusterIdentifier=identity, **change)
        retag(rds, f"arn:aws:rds::{cloud.arn('rds', '').split(':')[4]}:global-cluster:{identity}", old, new)

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Delete it; members must have left it, unless the program says `forceDestroy`."""
        got = self.read(cloud, identity, held)
        if got is None:
            return
        rds = cloud.client("rds")
        for member in got["globalClusterMembers"]:
            if not held.get("forceDestroy"):
                raise RefusedError(f"{identity} still has the member {member['dbClusterArn']}; `forceDestroy` takes members out first")
            rds.remove_from_global_cluster(GlobalClusterIdentifier=identity, DbClusterIdentifier=member["dbClusterArn"])
        rds.delete_global_cluster(GlobalClusterIdentifier=identity)

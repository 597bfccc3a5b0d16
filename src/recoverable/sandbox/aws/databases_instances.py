"""RDS instances."""

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
from recoverable.sandbox.provider.handler import Handler, Refusal, Values

GONE = ("DBInstanceNotFound", "DBInstanceNotFoundFault")
SAME = {
    "allocatedStorage": "AllocatedStorage",
    "autoMinorVersionUpgrade": "AutoMinorVersionUpgrade",
    "backupRetentionPeriod": "BackupRetentionPeriod",
    "backupWindow": "PreferredBackupWindow",
    "caCertIdentifier": "CACertificateIdentifier",
    "copyTagsToSnapshot": "CopyTagsToSnapshot",
    "databaseInsightsMode": "DatabaseInsightsMode",
    "dedicatedLogVolume": "DedicatedLogVolume",
    "deletionProtection": "DeletionProtection",
    "instanceClass": "DBInstanceClass",
    "iops": "Iops",
    "licenseModel": "LicenseModel",
    "maintenanceWindow": "PreferredMaintenanceWindow",
    "maxAllocatedStorage": "MaxAllocatedStorage",
    "monitoringInterval": "MonitoringInterval",
    "monitoringRoleArn": "MonitoringRoleArn",
    "multiAz": "MultiAZ",
    "networkType": "NetworkType",
    "performanceInsightsKmsKeyId": "PerformanceInsightsKMSKeyId",
    "performanceInsightsRetentionPeriod": "PerformanceInsightsRetentionPeriod",
    "publiclyAccessible": "PubliclyAccessible",
    "storageThroughput": "StorageThroughput",
    "storageType": "StorageType",
}
"""One name to create, to change and to see."""
FIXED = {
    "availabilityZone": "AvailabilityZone",
    "backupTarget": "BackupTarget",
    "dbName": "DBName",
    "engine": "Engine",
    "engineLifecycleSupport": "EngineLifecycleSupport",
    "kmsKeyId": "KmsKeyId",
    "storageEncrypted": "StorageEncrypted",
    "username": "MasterUsername",
}
"""One name to create and to see; never changed in place."""
SENT = {
    "engineVersion": "EngineVersion",
    "iamDatabaseAuthenticationEnabled": "EnableIAMDatabaseAuthentication",
    "manageMasterUserPassword": "ManageMasterUserPassword",
    "masterUserSecretKmsKeyId": "MasterUserSecretKmsKeyId",
    "optionGroupName": "OptionGroupName",
    "parameterGroupName": "DBParameterGroupName",
    "password": "MasterUserPassword",
    "passwordWo": "MasterUserPassword",
    "performanceInsightsEnabled": "EnablePerformanceInsights",
    "vpcSecurityGroupIds": "VpcSecurityGroupIds",
    "dbSubnetGroupName": "DBSubnetGroupName",
}
"""Seen under other names, or never."""
CREATED = SAME | FIXED | SENT | {"port": "Port", "enabledCloudwatchLogsExports": "EnableCloudwatchLogsExports"}
CHANGED = SAME | SENT | {"port": "DBPortNumber"}


def instance(cloud: AwsCloud, identity: str) -> Any:
    """The instance with this resource id or identifier; None where there is none."""
    rds = cloud.client("rds")
    if identity.startswith("db-") and identity[3:].isupper():
        listed = rds.describe_db_instances(Filters=[{"Name": "dbi-resource-id", "Values": [identity]}])["DBInstances"]
        return listed[0] if listed else None
    got = found(rds.describe_db_instances, *GONE, DBInstanceIdentifier=identity)
    return got["DBInstances"][0] if got else None


def shown(got: Mapping[str, Any], held: Values) -> Values:
    """What the two kinds of instances show alike."""
    groups, endpoint = got.get("DBParameterGroups") or [{}], got.get("Endpoint") or {}
    return {
        "arn": got["DBInstanceArn"],
        "identifier": got["DBInstanceIdentifier"],
        "port": endpoint.get("Port"),
        "engineVersion": version_shown(held, got["EngineVersion"]),
        "engineVersionActual": got["EngineVersion"],
        "dbSubnetGroupName": (got.get("DBSubnetGroup") or {}).get("DBSubnetGroupName"),
        "parameterGroupName": groups[0].get("DBParameterGroupName"),
        "performanceInsightsEnabled": got.get("PerformanceInsightsEnabled", False),
        "tags": as_map(got.get("TagList")),
    }


class Instance(Handler[AwsCloud]):
    """``aws.rds.Instance``; its id is the resource id that RDS gives it, as since pulumi-aws 6."""

    token = "aws:rds/instance:Instance"
    autoname = "identifier"
    replaces = frozenset(
        {*FIXED, "characterSetName", "customIamInstanceProfile", "ncharCharacterSetName", "restoreToPointInTime", "snapshotIdentifier"}
        | {"timezone", "identifierPrefix"}
    )
    defaults: ClassVar[Mapping[str, Any]] = {
        "autoMinorVersionUpgrade": True,
        "copyTagsToSnapshot": False,
        "deleteAutomatedBackups": True,
        "monitoringInterval": 0,
        "performanceInsightsEnabled": False,
        "publiclyAccessible": False,
        "skipFinalSnapshot": False,
    }
    kept = frozenset(
        {"applyImmediately", "allowMajorVersionUpgrade", "deleteAutomatedBackups", "finalSnapshotIdentifier", "skipFinalSnapshot"}
        | {"password", "passwordWo", "passwordWoVersion", "identifierPrefix", "snapshotIdentifier", "restoreToPointInTime"}
    )
    lacks: ClassVar[Mapping[str, str]] = {
        "blueGreenUpdate": "moto has no blue/green deployments that change anything",
        "customIamInstanceProfile": "RDS Custom is not there",
        "replicateSourceDb": "its read replicas are not the provider's; use automated backups replication",
        "s3Import": "it has no data to import",
        "upgradeStorageConfig": "moto has no storage configurations",
    }

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """What RDS and the provider refuse of an instance."""
        yield from shared_refusals(inputs, 0, 35)
        yield from master_refusals(inputs, "password")
        yield from lacking(inputs, self.lacks)
        copied = inputs.get("snapshotIdentifier") or inputs.get("restoreToPointInTime")
        if not copied:
            for name in ("engine", "username", "allocatedStorage"):
                if inputs.get(name) is None:
                    yield Refusal(name, "is required unless the instance is restored from a snapshot or to a point in time")
            if not any(inputs.get(name) is not None for name in ("password", "passwordWo", "manageMasterUserPassword")):
                yield Refusal("password", "is required unless `manageMasterUserPassword` is on")
        most, least = known(inputs, "maxAllocatedStorage"), known(inputs, "allocatedStorage")
        if most and least and most < least:
            yield Refusal("maxAllocatedStorage", f"{most} GiB is below `allocatedStorage` of {least} GiB")
        if known(inputs, "backupRetentionPeriod") == 0 and inputs.get("backupWindow") is not None:
            yield Refusal("backupWindow", "says nothing while `backupRetentionPeriod` is 0: there are no automated backups")

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Make it, or restore it and set what is stated. Without a stated retention the provider says 0: no backups."""
        rds, name = cloud.client("rds"), name_from(inputs, "identifier")
        tags = as_list(inputs.get("tags"))
        stated = {"BackupRetentionPeriod": 0, **parameters(CREATED, inputs)}
        if inputs.get("snapshotIdentifier") or inputs.get("restoreToPointInTime"):
            self.restore(rds, name, inputs, tags)
            modified = {"BackupRetentionPeriod": 0, **parameters(CHANGED, inputs)}
            modified.pop("AllocatedStorage", None)
            rds.modify_db_instance(DBInstanceIdentifier=name, ApplyImmediately=True, **modified)
        else:
            rds.create_db_instance(DBInstanceIdentifier=name, Tags=tags, **stated)
        got = instance(cloud, name)
        return str(got["DbiResourceId"])

    def restore(self, rds: Any, name: str, inputs: Values, tags: list[dict[str, str]]) -> None:
        """From a snapshot, or to a point in time."""
        if inputs.get("snapshotIdentifier"):
            rds.restore_db_instance_from_db_snapshot(
                DBInstanceIdentifier=name,
                DBSnapshotIdentifier=inputs["snapshotIdentifier"],
                DBInstanceClass=inputs["instanceClass"],
                Tags=tags,
            )
            return
        table = {
            "restoreTime": "RestoreTime",
            "sourceDbInstanceIdentifier": "SourceDBInstanceIdentifier",
            "sourceDbiResourceId": "SourceDbiResourceId",
            "sourceDbInstanceAutomatedBackupsArn": "SourceDBInstanceAutomatedBackupsArn",
            "useLatestRestorableTime": "UseLatestRestorableTime",
        }
        rds.restore_db_instance_to_point_in_time(
            TargetDBInstanceIdentifier=name, Tags=tags, **parameters(table, inputs["restoreToPointInTime"])
        )

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The instance as RDS describes it."""
        got = instance(cloud, identity)
        if got is None:
            return None
        endpoint, options = got.get("Endpoint") or {}, got.get("OptionGroupMemberships") or [{}]
        state = {name: got.get(key) for name, key in (SAME | FIXED).items()} | shown(got, held)
        if got.get("MaxAllocatedStorage") == got.get("AllocatedStorage") and not held.get("maxAllocatedStorage"):
            state["maxAllocatedStorage"] = None  # moto: without autoscaling the most is what is allocated
        return state | {
            "address": endpoint.get("Address"),
            "endpoint": f"{endpoint.get('Address')}:{endpoint.get('Port')}",
            "enabledCloudwatchLogsExports": got.get("EnabledCloudwatchLogsExports", []),
            "iamDatabaseAuthenticationEnabled": got.get("IAMDatabaseAuthenticationEnabled", False),
            "latestRestorableTime": got["LatestRestorableTime"].isoformat() if got.get("BackupRetentionPeriod") else "",
            "manageMasterUserPassword": True if got.get("MasterUserSecret") else None,
            "masterUserSecretKmsKeyId": (got.get("MasterUserSecret") or {}).get("KmsKeyId"),
            "masterUserSecrets": secrets_shown(got),
            "optionGroupName": options[0].get("OptionGroupName"),
            "replicas": got.get("ReadReplicaDBInstanceIdentifiers", []),
            "resourceId": got["DbiResourceId"],
            "status": got["DBInstanceStatus"],
            "vpcSecurityGroupIds": [each["VpcSecurityGroupId"] for each in got.get("VpcSecurityGroups", [])],
        }

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Change what is stated otherwise; moto applies at once whatever `applyImmediately` says."""
        rds, got = cloud.client("rds"), instance(cloud, identity)
        change = changed(CHANGED, old, new) | exports(old, new)
        if new.get("manageMasterUserPassword") is None and old.get("manageMasterUserPassword"):
            change["ManageMasterUserPassword"] = False
        if new.get("backupRetentionPeriod") is None and old.get("backupRetentionPeriod"):
            change.pop("BackupRetentionPeriod", None)  # computed: what is stated no more stays
        if change:
            apply = bool(new.get("applyImmediately"))
            rds.modify_db_instance(DBInstanceIdentifier=got["DBInstanceIdentifier"], ApplyImmediately=apply, **change)
        retag(rds, got["DBInstanceArn"], old, new)

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Delete with the last snapshot that the state asks for. A protected instance is refused by RDS itself."""
        got = instance(cloud, identity)
        if got is not None:
            cloud.client("rds").delete_db_instance(
                DBInstanceIdentifier=got["DBInstanceIdentifier"],
                DeleteAutomatedBackups=held.get("deleteAutomatedBackups", True),
                **final_snapshot(held, "FinalDBSnapshotIdentifier"),
            )

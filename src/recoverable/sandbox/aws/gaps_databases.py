"""RDS: what moto does not keep of an instance or a cluster, and what it lets through that RDS refuses."""

from __future__ import annotations

import random
import string
from typing import Any

from recoverable.sandbox.aws.gaps_replication import remember
from recoverable.sandbox.aws.gaps_table import fills
from recoverable.sandbox.aws.gaps_wire import Answer, Call
from recoverable.sandbox.provider.handler import Values

BAD = "InvalidParameterValue"
CLASH = "InvalidParameterCombination"
INSTANCE_DAYS, CLUSTER_DAYS = (0, 35), (1, 35)  # USER_WorkingWithAutomatedBackups.BackupRetention; Aurora.Managing.Backups
KEPT = {
    "EnablePerformanceInsights": "performance_insights_enabled",
    "PerformanceInsightsKMSKeyId": "performance_insights_kms_key_id",
    "PerformanceInsightsRetentionPeriod": "performance_insights_retention_period",
    "DatabaseInsightsMode": "database_insights_mode",
    "EngineLifecycleSupport": "engine_lifecycle_support",
    "BackupTarget": "backup_target",
    "NetworkType": "network_type",
    "DedicatedLogVolume": "dedicated_log_volume",
    "MonitoringInterval": "monitoring_interval",
    "MonitoringRoleArn": "monitoring_role_arn",
    "StorageType": "storage_type",
}
"""Parameters that moto forgets, by the attribute that its own serializer then shows."""
INSTANCE_STARTS: Values = {
    "performance_insights_enabled": False,
    "database_insights_mode": "standard",
    "engine_lifecycle_support": "open-source-rds-extended-support",
    "backup_target": "region",
    "network_type": "IPV4",
    "dedicated_log_volume": False,
}
CLUSTER_STARTS: Values = {
    "performance_insights_enabled": False,
    "database_insights_mode": "standard",
    "engine_lifecycle_support": "open-source-rds-extended-support",
    "storage_type": "aurora",
}


def _keep(held: Any, given: Values, starts: Values) -> None:
    for name, value in starts.items():
        setattr(held, name, value)
    for parameter, attribute in KEPT.items():
        if parameter in given:
            setattr(held, attribute, given[parameter])
    if held.performance_insights_enabled and not getattr(held, "performance_insights_retention_period", None):
        held.performance_insights_retention_period = 7  # days, the free tier's
    if not held.performance_insights_enabled:
        held.performance_insights_kms_key_id = held.performance_insights_retention_period = None


def _check(call: Call, days: tuple[int, int]) -> None:
    """What RDS refuses in a creation or a modification."""
    given = call.given
    retention = given.get("BackupRetentionPeriod")
    if retention is not None and not days[0] <= retention <= days[1]:
        call.refuse(BAD, f"Invalid backup retention period: {retention}. Must be between {days[0]} and {days[1]}.")
    if given.get("ManageMasterUserPassword") and given.get("MasterUserPassword"):
        call.refuse(CLASH, "You can't specify MasterUserPassword when ManageMasterUserPassword is enabled.")
    if given.get("MasterUserSecretKmsKeyId") and not given.get("ManageMasterUserPassword"):
        call.refuse(CLASH, "MasterUserSecretKmsKeyId needs ManageMasterUserPassword.")
    if given.get("KmsKeyId") and given.get("StorageEncrypted") is False:
        call.refuse(CLASH, "KmsKeyId cannot be specified for unencrypted storage.")


def _final(call: Call) -> None:
    """What RDS refuses in a deletion."""
    skipped, stated = call.given.get("SkipFinalSnapshot", False), call.given.get("FinalDBSnapshotIdentifier")
    if not skipped and not stated:
        call.refuse(CLASH, "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.")
    if skipped and stated:
        call.refuse(CLASH, "FinalDBSnapshotIdentifier cannot be specified when SkipFinalSnapshot is specified.")


def _resource_id(prefix: str) -> str:
    return prefix + "".join(random.choices(string.ascii_uppercase + string.digits, k=26))  # noqa: S311 - a name, no secret


@fills("rds", "CreateDBInstance", "moto takes any retention, forgets Performance Insights and gives every instance one resource id")
def create_instance(call: Call) -> Answer:
    """An instance as RDS keeps it."""
    _check(call, INSTANCE_DAYS)
    if not (call.given.get("DBClusterIdentifier") or call.given.get("ManageMasterUserPassword") or call.given.get("MasterUserPassword")):
        call.refuse(CLASH, "The parameter MasterUserPassword must be provided, or ManageMasterUserPassword enabled.")
    answer = call.forward()
    if answer.well:
        held = call.backend.databases[call.given["DBInstanceIdentifier"]]
        starts = {**INSTANCE_STARTS, **({} if held.db_cluster_identifier is None else {"network_type": None, "backup_target": None})}
        _keep(held, {name: value for name, value in call.given.items() if name != "StorageType"}, starts)
        held.dbi_resource_id = _resource_id("db-")
    return answer


@fills("rds", "RestoreDBInstanceFromDBSnapshot", "moto gives every restored instance one resource id")
def restore_snapshot(call: Call) -> Answer:
    """A restored instance has a resource id of its own."""
    return _restored(call, "DBInstanceIdentifier")


@fills("rds", "RestoreDBInstanceToPointInTime", "moto gives every restored instance one resource id")
def restore_point(call: Call) -> Answer:
    """A restored instance has a resource id of its own."""
    return _restored(call, "TargetDBInstanceIdentifier")


def _restored(call: Call, name: str) -> Answer:
    answer = call.forward()
    if answer.well:
        call.backend.databases[call.given[name]].dbi_resource_id = _resource_id("db-")
    return answer


@fills("rds", "ModifyDBInstance", "moto takes any retention and forgets Performance Insights")
def modify_instance(call: Call) -> Answer:
    """An instance as RDS keeps it after a change."""
    _check(call, INSTANCE_DAYS)
    answer = call.forward()
    if answer.well:
        held = call.backend.databases[call.given.get("NewDBInstanceIdentifier", call.given["DBInstanceIdentifier"])]
        _keep(held, call.given, {"performance_insights_enabled": getattr(held, "performance_insights_enabled", False)})
    return answer


@fills("rds", "DeleteDBInstance", "moto deletes without a final snapshot even when none was waived, and forgets retained backups")
def delete_instance(call: Call) -> Answer:
    """An instance goes; its final snapshot and its backups stay as asked for."""
    held = call.backend.databases.get(call.given["DBInstanceIdentifier"])
    if held is not None and held.db_cluster_identifier is None and not held.deletion_protection:
        _final(call)
    answer = call.forward()
    if answer.well and held is not None:
        remember(call, held)
    return answer


@fills("rds", "CreateDBCluster", "moto takes any retention and a name that is taken, and crashes on aurora-iopt1")
def create_cluster(call: Call) -> Answer:
    """A cluster as RDS keeps it."""
    _check(call, CLUSTER_DAYS)
    name = call.given["DBClusterIdentifier"]
    if name in call.backend.clusters:
        call.refuse("DBClusterAlreadyExistsFault", f"DB Cluster {name} already exists")
    aurora = call.given["Engine"].startswith("aurora")
    answer = call.forward(drop=("StorageType",) if aurora else ())
    if answer.well:
        starts = CLUSTER_STARTS if aurora else {**CLUSTER_STARTS, "storage_type": call.backend.clusters[name].storage_type}
        _keep(call.backend.clusters[name], call.given, starts)
    return answer


@fills("rds", "ModifyDBCluster", "moto takes any retention, fails on a cluster that is not there and does not change log exports")
def modify_cluster(call: Call) -> Answer:
    """A cluster as RDS keeps it after a change."""
    _check(call, CLUSTER_DAYS)
    name = call.given["DBClusterIdentifier"]
    if name not in call.backend.clusters:
        call.refuse("DBClusterNotFoundFault", f"DBCluster {name} not found.")
    answer = call.forward(drop=("CloudwatchLogsExportConfiguration",))
    if answer.well:
        held = call.backend.clusters[call.given.get("NewDBClusterIdentifier", name)]
        _keep(held, call.given, {"performance_insights_enabled": getattr(held, "performance_insights_enabled", False)})
        change = call.given.get("CloudwatchLogsExportConfiguration") or {}
        exported = [each for each in held.enabled_cloudwatch_logs_exports if each not in change.get("DisableLogTypes", [])]
        held.enabled_cloudwatch_logs_exports = exported + [each for each in change.get("EnableLogTypes", []) if each not in exported]
    return answer


@fills("rds", "DeleteDBCluster", "moto deletes without a final snapshot even when none was waived")
def delete_cluster(call: Call) -> Answer:
    """A cluster goes; its final snapshot stays as asked for."""
    held = call.backend.clusters.get(call.given["DBClusterIdentifier"])
    if held is not None and not held.deletion_protection:
        _final(call)
    return call.forward()


@fills("rds", "ResetDBParameterGroup")
def reset_parameters(call: Call) -> Values:
    """Parameters go back to their defaults."""
    return _reset(call, "DBParameterGroupName", call.backend.db_parameter_groups, "DBParameterGroupNotFound")


@fills("rds", "ResetDBClusterParameterGroup")
def reset_cluster_parameters(call: Call) -> Values:
    """Parameters go back to their defaults."""
    return _reset(call, "DBClusterParameterGroupName", call.backend.db_cluster_parameter_groups, "DBParameterGroupNotFound")


def _reset(call: Call, member: str, groups: Any, absent: str) -> Values:
    name = call.given[member]
    if name not in groups:
        call.refuse(absent, f"{member} {name} not found.")
    parameters = groups[name].parameters
    if call.given.get("ResetAllParameters"):
        parameters.clear()
    for each in call.given.get("Parameters", []):
        parameters.pop(each["ParameterName"], None)
    return {member: name}

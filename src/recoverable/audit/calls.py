"""The calls that the audit of an AWS account makes: the one table behind the guard against any other call and the printed policy.

An action is what IAM calls an operation (Service Authorization Reference): the two differ mostly in S3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One read call: the actions that IAM must allow for it, and the error codes that mean no more than that nothing is set."""

    service: str
    operation: str
    actions: tuple[str, ...]
    nothing: frozenset[str] = frozenset()


def _same(service: str, *operations: str) -> list[Call]:
    """Calls whose action has the service's and the operation's own name."""
    prefix = {"efs": "elasticfilesystem"}.get(service, service)
    return [Call(service, name, (f"{prefix}:{name}",)) for name in operations]


def _s3(operation: str, action: str, *nothing: str) -> Call:
    return Call("s3", operation, (f"s3:{action}",), frozenset(nothing))


_ALL = (
    # Who and where; sts:GetCallerIdentity needs no permission.
    Call("sts", "GetCallerIdentity", ()),
    Call("sts", "AssumeRole", ()),
    *_same("organizations", "ListAccounts"),
    *_same("ec2", "DescribeRegions"),
    # Buckets.
    _s3("ListBuckets", "ListAllMyBuckets"),
    _s3("GetBucketLocation", "GetBucketLocation"),
    _s3("GetBucketTagging", "GetBucketTagging", "NoSuchTagSet"),
    _s3("GetBucketVersioning", "GetBucketVersioning"),
    _s3("GetBucketEncryption", "GetEncryptionConfiguration", "ServerSideEncryptionConfigurationNotFoundError"),
    _s3("GetObjectLockConfiguration", "GetBucketObjectLockConfiguration", "ObjectLockConfigurationNotFoundError"),
    _s3("GetBucketLifecycleConfiguration", "GetLifecycleConfiguration", "NoSuchLifecycleConfiguration"),
    _s3("GetBucketReplication", "GetReplicationConfiguration", "ReplicationConfigurationNotFoundError"),
    _s3("GetPublicAccessBlock", "GetBucketPublicAccessBlock", "NoSuchPublicAccessBlockConfiguration"),
    _s3("GetBucketPolicy", "GetBucketPolicy", "NoSuchBucketPolicy"),
    _s3("GetBucketLogging", "GetBucketLogging"),
    _s3("GetBucketNotificationConfiguration", "GetBucketNotification"),
    Call("s3control", "GetPublicAccessBlock", ("s3:GetAccountPublicAccessBlock",), frozenset({"NoSuchPublicAccessBlockConfiguration"})),
    # Databases.
    *_same(
        "rds",
        "DescribeDBInstances",
        "DescribeDBClusters",
        "DescribeGlobalClusters",
        "DescribeDBInstanceAutomatedBackups",
        "DescribeDBSnapshots",
        "DescribeDBClusterSnapshots",
        "DescribeDBSnapshotAttributes",
        "DescribeDBClusterSnapshotAttributes",
        "DescribeEventSubscriptions",
        "ListTagsForResource",
    ),
    *_same("redshift", "DescribeClusters", "DescribeClusterSnapshots", "DescribeEventSubscriptions"),
    *_same(
        "elasticache",
        "DescribeReplicationGroups",
        "DescribeGlobalReplicationGroups",
        "DescribeCacheClusters",
        "DescribeServerlessCaches",
        "DescribeSnapshots",
        "DescribeServerlessCacheSnapshots",
        "ListTagsForResource",
    ),
    *_same("memorydb", "DescribeClusters", "DescribeMultiRegionClusters", "DescribeSnapshots", "ListTags"),
    *_same("dynamodb", "ListTables", "DescribeTable", "DescribeContinuousBackups", "ListTagsOfResource"),
    # Disks, the instances that they hang on, and what takes snapshots of them.
    *_same("ec2", "DescribeVolumes", "DescribeInstances", "DescribeSnapshots"),
    *_same("dlm", "GetLifecyclePolicies", "GetLifecyclePolicy"),
    # File systems.
    *_same("fsx", "DescribeFileSystems", "DescribeBackups", "DescribeVolumes", "DescribeDataRepositoryAssociations"),
    *_same("efs", "DescribeFileSystems"),
    Call("efs", "DescribeBackupPolicy", ("elasticfilesystem:DescribeBackupPolicy",), frozenset({"PolicyNotFound"})),
    Call(
        "efs",
        "DescribeReplicationConfigurations",
        ("elasticfilesystem:DescribeReplicationConfigurations",),
        frozenset({"ReplicationNotFound"}),
    ),
    # AWS Backup.
    *_same(
        "backup",
        "ListBackupPlans",
        "GetBackupPlan",
        "ListBackupSelections",
        "GetBackupSelection",
        "ListBackupVaults",
        "ListBackupJobs",
        "ListRecoveryPointsByBackupVault",
        "DescribeRegionSettings",
        "ListRestoreTestingPlans",
        "ListRestoreTestingSelections",
        "ListTags",
    ),
    Call("backup", "GetBackupVaultNotifications", ("backup:GetBackupVaultNotifications",), frozenset({"ResourceNotFoundException"})),
    # Keys and secrets: what they are like, never what they hold.
    *_same("kms", "ListKeys", "ListAliases", "DescribeKey", "GetKeyRotationStatus", "ListResourceTags"),
    *_same("secretsmanager", "ListSecrets"),
    # What listens to failures.
    *_same("events", "ListRules", "ListTargetsByRule"),
    *_same("cloudwatch", "DescribeAlarms"),
    # How replication of buckets stands.
    *_same("cloudwatch", "GetMetricData"),
)
CALLS: dict[tuple[str, str], Call] = {(call.service, call.operation): call for call in _ALL}


def iam_policy(roles: list[str] | None = None) -> Json:
    """The least-privilege policy: every action of the table, and ``sts:AssumeRole`` for the roles that are named."""
    actions = sorted({action for call in _ALL for action in call.actions})
    services = sorted({action.split(":")[0] for action in actions})
    found = [
        {
            "Sid": f"Read{service.capitalize()}",
            "Effect": "Allow",
            "Action": [action for action in actions if action.startswith(f"{service}:")],
            "Resource": "*",
        }
        for service in services
    ]
    if roles:
        found.append({"Sid": "TakeTheRoles", "Effect": "Allow", "Action": ["sts:AssumeRole"], "Resource": sorted(roles)})
    return {"Version": "2012-10-17", "Statement": found}

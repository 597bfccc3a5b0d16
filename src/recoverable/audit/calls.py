"""The calls that the audit of an AWS account makes: the one table behind the guard against any other call and the printed policy.

An action is what IAM calls an operation (Service Authorization Reference): the two differ mostly in S3.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One read call: the actions that IAM must allow for it, and the error codes that mean no more than that nothing is set.

    ``kept`` says in a word what its answer is, where no time in it is judged, so that an audit that goes on need not ask for it again.
    Without it the call is asked anew each time: what there is, how old it is, and how far behind.
    """

    service: str
    operation: str
    actions: tuple[str, ...]
    nothing: frozenset[str] = frozenset()
    kept: str = ""


def _kept(word: str, calls: Iterable[Call]) -> list[Call]:
    """Calls whose answers may be kept, and why."""
    return [replace(call, kept=word) for call in calls]


def _same(service: str, *operations: str) -> list[Call]:
    """Calls whose action has the service's and the operation's own name."""
    prefix = {"efs": "elasticfilesystem", "elbv2": "elasticloadbalancing"}.get(service, service)
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
    *_kept("place", [_s3("GetBucketLocation", "GetBucketLocation")]),
    *_kept("tags", [_s3("GetBucketTagging", "GetBucketTagging", "NoSuchTagSet")]),
    *_kept(
        "setting",
        [
            _s3("GetBucketVersioning", "GetBucketVersioning"),
            _s3("GetBucketEncryption", "GetEncryptionConfiguration", "ServerSideEncryptionConfigurationNotFoundError"),
            _s3("GetObjectLockConfiguration", "GetBucketObjectLockConfiguration", "ObjectLockConfigurationNotFoundError"),
            _s3("GetBucketLifecycleConfiguration", "GetLifecycleConfiguration", "NoSuchLifecycleConfiguration"),
            _s3("GetBucketReplication", "GetReplicationConfiguration", "ReplicationConfigurationNotFoundError"),
            _s3("GetPublicAccessBlock", "GetBucketPublicAccessBlock", "NoSuchPublicAccessBlockConfiguration"),
            _s3("GetBucketPolicy", "GetBucketPolicy", "NoSuchBucketPolicy"),
            _s3("GetBucketLogging", "GetBucketLogging"),
            _s3("GetBucketNotificationConfiguration", "GetBucketNotification"),
            Call(
                "s3control",
                "GetPublicAccessBlock",
                ("s3:GetAccountPublicAccessBlock",),
                frozenset({"NoSuchPublicAccessBlockConfiguration"}),
            ),
        ],
    ),
    # Databases.
    *_same(
        "rds",
        "DescribeDBInstances",
        "DescribeDBClusters",
        "DescribeGlobalClusters",
        "DescribeDBInstanceAutomatedBackups",
        "DescribeDBSnapshots",
        "DescribeDBClusterSnapshots",
        "DescribeEventSubscriptions",
    ),
    *_kept("tags", [*_same("rds", "ListTagsForResource"), *_same("elasticache", "ListTagsForResource"), *_same("memorydb", "ListTags")]),
    *_kept("sharing", _same("rds", "DescribeDBSnapshotAttributes", "DescribeDBClusterSnapshotAttributes")),
    *_same("redshift", "DescribeClusters", "DescribeClusterSnapshots", "DescribeEventSubscriptions"),
    *_same(
        "elasticache",
        "DescribeReplicationGroups",
        "DescribeGlobalReplicationGroups",
        "DescribeCacheClusters",
        "DescribeServerlessCaches",
        "DescribeSnapshots",
        "DescribeServerlessCacheSnapshots",
    ),
    *_same("memorydb", "DescribeClusters", "DescribeMultiRegionClusters", "DescribeSnapshots"),
    *_same("dynamodb", "ListTables", "DescribeTable", "DescribeContinuousBackups"),
    *_kept("tags", _same("dynamodb", "ListTagsOfResource")),
    # Disks, the instances that they hang on, and what takes snapshots of them.
    *_same("ec2", "DescribeVolumes", "DescribeInstances", "DescribeSnapshots"),
    *_same("dlm", "GetLifecyclePolicies", "GetLifecyclePolicy"),
    # File systems.
    *_same("fsx", "DescribeFileSystems", "DescribeBackups", "DescribeVolumes", "DescribeDataRepositoryAssociations"),
    *_same("efs", "DescribeFileSystems"),
    *_kept("setting", [Call("efs", "DescribeBackupPolicy", ("elasticfilesystem:DescribeBackupPolicy",), frozenset({"PolicyNotFound"}))]),
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
        "ListBackupVaults",
        "ListBackupJobs",
        "ListRecoveryPointsByBackupVault",
        "ListRestoreTestingPlans",
    ),
    *_kept(
        "setting",
        [
            *_same("backup", "GetBackupPlan", "ListBackupSelections", "GetBackupSelection", "DescribeRegionSettings"),
            *_same("backup", "ListRestoreTestingSelections"),
            Call(
                "backup", "GetBackupVaultNotifications", ("backup:GetBackupVaultNotifications",), frozenset({"ResourceNotFoundException"})
            ),
        ],
    ),
    *_kept("tags", _same("backup", "ListTags")),
    # Keys and secrets: what they are like, never what they hold.
    *_same("kms", "ListKeys", "ListAliases"),
    *_kept("state", _same("kms", "DescribeKey")),
    *_kept("setting", _same("kms", "GetKeyRotationStatus")),
    *_kept("tags", _same("kms", "ListResourceTags")),
    *_same("secretsmanager", "ListSecrets"),
    # What listens to failures.
    *_same("events", "ListRules"),
    *_kept("setting", _same("events", "ListTargetsByRule")),
    *_same("cloudwatch", "DescribeAlarms"),
    # Who writes logs into buckets.
    *_same("cloudtrail", "DescribeTrails"),
    *_same("elbv2", "DescribeLoadBalancers"),
    *_kept("setting", _same("elbv2", "DescribeLoadBalancerAttributes")),
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

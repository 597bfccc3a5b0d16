"""What the drill's identity must be allowed to do, as an IAM policy: the calls that a drill makes, and nothing more.

A test holds the list against the calls that whole drills make, for each of the four ways.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recoverable.drill.aws.rds_instances import PREFIX
from recoverable.drill.aws.rds_settings import IAM, REPLICATED, RETAINED, SNAPSHOT
from recoverable.drill.marks import RUN_TAG

Json = dict[str, Any]
LOOKING = (
    "DescribeAccountAttributes", "DescribeDBInstanceAutomatedBackups", "DescribeDBInstances", "DescribeDBParameterGroups", "DescribeDBSnapshots",
    "DescribeDBSubnetGroups", "DescribeEvents",
)  # fmt: skip
TO_TIME, FROM_SNAPSHOT = "RestoreDBInstanceToPointInTime", "RestoreDBInstanceFromDBSnapshot"
CHANGING = ("DeleteDBInstance", "ModifyDBInstance")
LOOKING_AT_CLUSTERS = (
    "DescribeAccountAttributes", "DescribeDBClusterAutomatedBackups", "DescribeDBClusterParameterGroups", "DescribeDBClusterSnapshots",
    "DescribeDBClusters", "DescribeDBInstances", "DescribeDBParameterGroups", "DescribeDBSubnetGroups", "DescribeEvents",
)  # fmt: skip
CLUSTER_TO_TIME, CLUSTER_FROM_SNAPSHOT = "RestoreDBClusterToPointInTime", "RestoreDBClusterFromSnapshot"
CHANGING_CLUSTERS = ("DeleteDBCluster", "DeleteDBInstance", "ModifyDBCluster")
NOT_CALLED = ("rds:AddTagsToResource", "kms:CreateGrant")
"""Asked by RDS in the caller's name: for the tags of the restoring call, and for the key of an encrypted backup."""


def policy(settings: Mapping[str, Any], account: str = "*") -> Json:
    """The policy for one store. Only instances of drills, by name and by tag, may be changed or deleted."""
    region = settings["region"] or "*"
    copies = _arn(region, account, "db", f"{PREFIX}drill-*")
    return {
        "Version": "2012-10-17",
        "Statement": [
            _allow("Look", [f"rds:{name}" for name in LOOKING], "*"),
            _allow("Restore", [f"rds:{name}" for name in _restoring(settings)], [copies, *_sources(settings, region, account)]),
            *_shared(region, [copies], CHANGING),
            *([_allow("LogIn", ["rds-db:connect"], [_login_arn(settings, region, account)])] if settings.get("login") == IAM else ()),
        ],
    }


def _login_arn(settings: Mapping[str, Any], region: str, account: str) -> str:
    """A user of any instance, for a copy's id is not known before: the user's name is what limits it."""
    return f"arn:aws:rds-db:{region}:{account}:dbuser:*/{settings['user']}"


def aurora_policy(settings: Mapping[str, Any], account: str = "*") -> Json:
    """The same for a cluster. Only clusters and instances of drills, by name and by tag, may be changed or deleted."""
    region = settings["region"] or "*"
    copies = [_arn(region, account, kind, f"{PREFIX}drill-*") for kind in ("cluster", "db")]
    form = settings["from"]
    source = {
        SNAPSHOT: _arn(region, account, "cluster-snapshot", settings["snapshot"] or "*"),
        RETAINED: _arn(region, account, "cluster-auto-backup", "*"),  # its ARN holds an id of its own, which is not the resource id
    }.get(form, _arn(region, account, "cluster", settings["cluster"]))
    groups = [
        _arn(region, account, "cluster-pg", settings["cluster_parameter_group"]),
        _arn(region, account, "pg", settings["parameter_group"]),
        _arn(region, account, "subgrp", settings["subnet_group"]),
        _arn(region, account, "og", "default:aurora-postgresql-*"),
    ]
    restoring = ["rds:CreateDBInstance", f"rds:{CLUSTER_FROM_SNAPSHOT if form == SNAPSHOT else CLUSTER_TO_TIME}"]
    return {
        "Version": "2012-10-17",
        "Statement": [
            _allow("Look", [f"rds:{name}" for name in LOOKING_AT_CLUSTERS], "*"),
            _allow("Restore", restoring, [*copies, source, *groups]),
            *_shared(region, copies, CHANGING_CLUSTERS),
        ],
    }


def actions(found: Json) -> set[str]:
    """Every action that a policy allows."""
    return {action for statement in found["Statement"] for action in statement["Action"]}


def _shared(region: str, copies: list[str], changing: tuple[str, ...]) -> list[Json]:
    """Marking, changing, deleting, and the key."""
    return [
        {**_allow("Mark", ["rds:AddTagsToResource"], copies), "Condition": {"ForAllValues:StringLike": {"aws:TagKeys": "recoverable-*"}}},
        {
            **_allow("ChangeAndDeleteCopies", [f"rds:{name}" for name in changing], copies),
            "Condition": {"StringLike": {f"aws:ResourceTag/{RUN_TAG}": "drill-*"}},
        },
        _allow("LookAtTheKey", ["kms:DescribeKey"], "*"),
        {
            **_allow("LetRdsUseTheKey", ["kms:CreateGrant"], "*"),
            "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}, "StringLike": {"kms:ViaService": f"rds.{region}.amazonaws.com"}},
        },
    ]


def _restoring(settings: Mapping[str, Any]) -> list[str]:
    return [FROM_SNAPSHOT if settings["from"] == SNAPSHOT else TO_TIME]


def _sources(settings: Mapping[str, Any], region: str, account: str) -> list[str]:
    """What is restored from, and the groups that the call names."""
    form, instance = settings["from"], settings["instance"]
    if form == SNAPSHOT:
        named = settings["snapshot"]
        source = [_arn(region, account, "snapshot", each) for each in ([named] if named else [f"rds:{instance}-*", f"{instance}-*"])]
    elif form in (RETAINED, REPLICATED):
        source = [settings["backup_arn"] or _arn(region, account, "auto-backup", "*")]
    else:
        source = [_arn(region, account, "db", instance)]
    return [*source, *_groups(settings, region, account), _arn(region, account, "subgrp", settings["subnet_group"])]


def _groups(settings: Mapping[str, Any], region: str, account: str) -> list[str]:
    return [_arn(region, account, "pg", settings["parameter_group"]), _arn(region, account, "og", "default:postgres-*")]


def _arn(region: str, account: str, kind: str, name: str) -> str:
    return f"arn:aws:rds:{region}:{account}:{kind}:{name}"


def _allow(name: str, allowed: list[str], resources: str | list[str]) -> Json:
    return {"Sid": name, "Effect": "Allow", "Action": allowed, "Resource": resources}

"""Replication between two buckets of ours: role, policy and rule, created together and in the order that S3 needs.

KMS state replicates only with all of: the rule selects encrypted objects, names a key of the destination's region, and the role may decrypt
with the one and encrypt with the other. S3 accepts a rule without them and copies nothing.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
"""

from typing import Any

import pulumi
from pulumi_aws import iam, s3

from recoverable.components.base import Component
from recoverable.components.bucket_aws import Side, objects_in
from recoverable.components.bucket_checks import CONTROL_MINUTES
from recoverable.components.late_values import json_text

SERVICE = "s3.amazonaws.com"
RULE_ID = "second-region"
"""The rule's name, which the metrics of replication carry."""
REPLICATION_EVENTS = [
    "s3:Replication:OperationFailedReplication",
    "s3:Replication:OperationMissedThreshold",
    "s3:Replication:OperationReplicatedAfterThreshold",
    "s3:Replication:OperationNotTracked",
]
"""EventBridge does not carry these: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-mapping-troubleshooting.html"""


class Replication:
    """All of a bucket into its copy in another region."""

    def __init__(self, component: Component, source: Side, copy: Side, *, time_control: bool, deletes: bool) -> None:
        name = source.design.name
        self.role = iam.Role(
            f"{name}-replication-role",
            description=f"S3 copies {name} into its second region",
            assume_role_policy=json_text(_trust()),
            tags=component.tags(),
            opts=component.helper(),
        )
        self.role_policy = iam.RolePolicy(
            f"{name}-replication-permissions",
            role=self.role.name,
            policy=json_text({"Version": "2012-10-17", "Statement": _permissions(source, copy, deletes)}),
            opts=component.helper(),
        )
        ready = [source.versioning, copy.versioning, copy.encryption, self.role_policy]
        ready += [side.lock for side in (source, copy) if side.lock is not None]
        self.config = s3.BucketReplicationConfig(
            f"{name}-replication",
            bucket=source.name,
            role=self.role.arn,
            rules=[rule(copy, time_control=time_control, deletes=deletes)],
            region=source.design.region,
            opts=component.helper(depends_on=ready),
        )
        component.policy.add_replication(name, source.name, copy.name)


def rule(copy: Side, *, time_control: bool, deletes: bool) -> dict[str, Any]:
    """Everything, encrypted objects included, into the copy.

    Changes that are made to replicas are not taken back (``replica_modifications``): nobody writes to the copy.
    """
    destination: dict[str, Any] = {"bucket": copy.arn, "encryption_configuration": {"replica_kms_key_id": copy.key_arn}}
    destination["metrics"] = {"status": "Enabled"}  # without them nobody can see that a copy is late or missing
    if time_control:
        limit = {"minutes": CONTROL_MINUTES}
        destination["replication_time"] = {"status": "Enabled", "time": limit}
        destination["metrics"]["event_threshold"] = limit
    return {
        "id": RULE_ID,
        "status": "Enabled",
        "priority": 1,
        "filter": {"prefix": ""},
        "delete_marker_replication": {"status": "Enabled" if deletes else "Disabled"},
        "source_selection_criteria": {"sse_kms_encrypted_objects": {"status": "Enabled"}},
        "destination": destination,
    }


def _trust() -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": SERVICE}}],
    }


def _permissions(source: Side, copy: Side, deletes: bool) -> list[dict[str, Any]]:
    """What S3 needs for one direction, and nothing more."""
    read = ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"]
    if source.lock is not None:
        read += ["s3:GetObjectRetention", "s3:GetObjectLegalHold"]
    write = ["s3:ReplicateObject", "s3:ReplicateTags", *(["s3:ReplicateDelete"] if deletes else [])]
    return [
        _allow("ReadConfiguration", ["s3:GetReplicationConfiguration", "s3:ListBucket"], source.arn),
        _allow("ReadVersions", read, objects_in(source.arn)),
        _allow("WriteReplicas", write, objects_in(copy.arn)),
        {**_allow("Decrypt", ["kms:Decrypt"], source.key_arn), "Condition": _through_s3(source)},
        {**_allow("Encrypt", ["kms:Encrypt", "kms:GenerateDataKey"], copy.key_arn), "Condition": _through_s3(copy)},
    ]


def _allow(sid: str, actions: list[str], resource: Any) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource}


def _through_s3(side: Side) -> dict[str, Any]:
    """The key through S3 in the bucket's own region and for this bucket only.

    With a bucket key the encryption context is the bucket's ARN; objects that were written without one have their own.
    """
    region = str(side.design.region)  # known: there is no copy without a known primary region
    return {
        "StringEquals": {"kms:ViaService": f"s3.{region}.{_suffix(region)}"},
        "StringLike": {"kms:EncryptionContext:aws:s3:arn": [side.arn, objects_in(side.arn)]},
    }


def _suffix(region: str) -> str:
    return "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"


def batch_command(arn: Any) -> pulumi.Output[str]:
    """The command that copies what was there before replication was set up; ROLE is one that S3 Batch Operations may assume."""
    generator = (
        '{"S3JobManifestGenerator":{"SourceBucket":"%s","EnableManifestOutput":false,'
        '"Filter":{"EligibleForReplication":true,"ObjectReplicationStatuses":["NONE","FAILED"]}}}'
    )
    return pulumi.Output.from_input(arn).apply(
        lambda text: (
            "aws s3control create-job --account-id ACCOUNT --priority 1 --role-arn ROLE --no-confirmation-required "
            f"--operation '{{\"S3ReplicateObject\":{{}}}}' --report '{{\"Enabled\":false}}' --manifest-generator '{generator % text}'"
        )
    )

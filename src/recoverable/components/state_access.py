"""The least that Terraform and Pulumi need of a state bucket on AWS, as IAM policies and roles.

Terraform: https://developer.hashicorp.com/terraform/language/backend/s3#permissions-required. Pulumi lists, reads, writes and deletes
below ``.pulumi/`` (``pkg/backend/diy``): deletes are its locks and renamed stacks.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_aws import iam

from recoverable.components.base import Component
from recoverable.components.bucket_aws import Side
from recoverable.components.late_values import json_text
from recoverable.components.state_layout import LOCK, WORKSPACES, Layout

VERSION = "2012-10-17"
TABLE_ACTIONS = ["dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"]
KEY_ACTIONS = ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]


def terraform_policy(main: Side, layout: Layout, table_arn: Any) -> pulumi.Output[str]:
    """State is read and written, only locks and the state of named workspaces are deleted."""
    listed = [*layout.keys, f"{WORKSPACES}/*"]  # every `terraform init` looks for named workspaces
    statements = [
        _list(main, listed),
        _allow("State", ["s3:GetObject", "s3:PutObject"], _objects(main, layout.keys)),
        _allow("Locks", ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], _objects(main, [f"{key}{LOCK}" for key in layout.keys])),
    ]
    if layout.workspaces:
        named = [*layout.workspace_keys, *(f"{key}{LOCK}" for key in layout.workspace_keys)]
        statements.append(_allow("Workspaces", ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], _objects(main, named)))
    if table_arn is not None:
        statements.append(_allow("LockTable", TABLE_ACTIONS, table_arn))
    return _document([*statements, _allow("Key", KEY_ACTIONS, main.key_arn)])


def pulumi_policy(main: Side, layout: Layout) -> pulumi.Output[str]:
    """Everything below ``.pulumi/``, and the key for state and secrets."""
    root = layout.pulumi_root
    return _document(
        [
            _list(main, [root.rstrip("/"), f"{root}*"]),
            _allow("State", ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], _objects(main, [f"{root}*"])),
            _allow("Key", KEY_ACTIONS, main.key_arn),
        ]
    )


def deny_without_mfa(objects: Any) -> dict[str, Any]:
    """A statement of a bucket's policy: versions go by the lifecycle, or by someone with a second factor.

    S3's own lifecycle is not subject to a bucket's policy, so expiry goes on.
    """
    return {
        "Sid": "DenyVersionDeletionWithoutMfa",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:DeleteObjectVersion",
        "Resource": objects,
        "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
    }


def trust_of(principals: Sequence[str] | None, given: Any) -> Any:
    """The trust policy of the roles; None where nobody is trusted, and then there is no role."""
    if given is not None:
        return given
    if not principals:
        return None
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": list(principals)}}
    return json_text({"Version": VERSION, "Statement": [statement]})


def role(component: Component, client: str, trust: Any, policy: pulumi.Output[str]) -> iam.Role | None:
    """The role of a client, where someone is trusted with it."""
    if trust is None:
        return None
    made = iam.Role(
        f"{component.short}-{client}-role",
        description=f"{client} on the state in {component.short}",
        assume_role_policy=trust,
        tags=component.tags(),
        opts=component.helper(),
    )
    iam.RolePolicy(f"{component.short}-{client}-permissions", role=made.name, policy=policy, opts=component.helper())
    return made


def _list(main: Side, prefixes: Sequence[str]) -> dict[str, Any]:
    return {**_allow("List", ["s3:ListBucket"], main.arn), "Condition": {"StringLike": {"s3:prefix": list(prefixes)}}}


def _objects(main: Side, names: Sequence[str]) -> pulumi.Output[list[str]]:
    return main.arn.apply(lambda arn: [f"{arn}/{name}" for name in names])


def _allow(sid: str, actions: list[str], resource: Any) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource}


def _document(statements: Sequence[Mapping[str, Any]]) -> pulumi.Output[str]:
    return json_text({"Version": VERSION, "Statement": list(statements)}, indent=2)

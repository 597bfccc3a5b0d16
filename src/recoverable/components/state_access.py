"""The policies and roles of Terraform and Pulumi on a state bucket on AWS (:mod:`recoverable.state_backend.permissions`)."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pulumi
from pulumi_aws import iam

from recoverable.components.base import Component
from recoverable.components.bucket_aws import Side
from recoverable.components.late_values import json_text
from recoverable.state_backend import permissions
from recoverable.state_backend.names import Layout


def terraform_policy(main: Side, layout: Layout, table_arn: Any) -> pulumi.Output[str]:
    """State is read and written, only locks and the state of named workspaces are deleted."""
    return _document(permissions.terraform_statements(main.arn, partial(_objects, main), layout, table_arn, main.key_arn))


def pulumi_policy(main: Side, layout: Layout) -> pulumi.Output[str]:
    """Everything below ``.pulumi/``, and the key for state and secrets."""
    return _document(permissions.pulumi_statements(main.arn, partial(_objects, main), layout, main.key_arn))


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
    return json_text({"Version": permissions.VERSION, "Statement": [statement]})


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


def _objects(main: Side, names: Sequence[str]) -> pulumi.Output[list[str]]:
    return main.arn.apply(lambda arn: [f"{arn}/{name}" for name in names])


def _document(statements: Sequence[Mapping[str, Any]]) -> pulumi.Output[str]:
    return json_text(permissions.document(statements), indent=2)

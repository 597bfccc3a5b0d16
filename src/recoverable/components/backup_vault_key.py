"""KMS keys of our own for what is neither a bucket nor a database: vaults, topics, secrets."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws
from pulumi_aws import kms

from recoverable.components.base import Component
from recoverable.components.bucket_aws import KEY_DELETION_DAYS, ROTATION_DAYS
from recoverable.components.late_values import json_text
from recoverable.state_backend.names import partition_of


def account_of(component: Component) -> pulumi.Output[str]:
    """The account's number, as the provider's credentials have it."""
    found: pulumi.Output[str] = pulumi_aws.get_caller_identity_output(opts=pulumi.InvokeOutputOptions(parent=component)).account_id
    return found


def own_key(
    component: Component, name: str, describes: str, region: str | None, statements: Sequence[Mapping[str, Any]] = (), *, data: bool = True
) -> kms.Key:
    """A key that rotates, in a region of its own (None: the provider's).

    ``statements`` let services use it; the account itself always stays its administrator. ``data`` says whether something that is
    kept is encrypted with it: the key is then protected as the data is.
    """
    return kms.Key(
        name,
        description=f"Encrypts {describes}",
        enable_key_rotation=True,
        rotation_period_in_days=ROTATION_DAYS,
        deletion_window_in_days=KEY_DELETION_DAYS,
        policy=_policy(component, region, statements) if statements else None,
        region=region,
        tags=component.tags(),
        opts=component.stateful() if data else component.helper(),
    )


def _policy(component: Component, region: str | None, statements: Sequence[Mapping[str, Any]]) -> pulumi.Output[str]:
    partition = partition_of(region or component.policy.primary_region)
    administrator = account_of(component).apply(lambda account: f"arn:{partition}:iam::{account}:root")
    own = {"Sid": "Account", "Effect": "Allow", "Principal": {"AWS": administrator}, "Action": "kms:*", "Resource": "*"}
    return json_text({"Version": "2012-10-17", "Statement": [own, *statements]})

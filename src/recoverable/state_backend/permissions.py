"""The least that each client needs of a state backend, as statements of an IAM policy.

Terraform: https://developer.hashicorp.com/terraform/language/backend/s3#permissions-required. Pulumi lists, reads, writes and deletes
below ``.pulumi/`` (``pkg/backend/diy``): deletes are its locks and renamed stacks. The bucket's ARN and the key's may be outputs of a
Pulumi program, so that what is written here is what the component grants, too: ``objects`` makes ARNs of names.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from recoverable.state_backend.names import LOCK, WORKSPACES, Layout

VERSION = "2012-10-17"
TABLE_ACTIONS = ["dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"]
KEY_ACTIONS = ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]
Objects = Callable[[Sequence[str]], Any]
Statement = dict[str, Any]


def terraform_statements(bucket: Any, objects: Objects, layout: Layout, table: Any, key: Any) -> list[Statement]:
    """State is read and written, only locks and the state of named workspaces are deleted. ``table`` and ``key`` may be None."""
    listed = [*layout.keys, f"{WORKSPACES}/*"]  # every `terraform init` looks for named workspaces
    found = [
        listing(bucket, listed),
        allow("State", ["s3:GetObject", "s3:PutObject"], objects(layout.keys)),
        allow("Locks", ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], objects([f"{key}{LOCK}" for key in layout.keys])),
    ]
    if layout.workspaces:
        named = [*layout.workspace_keys, *(f"{key}{LOCK}" for key in layout.workspace_keys)]
        found.append(allow("Workspaces", ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], objects(named)))
    if table is not None:
        found.append(allow("LockTable", TABLE_ACTIONS, table))
    return [*found, *_key(key)]


def pulumi_statements(bucket: Any, objects: Objects, layout: Layout, key: Any) -> list[Statement]:
    """Everything below ``.pulumi/``, and the key for state and secrets."""
    root = layout.pulumi_root
    return [
        listing(bucket, [root.rstrip("/"), f"{root}*"]),
        allow("State", ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], objects([f"{root}*"])),
        *_key(key),
    ]


def listing(bucket: Any, prefixes: Sequence[str], action: str = "s3:ListBucket") -> Statement:
    """Listing what begins with one of the prefixes."""
    return {**allow("List", [action], bucket), "Condition": {"StringLike": {"s3:prefix": list(prefixes)}}}


def allow(sid: str, actions: list[str], resource: Any) -> Statement:
    """A statement that allows."""
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource}


def document(statements: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The policy."""
    return {"Version": VERSION, "Statement": list(statements)}


def _key(key: Any) -> list[Statement]:
    return [] if key is None else [allow("Key", KEY_ACTIONS, key)]

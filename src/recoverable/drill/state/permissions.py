"""What the drill's identity must be allowed to do, as an IAM policy: the calls that a drill makes, and nothing more. All of them read.

A test holds the list against the calls that whole drills make. ``GetObject`` of a version is ``s3:GetObjectVersion``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recoverable.drill.gcs.permissions import role_of_states
from recoverable.drill.state.settings import GCS
from recoverable.model.errors import InputError

Json = dict[str, Any]


def policy(settings: Mapping[str, Any], account: str = "*") -> Json:
    """The policy for one store; of a state on Cloud Storage a custom role.

    Raises:
        InputError: the state lies in a folder, for which no cloud is asked.
    """
    bucket, key, table = settings["bucket"], settings["key"], settings["lock_table"]
    if not bucket:
        raise InputError("the state lies in a folder", "[drill.stores]", "Such a drill asks no cloud.")
    if settings["cloud"] == GCS:
        return role_of_states()
    region = settings["region"] or "*"
    statements = [
        _allow("ListVersions", ["s3:GetBucketVersioning", "s3:ListBucketVersions"], f"arn:aws:s3:::{bucket}"),
        _allow("ReadVersions", ["s3:GetObjectVersion"], f"arn:aws:s3:::{bucket}/{key}"),
    ]
    if table:
        statements.append(_allow("ReadTheDigest", ["dynamodb:GetItem"], f"arn:aws:dynamodb:{region}:{account}:table/{table}"))
    statements.append(
        {
            **_allow("DecryptOnS3", ["kms:Decrypt"], f"arn:aws:kms:{region}:{account}:key/*"),
            "Condition": {"StringLike": {"kms:ViaService": f"s3.{region}.amazonaws.com"}},
        }
    )
    return {"Version": "2012-10-17", "Statement": statements}


def _allow(name: str, actions: list[str], resource: str) -> Json:
    return {"Sid": name, "Effect": "Allow", "Action": actions, "Resource": [resource]}

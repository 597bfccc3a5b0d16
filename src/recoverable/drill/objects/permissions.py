"""What the drill's identity must be allowed to do, as an IAM policy: the calls that a drill makes, and nothing more.

A test holds the list against the calls that whole drills make. IAM's names are not those of the API: HeadObject and GetObject of a version
are ``s3:GetObjectVersion``, and a copy needs reading there and writing here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recoverable.drill.gcs.permissions import role_of_buckets
from recoverable.drill.objects.scratch_bucket import PREFIX
from recoverable.drill.objects.settings import GCS

Json = dict[str, Any]
OF_BUCKET = (
    "GetBucketAcl", "GetBucketPolicyStatus", "GetBucketPublicAccessBlock", "GetBucketVersioning",
    "GetEncryptionConfiguration", "GetLifecycleConfiguration", "ListBucket", "ListBucketVersions",
)  # fmt: skip
OF_OBJECTS = ("GetObjectLegalHold", "GetObjectRetention", "GetObjectVersion", "GetObjectVersionTagging")
SCRATCH_BUCKET = (
    "CreateBucket", "DeleteBucket", "GetBucketPublicAccessBlock", "GetBucketTagging", "GetEncryptionConfiguration", "ListBucket",
    "ListBucketMultipartUploads", "ListBucketVersions", "PutBucketPublicAccessBlock", "PutBucketTagging", "PutEncryptionConfiguration",
    "PutLifecycleConfiguration",
)  # fmt: skip
SCRATCH_OBJECTS = (
    "AbortMultipartUpload",
    "DeleteObject",
    "DeleteObjectVersion",
    "GetObject",
    "GetObjectVersion",
    "PutObject",
    "PutObjectTagging",
)
CALLS = {
    "AbortMultipartUpload": "AbortMultipartUpload", "CopyObject": "PutObject", "CreateBucket": "CreateBucket", "DeleteBucket": "DeleteBucket",
    "DeleteObject": "DeleteObject", "DeleteObjects": "DeleteObjectVersion", "GetBucketAcl": "GetBucketAcl",
    "GetBucketEncryption": "GetEncryptionConfiguration", "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetBucketPolicyStatus": "GetBucketPolicyStatus", "GetBucketTagging": "GetBucketTagging", "GetBucketVersioning": "GetBucketVersioning",
    "GetObject": "GetObject", "GetPublicAccessBlock": "GetBucketPublicAccessBlock", "HeadBucket": "ListBucket", "HeadObject": "GetObject",
    "ListBuckets": "ListAllMyBuckets", "ListMultipartUploads": "ListBucketMultipartUploads", "ListObjectVersions": "ListBucketVersions",
    "ListObjectsV2": "ListBucket", "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration", "PutBucketTagging": "PutBucketTagging", "PutObject": "PutObject",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
}  # fmt: skip
"""Each operation that a drill calls, and the action by which IAM allows it; with a version id ``GetObject`` is ``GetObjectVersion``."""


def policy(settings: Mapping[str, Any], account: str = "*") -> Json:
    """The policy for one store. Source and replica may only be read; only buckets of drills, by their name, may be written and removed. For
    Cloud Storage it is a custom role.
    """
    if settings["cloud"] == GCS:
        return role_of_buckets()
    names = [settings["bucket"], *([settings["replica"]["bucket"]] if settings["replica"] else [])]
    statements = [
        _allow("ListBuckets", ("ListAllMyBuckets",), ["*"]),
        _allow("ReadBuckets", OF_BUCKET, [_arn(name) for name in names]),
        _allow("ReadObjects", OF_OBJECTS, [_arn(f"{name}/{settings['prefix']}*") for name in names]),
        _allow("MakeAndRemoveScratchBuckets", SCRATCH_BUCKET, [_arn(f"{PREFIX}drill-*")]),
        _allow("FillAndEmptyScratchBuckets", SCRATCH_OBJECTS, [_arn(f"{PREFIX}drill-*/*")]),
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def _allow(name: str, actions: tuple[str, ...], resources: list[str]) -> Json:
    return {"Sid": name, "Effect": "Allow", "Action": [f"s3:{each}" for each in actions], "Resource": resources}


def _arn(name: str) -> str:
    return f"arn:aws:s3:::{name}"

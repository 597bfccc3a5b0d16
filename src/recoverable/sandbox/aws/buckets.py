"""S3 buckets: create, tags, object lock at creation, and a deletion that refuses what is not empty."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar
from uuid import uuid4

from recoverable.sandbox.aws.calls import found, said
from recoverable.sandbox.aws.cloud import PARTITION, AwsCloud
from recoverable.sandbox.aws.tagging import as_list, as_map
from recoverable.sandbox.provider.handler import Handler, Refusal, RefusedError, Values, made
from recoverable.sandbox.provider.wire import UNKNOWN

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
NAME = re.compile(r"(?!xn--|sthree-|amzn-s3-demo-)(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
ENDINGS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
INLINE = {
    "accelerationStatus": "bucketAccelerateConfiguration:BucketAccelerateConfiguration",
    "acl": "bucketAcl:BucketAcl",
    "corsRules": "bucketCorsConfiguration:BucketCorsConfiguration",
    "grants": "bucketAcl:BucketAcl",
    "lifecycleRules": "bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "logging": "bucketLogging:BucketLogging",
    "objectLockConfiguration": "bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    "policy": "bucketPolicy:BucketPolicy",
    "replicationConfiguration": "bucketReplicationConfig:BucketReplicationConfig",
    "requestPayer": "bucketRequestPaymentConfiguration:BucketRequestPaymentConfiguration",
    "serverSideEncryptionConfiguration": "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "versioning": "bucketVersioning:BucketVersioning",
    "website": "bucketWebsiteConfiguration:BucketWebsiteConfiguration",
}
GONE = ("404", "NoSuchBucket")


class Bucket(Handler[AwsCloud]):
    """``aws.s3.Bucket``. Its deprecated inline blocks are refused here: each is a resource of its own."""

    token = "aws:s3/bucket:Bucket"
    autoname = "bucket"
    replaces = frozenset({"bucket", "bucketPrefix", "bucketNamespace", "objectLockEnabled"})
    defaults: ClassVar[Mapping[str, Any]] = {"forceDestroy": False}
    kept = frozenset({"forceDestroy", "bucketPrefix", "bucketNamespace"})

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """Names that S3 refuses, and the deprecated inline blocks."""
        name = inputs.get("bucket", UNKNOWN)
        if name != UNKNOWN and not (NAME.fullmatch(name) and not name.endswith(ENDINGS)):
            reason = "S3 wants 3 to 63 lower-case letters, digits, dots and hyphens, beginning and ending with a letter or digit"
            yield Refusal("bucket", f"{name} is no valid bucket name: {reason}, and reserves some prefixes and endings")
        for block, resource in INLINE.items():
            if block in inputs:
                yield Refusal(block, f"is deprecated as part of the bucket, and the laptop cloud does not hold it: use aws:s3/{resource}")

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Make the bucket; one that exists is never taken over."""
        name = str(inputs.get("bucket") or f"{inputs['bucketPrefix']}{uuid4().hex[:20]}")
        s3 = cloud.client("s3")
        if found(s3.head_bucket, *GONE, Bucket=name) is not None:
            raise RefusedError(f"BucketAlreadyExists: {name} exists already; import it, or choose another name")
        where = None if cloud.region == "us-east-1" else {"LocationConstraint": cloud.region}
        s3.create_bucket(Bucket=name, **said(CreateBucketConfiguration=where, ObjectLockEnabledForBucket=inputs.get("objectLockEnabled")))
        with made(name):
            _tag(cloud, name, inputs)
        return name

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """Where it is, its tags, and whether objects can be locked in it."""
        s3 = cloud.client("s3")
        if found(s3.head_bucket, *GONE, Bucket=identity) is None:
            return None
        region = s3.get_bucket_location(Bucket=identity).get("LocationConstraint") or "us-east-1"
        tags = found(s3.get_bucket_tagging, "NoSuchTagSet", Bucket=identity)
        lock = found(s3.get_object_lock_configuration, "ObjectLockConfigurationNotFoundError", Bucket=identity)
        return {
            "bucket": identity,
            "arn": f"arn:{PARTITION}:s3:::{identity}",
            "bucketDomainName": f"{identity}.s3.amazonaws.com",
            "bucketRegionalDomainName": f"{identity}.s3.{region}.amazonaws.com",
            "bucketRegion": region,
            "region": region,
            "objectLockEnabled": lock is not None,
            "tags": as_map(tags["TagSet"] if tags else None),
        }

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Only tags change in place."""
        _tag(cloud, identity, new)

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Remove it. What it still holds is removed before only where ``forceDestroy`` says so."""
        s3 = cloud.client("s3")
        if found(s3.head_bucket, *GONE, Bucket=identity) is None:
            return
        if held.get("forceDestroy"):
            _empty(s3, identity)
        elif _holds_something(s3, identity):
            told = "The bucket you tried to delete is not empty. You must delete all versions in the bucket"
            raise RefusedError(f"BucketNotEmpty: {told}; `forceDestroy` is not set on {identity}")
        s3.delete_bucket(Bucket=identity)


def _tag(cloud: AwsCloud, name: str, inputs: Values) -> None:
    s3 = cloud.client("s3")
    if inputs.get("tags"):
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": as_list(inputs["tags"])})
    else:
        s3.delete_bucket_tagging(Bucket=name)


def _holds_something(s3: Any, name: str) -> bool:
    page = s3.list_object_versions(Bucket=name, MaxKeys=1)
    return bool(page.get("Versions") or page.get("DeleteMarkers"))


def _empty(s3: Any, name: str) -> None:
    """Delete every version, markers too, with the governance bypass that the provider uses; COMPLIANCE still refuses."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
        for each in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
            s3.delete_object(Bucket=name, Key=each["Key"], VersionId=each["VersionId"], BypassGovernanceRetention=True)

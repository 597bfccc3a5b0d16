"""Objects that a program writes into a bucket."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlencode

from recoverable.sandbox.aws.calls import found, said
from recoverable.sandbox.aws.cloud import AwsCloud
from recoverable.sandbox.aws.tagging import as_map
from recoverable.sandbox.provider.handler import Handler, Refusal, RefusedError, Values
from recoverable.sandbox.provider.wire import SIGNATURE

HEADERS = {
    "cacheControl": "CacheControl",
    "contentDisposition": "ContentDisposition",
    "contentEncoding": "ContentEncoding",
    "contentLanguage": "ContentLanguage",
    "contentType": "ContentType",
    "kmsKeyId": "SSEKMSKeyId",
    "metadata": "Metadata",
    "objectLockLegalHoldStatus": "ObjectLockLegalHoldStatus",
    "objectLockMode": "ObjectLockMode",
    "serverSideEncryption": "ServerSideEncryption",
    "storageClass": "StorageClass",
    "websiteRedirect": "WebsiteRedirectLocation",
}
BODIES = ("content", "contentBase64", "source")


class BucketObject(Handler[AwsCloud]):
    """``aws.s3.BucketObjectv2``."""

    token = "aws:s3/bucketObjectv2:BucketObjectv2"
    autoname = "key"
    replaces = frozenset({"bucket", "key"})
    defaults: ClassVar[Mapping[str, Any]] = {"forceDestroy": False}
    kept = frozenset({"forceDestroy", "sourceHash", *BODIES})

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """Two bodies, ACLs, and what this stand-in does not send."""
        stated = [name for name in BODIES if name in inputs]
        if len(stated) > 1:
            yield Refusal(stated[1], f"goes not together with {stated[0]}")
        for name in ("acl", "checksumAlgorithm", "overrideProvider", "objectLockRetainUntilDate"):
            if name in inputs:
                yield Refusal(name, "the laptop cloud does not hold it for objects")

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Write it."""
        self._put(cloud, inputs)
        return str(inputs["key"])

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The newest version, without its body."""
        bucket, _, key = identity.partition("/")  # how an object is named when it is imported
        s3, place = cloud.client("s3"), {"Bucket": held.get("bucket", bucket), "Key": held.get("key", key)}
        got = found(s3.head_object, "404", "NoSuchKey", "NoSuchBucket", **place)
        if got is None:
            return None
        shown = {name: got[header] for name, header in HEADERS.items() if got.get(header)}
        return shown | said(
            bucket=place["Bucket"],
            key=place["Key"],
            arn=f"arn:aws:s3:::{place['Bucket']}/{place['Key']}",
            etag=got["ETag"].strip('"'),
            versionId=got.get("VersionId"),
            bucketKeyEnabled=got.get("BucketKeyEnabled", False),
            storageClass=got.get("StorageClass", "STANDARD"),
            tags=as_map(s3.get_object_tagging(**place)["TagSet"]),
        )

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Write it again: a new version where the bucket keeps them."""
        self._put(cloud, new)

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Remove it with all its versions, as the provider does; a lock is lifted only where ``forceDestroy`` says so."""
        s3, place = cloud.client("s3"), {"Bucket": held["bucket"], "Key": held["key"]}
        if found(s3.head_bucket, "404", "NoSuchBucket", Bucket=held["bucket"]) is None:
            return
        bypass = {"BypassGovernanceRetention": True} if held.get("forceDestroy") else {}
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=held["bucket"], Prefix=held["key"]):
            for each in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
                if each["Key"] == held["key"]:
                    s3.delete_object(**place, VersionId=each["VersionId"], **bypass)

    def _put(self, cloud: AwsCloud, inputs: Values) -> None:
        headers = {header: inputs[name] for name, header in HEADERS.items() if name in inputs}
        tags = urlencode(inputs.get("tags") or {})
        extra = said(BucketKeyEnabled=inputs.get("bucketKeyEnabled"), Tagging=tags or None)
        cloud.client("s3").put_object(Bucket=inputs["bucket"], Key=inputs["key"], Body=body(inputs), **headers, **extra)


def body(inputs: Values) -> bytes:
    """What the program writes: a text, base64, a file or a text asset."""
    if "content" in inputs:
        return str(inputs["content"]).encode()
    if "contentBase64" in inputs:
        return base64.b64decode(inputs["contentBase64"])
    asset = inputs.get("source")
    if not isinstance(asset, dict) or SIGNATURE not in asset:
        return b""
    if "text" in asset:
        return str(asset["text"]).encode()
    if "path" in asset:
        return Path(asset["path"]).read_bytes()
    raise RefusedError("`source`: the laptop cloud takes a file or a text, no archive and nothing from the network")

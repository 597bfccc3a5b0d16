"""A bucket that a drill only reads: the source, or its replica. Nothing here can write."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from recoverable.drill.aws.clients import TRIES, Json, RefusedError, Service
from recoverable.drill.contract import RestoreFailedError, TransientError
from recoverable.drill.objects import settings_of_bucket
from recoverable.drill.objects.buckets import GONE, About, Digest, Expiry, Location, Removed
from recoverable.drill.objects.s3_about import about
from recoverable.drill.objects.versions import Version, histories

PIECE = 1 << 20
UNREADABLE = (
    *GONE,
    "InvalidObjectState",
    "AccessDenied",
    "403",
    "KMS.DisabledException",
    "KMS.KMSInvalidStateException",
    "KMS.NotFoundException",
)
"""Answers about a single object, which speak against it and not against the drill."""
FACTS: dict[str, tuple[tuple[str, ...], str]] = {
    "GetBucketLifecycleConfiguration": (("NoSuchLifecycleConfiguration",), "Rules"),
    "GetBucketEncryption": (("ServerSideEncryptionConfigurationNotFoundError",), "ServerSideEncryptionConfiguration"),
    "GetPublicAccessBlock": (("NoSuchPublicAccessBlockConfiguration",), "PublicAccessBlockConfiguration"),
    "GetBucketPolicyStatus": (("NoSuchBucketPolicy",), "PolicyStatus"),
    "GetBucketVersioning": ((), ""),
    "GetBucketAcl": ((), "Owner"),
}
"""What a bucket is set to, the codes that say that it is set to nothing, and what every whole answer holds ("": it may be empty)."""


@dataclass(frozen=True)
class SourceBucket:
    """Reads a bucket by the version. ``role`` is the word for it in reports: source or replica."""

    s3: Service
    name: str
    prefix: str
    role: str
    cloud: str = "S3"
    same_by: str = "version"
    _heads: dict[tuple[str, str], About | str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """``s3://name``."""
        return f"s3://{self.name}"

    def pages(self, prefix: str | None = None) -> Iterator[Json]:
        """All pages of its versions; what raises what :meth:`Service.call` raises.

        Raises:
            TransientError: a page came without what leads to the next one.
        """
        words: Json = {"Bucket": self.name, "Prefix": self.prefix if prefix is None else prefix}
        while True:
            page = self.s3.call("ListObjectVersions", **words)
            if "IsTruncated" not in page:
                raise TransientError(f"the list of {self.name} came without its end")
            yield page
            if not page["IsTruncated"]:
                return
            if not page.get("NextKeyMarker"):
                raise TransientError(f"the list of {self.name} ends in the middle")
            words |= {"KeyMarker": page["NextKeyMarker"]}
            words.pop("VersionIdMarker", None)
            if page.get("NextVersionIdMarker"):
                words["VersionIdMarker"] = page["NextVersionIdMarker"]

    def histories(self) -> Iterator[tuple[str, tuple[Version, ...]]]:
        """Each key with its versions, newest first; keys ascend."""
        return histories(self.pages())

    def history(self, key: str) -> tuple[Version, ...]:
        """The versions of one key, asked for anew. The list ends at the first page in which the key is not the last any more."""
        for found, history in histories(self.pages(key)):
            if found == key:
                return history
            if found > key:
                break
        return ()

    def removed(self) -> Iterator[Removed]:
        """S3 tells of nothing that is gone."""
        return iter(())

    def head(self, version: Version) -> About | str:
        """What S3 says of one version, asked once; the code where it cannot be read."""
        known = self._heads.get((version.key, version.id))
        if known is None:
            try:
                words = {"Bucket": self.name, "Key": version.key, "VersionId": version.id, "ChecksumMode": "ENABLED"}
                known = about(self.s3.call("HeadObject", UNREADABLE, **words))
            except RefusedError as error:
                known = error.code
            self._heads[version.key, version.id] = known
        return known

    def digest(self, version: Version) -> Digest | str:
        """The whole content of one version, read; the code where it cannot be."""
        return digest(self.s3, self.name, version.key, VersionId=version.id)

    def location(self) -> Location:
        """The region that S3 itself says."""
        return Location(region_of(self.name, self.s3.region, self.s3))

    def versioning(self) -> str:
        """``Enabled``, ``Suspended``, or "" where versions were never kept."""
        return settings_of_bucket.versioning(self)

    def soonest_expiry(self) -> Expiry | None:
        """By its lifecycle rules."""
        return settings_of_bucket.soonest_expiry(self)

    def may_have_ended(self, now: datetime.datetime) -> datetime.datetime | None:
        """By its lifecycle rules."""
        return settings_of_bucket.may_have_ended(self, now)

    def may_be_removed(self, now: datetime.datetime) -> datetime.datetime | None:
        """No rule of S3 counts the life of a noncurrent version from its writing."""
        return None

    def reaches_back_to(self, now: datetime.datetime) -> datetime.datetime | None:
        """By its versions and rules."""
        return settings_of_bucket.reaches_back_to(self, now)

    def blocks_everybody(self) -> bool:
        """By its public access block."""
        return settings_of_bucket.blocks_everybody(self)

    def open_by(self) -> str:
        """Policy and access control list."""
        return settings_of_bucket.open_by(self)

    def open_unknown(self) -> str:
        """Access lists of single objects are not looked at."""
        return ""

    def default_encryption(self) -> tuple[str, str]:
        """Algorithm and key."""
        return settings_of_bucket.default_encryption(self)

    def fact(self, operation: str) -> Json | None:
        """One setting of the bucket; None where it is not set.

        Raises:
            TransientError: the answer is not whole: half a lifecycle looks like one that keeps everything.
        """
        codes, whole = FACTS[operation]
        try:
            found = self.s3.call(operation, codes, Bucket=self.name)
        except RefusedError:
            return None
        if whole and whole not in found:
            raise TransientError(f"{operation} of {self.name} was answered without {whole}")
        return found


def digest(s3: Service, bucket: str, key: str, **more: str) -> Digest | str:
    """Read an object to its end, or say by which code S3 refuses.

    Raises:
        TransientError: it broke off every time.
    """
    for attempt in range(TRIES):
        try:
            answer = s3.call("GetObject", UNREADABLE, Bucket=bucket, Key=key, **more)
        except RefusedError as error:
            return error.code
        found = _read(answer)
        if found is not None:
            return found
        if attempt + 1 < TRIES:
            s3.pause(2.0**attempt)
    raise TransientError(f"an object of {bucket} broke off while it was read, {TRIES} times")


def _read(answer: Mapping[str, Any]) -> Digest | None:
    """None where it broke off."""
    from botocore.exceptions import BotoCoreError, HTTPClientError

    sha256, md5, size = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
    body = answer["Body"]
    try:
        for piece in iter(lambda: body.read(PIECE), b""):
            sha256.update(piece)
            md5.update(piece)
            size += len(piece)
    except (BotoCoreError, HTTPClientError, OSError):  # among them IncompleteReadError and a checksum that does not fit what came
        return None
    finally:
        body.close()
    return Digest(size, sha256.hexdigest(), md5.hexdigest()) if size == int(answer["ContentLength"]) else None


def region_of(bucket: str, region: str, s3: Service) -> str:
    """The region that S3 itself says; for the check that replica and source are apart.

    Raises:
        RestoreFailedError: there is no such bucket, or it may not be asked.
    """
    try:
        found = s3.call("HeadBucket", ("404", "NoSuchBucket", "403", "AccessDenied", "301"), Bucket=bucket)
    except RefusedError as error:
        if error.code in ("404", "NoSuchBucket"):
            raise RestoreFailedError(f"there is no bucket {bucket}", "Check its name and region.") from None
        if error.code == "301":
            raise RestoreFailedError(f"the bucket {bucket} is not in {region}", "Check the region in [drill.stores.NAME.source].") from None
        raise RestoreFailedError(f"the bucket {bucket} may not be read", "See the policy in docs/drill-bucket.md.") from None
    headers = found.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    return str(found.get("BucketRegion") or headers.get("x-amz-bucket-region") or region)

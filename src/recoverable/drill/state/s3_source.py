"""A state in a bucket of S3 with its versions, and the digest of it in a table of DynamoDB. Reads only."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from recoverable.drill.aws.clients import Json, RefusedError, Service
from recoverable.drill.contract import RestoreFailedError, TransientError
from recoverable.drill.state.history import LARGEST, OFF, Body, Version

READINGS = 3
DIGEST = "Digest"
ENDING = "-md5"
"""What Terraform's S3 backend adds to ``bucket/key`` for the row that holds the digest."""


class S3Source:
    """One object. ``table`` is "" where Terraform keeps no digest."""

    in_a_bucket = True

    def __init__(self, region: str, bucket: str, key: str, table: str, pause: Callable[[float], None]) -> None:
        self.bucket, self.key, self.table = bucket, key, table
        self.label = f"s3://{bucket}/{key}"
        self._s3 = Service("s3", region, pause)
        self._dynamodb = Service("dynamodb", region, pause)

    def versions(self) -> list[Version]:
        """From all pages of the list; S3 lists other keys that begin like this one, too."""
        found: list[tuple[bool, Version]] = []
        more: Json = {}
        while True:
            page = self._s3.call("ListObjectVersions", Bucket=self.bucket, Prefix=self.key, **more)
            if "IsTruncated" not in page:
                raise TransientError(f"the list of the versions of {self.label} came without its end")
            for kind in ("Versions", "DeleteMarkers"):
                found += [_version(each, deleted=kind != "Versions") for each in page.get(kind, ()) if each["Key"] == self.key]
            if not page.get("IsTruncated") or page["NextKeyMarker"] > self.key:
                break
            said = {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page.get("NextVersionIdMarker")}
            more = {name: value for name, value in said.items() if value}
        return [each for _, each in sorted(found, key=lambda pair: (pair[0], pair[1].modified), reverse=True)]

    def read(self, version: Version) -> Body:
        """By its version id, asked again where the answer breaks off."""
        from botocore.exceptions import BotoCoreError

        if version.size > LARGEST:
            raise RestoreFailedError(f"{self.label} has {version.size} bytes", f"More than {LARGEST} bytes are no state.")
        why = ""
        for _ in range(READINGS):
            try:
                found = self._s3.call("GetObject", ("NoSuchKey", "NoSuchVersion"), Bucket=self.bucket, Key=self.key, VersionId=version.id)
                content: bytes = found["Body"].read()
            except RefusedError as error:
                raise RestoreFailedError(f"version {version.id} of {self.label} is gone ({error.code})", "Somebody removed it.") from None
            except (BotoCoreError, OSError) as error:
                why = type(error).__name__
                continue
            return Body(content, str(found.get("ServerSideEncryption") or ""), str(found.get("SSEKMSKeyId") or ""))
        raise TransientError(f"{self.label} broke off {READINGS} times ({why})")

    def versioning(self) -> str:
        """Of the bucket."""
        return str(self._s3.call("GetBucketVersioning", Bucket=self.bucket).get("Status") or OFF)

    def digest(self) -> str | None:
        """The row that Terraform writes after each write of the state."""
        if not self.table:
            return None
        row = {"LockID": {"S": f"{self.bucket}/{self.key}{ENDING}"}}
        try:
            found = self._dynamodb.call(
                "GetItem", ("ResourceNotFoundException",), TableName=self.table, Key=row, ConsistentRead=True, ProjectionExpression=DIGEST
            )
        except RefusedError:
            raise RestoreFailedError(f"there is no table {self.table}", "Check lock_table and region.") from None
        said = str(found.get("Item", {}).get(DIGEST, {}).get("S", ""))
        if not said:
            raise RestoreFailedError(
                f"the table {self.table} has no digest of {self.label}", "Terraform does not write with this table: remove lock_table."
            )
        return said


def _version(entry: dict[str, Any], *, deleted: bool) -> tuple[bool, Version]:
    """Whether S3 calls it the latest, by which two of one second are told apart; and the version or marker."""
    modified = entry["LastModified"].astimezone(datetime.UTC)
    return bool(entry.get("IsLatest")), Version(str(entry.get("VersionId") or "null"), modified, int(entry.get("Size") or 0), deleted)

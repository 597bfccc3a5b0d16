"""What the doctor writes: below a prefix of this run alone, noted by key and version, and removed by key and version."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from recoverable.model.errors import InputError
from recoverable.state_backend.calls import Aws, CallError, UnreachableError
from recoverable.state_backend.names import DOCTOR
from recoverable.state_backend.settings import S3Backend

MARK = "recoverable-doctor"
"""The name of the metadata, and of the attribute in the table, that hold the run's number."""
NOT_DONE = (CallError, UnreachableError, InputError)
"""A removal that meets one of these was not done: credentials may have expired since."""
GONE = ("NoSuchKey", "NoSuchVersion", "404")


@dataclass(frozen=True, slots=True)
class Leftover:
    """Something of ours that is still there. ``command`` removes it."""

    place: str
    command: str


class Scratch:
    """The objects and rows of one run of the doctor. Its methods raise what :class:`Aws` raises."""

    def __init__(self, aws: Aws, backend: S3Backend) -> None:
        self.aws = aws
        self.backend = backend
        self.run = secrets.token_hex(16)
        self.prefix = f"{DOCTOR}{self.run}/"
        self._versions: list[tuple[str, str]] = []
        self._tried: set[str] = set()
        self._rows: set[str] = set()
        self._lock = threading.Lock()

    def put(self, name: str, body: bytes, *, headers: bool = True, only_if_absent: bool = False) -> str:
        """Write an object as the clients do, and give its version ("" where the bucket gives none).

        ``headers``: with the encryption headers that the printed settings make clients send.
        """
        key = self._key(name)
        with self._lock:
            self._tried.add(key)
        more: dict[str, Any] = sse_headers(self.backend) if headers else {}
        more |= {"IfNoneMatch": "*"} if only_if_absent else {}
        said = self.aws.call(
            "s3",
            "put_object",
            once=only_if_absent,
            Bucket=self.backend.bucket,
            Key=key,
            Body=body,
            ContentType="application/json",
            ChecksumAlgorithm="SHA256",
            Metadata={MARK: self.run},
            **more,
        )
        return self._note(key, said)

    def get(self, name: str, version: str = "") -> bytes:
        """An object, or an older version of it."""
        more: dict[str, Any] = {"VersionId": version} if version else {}
        return self.aws.body(Bucket=self.backend.bucket, Key=self._key(name), **more)

    def head(self, name: str) -> dict[str, Any]:
        """The headers of an object."""
        return self.aws.call("s3", "head_object", Bucket=self.backend.bucket, Key=self._key(name))

    def delete(self, name: str) -> None:
        """Delete as clients do, without a version; the delete marker is noted."""
        key = self._key(name)
        said = self.aws.call("s3", "delete_object", Bucket=self.backend.bucket, Key=key)
        if said.get("DeleteMarker"):
            self._note(key, said)

    def names(self, below: str) -> list[str]:
        """What lies below a folder of the scratch, by name."""
        found: list[str] = []
        more: dict[str, Any] = {}
        while True:
            page = self.aws.call("s3", "list_objects_v2", Bucket=self.backend.bucket, Prefix=self._key(below), **more)
            found += [str(each["Key"]).removeprefix(self.prefix) for each in page.get("Contents", ())]
            if not page.get("IsTruncated"):
                return found
            more = {"ContinuationToken": str(page["NextContinuationToken"])}

    def row(self, name: str) -> str:
        """The LockID of a row, as Terraform makes it of bucket and key; it is noted."""
        lock = f"{self.backend.bucket}/{self._key(name)}"
        with self._lock:
            self._rows.add(lock)
        return lock

    def clean(self) -> list[Leftover]:
        """Remove everything that this run wrote, and give what is still there. Does not raise for what cannot be removed."""
        left = list(self._clean_rows())
        for key, version in reversed(self._versions):
            try:
                self._remove(key, version)
            except NOT_DONE:
                continue  # found again below
        return left + self._still_there()

    def noted(self) -> list[Leftover]:
        """Everything that was written, whether it is there or not; without a version where the answer to a write was lost."""
        answered = {key for key, _ in self._versions}
        versions = [*self._versions, *((key, "") for key in sorted(self._tried - answered))]
        return [*(self._row_left(lock) for lock in sorted(self._rows)), *(self._leftover(key, version) for key, version in versions)]

    @property
    def wrote(self) -> bool:
        """Whether anything was written, or tried to."""
        return bool(self._tried or self._rows)

    def _still_there(self) -> list[Leftover]:
        """What is listed below the prefix of this run: an answer was lost, or a removal refused. Tried once more, then told."""
        try:
            listed = list(self._listed())
        except NOT_DONE:
            return self.noted()  # nobody can be asked what is there: whatever was written may be
        return [self._leftover(key, version) for key, version, is_marker in listed if not self._gone_now(key, version, is_marker)]

    def _gone_now(self, key: str, version: str, is_marker: bool) -> bool:
        """Whether one that is still listed could be removed: only what this run tried to write, and what says that it is of this run."""
        if key not in self._tried:
            return False
        try:
            if not is_marker and not self._is_ours(key, version):
                return False
            self._remove(key, version)
        except NOT_DONE:
            return False
        return True

    def _listed(self) -> Iterator[tuple[str, str, bool]]:
        more: dict[str, Any] = {}
        while True:
            page = self.aws.call("s3", "list_object_versions", Bucket=self.backend.bucket, Prefix=self.prefix, **more)
            for kind in ("Versions", "DeleteMarkers"):
                for each in page.get(kind, ()):
                    yield str(each["Key"]), str(each["VersionId"]), kind == "DeleteMarkers"
            if not page.get("IsTruncated"):
                return
            more = {"KeyMarker": str(page["NextKeyMarker"]), "VersionIdMarker": str(page["NextVersionIdMarker"])}

    def _is_ours(self, key: str, version: str) -> bool:
        more: dict[str, Any] = {} if version == "null" else {"VersionId": version}
        held = self.aws.call("s3", "head_object", Bucket=self.backend.bucket, Key=key, **more)
        return bool(held.get("Metadata", {}).get(MARK) == self.run)

    def _remove(self, key: str, version: str) -> None:
        if not key.startswith(self.prefix):  # never anything but what this run wrote
            raise AssertionError("a key outside of this run's own prefix")
        more: dict[str, Any] = {"VersionId": version} if version else {}
        try:
            self.aws.call("s3", "delete_object", Bucket=self.backend.bucket, Key=key, **more)
        except CallError as error:
            if error.code not in GONE:
                raise

    def _clean_rows(self) -> Iterator[Leftover]:
        """A row goes only while it says that it is of this run."""
        for lock in sorted(self._rows):
            table = self.backend.lock_table
            try:
                self.aws.call(
                    "dynamodb",
                    "delete_item",
                    TableName=table,
                    Key={"LockID": {"S": lock}},
                    ConditionExpression="#mark = :run",
                    ExpressionAttributeNames={"#mark": MARK},
                    ExpressionAttributeValues={":run": {"S": self.run}},
                )
            except CallError as error:
                if error.code in ("ConditionalCheckFailedException", "ResourceNotFoundException", "ValidationException"):
                    continue  # there is no such row of ours
                yield self._row_left(lock)
            except (UnreachableError, InputError):
                yield self._row_left(lock)

    def _row_left(self, lock: str) -> Leftover:
        table, where = self.backend.lock_table, self._where()
        key = f'\'{{"LockID": {{"S": "{lock}"}}}}\''
        return Leftover(f"dynamodb {table}: {lock}", f"aws dynamodb delete-item --table-name {table} --key {key}{where}")

    def _leftover(self, key: str, version: str) -> Leftover:
        bucket = self.backend.bucket
        place = f"s3://{bucket}/{key}" + (f" version {version}" if version else "")
        more = f" --version-id {version}" if version else ""
        return Leftover(place, f"aws s3api delete-object --bucket {bucket} --key {key}{more}{self._where()}")

    def _where(self) -> str:
        endpoint = f" --endpoint-url {self.backend.endpoint}" if self.backend.endpoint else ""
        return f" --region {self.backend.region}{endpoint}"

    def _note(self, key: str, said: dict[str, Any]) -> str:
        version = str(said.get("VersionId") or "")
        with self._lock:
            self._versions.append((key, version))
        return version

    def _key(self, name: str) -> str:
        return f"{self.prefix}{name}"


def sse_headers(backend: S3Backend) -> dict[str, str]:
    """What the printed settings make Terraform and Pulumi send with each object."""
    if backend.kms_key:
        return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": backend.kms_key}
    return {"ServerSideEncryption": "AES256"}

"""A ledger in an S3 bucket: an object per record, written with If-None-Match, locked where the bucket has object lock."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, TypeVar

from recoverable.drill.contract import TransientError
from recoverable.drill.evidence import GENESIS, Record, canonical, chained
from recoverable.drill.ledger import Entry, Head, LedgerError, chain_faults, entry

T = TypeVar("T")
ATTEMPTS = 20
"""So many other drills may finish at the same moment before one gives up."""
_TAKEN = ("PreconditionFailed", "ConditionalRequestConflict")
_BUSY = ("SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout", "Throttling", "ThrottlingException", "RequestLimitExceeded")
_NO_LOCK = ("ObjectLockConfigurationNotFoundError", "NoSuchObjectLockConfiguration")


class S3Ledger:
    """The ledger below a prefix. Two drills that end at once get two numbers: the second write of a number is refused by S3."""

    def __init__(self, bucket: str, prefix: str, lock_days: int, client: Any = None) -> None:
        self.bucket = bucket
        self.prefix = f"{prefix}/" if prefix else ""
        self.lock_days = lock_days
        self._client = client

    @property
    def place(self) -> str:
        """``s3://bucket/prefix``."""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")

    def entries(self) -> Iterator[Entry]:
        """All objects, by number."""
        for key in self._keys():
            yield entry(key.removeprefix(self.prefix), self._ask(partial(self._body, key)))

    def head(self) -> Head | None:
        """A bucket needs no head beside the records: its own list of versions tells what was removed."""
        return None

    def removed(self) -> Iterator[str]:
        """Keys with a delete marker or an older version; needs s3:ListBucketVersions and says so where it is missing."""
        pages = self._s3().get_paginator("list_object_versions").paginate(Bucket=self.bucket, Prefix=self.prefix)
        changed: set[str] = set()
        for page in self._ask(lambda: list(pages)):
            changed.update(each["Key"] for each in page.get("DeleteMarkers", ()))
            changed.update(each["Key"] for each in page.get("Versions", ()) if not each["IsLatest"])
        return iter(sorted(key.removeprefix(self.prefix) for key in changed if _is_record(key, self.prefix)))

    def append(self, record: Mapping[str, Any]) -> Record:
        """Put the next number; where another drill was faster, chain to its record and try the one after."""
        lock = self._lock()
        for _ in range(ATTEMPTS):
            entries = list(self.entries())
            fault = next(iter(chain_faults(entries)), None)
            if fault:
                raise LedgerError(f"{self.place} is broken at {fault.place}: {fault.what}. Name a new prefix with --ledger")
            last = entries[-1].data if entries else None
            new = chained(record, len(entries) + 1, str(last["hash"]) if last else GENESIS)
            if self._put(new, lock):
                return new
        raise LedgerError(f"{self.place} could not be written: other drills were faster {ATTEMPTS} times in a row")

    def _put(self, record: Record, lock: Mapping[str, Any]) -> bool:
        from botocore.exceptions import ClientError

        key = f"{self.prefix}{record['sequence']:09d}.json"
        put = lambda: self._s3().put_object(  # noqa: E731 - one call, handed to _ask
            Bucket=self.bucket,
            Key=key,
            Body=canonical(record),
            ContentType="application/json",
            IfNoneMatch="*",
            ChecksumAlgorithm="SHA256",
            **lock,
        )
        try:
            self._ask(put, passes=_TAKEN)
        except ClientError:
            return False
        return True

    def _body(self, key: str) -> bytes:
        found: bytes = self._s3().get_object(Bucket=self.bucket, Key=key)["Body"].read()
        return found

    def _lock(self) -> dict[str, Any]:
        """How to lock a record: by the bucket's own default, else for ``lock_days`` in governance mode; not at all without object lock."""
        from botocore.exceptions import ClientError

        try:
            found = self._ask(lambda: self._s3().get_object_lock_configuration(Bucket=self.bucket), passes=_NO_LOCK)
        except ClientError:
            return {}
        configuration = found.get("ObjectLockConfiguration", {})
        if configuration.get("ObjectLockEnabled") != "Enabled" or configuration.get("Rule"):
            return {}
        until = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=self.lock_days)
        return {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": until}

    def _keys(self) -> list[str]:
        pages = self._s3().get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix)
        keys = [each["Key"] for page in self._ask(lambda: list(pages)) for each in page.get("Contents", ())]
        return sorted(key for key in keys if _is_record(key, self.prefix))

    def _s3(self) -> Any:
        if self._client is None:
            import boto3
            from botocore.config import Config

            self._client = boto3.client(
                "s3", config=Config(retries={"mode": "adaptive", "max_attempts": 8}, connect_timeout=10, read_timeout=60)
            )
        return self._client

    def _ask(self, call: Callable[[], T], passes: tuple[str, ...] = ()) -> T:
        """Call S3; its errors become ours, but for those the caller knows.

        Raises:
            ClientError: one of ``passes``.
            LedgerError: S3 refuses.
            TransientError: nobody answered.
        """
        from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, HTTPClientError

        try:
            return call()
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in passes:
                raise
            if code in _BUSY:
                raise TransientError(f"{self.place}: S3 answers {code} after all retries") from None
            raise LedgerError(f"{self.place}: S3 refuses {error.operation_name} with {code}") from None
        except (EndpointConnectionError, HTTPClientError) as error:
            raise TransientError(f"{self.place}: S3 cannot be reached ({type(error).__name__})") from None
        except BotoCoreError as error:
            raise LedgerError(f"{self.place}: {type(error).__name__}") from None


def _is_record(key: str, prefix: str) -> bool:
    name = key.removeprefix(prefix)
    return len(name) == len("000000001.json") and name.endswith(".json") and name[:9].isdecimal()

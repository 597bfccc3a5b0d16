"""Where copies lie: a folder, or below a prefix of a bucket. Nothing that is there is ever overwritten or removed."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from recoverable.model.errors import InputError
from recoverable.state_backend.calls import Aws, CallError
from recoverable.state_backend.copies import gcs_place
from recoverable.state_backend.gcs_calls import Gcs

SCHEME = "s3://"


class Place(Protocol):
    """Holds the files of copies, by a path with slashes."""

    label: str

    def write(self, path: str, data: bytes) -> None:
        """Write a file that is not there yet."""

    def read(self, path: str) -> bytes:
        """Read a file."""


class Folder:
    """A folder of this machine, or of a disk mounted on it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.label = str(path)

    def write(self, path: str, data: bytes) -> None:
        """Write a file that this user alone can read; on the disk on return.

        Raises:
            InputError: it is there already.
            OSError: it cannot be written.
        """
        from recoverable.state_backend.copies.private_files import write_new

        write_new(self.path / path, data)

    def read(self, path: str) -> bytes:
        """Raises InputError where it cannot be read."""
        try:
            return (self.path / path).read_bytes()
        except OSError as error:
            raise InputError(f"it cannot be read: {error.strerror}", str(self.path / path), "Name the folder of one copy.") from None


class Bucket:
    """Below a prefix of a bucket, which may be of another account or another provider of S3."""

    def __init__(self, aws: Aws, bucket: str, prefix: str) -> None:
        self.aws, self.bucket = aws, bucket
        self.prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self.label = f"{SCHEME}{bucket}/{self.prefix}".rstrip("/")

    def write(self, path: str, data: bytes) -> None:
        """Raises what :meth:`Aws.call` raises, and InputError where the object is there already."""
        try:
            self.aws.call(
                "s3",
                "put_object",
                once=True,
                Bucket=self.bucket,
                Key=f"{self.prefix}{path}",
                Body=data,
                ChecksumAlgorithm="SHA256",
                IfNoneMatch="*",
            )
        except CallError as error:
            if error.code in ("PreconditionFailed", "412"):
                raise InputError("there is such a copy already", f"{self.label}/{path}", "Try again.") from None
            raise

    def read(self, path: str) -> bytes:
        """Raises what :meth:`Aws.call` raises, and InputError where it is not there."""
        try:
            return self.aws.body(Bucket=self.bucket, Key=f"{self.prefix}{path}")
        except CallError as error:
            if error.code in ("NoSuchKey", "NoSuchBucket", "404"):
                raise InputError(
                    "there is no such object", f"{self.label}/{path}", "Name one copy: its folder has a manifest.json."
                ) from None
            raise


def place_of(text: str, aws: Aws) -> Place:
    """``s3://bucket/prefix``, ``gs://bucket/prefix``, or a folder.

    Raises:
        InputError: it is none of them.
    """
    for scheme in (SCHEME, gcs_place.SCHEME):
        if text.startswith(scheme):
            bucket, _, prefix = text.removeprefix(scheme).partition("/")
            if not bucket:
                raise InputError("names no bucket", text, f"Write {scheme}bucket/prefix.")
            return Bucket(aws, bucket, prefix) if scheme == SCHEME else gcs_place.GcsPlace(Gcs(bucket), prefix)
    if "://" in text:
        raise InputError("is neither a folder nor s3://bucket/prefix nor gs://bucket/prefix", text, "Copies go to one of these.")
    return Folder(Path(text).expanduser().absolute())

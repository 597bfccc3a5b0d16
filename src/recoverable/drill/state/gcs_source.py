"""A state in a bucket of Cloud Storage with its generations. Reads only."""

from __future__ import annotations

from recoverable.drill.contract import RestoreFailedError
from recoverable.drill.gcs import checksums
from recoverable.drill.gcs.api import GcsApi, is_missing
from recoverable.drill.gcs.bucket import GcsBucket
from recoverable.drill.gcs.refusals import explain
from recoverable.drill.objects.buckets import About
from recoverable.drill.objects.versions import Version as Generation
from recoverable.drill.rest.client import RefusedError
from recoverable.drill.state.history import LARGEST, OFF, Body, Version


class GcsSource:
    """One object. Terraform's backend and Pulumi's keep no digest of it beside it."""

    in_a_bucket = True

    def __init__(self, api: GcsApi, bucket: str, key: str) -> None:
        self.label = f"gs://{bucket}/{key}"
        self._api, self._key = api, key
        self._bucket = GcsBucket(api, bucket, key, "state")

    def versions(self) -> list[Version]:
        """Generations, and deletions where an object was deleted."""
        return [Version(each.id, each.modified, each.size, each.marker) for each in self._bucket.history(self._key)]

    def read(self, version: Version) -> Body:
        """By its generation; what came must have the checksum that Cloud Storage noted when it was written."""
        if version.size > LARGEST:
            raise RestoreFailedError(f"{self.label} has {version.size} bytes", f"More than {LARGEST} bytes are no state.")
        about = self._bucket.head(Generation(self._key, version.id, version.modified, latest=False))
        if not isinstance(about, About):
            raise RestoreFailedError(f"generation {version.id} of {self.label} cannot be read ({about})", "Is it gone, or not allowed?")
        pieces: list[bytes] = []
        digesters: list[checksums.Digester] = []
        crc = about.noted is not None and about.noted[0] == checksums.CRC32C

        def begin() -> _Taker:
            pieces.clear()
            digesters.append(checksums.Digester(crc=crc))
            return _Taker(pieces, digesters[-1])

        try:
            self._api.content(self._bucket.name, self._key, begin, version.id)
        except RefusedError as error:
            if is_missing(error):
                raise RestoreFailedError(f"generation {version.id} of {self.label} is gone", "Somebody removed it.") from None
            raise explain(f"generation {version.id} of {self.label} cannot be read", error) from None
        if about.noted is not None and not digesters[-1].found().is_as_noted(*about.noted):
            raise RestoreFailedError(
                f"generation {version.id} of {self.label} has not the {about.noted[0]} that was noted when it was written",
                "Restore another.",
            )
        return Body(b"".join(pieces), about.encryption, about.key)

    def versioning(self) -> str:
        """Of the bucket."""
        return self._bucket.versioning() or OFF

    def digest(self) -> None:
        """There is none."""


class _Taker:
    """Keeps the pieces, and has them counted."""

    def __init__(self, pieces: list[bytes], digester: checksums.Digester) -> None:
        self._pieces, self._digester = pieces, digester

    def __call__(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._digester(piece)

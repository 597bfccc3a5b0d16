"""Copies below a prefix of a bucket in Cloud Storage. Nothing that is there is ever overwritten or removed."""

from __future__ import annotations

from recoverable.model.errors import InputError
from recoverable.state_backend.calls import CallError
from recoverable.state_backend.gcs_calls import Gcs

SCHEME = "gs://"


class GcsPlace:
    """With application default credentials, which need ``storage.objects.create`` and ``storage.objects.get`` there, and no right to delete."""

    def __init__(self, gcs: Gcs, prefix: str) -> None:
        self.gcs = gcs
        self.prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self.label = f"{SCHEME}{gcs.bucket}/{self.prefix}".rstrip("/")

    def write(self, path: str, data: bytes) -> None:
        """Write only where there is no live object of the name (``ifGenerationMatch=0``).

        Raises:
            InputError: the object is there already, or there is no such bucket.
            CallError: Cloud Storage refuses.
            UnreachableError: nobody answered; it may have been written.
        """
        try:
            self.gcs.insert(f"{self.prefix}{path}", data, {}, only_if_absent=True)
        except CallError as error:
            if error.code == "412":
                raise InputError("there is such a copy already", f"{self.label}/{path}", "Try again.") from None
            if error.code == "404":
                raise InputError("there is no such bucket", self.label, "Make it, or mend the name.") from None
            raise

    def read(self, path: str) -> bytes:
        """Raises what :class:`Gcs` raises, and InputError where it is not there."""
        try:
            return self.gcs.body(f"{self.prefix}{path}")
        except CallError as error:
            if error.code == "404":
                fix = "Name one copy: its folder has a manifest.json."
                raise InputError("there is no such object", f"{self.label}/{path}", fix) from None
            raise

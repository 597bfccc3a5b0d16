"""What the steps of one run share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from recoverable.state_backend.calls import Aws, CallError
from recoverable.state_backend.doctor.scratch import Leftover, Scratch
from recoverable.state_backend.doctor.step import CouldNotRunError, FailedError
from recoverable.state_backend.settings import GcsBackend, S3Backend

STATE = "terraform.tfstate"
"""The name of the scratch state."""


class Objects(Protocol):
    """What the doctor writes, wherever: below a prefix of this run alone, noted, and removed by version."""

    run: str

    def put(self, name: str, body: bytes, *, headers: bool = True, only_if_absent: bool = False) -> str:
        """Write an object as the clients do, and give its version."""

    def get(self, name: str, version: str = "") -> bytes:
        """An object, or an older version of it."""

    def delete(self, name: str) -> None:
        """Delete as clients do."""

    def names(self, below: str) -> list[str]:
        """What lies below a folder of the scratch, by name."""

    def clean(self) -> list[Leftover]:
        """Remove everything that this run wrote, and give what is still there."""

    def noted(self) -> list[Leftover]:
        """Everything that was written, whether it is there or not."""

    @property
    def wrote(self) -> bool:
        """Whether anything was written, or tried to."""


@dataclass(kw_only=True)
class CommonVisit:
    """A run of the doctor on one backend. ``first_version`` is that of the scratch state, once it is written."""

    backend: S3Backend | GcsBackend
    scratch: Objects
    first_version: str = ""
    bodies: dict[str, bytes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    """What the report says beside the steps."""
    unhonoured: ClassVar[str]
    """What to do where a write "only if absent" is not honoured."""
    deletion: ClassVar[str]
    """The permission that releases a lock, which is the name of the call, too."""

    def fix_policy(self) -> str:
        """What to do where something is denied."""
        return f"Compare the identity's policy with `recoverable state-backend iam-policy {self.backend.name} --for doctor`, then the bucket's and the key's own."

    def unreadable(self, error: CallError, action: str) -> CouldNotRunError | FailedError:
        """What a setting that cannot be read means."""
        if error.denied:
            return CouldNotRunError(f"it cannot be read without {action}", self.fix_policy())
        return CouldNotRunError(f"it cannot be read: {error}", "Look at the bucket by hand.")

    def refused(self, error: CallError, what: str) -> FailedError:
        """What it means that something that clients do is refused."""
        if error.denied:
            return FailedError(f"{what} is denied: {error}", self.fix_policy())
        return FailedError(f"{what} is refused: {error}", "Look up the code in the API's reference; a client would meet the same.")


@dataclass(kw_only=True)
class Visit(CommonVisit):
    """Of a backend in S3."""

    backend: S3Backend
    scratch: Scratch
    aws: Aws
    unhonoured = (
        "The server does not honour If-None-Match on PUT. Use another one, or set lock_table and the block that `show` prints with it."
    )
    deletion = "s3:DeleteObject"

"""What the steps of one run share."""

from __future__ import annotations

from dataclasses import dataclass, field

from recoverable.state_backend.calls import Aws, CallError
from recoverable.state_backend.doctor.scratch import Scratch
from recoverable.state_backend.doctor.step import CouldNotRunError, FailedError
from recoverable.state_backend.settings import S3Backend

STATE = "terraform.tfstate"
"""The name of the scratch state."""


@dataclass
class Visit:
    """A run of the doctor on one backend. ``first_version`` is that of the scratch state, once it is written."""

    backend: S3Backend
    aws: Aws
    scratch: Scratch
    first_version: str = ""
    bodies: dict[str, bytes] = field(default_factory=dict)

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

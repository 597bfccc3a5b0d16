"""The names below which state, locks, history and backups lie in a bucket, and of which ARNs are made.

Terraform: https://developer.hashicorp.com/terraform/language/backend/s3. Pulumi: ``pkg/backend/diy`` of its repository.
"""

from dataclasses import dataclass

WORKSPACES = "env:"
"""Terraform's workspace_key_prefix by default."""
LOCK = ".tflock"
DOCTOR = ".recoverable-doctor/"
"""Below this the doctor writes, and nowhere else. Neither Terraform nor Pulumi looks there."""


@dataclass(frozen=True)
class Layout:
    """``pulumi`` is the folder of Pulumi's state with a slash at its end, or ""; days are those of versions of locks and of Pulumi's backups."""

    keys: tuple[str, ...]
    workspaces: tuple[str, ...]
    pulumi: str
    lock_days: int
    backup_days: int

    @property
    def workspace_keys(self) -> tuple[str, ...]:
        """Where the state of named workspaces lies."""
        return tuple(f"{WORKSPACES}/{name}/{key}" for name in self.workspaces for key in self.keys)

    @property
    def terraform_locks(self) -> tuple[str, ...]:
        """Terraform's lock files."""
        return tuple(f"{key}{LOCK}" for key in (*self.keys, *self.workspace_keys))

    @property
    def pulumi_root(self) -> str:
        """Everything that Pulumi writes lies below this."""
        return f"{self.pulumi}.pulumi/"


def partition_of(region: str | None) -> str:
    """The partition of a region, as ARNs begin with it."""
    parts = {"cn-": "aws-cn", "us-gov-": "aws-us-gov", "us-iso-": "aws-iso", "us-isob-": "aws-iso-b", "eu-isoe-": "aws-iso-e"}
    return next((name for start, name in parts.items() if (region or "").startswith(start)), "aws")

"""The versions of one state: where they lie, which one was current at a time, which one came before it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Protocol

from recoverable.drill.contract import RestoreFailedError
from recoverable.drill.target import RecoveryTarget, TargetKind

LARGEST = 256 * 2**20
"""Bytes. Terraform's and Pulumi's states are some megabytes; what is larger is no state, and would not fit into a small runner's memory."""
ENABLED, SUSPENDED, OFF = "Enabled", "Suspended", "off"


@dataclass(frozen=True, slots=True)
class Version:
    """One version; ``deleted`` marks a delete marker, which has no content. ``modified`` is in UTC, ``size`` in bytes."""

    id: str
    modified: datetime.datetime
    size: int
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """The content of a version, and how it was encrypted where it lay ("" where it was not, or a folder cannot tell)."""

    content: bytes
    encryption: str = ""
    key: str = ""


class Source(Protocol):
    """Where versions lie. Nothing is written there, and no lock is taken."""

    label: str
    in_a_bucket: bool

    def versions(self) -> list[Version]:
        """All of them, the newest first.

        Raises:
            RestoreFailedError: they cannot be read.
            TransientError: nobody answered.
        """

    def read(self, version: Version) -> Body:
        """One of them, whole; raises the same."""

    def versioning(self) -> str:
        """``Enabled``, ``Suspended`` or ``off``; raises the same."""

    def digest(self) -> str | None:
        """The MD5 that Terraform wrote down of the newest version; None where the settings name no table.

        Raises:
            RestoreFailedError: the table has none, or cannot be read.
            TransientError: nobody answered.
        """


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is restored: the version that was current at the target, and the one before it. ``removed`` is when the state was deleted."""

    wanted: Version
    older: Version | None
    removed: datetime.datetime | None
    kept: int


def choose(versions: list[Version], target: RecoveryTarget, label: str) -> Chosen:
    """The versions to restore. Of latest it is the newest that there is, though the state was deleted since.

    Raises:
        RestoreFailedError: there was none at that time.
    """
    moment = target.time if target.kind is TargetKind.TIME else None
    until = [each for each in versions if moment is None or each.modified <= moment]
    held = [each for each in until if not each.deleted]
    if not held:
        raise RestoreFailedError(f"{label} had no version {'then' if moment else 'at all'}", "Check url and target.")
    removed = until[0].modified if until[0].deleted else None
    if removed is not None and moment is not None:
        raise RestoreFailedError(f"{label} had been deleted at {removed.isoformat()}", "Choose a time before.")
    return Chosen(held[0], held[1] if len(held) > 1 else None, removed, sum(not each.deleted for each in versions))

"""What the engine and the rungs need of a bucket, whichever cloud it lies in: one that is only read, and the drill's own scratch bucket."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from recoverable.drill.contract import Resource, RestoreFailedError
from recoverable.drill.objects.versions import Version

GOVERNANCE, COMPLIANCE = "governance", "compliance"
"""A lock that some may lift, and one that nobody may."""
REPLICATED, FAILED = "REPLICA", "FAILED"
UNTOLD = "untold"
"""Said of a version of which the cloud does not tell whether replication brought it."""
GONE = ("NoSuchKey", "NoSuchVersion", "404", "405", "MethodNotAllowed", "notFound")
"""Codes by which a cloud says that there is no such version, or (405) that it is a delete marker."""


@dataclass(frozen=True, slots=True)
class Expiry:
    """The rule that removes noncurrent versions soonest: after so many days, by its id."""

    days: int
    rule: str


@dataclass(frozen=True, slots=True)
class Digest:
    """What an object's whole content is. ``crc32c`` is "" where nobody asked for it, which is slow to compute here."""

    size: int
    sha256: str
    md5: str
    crc32c: str = ""

    def is_as_noted(self, kind: str, value: str) -> bool:
        """Whether it is what a cloud noted: of kind sha256, md5 or crc32c, in hexadecimal digits."""
        return {"sha256": self.sha256, "md5": self.md5, "crc32c": self.crc32c}[kind] == value


@dataclass(frozen=True, slots=True)
class Lock:
    """Until when a version cannot be removed, in governance or compliance mode."""

    mode: str
    until: datetime.datetime


@dataclass(frozen=True, slots=True)
class About:
    """What a cloud says of one version. ``encryption`` is its own word for it, "" for none, with the ``key`` where one is named;
    ``held``: by a hold without an end. ``replication``: how it went, or that replication brought it. ``noted`` is kind and value of a hash of
    the whole content that was noted when it was written, None where there is none.
    """

    encryption: str = ""
    key: str = ""
    locks: tuple[Lock, ...] = ()
    held: bool = False
    replication: str = ""
    noted: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Removed:
    """A version that is gone for good, which the cloud still tells of, until ``kept_until``. ``noncurrent`` is when it was replaced or deleted, None
    where it was removed while it was the object itself.
    """

    version: Version
    when: datetime.datetime
    kept_until: datetime.datetime
    noncurrent: datetime.datetime | None


class ReadableBucket(Protocol):
    """Nothing in it can write. What raises: RestoreFailedError where the cloud refuses, TransientError where nobody answers or not wholly."""

    @property
    def name(self) -> str:
        """Without the scheme."""

    @property
    def prefix(self) -> str:
        """Only what is below it is looked at."""

    @property
    def role(self) -> str:
        """The word for it in reports: source or replica."""

    @property
    def label(self) -> str:
        """``s3://name``."""

    @property
    def cloud(self) -> str:
        """Who is asked, as reports say it."""

    @property
    def same_by(self) -> str:
        """By what an object of the replica is known to be one of the source: its version, or its content."""

    def histories(self) -> Iterator[tuple[str, tuple[Version, ...]]]:
        """Each key with its versions, newest first; keys ascend."""

    def history(self, key: str) -> tuple[Version, ...]:
        """The versions of one key, asked for anew."""

    def removed(self) -> Iterator[Removed]:
        """Versions that are gone for good, where the cloud still tells of them."""

    def head(self, version: Version) -> About | str:
        """What the cloud says of one version, asked once; the code where it cannot be read."""

    def digest(self, version: Version) -> Digest | str:
        """The whole content of one version, read; the code where it cannot be."""

    def location(self) -> Location:
        """Where it lies."""

    def versioning(self) -> str:
        """``Enabled``; else a word for what it is, "" where versions are not kept."""

    def soonest_expiry(self) -> Expiry | None:
        """The shortest life of noncurrent versions below the prefix, or a part of it; None where they are kept for ever."""

    def may_have_ended(self, now: datetime.datetime) -> datetime.datetime | None:
        """Objects written before this may have been ended by a lifecycle rule; None where no rule ends current objects."""

    def may_be_removed(self, now: datetime.datetime) -> datetime.datetime | None:
        """Noncurrent versions written before this may have been removed by a rule that counts from the writing; None where none does."""

    def reaches_back_to(self, now: datetime.datetime) -> datetime.datetime | None:
        """From when on objects can be restored; None where nothing can."""

    def blocks_everybody(self) -> bool:
        """Whether the bucket's own block of public access is wholly on."""

    def open_by(self) -> str:
        """What lets everybody in, "" where nothing does."""

    def open_unknown(self) -> str:
        """Why it cannot be known whether single objects let everybody in, "" where it can."""

    def default_encryption(self) -> tuple[str, str]:
        """The cloud's word and the key for what is written without saying so; two empty texts where there is none."""


@dataclass(frozen=True, slots=True)
class Location:
    """A region, or several of them at once. ``note`` is what the cloud does by itself to keep it in several."""

    name: str
    redundant: bool = False
    note: str = ""


class WritableBucket(Protocol):
    """The drill's own bucket. Everything that a drill writes goes through here."""

    @property
    def name(self) -> str:
        """Its name, which holds the run's."""

    def exists(self) -> bool:
        """Whether there is such a bucket, whosever it is."""

    def make(self, resource: Resource, encryption: tuple[str, str]) -> None:
        """Make it: marked, closed to everybody, encrypted, and with an end. ``encryption`` is the source's own.

        Raises:
            RestoreFailedError: the name is taken.
        """

    def wrong(self, resource: Resource, encryption: tuple[str, str]) -> list[str]:
        """What of it is not as it was ordered, by what the cloud then says of it."""

    def is_closed(self) -> bool:
        """Whether nobody can be let in, asked anew."""

    def copy_in(self, source: ReadableBucket, version: Version, place: str) -> str:
        """Restore one version of another bucket to a place here; the code where the cloud refuses, else ""."""

    def copy_within(self, place: str, other: str) -> None:
        """The same object at another place."""

    def write(self, place: str, content: bytes) -> None:
        """Put an object: the negative control's damage."""

    def drop(self, place: str) -> None:
        """Remove an object: the negative control's damage."""

    def read(self, place: str) -> bytes | str:
        """An object's content; the code where it cannot be read. For objects of the sample that are to be damaged, and heartbeats."""

    def digest(self, place: str, kind: str = "") -> Digest | str:
        """What the whole content is, read from here; with the slow checksum where ``kind`` is its name."""

    def head(self, place: str) -> About | None:
        """What the cloud says of an object here; None where there is none."""

    def places(self, area: str) -> Iterator[tuple[str, int]]:
        """Every object below an area, with its size."""

    def step(self, resource: Resource) -> tuple[bool, str]:
        """One call that deletes, if it is there and if it is the one: whether it is still there, and what stands in the way."""


def taken(name: str) -> RestoreFailedError:
    """Somebody has a bucket of the run's name already."""
    return RestoreFailedError(f"there is a bucket {name} already", "Run `recoverable drill reap`.")

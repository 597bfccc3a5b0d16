"""What a drill read of secrets, in memory alone: values are compared and counted, never shown, hashed, or written anywhere."""

from __future__ import annotations

import datetime
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from recoverable.drill.connection import Secret
from recoverable.drill.contract import RestoreFailedError


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a secret. ``current`` and ``previous`` are what the service calls it now; ``created`` is in UTC; ``gone`` says that
    the service still names it, and has destroyed its value.
    """

    id: str
    created: datetime.datetime
    current: bool
    previous: bool
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Of one secret, without its values. ``deleted`` is when it will be gone (None: never); ``key`` is "" for the cloud's own, ``key_state``
    what its key service says of it. ``versions`` are the newest first.
    """

    deleted: datetime.datetime | None
    key: str
    key_state: str
    versions: tuple[Version, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A version that was to be read: its value, or why not."""

    version: Version | None
    value: Secret | None
    why: str = ""

    @property
    def readable(self) -> bool:
        """Whether something came."""
        return bool(self.value)


@dataclass(frozen=True, slots=True)
class Held:
    """One secret. ``facts`` is None where it is not there (``why`` says so); ``before`` is the version before the chosen one."""

    name: str
    facts: Facts | None
    chosen: Reading
    before: Reading | None
    replica: Reading | None
    why: str = ""

    def keys(self) -> frozenset[str] | None:
        """The keys of its JSON object that have a value; None where it is no object."""
        if self.chosen.value is None:
            return None
        try:
            found = json.loads(self.chosen.value.reveal())
        except (ValueError, RecursionError):
            return None
        return frozenset(name for name, each in found.items() if each not in (None, "")) if isinstance(found, dict) else None


def same(one: Secret | None, other: Secret | None) -> bool:
    """Whether two values are the same, in a time that does not tell where they differ."""
    return one is not None and other is not None and hmac.compare_digest(one.reveal().encode(), other.reveal().encode())


def parts(value: Secret) -> Iterator[Secret]:
    """The value and every text in its JSON."""
    yield value
    try:
        waiting = [json.loads(value.reveal())]
    except (ValueError, RecursionError):
        return
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
        elif isinstance(each, str):
            yield Secret(each)


SHORTEST = 8
"""Letters of a value that is struck out wherever it turns up. Nothing here says a value; shorter ones (a port, a user) are parts of other words."""


def to_conceal(value: Secret, public: str) -> Iterator[Secret]:
    """What has to be struck out of all that is said. What stands in the settings (a name, a region) is no secret, and evidence needs it."""
    return (each for each in parts(value) if len(each.reveal()) >= SHORTEST and each.reveal() not in public)


class SecretSource(Protocol):
    """A service that keeps secrets, in one region. Nothing is written there."""

    region: str

    def names(self, prefix: str) -> list[str]:
        """All that begin so, sorted.

        Raises:
            RestoreFailedError: it cannot be told.
            TransientError: nobody answered.
        """

    def facts(self, name: str) -> Facts | None:
        """None where there is no such secret; raises the same."""

    def read(self, name: str, version: Version) -> Reading:
        """A version, or the code by which the service would not; raises TransientError."""


@dataclass(frozen=True, slots=True)
class SecretsCopy:
    """What was read. ``has_replica`` says whether a replica was asked; ``is_clone`` marks what the negative control may change."""

    service: str
    held: tuple[Held, ...]
    has_replica: bool
    is_clone: bool = False

    def first_read(self) -> None:
        """One value was read.

        Raises:
            RestoreFailedError: none was.
        """
        if not any(each.chosen.readable for each in self.held):
            why = next((each.why or each.chosen.why for each in self.held), "there is none")
            raise RestoreFailedError(f"no secret could be read ({why})", "Look at names, region, and what the drill's identity may do.")

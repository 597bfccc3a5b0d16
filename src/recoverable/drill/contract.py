"""What a provider of restores must do. Few methods, each with its obligations; what it can do is data, not ``if``.

One suite (``tests/drill/conformance``) holds every provider to this text, with faults injected around it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

from recoverable.drill.connection import Secret
from recoverable.drill.restored import Contents as Contents
from recoverable.drill.restored import Files as Files
from recoverable.drill.restored import Restored as Restored
from recoverable.drill.restored import Scratch as Scratch
from recoverable.drill.subject import Subject
from recoverable.drill.target import RecoveryTarget, TargetKind
from recoverable.drill.verdict import RungVerdict


class Phase(str, Enum):
    """The steps of a drill, in their order. Every one has a budget, a progress line and a place in the evidence."""

    PREFLIGHT = "preflight"
    PROVISION = "provision"
    RESTORE = "restore"
    VERIFY = "verify"
    CONTROL = "control"
    MIGRATE = "migrate"
    SMOKE = "smoke"
    HOLD = "hold"
    DESTROY = "destroy"
    RECORD = "record"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can do.

    ``targets`` are the kinds of recovery target it takes; ``granularity`` is how exactly a time is met (RDS: seconds;
    a logical dump: only its own time). ``files`` is true where the restored data directory can be read, which the
    page-level rungs need. ``asynchronous`` marks providers whose resources are made by somebody else and polled;
    ``settle`` is how long something that was made may stay invisible to :meth:`Provider.existing` (eventual consistency).
    ``subject`` says what kind of store it restores, and so which rungs are asked.
    """

    targets: frozenset[TargetKind]
    granularity: datetime.timedelta
    files: bool
    asynchronous: bool
    bills_while_idle: bool
    settle: datetime.timedelta = datetime.timedelta()
    subject: Subject = Subject.POSTGRES


@dataclass(frozen=True, slots=True)
class Store:
    """A store of ``[drill.stores.NAME]``: its name, environment, provider, and the provider's own settings.

    ``folder`` is that of ``recoverable.toml``: relative paths in settings are below it.
    """

    name: str
    environment: str
    provider: str
    settings: Mapping[str, Any]
    folder: Path = Path()


@dataclass(frozen=True, slots=True)
class RestoreWindow:
    """The span of times that can be restored, both ends in UTC. No backups is an empty window, not an exception."""

    earliest: datetime.datetime | None
    latest: datetime.datetime | None
    backup_id: str = ""

    @property
    def empty(self) -> bool:
        """Nothing can be restored."""
        return self.earliest is None or self.latest is None

    def holds(self, time: datetime.datetime) -> bool:
        """Whether a time lies inside."""
        return self.earliest is not None and self.latest is not None and self.earliest <= time <= self.latest


@dataclass(frozen=True, slots=True)
class Check:
    """One answer of a preflight, or of any step that is recorded beside the ladder."""

    name: str
    verdict: RungVerdict
    detail: str
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Resource:
    """Something that a drill made and must take away again.

    ``kind`` and ``name`` are exact (never a prefix or pattern). ``run`` is the id that was written on it as a tag (or a
    marker file) when it was made, and ``expires`` when the reaper may take it though its run says nothing.
    """

    provider: str
    kind: str
    name: str
    run: str
    expires: datetime.datetime
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Leftover:
    """A resource that still exists, why it could not be removed, and the command by which a person can."""

    resource: Resource
    reason: str
    command: str


class Clock(Protocol):
    """Time as a parameter, so that tests need not wait."""

    def now(self) -> datetime.datetime:
        """The time of day, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds since some moment, for durations."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class Run(Protocol):
    """One drill in progress, as a provider sees it."""

    @property
    def id(self) -> str:
        """Unique, made of ``[a-z0-9-]``, at most 30 characters, so that it fits into every cloud's names."""

    @property
    def expires(self) -> datetime.datetime:
        """When the reaper may take what this run has made."""

    @property
    def clock(self) -> Clock:
        """Where time comes from."""

    @property
    def folder(self) -> Path:
        """A folder of this run alone (mode 0700), removed with it."""

    def intend(self, resource: Resource) -> None:
        """Write on disk, synchronously, that a resource is about to be made. Called BEFORE the call that makes it."""

    def gone(self, resource: Resource) -> None:
        """Write on disk that a resource is known not to exist any more: it was seen, removed, and then seen to be gone."""

    def phase(self, phase: Phase) -> AbstractContextManager[None]:
        """Enter a phase: a progress line, a budget, a place in the evidence."""

    def note(self, text: str) -> None:
        """Say on stderr how it goes; secrets that the run knows are struck out."""

    def conceal(self, secret: Secret) -> None:
        """Let the run know a secret, so that it is struck out of every line, exception and record. As soon as it is known."""

    def check_budget(self) -> None:
        """Raise :class:`OverBudgetError` where the current phase has used up its time; called in every polling loop."""


class OverBudgetError(Exception):
    """A phase took longer than its budget. The drill has failed; teardown still runs."""


class RestoreFailedError(Exception):
    """The provider could not restore: what happened and what to do about it, without any secret."""

    def __init__(self, what: str, fix: str = "") -> None:
        super().__init__(what, fix)
        self.what = what
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.what}. {self.fix}" if self.fix else self.what


class TransientError(Exception):
    """The cloud is unreachable or throttles after all retries (exit 5): safe to run again."""


class Provider(Protocol):
    """A way to restore one kind of store.

    Obligations beyond the single methods: it never writes to the source, reaches it with read-only credentials only,
    hands out private or loopback addresses only, and destroys nothing but what carries the tag (or marker) that it wrote.
    """

    name: str
    capabilities: Capabilities

    def window(self, store: Store) -> RestoreWindow:
        """What can be restored now.

        Raises:
            InputError: the store's settings cannot be used.
            RestoreFailedError: what is there cannot be read: no mistake in the settings, but a backup that is none.
            TransientError: nobody answered.
        """

    def preflight(self, store: Store, target: RecoveryTarget, run: Run) -> Iterator[Check]:
        """Everything that can be known before anything is made: window, capacity, keys, versions, proof of the log chain.

        Makes nothing. A check that cannot run says so; it is never skipped in silence.
        """

    def restored(self, store: Store, target: RecoveryTarget, run: Run) -> AbstractContextManager[Restored]:
        """Provision and restore on entry, gone on exit, also after an exception or Ctrl-C in any line between.

        Enters :attr:`Phase.PROVISION` and :attr:`Phase.RESTORE` itself, and :attr:`Phase.DESTROY` on the way out. Every
        resource is announced with :meth:`Run.intend` before it is made. The copy has archiving off, no way out
        (subscriptions, cron, foreign servers) and is promoted. The same run id twice is refused. Teardown raises nothing:
        what it could not remove stays announced, and the engine removes it by :meth:`remove`, or lists it.

        Raises:
            RestoreFailedError: with what to do about it.
            OverBudgetError: from :meth:`Run.check_budget`.
            TransientError: nobody answered; safe to run again.
        """

    def existing(self, resources: tuple[Resource, ...]) -> Iterator[Resource]:
        """What of the intended resources still exists *and carries the run's own tag*, plus whatever else in reach
        carries a tag that this provider writes (a run whose notes were lost). Read-only.

        An answer that is not whole (no tags, half a list) is no answer.

        Raises:
            TransientError: nobody answered, or not wholly.
        """

    def remove(self, resource: Resource) -> Leftover | None:
        """Remove exactly this resource, after reading its tag (or marker) once more; None when it is gone.

        Idempotent. A resource without the tag is not touched and comes back as a leftover that says so.
        """

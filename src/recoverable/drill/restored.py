"""What a restore gives: a database server or something else to look at, how it was come by, and what can be done with it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from recoverable.drill.connection import Connection
from recoverable.drill.target import RecoveryTarget

if TYPE_CHECKING:
    from recoverable.drill.contract import Check


@dataclass(frozen=True, slots=True)
class Files:
    """A restored data directory that can be read. ``backup`` is the untouched backup it came from, where it is a folder."""

    data: Path
    programs: Path
    backup: Path | None = None
    log: Path | None = None


class Contents(Protocol):
    """What a store without a database server hands out. Rungs of its subject know the class behind it, the engine this alone."""

    def first_read(self) -> None:
        """Read one restored thing, really, so that the time to it can be told. Empty is nothing to read, and no failure.

        Raises:
            RestoreFailedError: it cannot be read.
            TransientError: nobody answered.
        """


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore gave.

    ``server`` is a database server's, as a superuser (or the nearest there is) on a private address; None where the store has
    none, and ``contents`` is what it has instead. ``backup_id`` names the backup that was used; ``system_identifier`` and ``timeline`` are what the *backup* says they must be (None where the provider
    cannot know), for the ladder to compare with what the server says. ``backup_stop`` is when the backup ended.
    ``stopped`` stops the copy and starts it again on exit (rungs of stage STOPPED); ``scratch`` makes a clone of it that
    may be damaged and is gone on exit (negative control). Each is None where the provider cannot do it.

    Where the server cannot show how its recovery ended (managed services), ``target_proof`` is how the provider knows; the
    rung ``recovery-target`` takes it. ``checks`` are further answers of the provider about the copy, kept beside the rungs;
    ``reservations`` are doubts that a reader of the evidence must see though everything passed.
    """

    target: RecoveryTarget
    server: Connection | None
    backup_id: str
    files: Files | None = None
    system_identifier: int | None = None
    timeline: int | None = None
    backup_stop: datetime.datetime | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    stopped: Callable[[], AbstractContextManager[None]] | None = None
    scratch: Callable[[], AbstractContextManager[Scratch]] | None = None
    target_proof: Check | None = None
    checks: tuple[Check, ...] = ()
    reservations: tuple[str, ...] = ()
    contents: Contents | None = None

    @property
    def connection(self) -> Connection:
        """The database server's.

        Raises:
            TypeError: this store has none. Only rungs and parts of another subject can ask for it, which is a bug.
        """
        if self.server is None:
            raise TypeError("this store has no database server")
        return self.server


class Scratch(Protocol):
    """A clone of the restored copy for the negative control, announced and removed like everything a drill makes.

    It is not running when it is handed out. ``files`` are its own (damage them), None where the provider has none.
    """

    @property
    def files(self) -> Files | None:
        """The clone's data directory, stopped."""

    def started(self) -> AbstractContextManager[Restored]:
        """Start it; a clone that does not start raises :class:`RestoreFailedError`."""

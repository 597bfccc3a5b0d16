"""The provider ``local``: base backups with an archive, pgBackRest repositories and dumps, restored on this machine."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import AbstractContextManager

from recoverable.drill.contract import Capabilities, Check, Leftover, Resource, Restored, RestoreWindow, Run, Store
from recoverable.drill.local import resources
from recoverable.drill.local.logical import LogicalDrills
from recoverable.drill.local.physical import PhysicalDrills
from recoverable.drill.local.settings import SCHEMA, read
from recoverable.drill.target import RecoveryTarget, TargetKind

__all__ = ["PROVIDER", "SCHEMA", "read"]
NAME = "local"


class LocalProvider:
    """Restores backups with PostgreSQL's own programs, under an account without privileges, on loopback."""

    name = NAME
    capabilities = Capabilities(
        targets=frozenset(TargetKind),
        granularity=datetime.timedelta(0),
        files=True,
        asynchronous=False,
        bills_while_idle=False,
    )

    def __init__(self) -> None:
        self._physical = PhysicalDrills(NAME)
        self._logical = LogicalDrills(NAME)

    def window(self, store: Store) -> RestoreWindow:
        """What can be restored now."""
        return self._drills(store).window(store)

    def preflight(self, store: Store, target: RecoveryTarget, run: Run) -> Iterator[Check]:
        """Window, versions, keys, the proof of the log, space; makes nothing but files in the run's own folder."""
        return self._drills(store).preflight(store, target, run)

    def restored(self, store: Store, target: RecoveryTarget, run: Run) -> AbstractContextManager[Restored]:
        """The copy, while it stands."""
        return self._drills(store).restored(store, target, run)

    def existing(self, resources_: tuple[Resource, ...]) -> Iterator[Resource]:
        """Folders that are ours."""
        return resources.existing(NAME, resources_)

    def remove(self, resource: Resource) -> Leftover | None:
        """A folder, with the server in it."""
        return resources.remove(resource)

    def _drills(self, store: Store) -> PhysicalDrills | LogicalDrills:
        return self._logical if store.settings["dump"] else self._physical


PROVIDER = LocalProvider()

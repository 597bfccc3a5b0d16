"""The provider ``state``: Terraform's and Pulumi's state, the newest version and the one before it, read by the real programs."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from recoverable.drill.aws.where import pausing, region_of_store
from recoverable.drill.clocks import SystemClock
from recoverable.drill.contract import Capabilities, Check, Clock, Leftover, Resource, Restored, RestoreWindow, Run, Store
from recoverable.drill.gcs.connecting import Connecting
from recoverable.drill.local import resources
from recoverable.drill.rest.client import TIMEOUT
from recoverable.drill.state import preflight
from recoverable.drill.state.folder_source import FolderSource
from recoverable.drill.state.gcs_source import GcsSource
from recoverable.drill.state.history import Source
from recoverable.drill.state.permissions import policy as permissions
from recoverable.drill.state.s3_source import S3Source
from recoverable.drill.state.settings import GCS, SCHEMA, read
from recoverable.drill.state.standing_copy import Copy, reader_of
from recoverable.drill.subject import Subject
from recoverable.drill.target import RecoveryTarget, TargetKind

__all__ = ["PROVIDER", "SCHEMA", "permissions", "read"]
NAME = "state"


class StateProvider:
    """Only reads where the state lies, takes no lock there, and writes into a closed folder of its own."""

    name = NAME
    capabilities = Capabilities(
        targets=frozenset({TargetKind.LATEST, TargetKind.TIME}),
        granularity=datetime.timedelta(seconds=1),
        files=False,
        asynchronous=False,
        bills_while_idle=False,
        subject=Subject.STATE,
    )

    def __init__(self, clock: Clock | None = None, token: Callable[[], str] | None = None, timeout: float = TIMEOUT) -> None:
        self._clock = clock or SystemClock()
        self._google = Connecting(self._clock, token, timeout)

    def window(self, store: Store) -> RestoreWindow:
        """From the oldest version to now in a bucket, where every write is a version; to the last copy in a folder."""
        source = self._source(store, None)
        held = [each for each in source.versions() if not each.deleted]
        if not held:
            return RestoreWindow(None, None, source.label)
        earliest, latest = min(each.modified for each in held), max(each.modified for each in held)
        return RestoreWindow(earliest, max(self._clock.now(), latest) if source.in_a_bucket else latest, source.label)

    def preflight(self, store: Store, target: RecoveryTarget, run: Run) -> Iterator[Check]:
        """The version and the program; makes nothing."""
        yield from preflight.checks(self._source(store, run), target, reader_of(store, run))

    def restored(self, store: Store, target: RecoveryTarget, run: Run) -> AbstractContextManager[Restored]:
        """Both versions, while they stand."""
        return Copy(store, self._source(store, run), run, NAME).standing(target)

    def existing(self, resources_: tuple[Resource, ...]) -> Iterator[Resource]:
        """Scratch places that are ours."""
        return resources.existing(NAME, resources_)

    def remove(self, resource: Resource) -> Leftover | None:
        """A scratch place, after reading its marker once more."""
        return resources.remove(resource)

    def _source(self, store: Store, run: Run | None) -> Source:
        settings = store.settings
        if not settings["bucket"]:
            return FolderSource(store.folder / Path(settings["url"]).expanduser())
        if settings["cloud"] == GCS:
            return GcsSource(self._google.api(run), settings["bucket"], settings["key"])
        pause = pausing(run) if run else self._clock.sleep
        return S3Source(region_of_store(store), settings["bucket"], settings["key"], settings["lock_table"], pause)


PROVIDER = StateProvider()

"""The provider ``bucket``: objects of Amazon S3, a sample of them restored from noncurrent versions and from the replica."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from recoverable.drill.aws.clients import Service
from recoverable.drill.aws.where import pausing, region_of_store, regions_of
from recoverable.drill.clocks import SystemClock
from recoverable.drill.contract import (
    Capabilities,
    Check,
    Clock,
    Leftover,
    Resource,
    Restored,
    RestoreWindow,
    Run,
    Store,
)
from recoverable.drill.objects import preflight, removal, scratch_bucket
from recoverable.drill.objects.permissions import policy as permissions
from recoverable.drill.objects.settings import SCHEMA, read
from recoverable.drill.objects.source_bucket import SourceBucket
from recoverable.drill.objects.standing_copy import Copy, backup_id
from recoverable.drill.subject import Subject
from recoverable.drill.target import RecoveryTarget, TargetKind

__all__ = ["PROVIDER", "SCHEMA", "permissions", "read"]
NAME = "bucket"
SETTLE = datetime.timedelta(seconds=60)
"""How long a bucket that was just made may be missing in the list of buckets; a guess on the safe side, for AWS gives no number."""


class BucketProvider:
    """Reads source and replica, and writes into a bucket of its own."""

    name = NAME
    capabilities = Capabilities(
        targets=frozenset({TargetKind.LATEST, TargetKind.TIME}),
        granularity=datetime.timedelta(seconds=1),
        files=False,
        asynchronous=True,
        bills_while_idle=True,
        settle=SETTLE,
        subject=Subject.OBJECTS,
    )

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    def window(self, store: Store) -> RestoreWindow:
        """From the oldest version that is there and has not expired, to now. Reads the whole list of versions."""
        source, replica = self._buckets(store, self._clock.sleep)
        now = self._clock.now()
        earliest = source.reaches_back_to(now)
        return RestoreWindow(earliest, None if earliest is None else max(now, earliest), backup_id(source, replica))

    def preflight(self, store: Store, target: RecoveryTarget, run: Run) -> Iterator[Check]:
        """Both buckets and their regions; makes nothing."""
        yield from preflight.checks(*self._buckets(store, pausing(run)))

    def restored(self, store: Store, target: RecoveryTarget, run: Run) -> AbstractContextManager[Restored]:
        """The sample, while it stands."""
        source, replica = self._buckets(store, pausing(run))
        resource = scratch_bucket.resource_of(NAME, source.s3.region, run)
        return Copy(store, source, replica, run, resource, scratch_bucket.ScratchBucket(source.s3, resource.name)).standing(target)

    def existing(self, resources: tuple[Resource, ...]) -> Iterator[Resource]:
        """Scratch buckets that carry a mark of ours, and announced ones that were not marked yet."""
        for region in regions_of(resources):
            yield from removal.shown(Service("s3", region, self._clock.sleep), NAME, resources)

    def remove(self, resource: Resource) -> Leftover | None:
        """One scratch bucket, whose mark is read again before each call that deletes."""
        return removal.remove(Service("s3", removal.region_of(resource), self._clock.sleep), resource, self._clock)

    def _buckets(self, store: Store, pause: Callable[[float], None]) -> tuple[SourceBucket, SourceBucket | None]:
        settings = store.settings
        source = SourceBucket(Service("s3", region_of_store(store), pause), settings["bucket"], settings["prefix"], "source")
        said = settings["replica"]
        replica = SourceBucket(Service("s3", said["region"], pause), said["bucket"], settings["prefix"], "replica") if said else None
        return source, replica


PROVIDER = BucketProvider()

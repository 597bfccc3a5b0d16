"""The provider ``bucket``: objects of Amazon S3 or Cloud Storage, a sample of them restored from noncurrent versions and from the replica."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from recoverable.drill.aws.clients import Service, default_region
from recoverable.drill.aws.where import REGIONS, pausing, region_of_store, regions_of
from recoverable.drill.clocks import SystemClock
from recoverable.drill.contract import (
    Capabilities,
    Check,
    Clock,
    Leftover,
    Resource,
    Restored,
    RestoreFailedError,
    RestoreWindow,
    Run,
    Store,
    TransientError,
)
from recoverable.drill.gcs import removal as gcs_removal
from recoverable.drill.gcs import scratch_bucket as gcs_scratch
from recoverable.drill.gcs.bucket import GcsBucket
from recoverable.drill.gcs.connecting import Connecting
from recoverable.drill.objects import preflight, removal, scratch_bucket
from recoverable.drill.objects.buckets import ReadableBucket, WritableBucket
from recoverable.drill.objects.permissions import policy as permissions
from recoverable.drill.objects.settings import GCS, SCHEMA, read
from recoverable.drill.objects.source_bucket import SourceBucket
from recoverable.drill.objects.standing_copy import Copy, backup_id
from recoverable.drill.rest.client import TIMEOUT
from recoverable.drill.subject import Subject
from recoverable.drill.target import RecoveryTarget, TargetKind
from recoverable.model.errors import InputError

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

    def __init__(self, clock: Clock | None = None, token: Callable[[], str] | None = None, timeout: float = TIMEOUT) -> None:
        self._clock = clock or SystemClock()
        self._google = Connecting(self._clock, token, timeout)

    def window(self, store: Store) -> RestoreWindow:
        """From the oldest version that is there and has not expired, to now. Reads the whole list of versions."""
        source, replica = self._buckets(store, None)
        now = self._clock.now()
        earliest = source.reaches_back_to(now)
        return RestoreWindow(earliest, None if earliest is None else max(now, earliest), backup_id(source, replica))

    def preflight(self, store: Store, target: RecoveryTarget, run: Run) -> Iterator[Check]:
        """Both buckets and their regions; makes nothing."""
        yield from preflight.checks(*self._buckets(store, run))

    def restored(self, store: Store, target: RecoveryTarget, run: Run) -> AbstractContextManager[Restored]:
        """The sample, while it stands."""
        source, replica = self._buckets(store, run)
        return Copy(store, source, replica, run, *self._scratch(source, run)).standing(target)

    def existing(self, resources: tuple[Resource, ...]) -> Iterator[Resource]:
        """Scratch buckets that carry a mark of ours, and announced ones that were not marked yet, on each cloud that is spoken of. Without any
        resource these are the ones that the environment leads to. Trouble with one keeps nobody from the other.

        Raises:
            TransientError: a cloud did not answer, or refused.
        """
        trouble: list[str] = []
        on_google = any(each.kind == gcs_scratch.KIND for each in resources) or (not resources and bool(gcs_removal.own_project()))
        on_s3 = tuple(each for each in resources if each.kind != gcs_scratch.KIND)
        if on_google:
            try:
                yield from gcs_removal.shown(self._google.api(), NAME, resources)
            except (RestoreFailedError, TransientError, InputError) as error:
                trouble.append(str(error))
        if on_s3 or (not resources and (not on_google or default_region() or os.environ.get(REGIONS))):
            for region in regions_of(on_s3):
                yield from removal.shown(Service("s3", region, self._clock.sleep), NAME, on_s3)
        if trouble:
            raise TransientError("; ".join(trouble))

    def remove(self, resource: Resource) -> Leftover | None:
        """One scratch bucket, whose mark is read again before each call that deletes."""
        if resource.kind == gcs_scratch.KIND:
            return gcs_removal.remove(self._google.api(), resource, self._clock)
        return removal.remove(Service("s3", removal.region_of(resource), self._clock.sleep), resource, self._clock)

    def _buckets(self, store: Store, run: Run | None) -> tuple[ReadableBucket, ReadableBucket | None]:
        settings, said = store.settings, store.settings["replica"]
        if settings["cloud"] == GCS:
            api = self._google.api(run)
            twin = GcsBucket(api, said["bucket"], settings["prefix"], "replica") if said else None
            return GcsBucket(api, settings["bucket"], settings["prefix"], "source"), twin
        pause = pausing(run) if run else self._clock.sleep
        source = SourceBucket(Service("s3", region_of_store(store), pause), settings["bucket"], settings["prefix"], "source")
        replica = SourceBucket(Service("s3", said["region"], pause), said["bucket"], settings["prefix"], "replica") if said else None
        return source, replica

    @staticmethod
    def _scratch(source: ReadableBucket, run: Run) -> tuple[Resource, WritableBucket]:
        """The bucket of the run, beside its source."""
        if isinstance(source, GcsBucket):
            mine = gcs_scratch.resource_of(NAME, run)
            return mine, gcs_scratch.GcsScratch(source.api, mine.name, source)
        if not isinstance(source, SourceBucket):
            raise TypeError(f"there is no scratch bucket beside a {type(source).__name__}")
        resource = scratch_bucket.resource_of(NAME, source.s3.region, run)
        return resource, scratch_bucket.ScratchBucket(source.s3, resource.name)


PROVIDER = BucketProvider()

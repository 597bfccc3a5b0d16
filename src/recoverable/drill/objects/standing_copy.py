"""A drill's copy of a bucket, from the making of the scratch bucket to its removal."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

from recoverable.drill.contract import Phase, Resource, Restored, RestoreFailedError, Run, Scratch, Store
from recoverable.drill.objects import contents, inventory, removal, scratch_bucket
from recoverable.drill.objects.contents import ObjectsCopy
from recoverable.drill.objects.control import Clone
from recoverable.drill.objects.scratch_bucket import ScratchBucket
from recoverable.drill.objects.settings_of_bucket import blocks_everybody, default_encryption, may_have_ended, soonest_expiry
from recoverable.drill.objects.source_bucket import SourceBucket
from recoverable.drill.target import RecoveryTarget, TargetKind

MEGABYTE = 10**6
DAY = datetime.timedelta(days=1)


@dataclass
class Copy:
    """One copy of a drill."""

    store: Store
    source: SourceBucket
    replica: SourceBucket | None
    run: Run
    provider: str
    _made: Resource | None = None

    @contextlib.contextmanager
    def standing(self, target: RecoveryTarget) -> Iterator[Restored]:
        """The copy, while it stands."""
        resource = scratch_bucket.resource_of(self.provider, self.source.s3.region, self.run)
        scratch = ScratchBucket(self.source.s3, resource.name)
        try:
            with self.run.phase(Phase.PROVISION):
                if scratch_bucket.tags(scratch.s3, scratch.name) is not None:
                    raise scratch_bucket.taken(scratch.name)
                self.run.intend(resource)
                self._made = resource
                self._make(scratch, resource)
            with self.run.phase(Phase.RESTORE):
                found = self._restore(scratch, target)
            yield self._restored(found, target)
        finally:
            if self._made:
                with self.run.phase(Phase.DESTROY):
                    self._take_down(self._made)

    def _make(self, scratch: ScratchBucket, resource: Resource) -> None:
        """Make the bucket, and believe only what S3 then says of it.

        Raises:
            RestoreFailedError: it is not marked, not closed or not encrypted; nothing is copied into it.
        """
        algorithm, key = default_encryption(self.source)
        scratch.make(resource, (algorithm, key))
        made = SourceBucket(scratch.s3, scratch.name, "", "scratch bucket")
        mark = scratch_bucket.marked(scratch.s3, self.provider, scratch.name, scratch_bucket.tags(scratch.s3, scratch.name) or {})
        wrong = [] if mark is not None and mark.run == self.run.id else ["its mark"]
        wrong += [] if blocks_everybody(made) else ["its public access block"]
        wrong += [] if default_encryption(made)[0] == (algorithm or "AES256") else ["its encryption"]
        if wrong:
            raise RestoreFailedError(f"the scratch bucket is not what was ordered ({', '.join(wrong)})", "Nothing was copied into it.")

    def _restore(self, scratch: ScratchBucket, target: RecoveryTarget) -> ObjectsCopy:
        settings, now = self.store.settings, self.run.clock.now()
        moment = target.time if target.kind is TargetKind.TIME else None
        lag = datetime.timedelta(minutes=settings["replica"]["lag_minutes"] if settings["replica"] else 0)
        found = inventory.take(
            self.source, self.replica, moment, wanted(self.source, self.replica, settings, moment or now, now, lag), self.run.check_budget
        )
        self.run.note(
            f"{found.live} objects were there, {found.deleted} deleted; {len(found.sample)} and {len(found.older)} older are restored"
        )
        items = tuple(contents.items_of(found))
        copy = ObjectsCopy(self.source, self.replica, scratch, found, items, self.run.check_budget, lag)
        since = self.run.clock.monotonic()
        done = contents.restore(copy)
        return replace(copy, items=done, seconds=self.run.clock.monotonic() - since)

    def _restored(self, found: ObjectsCopy, target: RecoveryTarget) -> Restored:
        restored = Restored(
            target=target,
            server=None,
            backup_id=backup_id(self.source, self.replica),
            versions={},
            reservations=tuple(reservations(found)),
            contents=found,
        )

        def scratch() -> AbstractContextManager[Scratch]:
            return nullcontext(Clone(restored))

        return replace(restored, scratch=scratch)

    def _take_down(self, resource: Resource) -> None:
        """Raises nothing: what could not be removed stays announced, and the engine looks again."""
        seen = False
        try:
            while True:
                there, reason = removal.step(self.source.s3, resource)
                if reason:
                    self.run.note(f"{resource.name} is left: {reason}")
                    return
                if not there:
                    break
                seen = True
            if seen:
                self.run.gone(resource)
        except Exception as error:
            self.run.note(f"{resource.name} is left to the engine: {type(error).__name__}")


def wanted(
    source: SourceBucket,
    replica: SourceBucket | None,
    settings: Mapping[str, Any],
    moment: datetime.datetime,
    now: datetime.datetime,
    lag: datetime.timedelta,
) -> inventory.Wanted:
    """How to choose the sample: the same moment and bucket choose the same objects."""
    return inventory.Wanted(
        count=int(settings["sample"]),
        largest=int(settings["largest_mb"]) * MEGABYTE,
        heartbeat=str(settings["heartbeat"]),
        seed=f"{source.name} {moment.isoformat(timespec='seconds')}",
        settled=now - lag,
        kept_since=_kept_since(source, now),
        expires_before=may_have_ended(source, now),
        replica_kept_since=_kept_since(replica, now) if replica is not None else None,
    )


def _kept_since(bucket: SourceBucket, now: datetime.datetime) -> datetime.datetime | None:
    expiry = soonest_expiry(bucket)
    return None if expiry is None else now - expiry.days * DAY


def backup_id(source: SourceBucket, replica: SourceBucket | None) -> str:
    """What objects are restored from, by name."""
    return f"versions of s3://{source.name}/{source.prefix}" + (f" and replica s3://{replica.name}" if replica else "")


def reservations(found: ObjectsCopy) -> Iterator[str]:
    """What a reader of a verified drill must know."""
    for reason, count in found.inventory.left_out.items():
        yield f"{count} of {found.inventory.live} objects could not be in the sample: {reason}"
    older = found.inventory.replica.older_missing if found.inventory.replica else 0
    if older:
        yield f"{older} noncurrent versions of the source are not in the replica, which cannot go back to their time"
    if found.inventory.unclear:
        yield f"of {found.inventory.unclear} keys S3's times do not tell whether they were deleted at that time"

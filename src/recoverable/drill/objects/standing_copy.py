"""A drill's copy of a bucket, from the making of the scratch bucket to its removal."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

from recoverable.drill.contract import Phase, Resource, Restored, RestoreFailedError, Run, Scratch, Store
from recoverable.drill.objects import contents, inventory
from recoverable.drill.objects.buckets import ReadableBucket, WritableBucket, taken
from recoverable.drill.objects.contents import ObjectsCopy
from recoverable.drill.objects.control import Clone
from recoverable.drill.target import RecoveryTarget, TargetKind

MEGABYTE = 10**6
DAY = datetime.timedelta(days=1)


@dataclass
class Copy:
    """One copy of a drill. ``resource`` is the scratch bucket as it is announced, ``scratch`` what is done with it."""

    store: Store
    source: ReadableBucket
    replica: ReadableBucket | None
    run: Run
    resource: Resource
    scratch: WritableBucket
    _made: Resource | None = None

    @contextlib.contextmanager
    def standing(self, target: RecoveryTarget) -> Iterator[Restored]:
        """The copy, while it stands."""
        try:
            with self.run.phase(Phase.PROVISION):
                if self.scratch.exists():
                    raise taken(self.scratch.name)
                self.run.intend(self.resource)
                self._made = self.resource
                self._make()
            with self.run.phase(Phase.RESTORE):
                found = self._restore(target)
            yield self._restored(found, target)
        finally:
            if self._made:
                with self.run.phase(Phase.DESTROY):
                    self._take_down(self._made)

    def _make(self) -> None:
        """Make the bucket, and believe only what the cloud then says of it.

        Raises:
            RestoreFailedError: it is not marked, not closed or not encrypted; nothing is copied into it.
        """
        encryption = self.source.default_encryption()
        self.scratch.make(self.resource, encryption)
        wrong = self.scratch.wrong(self.resource, encryption)
        if wrong:
            raise RestoreFailedError(f"the scratch bucket is not what was ordered ({', '.join(wrong)})", "Nothing was copied into it.")

    def _restore(self, target: RecoveryTarget) -> ObjectsCopy:
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
        copy = ObjectsCopy(self.source, self.replica, self.scratch, found, items, self.run.check_budget, lag)
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
                there, reason = self.scratch.step(resource)
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
    source: ReadableBucket,
    replica: ReadableBucket | None,
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
        expires_before=source.may_have_ended(now),
        replica_kept_since=_kept_since(replica, now) if replica is not None else None,
        written_since=source.may_be_removed(now),
    )


def _kept_since(bucket: ReadableBucket, now: datetime.datetime) -> datetime.datetime | None:
    expiry = bucket.soonest_expiry()
    return None if expiry is None else now - expiry.days * DAY


def backup_id(source: ReadableBucket, replica: ReadableBucket | None) -> str:
    """What objects are restored from, by name."""
    return f"versions of {source.label}/{source.prefix}" + (f" and replica {replica.label}" if replica else "")


def reservations(found: ObjectsCopy) -> Iterator[str]:
    """What a reader of a verified drill must know."""
    for reason, count in found.inventory.left_out.items():
        yield f"{count} of {found.inventory.live} objects could not be in the sample: {reason}"
    older = found.inventory.replica.older_missing if found.inventory.replica else 0
    if older:
        yield f"{older} noncurrent versions of the source are not in the replica, which cannot go back to their time"
    long_gone = found.inventory.replica.long_gone if found.inventory.replica else 0
    if long_gone:
        yield f"{long_gone} versions of the replica are not in the source, and may have been deleted and expired there: nothing tells that they were not lost"
    if found.inventory.removed_before:
        yield f"{found.inventory.removed_before} versions were removed for good before anything proves that the bucket kept versions"
    if found.inventory.unclear:
        yield f"of {found.inventory.unclear} keys {found.source.cloud}'s times do not tell whether they were deleted at that time"

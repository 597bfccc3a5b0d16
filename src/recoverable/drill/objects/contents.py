"""What a restore of a bucket hands out: the sample in the scratch bucket, with what is known of where each object came from."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum

from recoverable.drill.contract import RestoreFailedError
from recoverable.drill.objects.buckets import ReadableBucket, WritableBucket
from recoverable.drill.objects.inventory import Inventory
from recoverable.drill.objects.together import together
from recoverable.drill.objects.versions import Version

CLONE = "clone/"


class Group(str, Enum):
    """Why an object was restored, which is also the folder it was restored into."""

    TARGET = "s"  # as the source had it at the target's time
    REPLICA = "r"  # the same, out of the replica
    OLDER = "o"  # the newest noncurrent version of a key
    HEARTBEAT = "h"
    REPLICA_HEARTBEAT = "g"


@dataclass(frozen=True, slots=True)
class Item:
    """One version that was to be restored. ``refused`` is the code by which the cloud would not, "" where it did. ``twin`` is the version of
    the source of which one of the replica is the copy.
    """

    group: Group
    version: Version
    refused: str = ""
    twin: Version | None = None

    @property
    def at_source(self) -> Version:
        """The version of the source that it is, or is the copy of."""
        return self.twin or self.version

    @property
    def from_replica(self) -> bool:
        """Whether it came out of the replica."""
        return self.group in (Group.REPLICA, Group.REPLICA_HEARTBEAT)

    @property
    def place(self) -> str:
        """Where it lies, below the area: under its own key, so that keys are proven, too."""
        return f"{self.group.value}/{self.version.key}"


@dataclass(frozen=True)
class ObjectsCopy:
    """The sample as it was restored. ``area`` is its folder in the scratch bucket, "" or that of a clone; ``check`` raises where the time is
    over; ``seconds`` is how long the copying took. ``lag`` is how far the replica may be behind.
    """

    source: ReadableBucket
    replica: ReadableBucket | None
    scratch: WritableBucket
    inventory: Inventory
    items: tuple[Item, ...]
    check: Callable[[], None]
    lag: datetime.timedelta
    seconds: float = 0.0
    area: str = ""
    _read: dict[str, object] = field(default_factory=dict)

    def place(self, item: Item) -> str:
        """The key of a restored object in the scratch bucket."""
        return f"{self.area}{item.place}"

    def of(self, *groups: Group) -> Iterator[Item]:
        """The items of some groups, those that were refused, too."""
        return (each for each in self.items if each.group in groups)

    def came_from(self, item: Item) -> ReadableBucket:
        """The bucket that it was restored from.

        Raises:
            RestoreFailedError: it came from a replica that there is none of: a bug.
        """
        if not item.from_replica:
            return self.source
        if self.replica is None:
            raise RestoreFailedError("an object of a replica without a replica")
        return self.replica

    def first_read(self) -> None:
        """Read the first restored object to its end.

        Raises:
            RestoreFailedError: it cannot be read.
            TransientError: nobody answered.
        """
        first = next((each for each in self.items if not each.refused), None)
        if first is None:
            return
        found = self.scratch.digest(self.place(first))
        if isinstance(found, str):
            raise RestoreFailedError(
                f"the first restored object cannot be read ({found})", "It was copied, and is not there, or may not be read or decrypted."
            )

    def in_area(self, area: str) -> ObjectsCopy:
        """The same objects in another folder."""
        return replace(self, area=area, _read={})

    def beat(self, group: Group) -> datetime.datetime | str:
        """When the heartbeat that was restored was written, by what it says itself; else why that is not known."""
        item = next(self.of(group), None)
        if item is None:
            return "there was none at that time"
        if item.refused:
            return f"it could not be restored ({item.refused})"
        found = self.scratch.read(self.place(item))
        if isinstance(found, str):
            return f"it cannot be read ({found})"
        return read_beat(found)


def read_beat(content: bytes) -> datetime.datetime | str:
    """The time in a heartbeat object."""
    try:
        said = json.loads(content)
        time = datetime.datetime.fromisoformat(said["at"])
    except (ValueError, KeyError, TypeError):
        return "it is no heartbeat of ours"
    return time.astimezone(datetime.UTC) if time.tzinfo else "its time has no zone"


def items_of(inventory: Inventory) -> list[Item]:
    """What is to be restored of a bucket: the sample, the same out of the replica, older versions, and the heartbeats."""
    found = [Item(Group.TARGET, each.version) for each in inventory.sample]
    found += [Item(Group.REPLICA, each.twin, twin=each.version) for each in inventory.sample if each.twin is not None]
    found += [Item(Group.OLDER, each.version) for each in inventory.older]
    found += [Item(Group.HEARTBEAT, inventory.heartbeat)] if inventory.heartbeat else []
    theirs = inventory.replica.heartbeat if inventory.replica else None
    return found + ([Item(Group.REPLICA_HEARTBEAT, theirs)] if theirs else [])


def restore(copy: ObjectsCopy) -> tuple[Item, ...]:
    """Copy every item into the scratch bucket, by its version."""

    def one(item: Item) -> str:
        return copy.scratch.copy_in(copy.came_from(item), item.version, copy.place(item))

    return tuple(replace(item, refused=refused) for item, refused in together(copy.items, one, copy.check))


def clone(copy: ObjectsCopy) -> ObjectsCopy:
    """The same objects once more, in a folder of their own in the same scratch bucket."""
    there = [each for each in copy.items if not each.refused]
    for _ in together(there, lambda each: copy.scratch.copy_within(copy.place(each), f"{CLONE}{each.place}"), copy.check):
        pass
    return copy.in_area(CLONE)

"""Damage to restored objects, for the negative control. It knows no rung, and writes into the clone of a drill's scratch bucket alone."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from recoverable.drill.contract import RestoreFailedError
from recoverable.drill.objects.contents import CLONE, Group, Item, ObjectsCopy

DAYS = 8
"""Longer than the longest lag that the settings can allow."""


@dataclass(frozen=True, slots=True)
class ObjectDamage:
    """One kind. ``row`` is that of the catalogue in docs/drill-bucket.md."""

    name: str
    row: int
    title: str
    do: Callable[[ObjectsCopy, Random], None]


def lose(copy: ObjectsCopy, random: Random) -> None:
    """One object is not there."""
    copy.scratch.drop(copy.place(_victim(copy, random, Group.TARGET, Group.OLDER)))


def alter(copy: ObjectsCopy, random: Random) -> None:
    """One bit of one object is another; its name and size stay."""
    _flip(copy, random, _victim(copy, random, Group.TARGET, Group.OLDER, filled=True))


def alter_in_replica(copy: ObjectsCopy, random: Random) -> None:
    """The same in what came out of the replica."""
    _flip(copy, random, _victim(copy, random, Group.REPLICA, filled=True))


def bring_back(copy: ObjectsCopy, random: Random) -> None:
    """An object that had been deleted is there again.

    Raises:
        RestoreFailedError: none had been deleted.
    """
    if not copy.inventory.gone:
        raise RestoreFailedError("no object had been deleted")
    _ours(copy)
    copy.scratch.write(f"{copy.area}{Group.TARGET.value}/{random.choice(copy.inventory.gone)}", b"deleted long ago\n")


def set_back(copy: ObjectsCopy, random: Random) -> None:
    """The heartbeat that came out of the replica is days old."""
    item = _victim(copy, random, Group.REPLICA_HEARTBEAT)
    beat = copy.beat(Group.REPLICA_HEARTBEAT)
    if isinstance(beat, str):
        raise RestoreFailedError(f"the replica's heartbeat cannot be set back: {beat}")
    old = beat - datetime.timedelta(days=DAYS)
    copy.scratch.write(copy.place(item), json.dumps({"at": old.isoformat()}).encode())


KINDS = (
    ObjectDamage("object-lost", 103, "an object of the sample is missing", lose),
    ObjectDamage("object-altered", 104, "one bit of a restored object is another", alter),
    ObjectDamage("deleted-object-back", 105, "an object that had been deleted is there again", bring_back),
    ObjectDamage("replica-altered", 104, "one bit of an object out of the replica is another", alter_in_replica),
    ObjectDamage("replica-behind", 108, "the replica's heartbeat is days old", set_back),
)


def _victim(copy: ObjectsCopy, random: Random, *groups: Group, filled: bool = False) -> Item:
    _ours(copy)
    there = [each for each in copy.of(*groups) if not each.refused and (each.version.size or not filled)]
    if not there:
        raise RestoreFailedError("there is no object for it in the sample")
    return random.choice(there)


def _flip(copy: ObjectsCopy, random: Random, item: Item) -> None:
    content = copy.scratch.read(copy.place(item))
    if isinstance(content, str) or not content:
        raise RestoreFailedError("the object that was chosen cannot be read")
    at = random.randrange(len(content))
    copy.scratch.write(copy.place(item), content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])


def _ours(copy: ObjectsCopy) -> None:
    """Only the clone's folder is damaged.

    Raises:
        RestoreFailedError: this is not it.
    """
    if copy.area != CLONE:
        raise RestoreFailedError("only a clone is damaged")

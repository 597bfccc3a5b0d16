"""The versions of the keys of a bucket, and which of them was the object at a time."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

NULL = "null"
"""The version id of what was written while the bucket kept no versions."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a key, or a delete marker. ``modified`` is the cloud's time (of S3 in whole seconds); ``size`` is in bytes; ``content`` is a checksum."""

    key: str
    id: str
    modified: datetime.datetime
    latest: bool
    marker: bool = False
    size: int = 0
    storage: str = ""
    content: str = ""

    @property
    def same_as(self) -> str:
        """What it has in common with its copy in a replica: the content where the cloud tells it, for copies there get ids of their own; else the id."""
        return self.content or self.id


@dataclass(frozen=True, slots=True)
class AtTime:
    """What a key was at a time: a version, deleted, or not there yet. ``unclear``: S3's times do not tell which of two was the newer."""

    version: Version | None = None
    deleted: bool = False
    unclear: bool = False


def at_time(history: Sequence[Version], moment: datetime.datetime | None) -> AtTime:
    """What a key was at ``moment`` (None: now). ``history`` is newest first.

    A version and a delete marker of the same second cannot be told apart by their times, unless one of them is the latest of all.
    """
    then = [each for each in history if moment is None or each.modified <= moment]
    if not then:
        return AtTime()
    newest = then[0]
    same = [each for each in then if each.modified == newest.modified]
    if len({each.marker for each in same}) > 1 and not newest.latest:
        return AtTime(unclear=True)
    return AtTime(deleted=True) if newest.marker else AtTime(version=newest)


def kept_since(history: Sequence[Version]) -> datetime.datetime | None:
    """When the first of the versions that are there was replaced or deleted, and kept; None where none was. ``history`` is newest first."""
    return min((newer.modified for newer, each in itertools.pairwise(history) if not each.marker), default=None)


def histories(pages: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, tuple[Version, ...]]]:
    """Each key with its versions, newest first, from the pages of ListObjectVersions, in which keys ascend.

    A page tells versions and markers apart from each other, and a key may go on in the next page.
    """
    carried: list[Version] = []
    for page in pages:
        found = [*carried, *_of_page(page)]
        found.sort(key=lambda each: each.key.encode("utf-8", "surrogatepass"))  # stable: the order within a key stays S3's
        last = found[-1].key if found and page.get("IsTruncated") else None
        carried = [each for each in found if each.key == last]
        yield from _grouped(each for each in found if each.key != last)
    yield from _grouped(carried)


def _of_page(page: Mapping[str, Any]) -> Iterator[Version]:
    for each in page.get("Versions") or ():
        yield Version(
            each["Key"], each["VersionId"], each["LastModified"], bool(each["IsLatest"]), False, int(each["Size"]), each.get("StorageClass", "")
        )  # fmt: skip
    for each in page.get("DeleteMarkers") or ():
        yield Version(each["Key"], each["VersionId"], each["LastModified"], bool(each["IsLatest"]), marker=True)


def _grouped(versions: Iterable[Version]) -> Iterator[tuple[str, tuple[Version, ...]]]:
    key: str | None = None
    group: list[Version] = []
    for each in versions:
        if each.key != key and group:
            yield group[0].key, _newest_first(group)
            group = []
        key = each.key
        group.append(each)
    if group:
        yield group[0].key, _newest_first(group)


def _newest_first(group: list[Version]) -> tuple[Version, ...]:
    return tuple(sorted(group, key=lambda each: (each.latest, each.modified), reverse=True))

"""Generations of objects as versions. Cloud Storage has no delete markers: a generation tells when it became noncurrent, and a marker is put where a gap is."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterable, Iterator

from recoverable.drill.contract import TransientError
from recoverable.drill.objects.versions import Version
from recoverable.drill.rest.client import Json

REPLACED_WITHIN = datetime.timedelta(seconds=1)
"""A generation that became noncurrent so shortly before the next one was made was replaced by it and not deleted; as fine as targets are."""


def time_of(found: Json, key: str) -> datetime.datetime:
    """A time of the API.

    Raises:
        TransientError: it is none.
    """
    try:
        return datetime.datetime.fromisoformat(str(found[key])).astimezone(datetime.UTC)
    except (KeyError, ValueError):
        raise TransientError(f"Cloud Storage gave no time for {key}") from None


def version_of(found: Json) -> Version:
    """One generation; its content is known by checksum and size, which its copies share."""
    return Version(
        key=str(found["name"]),
        id=str(found["generation"]),
        modified=time_of(found, "timeCreated"),
        latest="timeDeleted" not in found and "softDeleteTime" not in found,
        size=int(found["size"]),
        storage=str(found.get("storageClass", "")),
        content=f"{found['crc32c']} {found['size']}",
    )


def histories(pages: Iterable[list[Json]]) -> Iterator[tuple[str, tuple[Version, ...]]]:
    """Each name with its versions and the deletions between them, newest first, from lists in which names ascend."""
    items = (each for page in pages for each in page)
    for name, group in itertools.groupby(items, key=lambda each: str(each["name"])):
        yield name, history(list(group))


def history(generations: list[Json]) -> tuple[Version, ...]:
    """Of one name. Where one became noncurrent and the next was made only later, or never, there was no object in between."""
    ordered = sorted(generations, key=lambda each: int(each["generation"]))
    found: list[Version] = []
    for each, newer in itertools.zip_longest(ordered, ordered[1:]):
        version = version_of(each)
        found.append(version)
        if version.latest:
            continue
        gone = time_of(each, "timeDeleted")
        if newer is None or time_of(newer, "timeCreated") - gone > REPLACED_WITHIN:
            found.append(Version(version.key, f"{version.id}-deleted", gone, newer is None, marker=True))
    return tuple(reversed(found))

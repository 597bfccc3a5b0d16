"""Buckets that wait for their batch, packed, and what a batch needs to know of buckets outside of it."""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from recoverable.audit.google.buckets import BUCKET, LIST, address_of
from recoverable.audit.google.projects import Project
from recoverable.audit.web.client import Json
from recoverable.audit.web.resources import block, raw, table
from recoverable.model.raw import RawResource


@dataclass(frozen=True, slots=True)
class Waiting:
    """A bucket as it was listed, packed to some hundred bytes. ``logs`` is the bucket that it writes logs into, "" for none."""

    name: str
    location: str
    logs: str
    packed: bytes

    @classmethod
    def of(cls, item: Json) -> Waiting:
        """One entry of the list."""
        logs = str(table(item.get("logging")).get("logBucket") or "")
        return cls(str(item["name"]), str(item.get("location") or ""), logs, zlib.compress(json.dumps(item).encode()))

    def item(self) -> Json:
        """The entry again."""
        found: Json = json.loads(zlib.decompress(self.packed))
        return found


def waiting(project: Project) -> list[Waiting]:
    """Every bucket of the project, page by page."""
    found: list[Waiting] = []
    project.each("storage", "buckets", lambda item: found.append(Waiting.of(item)), query={"project": project.account, **LIST})
    return found


class Ties:
    """Which buckets are copied or log into others. A batch gets the jobs of its own buckets, and name, place and log of the buckets at their other ends."""

    def __init__(self, buckets: Iterable[Waiting], jobs: Iterable[RawResource]) -> None:
        self._known = {each.name: each for each in buckets}
        self._loggers: dict[str, list[str]] = defaultdict(list)
        self._jobs: dict[str, list[RawResource]] = defaultdict(list)
        for each in self._known.values():
            if each.logs:
                self._loggers[each.logs].append(each.name)
        for job in jobs:
            for name in set(_names(job.attrs)):
                self._jobs[name].append(job)

    def beside(self, names: Iterable[str]) -> list[RawResource]:
        """What lies beside these buckets."""
        own = set(names)
        jobs = {job.address: job for name in sorted(own) for job in self._jobs.get(name, ())}
        ends = {name for job in jobs.values() for name in _names(job.attrs)}
        loggers = {logger for name in own for logger in self._loggers.get(name, ())}
        others = sorted(name for name in (ends | loggers) - own if name in self._known)
        return [*jobs.values(), *(_outline(self._known[name]) for name in others)]


def _outline(bucket: Waiting) -> RawResource:
    """A bucket that is judged in another batch."""
    address = address_of(bucket.name)
    logging = [block(log_bucket=bucket.logs)] if bucket.logs else None
    return raw(BUCKET, address, id=address, name=bucket.name, location=bucket.location or None, logging=logging)


def _names(data: Any) -> Iterator[str]:
    """Every bucket that a job names."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key == "bucket_name" and isinstance(value, str):
                yield value
            else:
                yield from _names(value)
    elif isinstance(data, list):
        for each in data:
            yield from _names(each)

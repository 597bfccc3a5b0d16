"""Buckets and generations of objects as Cloud Storage keeps them: what a write, a delete, a hold or a policy does to them.

Written from https://cloud.google.com/storage/docs/object-versioning, …/soft-delete, …/bucket-lock, …/object-lock and …/object-holds.
"""

from __future__ import annotations

import copy
import datetime
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.gcs_checksums import crc32c, md5
from tests.fakes.gcs_errors import no_object
from tests.fakes.google_errors import RefusedError

Json = dict[str, Any]
SECOND = datetime.timedelta(seconds=1)


@dataclass
class Generation:
    """One generation of an object. ``soft`` is when it was deleted for good while the bucket's soft delete policy keeps it."""

    name: str
    number: int
    content: bytes
    created: datetime.datetime
    fields: Json = field(default_factory=dict)
    metageneration: int = 1
    deleted: datetime.datetime | None = None
    soft: datetime.datetime | None = None
    hard: datetime.datetime | None = None
    updated: datetime.datetime | None = None
    crc: str = ""
    md5: str = ""

    def __post_init__(self) -> None:
        self.crc, self.md5 = self.crc or crc32c(self.content), self.md5 or md5(self.content)


@dataclass
class StoredBucket:
    """One bucket. ``fields`` is its resource, without what belongs to each answer; ``policy`` are bindings of IAM: role and members."""

    name: str
    fields: Json
    created: datetime.datetime
    project: str = ""
    metageneration: int = 1
    updated: datetime.datetime | None = None
    policy: list[Json] = field(default_factory=list)
    acl: list[Json] = field(default_factory=list)
    default_acl: list[Json] = field(default_factory=list)
    objects: dict[str, list[Generation]] = field(default_factory=dict)

    def versioned(self) -> bool:
        """Whether Object Versioning is on."""
        return bool(self.fields.get("versioning", {}).get("enabled"))

    def generations(self, name: str, *, soft: bool = False) -> list[Generation]:
        """Of one object, the oldest first."""
        return [each for each in self.objects.get(name, []) if (each.soft is not None) is soft]

    def live(self, name: str) -> Generation | None:
        """The live version."""
        return next((each for each in self.generations(name) if each.deleted is None), None)

    def one(self, name: str, generation: str | None, *, soft: bool = False) -> Generation:
        """A generation by its number, or the live one.

        Raises:
            RefusedError: there is none.
        """
        if generation is None:
            found = None if soft else self.live(name)
        else:
            found = next((each for each in self.generations(name, soft=soft) if str(each.number) == generation), None)
        if found is None:
            raise no_object(self.name, name)
        return found

    def put(self, name: str, content: bytes, number: int, now: datetime.datetime, fields: Json) -> Generation:
        """A new live version; what it replaces becomes noncurrent, or goes.

        Raises:
            RefusedError: what it would replace is retained or held, and the bucket keeps no versions.
        """
        self.drop_live(name, now)
        fields = copy.deepcopy(fields)
        if self.fields.get("defaultEventBasedHold"):
            fields.setdefault("eventBasedHold", True)
        made = Generation(name, number, content, now, fields, updated=now)
        self.objects.setdefault(name, []).append(made)
        return made

    def drop_live(self, name: str, now: datetime.datetime) -> None:
        """Delete an object without naming a generation."""
        live = self.live(name)
        if live is None:
            return
        if self.versioned():
            live.deleted = now
        else:
            self.remove(live, now)

    def remove(self, generation: Generation, now: datetime.datetime) -> None:
        """Delete one generation for good, into soft delete where there is a policy.

        Raises:
            RefusedError: it is retained or held.
        """
        self.needs_no_protection(generation, now)
        keep = int(self.fields.get("softDeletePolicy", {}).get("retentionDurationSeconds", 0))
        if keep:
            generation.soft, generation.hard = now, now + keep * SECOND
        else:
            self.objects[generation.name].remove(generation)
            if not self.objects[generation.name]:
                del self.objects[generation.name]

    def needs_no_protection(self, generation: Generation, now: datetime.datetime) -> None:
        """Raises: RefusedError: holds and retention forbid it."""
        said = f"Object '{self.name}/{generation.name}'"
        for each, word in (("temporaryHold", "Temporary hold"), ("eventBasedHold", "Event-Based hold")):
            if generation.fields.get(each):
                message = f"{said} is under active {word} and cannot be deleted, overwritten or archived until hold is removed."
                raise RefusedError(403, "objectUnderActiveHold", message)
        until = max((each for each in (self.retained_until(generation), own_retention(generation)) if each), default=None)
        if until and until > now:
            message = f"{said} is subject to bucket's retention policy or object retention and cannot be deleted or overwritten until {until.isoformat()}"
            raise RefusedError(403, "retentionPolicyNotMet", message)

    def retained_until(self, generation: Generation) -> datetime.datetime | None:
        """By the bucket's retention policy."""
        period = self.fields.get("retentionPolicy", {}).get("retentionPeriod")
        return None if not period else generation.created + int(period) * SECOND

    def expire(self, now: datetime.datetime) -> None:
        """Soft-deleted objects whose time is over go."""
        for name in list(self.objects):
            kept = [each for each in self.objects[name] if each.hard is None or each.hard > now]
            self.objects[name] = kept
            if not kept:
                del self.objects[name]

    def is_empty(self) -> bool:
        """No live or noncurrent objects: soft-deleted ones do not hold a bucket."""
        return not any(each.soft is None for history in self.objects.values() for each in history)


def own_retention(generation: Generation) -> datetime.datetime | None:
    """By the object's own retention."""
    until = generation.fields.get("retention", {}).get("retainUntilTime")
    return datetime.datetime.fromisoformat(until) if until else None

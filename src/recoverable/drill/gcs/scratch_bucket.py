"""The bucket of Cloud Storage that a drill makes for itself: the only one that is written, filled and emptied here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from recoverable.drill import marks
from recoverable.drill.contract import Resource, Run, TransientError
from recoverable.drill.gcs import checksums
from recoverable.drill.gcs.api import GcsApi, is_missing
from recoverable.drill.gcs.bucket import GcsBucket, about_of, closes, encryption_of
from recoverable.drill.gcs.refusals import code_of, explain, explained
from recoverable.drill.objects.buckets import About, Digest, ReadableBucket, taken
from recoverable.drill.objects.versions import Version
from recoverable.drill.rest.client import Json, LostAnswerError, RefusedError

KIND = "gcs-bucket"
PREFIX = "rcv-"
LIFE_DAYS = 2
"""Cloud Storage itself empties a scratch bucket that everybody forgot."""
TRIES = 3


@dataclass(frozen=True)
class GcsScratch:
    """Everything that a drill writes goes through here, and has this bucket's name in it. ``like`` is the source, in whose project and place it is made."""

    api: GcsApi
    name: str
    like: GcsBucket

    def exists(self) -> bool:
        """Whether there is such a bucket, whosever it is."""
        return find(self.api, self.name) is not None

    def make(self, resource: Resource, encryption: tuple[str, str]) -> None:
        """Make it in one call: marked, closed, encrypted as the source is, without versions and soft delete, and with an end.

        Raises:
            RestoreFailedError: the name is taken, or Cloud Storage refuses.
            TransientError: no answer, and no bucket.
        """
        source, lost = self.like.about(), False
        body = _ordered(resource, source, encryption[1])
        for _ in range(TRIES):
            try:
                self.api.make_bucket(str(source["projectNumber"]), body)
                return
            except LostAnswerError:
                lost = True
                found = find(self.api, self.name)
                if found is not None and is_ours(resource, found):
                    return
            except RefusedError as error:
                if error.status != 409:
                    raise explain(f"the bucket {self.name} cannot be made", error) from None
                found = find(self.api, self.name)
                if lost and found is not None and is_ours(resource, found):
                    return
                raise taken(self.name) from None
        raise TransientError("Cloud Storage gave no answer when the scratch bucket was to be made, and does not show it")

    def wrong(self, resource: Resource, encryption: tuple[str, str]) -> list[str]:
        """What of it is not as it was ordered, by what Cloud Storage then says of it."""
        made = find(self.api, self.name) or {}
        found = [] if is_ours(resource, made) else ["its mark"]
        if not made:
            return found
        soft = str((made.get("softDeletePolicy") or {}).get("retentionDurationSeconds") or "0")
        found += [] if closes(made) else ["its public access prevention"]
        found += [] if soft == "0" else ["its soft delete"]
        return found + ([] if encryption_of(made) == encryption else ["its encryption"])

    def is_closed(self) -> bool:
        """Whether public access prevention is enforced."""
        found = find(self.api, self.name)
        return found is not None and closes(found)

    def copy_in(self, source: ReadableBucket, version: Version, place: str) -> str:
        """Restore one generation of another bucket to a place here; the word where Cloud Storage refuses, else ""."""
        try:
            self.api.copy(source.name, version.key, version.id, self.name, place)
        except RefusedError as error:
            return code_of(error)
        return ""

    def copy_within(self, place: str, other: str) -> None:
        """The same object at another place."""
        with explained("a restored object cannot be copied"):
            self.api.copy(self.name, place, "", self.name, other)

    def write(self, place: str, content: bytes) -> None:
        """Put an object: the negative control's damage."""
        with explained("a restored object cannot be damaged"):
            self.api.write(self.name, place, content)

    def drop(self, place: str) -> None:
        """Remove an object: the negative control's damage."""
        with explained("a restored object cannot be removed"):
            self.api.delete(self.name, place, str(self.api.generation(self.name, place)["generation"]))

    def read(self, place: str) -> bytes | str:
        """An object's content; the word where it cannot be read."""
        pieces: list[bytes] = []

        def begin() -> Callable[[bytes], object]:
            pieces.clear()
            return pieces.append

        try:
            self.api.content(self.name, place, begin)
        except RefusedError as error:
            return code_of(error)
        return b"".join(pieces)

    def digest(self, place: str, kind: str = "") -> Digest | str:
        """What the whole content is, read from here."""
        try:
            return checksums.digest(lambda take: self.api.content(self.name, place, take), crc=kind == checksums.CRC32C)
        except RefusedError as error:
            return code_of(error)

    def head(self, place: str) -> About | None:
        """What Cloud Storage says of an object here; None where there is none."""
        try:
            return about_of(self.api.generation(self.name, place), {})
        except RefusedError as error:
            if is_missing(error):
                return None
            raise explain("a restored object cannot be looked at", error) from None

    def places(self, area: str) -> Iterator[tuple[str, int]]:
        """Every object below an area, with its size."""
        with explained(f"the objects of {self.name} cannot be listed"):
            for page in self.api.pages(self.name, area):
                yield from ((str(each["name"]), int(each["size"])) for each in page)

    def step(self, resource: Resource) -> tuple[bool, str]:
        """Delete what one page of the list shows, if it is there and if it is the one."""
        from recoverable.drill.gcs import removal  # it needs the names of this module

        return removal.step(self.api, resource)


def resource_of(provider: str, run: Run) -> Resource:
    """The bucket that a run makes. Its exact name is chosen here, so that it is known before it exists."""
    return Resource(provider, KIND, f"{PREFIX}{run.id}", run.id, run.expires, {})


def find(api: GcsApi, name: str) -> Json | None:
    """The bucket of exactly this name; None where there is none.

    Raises:
        RestoreFailedError: it may not be asked: it is somebody else's.
    """
    try:
        return api.bucket(name)
    except RefusedError as error:
        if is_missing(error):
            return None
        raise explain(f"the bucket {name} may not be asked", error) from None


def labels_of(bucket: Json) -> dict[str, str]:
    """Its labels."""
    return {str(key): str(value) for key, value in (bucket.get("labels") or {}).items()}


def marked(provider: str, bucket: Json) -> Resource | None:
    """The resource that a bucket is by its labels; None where they were not made for it."""
    mark = marks.read(KIND, str(bucket.get("name")), labels_of(bucket))
    return Resource(provider, KIND, str(bucket["name"]), *mark, {}) if mark else None


def is_ours(resource: Resource, bucket: Json) -> bool:
    """Whether a bucket carries the mark of this run, made for this very name."""
    found = marked(resource.provider, bucket)
    return found is not None and (found.name, found.run) == (resource.name, resource.run)


def _ordered(resource: Resource, source: Json, key: str) -> Json:
    ends = {"action": {"type": "Delete"}, "condition": {"age": LIFE_DAYS}}
    placement = {"customPlacementConfig": source["customPlacementConfig"]} if source.get("customPlacementConfig") else {}
    return {
        "name": resource.name,
        "location": source["location"],
        "labels": marks.tags(KIND, resource.name, resource.run, resource.expires),
        "iamConfiguration": {"uniformBucketLevelAccess": {"enabled": True}, "publicAccessPrevention": "enforced"},
        "softDeletePolicy": {"retentionDurationSeconds": "0"},
        "lifecycle": {"rule": [ends]},
        **placement,
        **({"encryption": {"defaultKmsKeyName": key}} if key else {}),
    }

"""A bucket of Cloud Storage that a drill only reads: the source, or the bucket that is kept as its replica. Nothing here can write."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field

from recoverable.drill.contract import RestoreFailedError, TransientError
from recoverable.drill.gcs import checksums, lifecycle
from recoverable.drill.gcs.api import GcsApi
from recoverable.drill.gcs.generations import histories, time_of, version_of
from recoverable.drill.gcs.refusals import code_of, explain, explained
from recoverable.drill.objects.buckets import COMPLIANCE, GOVERNANCE, UNTOLD, About, Digest, Expiry, Location, Lock, Removed
from recoverable.drill.objects.versions import Version, kept_since
from recoverable.drill.rest.client import Json, RefusedError

GOOGLE_KEY, CUSTOMER_KEY, SUPPLIED_KEY = "AES256", "cmek", "csek"
"""Google's own key, one of Cloud KMS, one that comes with each request."""
EVERYBODY = ("allUsers", "allAuthenticatedUsers")
ENFORCED = "enforced"
SECOND = datetime.timedelta(seconds=1)


@dataclass(frozen=True)
class GcsBucket:
    """Reads a bucket by generations. ``role`` is the word for it in reports: source or replica."""

    api: GcsApi
    name: str
    prefix: str
    role: str
    cloud: str = "Cloud Storage"
    same_by: str = "content"
    _heads: dict[tuple[str, str], About | str] = field(default_factory=dict)
    _policies: dict[str, Json] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """``gs://name``."""
        return f"gs://{self.name}"

    def about(self) -> Json:
        """The bucket's own resource, asked for anew.

        Raises:
            RestoreFailedError: there is no such bucket, or it may not be asked.
        """
        try:
            return self.api.bucket(self.name)
        except RefusedError as error:
            if error.status == 404:
                raise RestoreFailedError(f"there is no bucket {self.name}", "Check its name.") from None
            raise explain(f"the bucket {self.name} may not be read", error) from None

    def histories(self) -> Iterator[tuple[str, tuple[Version, ...]]]:
        """Each name with its generations and deletions, newest first; names ascend."""
        with explained(f"the generations of {self.name} cannot be listed"):
            yield from histories(self.api.pages(self.name, self.prefix, versions="true"))

    def history(self, key: str) -> tuple[Version, ...]:
        """The generations of one name, which is the first of all that begin like it."""
        with explained(f"the generations of {self.name} cannot be listed"):
            for found, history in histories(self.api.pages(self.name, key, versions="true")):
                return history if found == key else ()
        return ()

    def removed(self) -> Iterator[Removed]:
        """What soft delete keeps. Where the bucket keeps no versions, every write lays the one before it there: that is no removal."""
        about = self.about()
        if not int((about.get("softDeletePolicy") or {}).get("retentionDurationSeconds") or 0) or not _keeps_versions(about):
            return
        with explained(f"what soft delete keeps of {self.name} cannot be listed"):
            for page in self.api.pages(self.name, self.prefix, softDeleted="true"):
                for each in page:
                    noncurrent = time_of(each, "timeDeleted") if "timeDeleted" in each else None
                    yield Removed(version_of(each), time_of(each, "softDeleteTime"), time_of(each, "hardDeleteTime"), noncurrent)

    def head(self, version: Version) -> About | str:
        """What Cloud Storage says of one generation, asked once; the word where it cannot be read."""
        known = self._heads.get((version.key, version.id))
        if known is None:
            try:
                known = about_of(self.api.generation(self.name, version.key, version.id), self._policy())
            except RefusedError as error:
                known = code_of(error)
            self._heads[version.key, version.id] = known
        return known

    def digest(self, version: Version) -> Digest | str:
        """The whole content of one generation, read; the word where it cannot be."""
        try:
            return checksums.digest(lambda take: self.api.content(self.name, version.key, take, version.id), crc=False)
        except RefusedError as error:
            return code_of(error)

    def location(self) -> Location:
        """A region, or several at once, in which Google keeps every object by itself."""
        about = self.about()
        place = str(about["location"])
        if about.get("locationType") == "region":
            return Location(place)
        regions = (about.get("customPlacementConfig") or {}).get("dataLocations") or []
        turbo = ", within 15 minutes" if about.get("rpo") == "ASYNC_TURBO" else ""
        return Location(
            f"{place} ({', '.join(regions)})" if regions else place, True, f"Google keeps objects in several places of {place}{turbo}"
        )

    def versioning(self) -> str:
        """``Enabled``, or "" where it is off; Cloud Storage does not tell whether it was ever on."""
        return "Enabled" if _keeps_versions(self.about()) else ""

    def soonest_expiry(self) -> Expiry | None:
        """By its lifecycle rules; what soft delete keeps beyond them does not count."""
        return lifecycle.soonest_expiry(self.about(), self.prefix)

    def may_have_ended(self, now: datetime.datetime) -> datetime.datetime | None:
        """By its lifecycle rules."""
        return lifecycle.may_have_ended(self.about(), self.prefix, now)

    def may_be_removed(self, now: datetime.datetime) -> datetime.datetime | None:
        """By its lifecycle rules."""
        return lifecycle.may_be_removed(self.about(), self.prefix, now)

    def reaches_back_to(self, now: datetime.datetime) -> datetime.datetime | None:
        """From when the first of the generations that are there became noncurrent, which proves that versions were kept then, and not before they
        expire. Without any, nothing proves it of a moment before now. Since when versioning is on is not told.
        """
        if not _keeps_versions(self.about()):
            return None
        oldest: datetime.datetime | None = None
        anything = False
        for _, history in self.histories():
            anything = True
            proof = kept_since(history)
            oldest = proof if oldest is None or (proof is not None and proof < oldest) else oldest
        if not anything:
            return None
        expiry = self.soonest_expiry()
        earliest = now.replace(microsecond=0) if oldest is None else oldest
        return earliest if expiry is None else max(earliest, now - expiry.days * lifecycle.DAY)

    def blocks_everybody(self) -> bool:
        """Whether public access prevention is enforced by the bucket itself."""
        return closes(self.about())

    def open_by(self) -> str:
        """Its policy and, without uniform access, its access lists."""
        if self.blocks_everybody():
            return ""
        with explained(f"who may use {self.name} cannot be asked"):
            if any(member in EVERYBODY for each in self.api.policy(self.name) for member in each.get("members", ())):
                return "its policy"
            about = self.api.bucket(self.name, lists=True)
        lists = (*(about.get("acl") or ()), *(about.get("defaultObjectAcl") or ()))
        return "its access control list" if any(each.get("entity") in EVERYBODY for each in lists) else ""

    def open_unknown(self) -> str:
        """Objects may have access lists of their own, unless the bucket rules that out."""
        about = self.about()
        if closes(about) or _access(about).get("uniformBucketLevelAccess", {}).get("enabled"):
            return ""
        return (
            "single objects may let everybody in by lists of their own, and only looking at all would tell: "
            "enforce public access prevention, or switch uniform access on"
        )

    def default_encryption(self) -> tuple[str, str]:
        """Cloud Storage encrypts always: with Google's key, or one of Cloud KMS."""
        return encryption_of(self.about())

    def _policy(self) -> Json:
        """The retention policy, asked for once."""
        if not self._policies:
            self._policies["retention"] = self.about().get("retentionPolicy") or {}
        return self._policies["retention"]


def about_of(found: Json, policy: Json) -> About:
    """What an object's resource says, with the retention policy of its bucket, which holds from the writing of each generation on."""
    locks = []
    own = found.get("retention") or {}
    if own.get("retainUntilTime"):
        locks.append(Lock(COMPLIANCE if own.get("mode") == "Locked" else GOVERNANCE, time_of(own, "retainUntilTime")))
    if policy.get("retentionPeriod") and found.get("retentionExpirationTime"):
        until = time_of(found, "timeCreated") + int(policy["retentionPeriod"]) * SECOND
        until = min(until, time_of(found, "retentionExpirationTime"))
        locks.append(Lock(COMPLIANCE if policy.get("isLocked") else GOVERNANCE, until))
    key = str(found.get("kmsKeyName") or "")
    supplied = SUPPLIED_KEY if found.get("customerEncryption") else GOOGLE_KEY
    return About(
        encryption=CUSTOMER_KEY if key else supplied,
        key=key.partition("/cryptoKeyVersions/")[0],
        locks=tuple(locks),
        held=bool(found.get("temporaryHold") or found.get("eventBasedHold")),
        replication=UNTOLD,
        noted=checksums.noted(found),
    )


def encryption_of(bucket: Json) -> tuple[str, str]:
    """Word and key of what is written into a bucket."""
    key = str((bucket.get("encryption") or {}).get("defaultKmsKeyName") or "")
    return (CUSTOMER_KEY, key) if key else (GOOGLE_KEY, "")


def closes(bucket: Json) -> bool:
    """Whether a bucket enforces public access prevention."""
    return bool(_access(bucket).get("publicAccessPrevention") == ENFORCED)


def _access(bucket: Json) -> Json:
    found = bucket["iamConfiguration"]
    if not isinstance(found, dict):
        raise TransientError("Cloud Storage gave no whole bucket")
    return found


def _keeps_versions(bucket: Json) -> bool:
    return bool((bucket.get("versioning") or {}).get("enabled"))

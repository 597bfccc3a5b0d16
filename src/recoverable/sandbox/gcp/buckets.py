"""Cloud Storage buckets, and who may read and write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from recoverable.sandbox.gcp.checks import DAY, between, known, look, matches, needs, one_of, walk
from recoverable.sandbox.gcp.cloud import NUMBER, GoogleCloud
from recoverable.sandbox.gcp.google import GoogleHandler
from recoverable.sandbox.gcp.grants import GrantHandler
from recoverable.sandbox.provider.handler import Refusal, RefusedError, Values
from recoverable.sandbox.provider.wire import UNKNOWN

BUCKET = "gcp:storage/bucket:Bucket"
OBJECT = "storage#object"
"""The store's own type for objects: a test puts some in as BUCKET/NAME to see what keeps them."""
CLASSES = ("STANDARD", "MULTI_REGIONAL", "REGIONAL", "NEARLINE", "COLDLINE", "ARCHIVE")
DUAL = ("NAM4", "EUR4", "EUR5", "EUR7", "EUR8", "ASIA1")
MULTI = ("US", "EU", "ASIA")
WIDER = (*MULTI, "CA", "AU", "IN", "DE", "IT")  # those that take a custom placement: https://cloud.google.com/storage/docs/locations
LOCATION = r"(?i:us|eu|asia|ca|au|in|de|it|nam4|eur4|eur5|eur7|eur8|asia1|[a-z]+-[a-z]+\d+)"
WEEK, SOFT_MAXIMUM = 7 * DAY, 90 * DAY
RETENTION_MAXIMUM = 3_155_760_000  # seconds, 100 years: https://cloud.google.com/storage/docs/bucket-lock


def soft_delete(inputs: Values) -> Iterator[Refusal]:
    """Soft delete is off (0), or keeps 7 to 90 days."""
    for shown, value in walk(inputs, "softDeletePolicy.retentionDurationSeconds"):
        if value != 0 and not WEEK <= value <= SOFT_MAXIMUM:
            yield Refusal(shown, f"expected 0 (off), or {WEEK} (7 days) to {SOFT_MAXIMUM} (90 days), got {value}")


def lifecycle(inputs: Values) -> Iterator[Refusal]:
    """A lifecycle rule says what it does and when."""
    for shown, rule in walk(inputs, "lifecycleRules[*]"):
        action, condition = rule.get("action") or {}, rule.get("condition")
        if not known(action, condition):
            continue
        if action.get("type") == "SetStorageClass" and not action.get("storageClass"):
            yield Refusal(f"{shown}.action.storageClass", "SetStorageClass must name a storage class")
        if action.get("type") != "SetStorageClass" and action.get("storageClass"):
            yield Refusal(f"{shown}.action.storageClass", f"{action.get('type')} takes no storage class")
        if not condition:
            yield Refusal(f"{shown}.condition", "a rule needs at least one condition")
        elif action.get("type") == "AbortIncompleteMultipartUpload" and set(condition) - {
            "age",
            "matchesPrefixes",
            "matchesSuffixes",
            "withState",
        }:
            yield Refusal(f"{shown}.condition", "AbortIncompleteMultipartUpload takes age, matchesPrefixes and matchesSuffixes only")


def placement(inputs: Values) -> Iterator[Refusal]:
    """Turbo replication is for dual regions; a custom dual region is two regions of one wider location."""
    location, regions = inputs.get("location"), look(inputs, "customPlacementConfig.dataLocations")
    rpo = inputs.get("rpo")
    if not known(location, regions, rpo) or not location:
        return
    wide = str(location).upper()
    if regions is not None:
        if len(regions) != 2 or len({region.upper() for region in regions}) != 2:
            yield Refusal("customPlacementConfig.dataLocations", f"a dual region is two different regions, got {len(regions)}")
        if wide not in WIDER:
            yield Refusal("location", f"with customPlacementConfig the location is one of {', '.join(WIDER)}, got {location}")
    if rpo == "ASYNC_TURBO" and regions is None and wide not in DUAL:
        yield Refusal("rpo", f"ASYNC_TURBO is for dual-region buckets only, and {location} is none")


def exclusive(inputs: Values) -> Iterator[Refusal]:
    """A retention policy excludes versioning (terraform-example-foundation #898); Autoclass has one default class (docs/autoclass)."""
    if look(inputs, "versioning.enabled") is True and inputs.get("retentionPolicy") not in (None, UNKNOWN):
        yield Refusal("retentionPolicy", "a bucket has a retention policy or versioning, not both")
    if look(inputs, "autoclass.enabled") is True and inputs.get("storageClass") not in (None, UNKNOWN, "STANDARD"):
        yield Refusal("storageClass", f"with Autoclass it is STANDARD, got {inputs['storageClass']}")


class Bucket(GoogleHandler):
    """A bucket. Its name is taken in the whole world; its locked retention is for ever."""

    token = BUCKET
    autoname = "name"
    path = "{name}"
    labelled = True
    replaces = frozenset({"name", "location", "project", "customPlacementConfig", "enableObjectRetention", "hierarchicalNamespace"})
    defaults: ClassVar[Values] = {"forceDestroy": False, "storageClass": "STANDARD"}
    kept = frozenset({"forceDestroy"})
    settles = frozenset({"softDeletePolicy.effectiveTime"})
    parents = (("logging.logBucket", BUCKET, "{it}"),)
    checks = (
        matches("name", r"(?!goog)(?!.*google)[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]", "3 to 222 of a-z 0-9 . _ -, without google"),
        matches("name", r"[^.]{3,63}|.*\..*", "a name without dots has at most 63 characters"),
        matches("location", LOCATION, "no location of Cloud Storage"),
        one_of("storageClass", *CLASSES),
        one_of("publicAccessPrevention", "inherited", "enforced"),
        one_of("rpo", "DEFAULT", "ASYNC_TURBO"),
        soft_delete,
        between("retentionPolicy.retentionPeriod", 1, RETENTION_MAXIMUM),
        one_of("lifecycleRules[*].action.type", "Delete", "SetStorageClass", "AbortIncompleteMultipartUpload"),
        one_of("lifecycleRules[*].action.storageClass", *CLASSES),
        one_of("lifecycleRules[*].condition.withState", "LIVE", "ARCHIVED", "ANY", ""),
        one_of("lifecycleRules[*].condition.matchesStorageClasses[*]", *CLASSES, "DURABLE_REDUCED_AVAILABILITY"),
        between("lifecycleRules[*].condition.age", 0, 10**6),
        between("lifecycleRules[*].condition.numNewerVersions", 0, 10**6),
        between("lifecycleRules[*].condition.daysSinceNoncurrentTime", 0, 10**6),
        matches("lifecycleRules[*].condition.createdBefore", r"\d{4}-\d\d-\d\d", "YYYY-MM-DD"),
        one_of("autoclass.terminalStorageClass", "NEARLINE", "ARCHIVE"),
        lifecycle,
        placement,
        exclusive,
        needs("logObjectPrefix", "logBucket", under="logging"),
    )

    def admit(self, cloud: GoogleCloud, inputs: Values, before: Values | None) -> None:
        """The key must be usable by Cloud Storage, and a locked retention stays."""
        key = look(inputs, "encryption.defaultKmsKeyName")
        if key:
            cloud.demand_key(key, inputs["location"], cloud.agent("storage"), f"bucket {inputs['name']}")
        held = (before or {}).get("retentionPolicy") or {}
        if held.get("isLocked"):
            wanted = inputs.get("retentionPolicy") or {}
            if not wanted.get("isLocked") or int(wanted.get("retentionPeriod", 0)) < int(held["retentionPeriod"]):
                raise RefusedError(
                    f"googleapi: Error 403: retentionPolicy: bucket {inputs['name']} has a locked retention of {held['retentionPeriod']} s; "
                    "it cannot be unlocked, shortened or removed, forbidden"
                )

    def computed(self, cloud: GoogleCloud, identity: str, inputs: Values, before: Values) -> Values:
        """What Cloud Storage settles where the program is silent: soft delete of seven days above all."""
        now = cloud.now()
        soft = {"retentionDurationSeconds": WEEK, **(inputs.get("softDeletePolicy") or before.get("softDeletePolicy") or {})}
        soft["effectiveTime"] = (before.get("softDeletePolicy") or {}).get("effectiveTime", now)
        wide = inputs["location"].upper() in (*MULTI, *DUAL) or "customPlacementConfig" in inputs
        body: Values = {
            "selfLink": f"https://www.googleapis.com/storage/v1/b/{identity}",
            "url": f"gs://{identity}",
            "projectNumber": int(NUMBER),
            "timeCreated": before.get("timeCreated", now),
            "updated": now,
            "publicAccessPrevention": inputs.get("publicAccessPrevention", "inherited"),
            "uniformBucketLevelAccess": inputs.get("uniformBucketLevelAccess", False),
            "softDeletePolicy": soft,
            "versioning": inputs.get("versioning") or {"enabled": False},
        }
        return body | {"rpo": inputs.get("rpo", "DEFAULT" if wide else ""), "website": inputs.get("website") or {}}

    def shown(self, body: Values, held: Values) -> Values:
        """Google writes the location in capitals, and the provider knows that it is the same."""
        location = held.get("location", "")
        return {**body, "location": location if location.upper() == body["location"].upper() else body["location"]}

    def guard(self, cloud: GoogleCloud, identity: str, body: Values, held: Values) -> None:
        """A bucket with objects goes only by force, and not even so while a retention keeps them."""
        objects = [name for name in cloud.store.list(OBJECT) if name.startswith(f"{identity}/")]
        if objects and "retentionPolicy" in body:
            raise RefusedError(f"googleapi: Error 403: bucket {identity}: {len(objects)} objects are under its retention policy, forbidden")
        if objects and not held.get("forceDestroy"):
            raise RefusedError(f"Error trying to delete bucket {identity} containing objects without `forceDestroy` set to true")

    def remove(self, cloud: GoogleCloud, identity: str, body: Values, held: Values) -> None:
        """With all its objects."""
        for name in [name for name in cloud.store.list(OBJECT) if name.startswith(f"{identity}/")]:
            cloud.store.delete(OBJECT, name)
        super().remove(cloud, identity, body, held)


class BucketGrant(GrantHandler):
    """A grant on a bucket, within what its public access prevention allows."""

    parents = (("bucket", BUCKET, "{it}"),)

    def admit(self, cloud: GoogleCloud, inputs: Values, before: Values | None) -> None:
        """Nothing is opened to everyone where that is prevented; a condition needs uniform access."""
        super().admit(cloud, inputs, before)
        bucket = cloud.store.get(BUCKET, bucket_name(inputs["bucket"])) or {}
        members = {inputs.get("member"), *(inputs.get("members") or [])}
        if members & {"allUsers", "allAuthenticatedUsers"} and bucket.get("publicAccessPrevention") == "enforced":
            raise RefusedError(
                "googleapi: Error 412: The member bindings allUsers and allAuthenticatedUsers are not allowed since public access prevention "
                "is enforced., conditionNotMet"
            )
        if inputs.get("condition") and not bucket.get("uniformBucketLevelAccess"):
            raise RefusedError("googleapi: Error 400: condition: the bucket must have uniform bucket-level access, invalid")


class BucketIamMember(BucketGrant):
    """One member's role on a bucket."""

    token = "gcp:storage/bucketIAMMember:BucketIAMMember"
    path = "b/{bucket}/{role}/{member}"


class BucketIamBinding(BucketGrant):
    """All members of a role on a bucket."""

    token = "gcp:storage/bucketIAMBinding:BucketIAMBinding"
    path = "b/{bucket}/{role}"


def bucket_name(reference: str) -> str:
    """``b/NAME`` and ``gs://NAME`` as the name."""
    return re.sub(r"^(b/|gs://)", "", reference)

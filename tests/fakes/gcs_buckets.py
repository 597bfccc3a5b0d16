"""The methods on buckets of the fake Cloud Storage."""

from __future__ import annotations

import copy
import datetime
import re
from typing import Any

from tests.fakes.gcs_errors import invalid
from tests.fakes.gcs_fields import BUCKET, CLASSES, PLACES, RULE
from tests.fakes.gcs_resources import time
from tests.fakes.gcs_store import StoredBucket
from tests.fakes.google_errors import RefusedError, only

Json = dict[str, Any]
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]\Z")
LABEL = re.compile(r"[a-z0-9_-]{0,63}\Z")
WEEK = 604800


def checked(body: Any) -> Json:
    """The fields of a bucket that somebody writes; null takes a field away.

    Raises:
        RefusedError: one is not known, or has no possible value.
    """
    known = {name: None if isinstance(body, dict) and body.get(name) is None else fields for name, fields in BUCKET.items()}
    found = only(body, known)
    for rule in (found.get("lifecycle") or {}).get("rule") or []:
        only(rule, RULE, "lifecycle.rule")
    for key, value in (found.get("labels") or {}).items():
        if not LABEL.match(key) or (value is not None and not LABEL.match(str(value))):
            raise invalid(f"Invalid label: {key}")
    if found.get("storageClass") is not None and found["storageClass"] not in CLASSES:
        raise invalid(f"Invalid argument: {found['storageClass']} is no storage class.")
    prevention = (found.get("iamConfiguration") or {}).get("publicAccessPrevention", "inherited")
    if prevention not in ("inherited", "enforced", "unspecified"):
        raise invalid("Invalid value for publicAccessPrevention")
    keep = (found.get("softDeletePolicy") or {}).get("retentionDurationSeconds")
    if keep is not None and int(keep) and not WEEK <= int(keep) <= 90 * 86400:
        raise invalid("Soft delete retention must be 0, or between 7 and 90 days.")
    return found


def made(name: str, body: Json, now: datetime.datetime, project: str, *, object_retention: bool = False) -> StoredBucket:
    """A new bucket, with Google's defaults.

    Raises:
        RefusedError: the name is none.
    """
    if not NAME.match(name):
        raise invalid(f"Invalid bucket name: '{name}'")
    given = copy.deepcopy({key: value for key, value in body.items() if key != "name" and value is not None})
    place = str(given.pop("location", "US")).upper()
    kind = "dual-region" if given.get("customPlacementConfig") else PLACES.get(place, "region")
    fields: Json = {
        "location": place, "locationType": kind, "storageClass": "STANDARD",
        "softDeletePolicy": {"retentionDurationSeconds": str(WEEK), "effectiveTime": time(now)},
    }  # fmt: skip
    fields |= {"rpo": "DEFAULT"} if kind != "region" else {}
    fields |= {"objectRetention": {"mode": "Enabled"}} if object_retention else {}
    access = given.pop("iamConfiguration", {})
    fields["iamConfiguration"] = {
        "publicAccessPrevention": access.get("publicAccessPrevention", "inherited"),
        "uniformBucketLevelAccess": {"enabled": bool(access.get("uniformBucketLevelAccess", {}).get("enabled"))},
        "bucketPolicyOnly": {"enabled": bool(access.get("uniformBucketLevelAccess", {}).get("enabled"))},
    }
    bucket = StoredBucket(name, fields, now, project)
    _write(bucket, given, now)
    return bucket


def patch(bucket: StoredBucket, body: Json, now: datetime.datetime) -> None:
    """Change fields of a bucket; null takes one away.

    Raises:
        RefusedError: the location, or a locked policy made weaker.
    """
    if "location" in body or "customPlacementConfig" in body or "name" in body:
        raise invalid("The location and the name of a bucket cannot be changed.")
    old = bucket.fields.get("retentionPolicy", {})
    if "retentionPolicy" in body and old.get("isLocked"):
        period = int((body["retentionPolicy"] or {}).get("retentionPeriod", 0))
        if period < int(old["retentionPeriod"]):
            raise invalid("The retention period on a locked bucket cannot be reduced.", "badRequestException")
    given = copy.deepcopy(body)
    access = given.pop("iamConfiguration", None) or {}
    own = bucket.fields["iamConfiguration"]
    own["publicAccessPrevention"] = access.get("publicAccessPrevention", own["publicAccessPrevention"])
    own["uniformBucketLevelAccess"] |= access.get("uniformBucketLevelAccess", {})
    _write(bucket, given, now)
    bucket.metageneration += 1
    bucket.updated = now


def _write(bucket: StoredBucket, given: Json, now: datetime.datetime) -> None:
    for key, value in given.items():
        if value is None:
            bucket.fields.pop(key, None)
        elif key == "labels":
            kept = {**bucket.fields.get("labels", {}), **value}
            bucket.fields["labels"] = {name: each for name, each in kept.items() if each is not None}
        elif key == "retentionPolicy":
            locked = {"isLocked": True} if bucket.fields.get(key, {}).get("isLocked") else {}
            bucket.fields[key] = {"retentionPeriod": str(value["retentionPeriod"]), "effectiveTime": time(now), **locked}
        elif key == "softDeletePolicy":
            bucket.fields[key] = {"retentionDurationSeconds": str(value["retentionDurationSeconds"]), "effectiveTime": time(now)}
        elif key == "autoclass":
            bucket.fields[key] = {**value, "toggleTime": time(now)}
        else:
            bucket.fields[key] = value


def lock(bucket: StoredBucket, now: datetime.datetime) -> None:
    """Lock the retention policy, which nobody can undo.

    Raises:
        RefusedError: there is none.
    """
    if "retentionPolicy" not in bucket.fields:
        raise invalid("There is no retention policy to lock.")
    bucket.fields["retentionPolicy"]["isLocked"] = True
    bucket.metageneration += 1
    bucket.updated = now


def taken(mine: bool) -> RefusedError:
    """The name is in use."""
    if mine:
        return RefusedError(409, "conflict", "Your previous request to create the named bucket succeeded and you already own it.")
    return RefusedError(409, "conflict", "The requested bucket name is not available. Please select a different name and try again.")

"""What a bucket of S3 is set to, in the words that rungs need: how far its noncurrent versions reach, whether it is open, how it encrypts."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from recoverable.drill.aws.clients import Json
from recoverable.drill.objects.buckets import Expiry
from recoverable.drill.objects.versions import NULL

if TYPE_CHECKING:
    from recoverable.drill.objects.source_bucket import SourceBucket

BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
EVERYBODY = ("http://acs.amazonaws.com/groups/global/AllUsers", "http://acs.amazonaws.com/groups/global/AuthenticatedUsers")
DAY = datetime.timedelta(days=1)


def versioning(bucket: SourceBucket) -> str:
    """``Enabled``, ``Suspended``, or "" where versions were never kept."""
    return str((bucket.fact("GetBucketVersioning") or {}).get("Status", ""))


def soonest_expiry(bucket: SourceBucket) -> Expiry | None:
    """The shortest life of noncurrent versions below the prefix, or a part of it; None where they are kept for ever."""
    rules = (bucket.fact("GetBucketLifecycleConfiguration") or {}).get("Rules", [])
    found = [
        Expiry(int(days), str(rule.get("ID", "")) or "without a name")
        for rule in rules
        if rule.get("Status") == "Enabled" and _overlap(_prefix_of(rule), bucket.prefix)
        if (days := rule.get("NoncurrentVersionExpiration", {}).get("NoncurrentDays"))
    ]
    return min(found, key=lambda each: each.days, default=None)


def may_have_ended(bucket: SourceBucket, now: datetime.datetime) -> datetime.datetime | None:
    """Objects written before this may have been ended by a lifecycle rule; None where no rule ends current objects."""
    found: list[datetime.datetime] = []
    for rule in (bucket.fact("GetBucketLifecycleConfiguration") or {}).get("Rules", []):
        ends = rule.get("Expiration", {})
        if rule.get("Status") != "Enabled" or not _overlap(_prefix_of(rule), bucket.prefix):
            continue
        if ends.get("Days"):
            found.append(now - int(ends["Days"]) * DAY)
        elif ends.get("Date") and ends["Date"] <= now:
            found.append(now)
    return max(found, default=None)


def reaches_back_to(bucket: SourceBucket, now: datetime.datetime) -> datetime.datetime | None:
    """From when on objects can be restored; None where nothing can.

    Not before the oldest version that is there: what was written while the bucket kept no versions says nothing of what it replaced.
    And not before versions expire. That versioning was suspended in between does not show.
    """
    if not versioning(bucket):
        return None
    oldest: datetime.datetime | None = None
    for _, history in bucket.histories():
        for each in history:
            if each.id != NULL and (oldest is None or each.modified < oldest):
                oldest = each.modified
    expiry = soonest_expiry(bucket)
    if oldest is None or expiry is None:
        return oldest
    return max(oldest, now - expiry.days * DAY)


def blocks_everybody(bucket: SourceBucket) -> bool:
    """Whether the bucket's own public access block is on in all four parts."""
    found = (bucket.fact("GetPublicAccessBlock") or {}).get("PublicAccessBlockConfiguration", {})
    return all(found.get(each) for each in BLOCKS)


def open_by(bucket: SourceBucket) -> str:
    """What lets everybody in, "" where nothing does. The block of the whole account is not looked at."""
    if blocks_everybody(bucket):
        return ""
    if (bucket.fact("GetBucketPolicyStatus") or {}).get("PolicyStatus", {}).get("IsPublic"):
        return "its policy"
    grants = (bucket.fact("GetBucketAcl") or {}).get("Grants", [])
    return "its access control list" if any(each.get("Grantee", {}).get("URI") in EVERYBODY for each in grants) else ""


def default_encryption(bucket: SourceBucket) -> tuple[str, str]:
    """Algorithm and key of what is written without saying so; two empty texts where there is none."""
    rules = (bucket.fact("GetBucketEncryption") or {}).get("ServerSideEncryptionConfiguration", {}).get("Rules", [])
    found: Json = next((each["ApplyServerSideEncryptionByDefault"] for each in rules if "ApplyServerSideEncryptionByDefault" in each), {})
    return str(found.get("SSEAlgorithm", "")), str(found.get("KMSMasterKeyID", ""))


def _prefix_of(rule: Json) -> str:
    """The prefix of a lifecycle rule in any of its three forms; one by tags or sizes alone holds everywhere, for some objects."""
    inner = rule.get("Filter", {})
    return str(rule.get("Prefix") or inner.get("Prefix") or inner.get("And", {}).get("Prefix") or "")


def _overlap(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)

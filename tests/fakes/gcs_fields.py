"""What Cloud Storage's JSON API knows: fields that may be written, and query parameters of each method; anything else is refused.

From https://cloud.google.com/storage/docs/json_api/v1/buckets, …/objects and the pages of their methods.
"""

from __future__ import annotations

from typing import Any

CONDITION = dict.fromkeys((
    "age", "createdBefore", "customTimeBefore", "daysSinceCustomTime", "daysSinceNoncurrentTime", "isLive", "matchesPrefix",
    "matchesStorageClass", "matchesSuffix", "noncurrentTimeBefore", "numNewerVersions",
))  # fmt: skip
RULE = {"action": dict.fromkeys(("type", "storageClass")), "condition": CONDITION}
SWITCH = {"enabled": None, "lockedTime": None}
BUCKET: dict[str, Any] = {
    "name": None, "location": None, "storageClass": None, "labels": None, "cors": None, "rpo": None, "defaultEventBasedHold": None,
    "versioning": {"enabled": None}, "billing": {"requesterPays": None}, "lifecycle": {"rule": None},
    "website": dict.fromkeys(("mainPageSuffix", "notFoundPage")), "logging": dict.fromkeys(("logBucket", "logObjectPrefix")),
    "encryption": {"defaultKmsKeyName": None}, "retentionPolicy": {"retentionPeriod": None},
    "softDeletePolicy": {"retentionDurationSeconds": None}, "autoclass": dict.fromkeys(("enabled", "terminalStorageClass")),
    "customPlacementConfig": {"dataLocations": None}, "hierarchicalNamespace": {"enabled": None},
    "iamConfiguration": {"uniformBucketLevelAccess": SWITCH, "bucketPolicyOnly": SWITCH, "publicAccessPrevention": None},
}  # fmt: skip
OBJECT: dict[str, Any] = {
    "name": None, "contentType": None, "contentEncoding": None, "contentDisposition": None, "contentLanguage": None, "cacheControl": None,
    "storageClass": None, "customTime": None, "metadata": None, "md5Hash": None, "crc32c": None, "temporaryHold": None, "eventBasedHold": None,
    "retention": dict.fromkeys(("mode", "retainUntilTime")),
}  # fmt: skip
PLACES = {
    "US": "multi-region", "EU": "multi-region", "ASIA": "multi-region", "NAM4": "dual-region", "EUR4": "dual-region", "EUR5": "dual-region",
    "EUR7": "dual-region", "EUR8": "dual-region", "ASIA1": "dual-region",
}  # fmt: skip
"""``locationType`` of what is no single region (https://cloud.google.com/storage/docs/locations)."""
CLASSES = ("STANDARD", "NEARLINE", "COLDLINE", "ARCHIVE", "MULTI_REGIONAL", "REGIONAL", "DURABLE_REDUCED_AVAILABILITY")
META = ("ifMetagenerationMatch", "ifMetagenerationNotMatch")
GEN = ("ifGenerationMatch", "ifGenerationNotMatch", *META)
SOURCE = tuple(f"ifSource{name[2:]}" for name in GEN)
ALWAYS = ("alt", "prettyPrint", "quotaUser", "userProject")
"""https://cloud.google.com/storage/docs/json_api/v1/parameters, but ``fields``, which the fake cannot do."""
PARAMETERS: dict[str, tuple[str, ...]] = {
    "buckets.list": ("project", "prefix", "pageToken", "maxResults", "projection", "softDeleted"),
    "buckets.insert": ("project", "enableObjectRetention", "predefinedAcl", "predefinedDefaultObjectAcl", "projection"),
    "buckets.get": ("projection", *META),
    "buckets.patch": ("projection", "predefinedAcl", *META),
    "buckets.delete": META,
    "buckets.lockRetentionPolicy": ("ifMetagenerationMatch",),
    "buckets.getIamPolicy": ("optionsRequestedPolicyVersion",),
    "objects.list": (
        "prefix", "delimiter", "pageToken", "maxResults", "versions", "softDeleted", "startOffset", "endOffset", "projection",
    ),
    "objects.get": ("generation", "softDeleted", "projection", *GEN),
    "objects.insert": ("uploadType", "name", "kmsKeyName", "contentEncoding", "projection", *GEN),
    "objects.patch": ("generation", "projection", "overrideUnlockedRetention", *GEN),
    "objects.delete": ("generation", *GEN),
    "objects.copy": ("sourceGeneration", "destinationKmsKeyName", "projection", *GEN, *SOURCE),
    "objects.rewrite": (
        "sourceGeneration", "rewriteToken", "maxBytesRewrittenPerCall", "destinationKmsKeyName", "projection", *GEN, *SOURCE,
    ),
    "objects.restore": ("generation", "copySourceAcl", "projection", *GEN),
}  # fmt: skip
PERMISSIONS = {
    "buckets.list": ("storage.buckets.list",), "buckets.insert": ("storage.buckets.create",), "buckets.get": ("storage.buckets.get",),
    "buckets.patch": ("storage.buckets.get", "storage.buckets.update"), "buckets.delete": ("storage.buckets.delete",),
    "buckets.lockRetentionPolicy": ("storage.buckets.update",), "buckets.getIamPolicy": ("storage.buckets.getIamPolicy",),
    "objects.list": ("storage.objects.list",), "objects.get": ("storage.objects.get",), "objects.insert": ("storage.objects.create",),
    "objects.patch": ("storage.objects.get", "storage.objects.update"), "objects.delete": ("storage.objects.delete",),
    "objects.copy": ("storage.objects.get", "storage.objects.create"), "objects.rewrite": ("storage.objects.get", "storage.objects.create"),
    "objects.restore": ("storage.objects.create", "storage.objects.restore"),
}  # fmt: skip
"""What each method asks for (https://cloud.google.com/storage/docs/access-control/iam-json). Overwriting asks for ``storage.objects.delete``, too."""

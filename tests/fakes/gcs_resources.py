"""How Cloud Storage shows buckets and objects (https://cloud.google.com/storage/docs/json_api/v1/buckets and …/objects)."""

from __future__ import annotations

import base64
import copy
import datetime
from typing import Any
from urllib.parse import quote

from tests.fakes.gcs_store import Generation, StoredBucket, own_retention

Json = dict[str, Any]
LINK = "https://www.googleapis.com/storage/v1/b"
MEDIA = "https://storage.googleapis.com/download/storage/v1/b"


def time(moment: datetime.datetime) -> str:
    """A time as Cloud Storage writes it: milliseconds of UTC."""
    return moment.astimezone(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def etag(number: int) -> str:
    """Some opaque word that changes with the metageneration."""
    return base64.b64encode(b"\x08" + number.to_bytes(2, "little")).decode()


def bucket_resource(bucket: StoredBucket, number: str, *, full: bool = False) -> Json:
    """A bucket; ``full`` with its access lists, which one with uniform access has not."""
    own = copy.deepcopy(bucket.fields)
    uniform = own["iamConfiguration"]["uniformBucketLevelAccess"]["enabled"]
    lists = {"acl": copy.deepcopy(bucket.acl), "defaultObjectAcl": copy.deepcopy(bucket.default_acl)} if full and not uniform else {}
    return {
        "kind": "storage#bucket", "id": bucket.name, "selfLink": f"{LINK}/{bucket.name}", "projectNumber": number, "name": bucket.name,
        "metageneration": str(bucket.metageneration), "etag": etag(bucket.metageneration), "timeCreated": time(bucket.created),
        "updated": time(bucket.updated or bucket.created), **own, **lists,
    }  # fmt: skip


def object_resource(bucket: StoredBucket, generation: Generation, *, full: bool = False) -> Json:
    """One generation of an object."""
    own = copy.deepcopy(generation.fields)
    composite = own.pop("componentCount", None)
    name, number = generation.name, str(generation.number)
    path = f"{bucket.name}/o/{quote(name, safe='')}"
    found: Json = {
        "kind": "storage#object", "id": f"{bucket.name}/{name}/{number}", "selfLink": f"{LINK}/{path}",
        "mediaLink": f"{MEDIA}/{path}?generation={number}&alt=media", "name": name, "bucket": bucket.name, "generation": number,
        "metageneration": str(generation.metageneration), "contentType": "application/octet-stream", "size": str(len(generation.content)),
        "storageClass": bucket.fields["storageClass"], "timeCreated": time(generation.created),
        "updated": time(generation.updated or generation.created), "timeStorageClassUpdated": time(generation.created),
        "timeFinalized": time(generation.created), "crc32c": generation.crc, "etag": etag(generation.metageneration), **own,
    }  # fmt: skip
    found |= {"componentCount": composite} if composite else {"md5Hash": generation.md5}
    for key, moment in (("timeDeleted", generation.deleted), ("softDeleteTime", generation.soft), ("hardDeleteTime", generation.hard)):
        found |= {key: time(moment)} if moment else {}
    retained = [each for each in (bucket.retained_until(generation), own_retention(generation)) if each]
    if retained and not generation.fields.get("eventBasedHold"):
        found["retentionExpirationTime"] = time(max(retained))
    if full and not bucket.fields["iamConfiguration"]["uniformBucketLevelAccess"]["enabled"]:
        found["acl"] = copy.deepcopy(bucket.default_acl)
    return found

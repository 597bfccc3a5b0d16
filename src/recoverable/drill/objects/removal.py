"""Takes scratch buckets away: exactly the announced one, after its mark was read, emptied page by page with another look at it before each."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from recoverable.drill.aws.clients import Json, RefusedError, Service, default_region
from recoverable.drill.contract import Clock, Leftover, Resource, RestoreFailedError, TransientError
from recoverable.drill.objects.emptying import emptied
from recoverable.drill.objects.scratch_bucket import CLOCKS_APART, KIND, MADE, NO_BUCKET, PREFIX, REGION, marked, tag, tags

PAUSE = 2.0
NOT_EMPTY = "BucketNotEmpty"


def shown(s3: Service, provider: str, resources: tuple[Resource, ...]) -> Iterator[Resource]:
    """Every marked bucket of the account in the region that is asked, and the announced ones though they were not marked yet.

    Raises:
        RestoreFailedError: an announced bucket of this account may not be asked.
        TransientError: nobody answered.
    """
    names = {each["Name"] for each in _listed(s3)}
    announced = {each.name: each for each in resources if each.details.get(REGION, s3.region) == s3.region}
    for name in sorted(names | announced.keys()):
        try:
            found = tags(s3, name)
        except RestoreFailedError:
            if name in names and name in announced:
                raise
            continue  # of another account, or one that nobody announced and nobody can prove to be ours
        if found is None:
            continue
        resource = marked(s3, provider, name, found)
        if resource is None and name in announced and is_newborn(s3, announced[name], found):
            resource = announced[name]
        if resource is not None:
            yield resource


def is_newborn(s3: Service, resource: Resource, found: dict[str, str]) -> bool:
    """Whether a bucket without any tag is the one that a run had just made when it was killed, before it could mark it.

    It carries exactly the name that the run alone had chosen and written down before, is not older than that, and is empty: nothing but
    its name can be lost.
    """
    if found or resource.name != f"{PREFIX}{resource.run}" or MADE not in resource.details:
        return False
    announced = datetime.datetime.fromisoformat(resource.details[MADE])
    made = next((each["CreationDate"] for each in _listed(s3) if each["Name"] == resource.name), None)
    return made is not None and made >= announced - CLOCKS_APART and not _page(s3, resource.name)


def remove(s3: Service, resource: Resource, clock: Clock) -> Leftover | None:
    """Empty and delete one bucket; None when it is gone."""
    return emptied(resource, clock, lambda: step(s3, resource), command(resource))


def step(s3: Service, resource: Resource) -> tuple[bool, str]:
    """One call that deletes, if it is there and if it is the one: whether it is still there, and what stands in the way."""
    found = tags(s3, resource.name)
    if found is None:
        return False, ""
    mark = marked(s3, resource.provider, resource.name, found)
    if mark is None and resource.kind == KIND and is_newborn(s3, resource, found):
        tag(s3, resource)
        return True, ""
    if mark is None or mark.run != resource.run or resource.kind != KIND:
        return True, "it does not carry the mark of this run"
    try:
        page = _page(s3, resource.name)
        if page:
            return True, _delete_page(s3, resource.name, page)
        if not _uploads(s3, resource.name):
            s3.call("DeleteBucket", (*NO_BUCKET, NOT_EMPTY), Bucket=resource.name)
    except RefusedError as error:
        if error.code == NOT_EMPTY:
            s3.pause(PAUSE)  # a copy that hung has come to its end after the list was read
    return True, ""


def command(resource: Resource) -> str:
    """How a person removes it."""
    return f"aws s3 rb s3://{resource.name} --force --region {resource.details.get(REGION) or '$AWS_REGION'}"


def region_of(resource: Resource) -> str:
    """Where it was made."""
    return resource.details.get(REGION) or default_region()


def _delete_page(s3: Service, name: str, page: list[Json]) -> str:
    answer = s3.call("DeleteObjects", NO_BUCKET, Bucket=name, Delete={"Objects": page, "Quiet": True})
    refused = answer.get("Errors", ())
    codes = ", ".join(sorted({str(each.get("Code", "")) for each in refused}))
    return f"{len(refused)} of its objects cannot be deleted ({codes})" if refused else ""


def _page(s3: Service, name: str) -> list[Json]:
    """Up to a thousand versions and markers: all of them, though a scratch bucket keeps no versions, unless somebody switched that on."""
    try:
        found = s3.call("ListObjectVersions", NO_BUCKET, Bucket=name, MaxKeys=1000)
    except RefusedError:
        return []
    if "IsTruncated" not in found:
        raise TransientError(f"the list of {name} came without its end")
    every = (*(found.get("Versions") or ()), *(found.get("DeleteMarkers") or ()))
    return [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in every]


def _uploads(s3: Service, name: str) -> bool:
    """End uploads that somebody began; drills begin none. True where there were any, so that the mark is read again first."""
    found = s3.call("ListMultipartUploads", NO_BUCKET, Bucket=name).get("Uploads") or ()
    for each in found:
        s3.call("AbortMultipartUpload", ("NoSuchUpload",), Bucket=name, Key=each["Key"], UploadId=each["UploadId"])
    return bool(found)


def _listed(s3: Service) -> list[Json]:
    """The buckets of the account whose names could be ours, of all regions."""
    found: list[Json] = []
    more: Json = {}
    while True:
        page = s3.call("ListBuckets", Prefix=PREFIX, **more)
        if "Buckets" not in page:
            raise TransientError("ListBuckets was answered without Buckets")
        found += page["Buckets"]
        if not page.get("ContinuationToken"):
            return found
        more = {"ContinuationToken": page["ContinuationToken"]}

"""Storage Transfer Service: jobs that copy one bucket to another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from recoverable.sandbox.gcp.buckets import BUCKET, BucketIamBinding, BucketIamMember, bucket_name
from recoverable.sandbox.gcp.checks import between, known, lasts, look, matches, one_of, only_one
from recoverable.sandbox.gcp.cloud import GoogleCloud
from recoverable.sandbox.gcp.google import GoogleHandler, digits
from recoverable.sandbox.provider.handler import Refusal, RefusedError, Values

SINK = ("roles/storage.admin", "roles/storage.objectAdmin", "roles/storage.objectUser", "roles/storage.legacyBucketWriter")
SOURCE = (
    *SINK,
    "roles/storage.objectViewer",
    "roles/storage.legacyObjectReader",
    "roles/storage.legacyBucketReader",
    "roles/storage.insightsCollectorService",
)
ELSEWHERE = (
    "awsS3DataSource",
    "awsS3CompatibleDataSource",
    "azureBlobStorageDataSource",
    "hdfsDataSource",
    "httpDataSource",
    "posixDataSource",
)


def sides(inputs: Values) -> Iterator[Refusal]:
    """A transfer has a source and a sink, and a clock or a stream; a replication has neither of the two."""
    spec, replication = inputs.get("transferSpec"), inputs.get("replicationSpec")
    if not known(spec, replication, inputs.get("schedule"), inputs.get("eventStream")):
        return
    if replication:
        for name in ("schedule", "eventStream"):
            if inputs.get(name) is not None:
                yield Refusal(name, "not with replicationSpec, which runs by itself")
    given: list[tuple[str, Values]] = [("transferSpec", spec)] if spec else []
    given += [("replicationSpec", replication)] if replication else []
    for word, each in given:
        for side in ("gcsDataSource", "gcsDataSink"):
            if not each.get(side) and not any(each.get(other) for other in ELSEWHERE):
                yield Refusal(f"{word}.{side}", "must be given")
    if (
        spec
        and look(spec, "transferOptions.deleteObjectsUniqueInSink")
        and look(spec, "transferOptions.deleteObjectsFromSourceAfterTransfer")
    ):
        yield Refusal(
            "transferSpec.transferOptions", "deleteObjectsUniqueInSink and deleteObjectsFromSourceAfterTransfer exclude each other"
        )


class TransferJob(GoogleHandler):
    """A transfer between two buckets of Cloud Storage."""

    token = "gcp:storage/transferJob:TransferJob"
    replaces = frozenset({"project", "name"})
    defaults: ClassVar[Values] = {"status": "ENABLED"}
    checks = (
        only_one("transferSpec", "replicationSpec", required=True),
        only_one("schedule", "eventStream"),
        one_of("status", "ENABLED", "DISABLED", "DELETED"),
        matches("name", r"transferJobs/(?!OPI)[A-Za-z0-9\-._~]{0,114}[A-Za-z0-9]", "transferJobs/ and letters, digits or -._~"),
        lasts("schedule.repeatInterval", 3600, 10**9),
        between("schedule.scheduleStartDate.month", 1, 12),
        between("schedule.scheduleStartDate.day", 1, 31),
        one_of("transferSpec.transferOptions.overwriteWhen", "DIFFERENT", "NEVER", "ALWAYS"),
        one_of("replicationSpec.transferOptions.overwriteWhen", "DIFFERENT", "NEVER", "ALWAYS"),
        sides,
    )

    def identity(self, cloud: GoogleCloud, inputs: Values) -> str:
        """The project and a name, of Google's own where none is stated."""
        return f"{inputs['project']}/{(inputs.get('name') or digits()).removeprefix('transferJobs/')}"

    def admit(self, cloud: GoogleCloud, inputs: Values, before: Values | None) -> None:
        """Both buckets exist, and the service agent of the transfer service may use them."""
        spec = inputs.get("transferSpec") or inputs.get("replicationSpec") or {}
        if any(spec.get(name) for name in ELSEWHERE):
            raise RefusedError("the stand-in for Google Cloud copies between two buckets of Cloud Storage only")
        for side, roles in (("gcsDataSource", SOURCE), ("gcsDataSink", SINK)):
            bucket = bucket_name(spec[side]["bucketName"])
            if cloud.store.get(BUCKET, bucket) is None:
                raise RefusedError(f"googleapi: Error 404: {side}: the bucket {bucket} is not found, notFound")
            if not inputs.get("serviceAccount") and not _may(cloud, bucket, cloud.agent("transfer"), roles):
                raise RefusedError(
                    f"googleapi: Error 403: {side}: {cloud.agent('transfer')} has no role on bucket {bucket}; grant it one of "
                    f"{', '.join(roles[:3])} first, forbidden"
                )

    def computed(self, cloud: GoogleCloud, identity: str, inputs: Values, before: Values) -> Values:
        """Its name and times."""
        now = cloud.now()
        return {
            "name": f"transferJobs/{identity.split('/', 1)[1]}",
            "creationTime": before.get("creationTime", now),
            "lastModificationTime": now,
            "deletionTime": "",
        }


def _may(cloud: GoogleCloud, bucket: str, agent: str, roles: tuple[str, ...]) -> bool:
    member = f"serviceAccount:{agent}"
    grants = [*cloud.store.list(BucketIamMember.token).values(), *cloud.store.list(BucketIamBinding.token).values()]
    on_bucket = any(
        bucket_name(each["bucket"]) == bucket and each["role"] in roles and member in [each.get("member"), *each.get("members", [])]
        for each in grants
    )
    project = cloud.store.list("gcp:projects/iAMMember:IAMMember").values()
    return on_bucket or any(each["member"] == member and each["role"] in (*roles, "roles/owner", "roles/editor") for each in project)

"""The bucket that a drill makes for itself: the only one that is written, filled and emptied here. Its mark is read again before each call that deletes."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from recoverable.drill import marks
from recoverable.drill.aws.clients import Json, RefusedError, Service
from recoverable.drill.contract import Resource, Run, TransientError
from recoverable.drill.objects.buckets import GONE, About, Digest, ReadableBucket, taken
from recoverable.drill.objects.s3_about import about
from recoverable.drill.objects.settings_of_bucket import BLOCKS
from recoverable.drill.objects.source_bucket import UNREADABLE, SourceBucket, digest
from recoverable.drill.objects.versions import Version

KIND = "bucket"
PREFIX = "rcv-"
REGION = "region"
MADE = "made"
"""When it was announced: what carries the name and is older is somebody else's."""
NO_BUCKET = ("NoSuchBucket", "404")
LIFE_DAYS = 2
"""S3 itself empties a scratch bucket that everybody forgot; longer than any drill without --hold, which buckets have not."""
CLOCKS_APART = datetime.timedelta(minutes=15)
"""S3 refuses requests of a machine whose clock is further off."""
HOME = "us-east-1"
"""The one region that must not be named when a bucket is made in it."""


@dataclass(frozen=True)
class ScratchBucket:
    """Everything that a drill writes goes through here, and has this bucket's name in it."""

    s3: Service
    name: str

    def make(self, resource: Resource, encryption: tuple[str, str]) -> None:
        """Make it: marked, closed to everybody, encrypted, and with an end. ``encryption`` is the source's own, else S3's key.

        Raises:
            RestoreFailedError: the name is taken.
        """
        words: Json = {} if self.s3.region == HOME else {"CreateBucketConfiguration": {"LocationConstraint": self.s3.region}}
        try:
            self.s3.call("CreateBucket", ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"), Bucket=self.name, **words)
        except RefusedError as error:
            if not error.lost or error.code != "BucketAlreadyOwnedByYou":
                raise taken(self.name) from None
        tag(self.s3, resource)
        self.s3.call("PutPublicAccessBlock", Bucket=self.name, PublicAccessBlockConfiguration=dict.fromkeys(BLOCKS, True))
        algorithm, key = encryption
        by_default = {"SSEAlgorithm": algorithm or "AES256", **({"KMSMasterKeyID": key} if key else {})}
        rules = [{"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": bool(key)}]
        self.s3.call("PutBucketEncryption", Bucket=self.name, ServerSideEncryptionConfiguration={"Rules": rules})
        ends = {"ID": "forgotten-drill", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": LIFE_DAYS}}
        self.s3.call("PutBucketLifecycleConfiguration", Bucket=self.name, LifecycleConfiguration={"Rules": [ends]})

    def exists(self) -> bool:
        """Whether there is such a bucket, whosever it is."""
        return tags(self.s3, self.name) is not None

    def wrong(self, resource: Resource, encryption: tuple[str, str]) -> list[str]:
        """What of it is not as it was ordered, by what S3 then says of it."""
        made = self._as_read()
        mark = marked(self.s3, resource.provider, self.name, tags(self.s3, self.name) or {})
        found = [] if mark is not None and mark.run == resource.run else ["its mark"]
        found += [] if made.blocks_everybody() else ["its public access block"]
        return found + ([] if made.default_encryption()[0] == (encryption[0] or "AES256") else ["its encryption"])

    def is_closed(self) -> bool:
        """Whether its public access block is wholly on."""
        return self._as_read().blocks_everybody()

    def step(self, resource: Resource) -> tuple[bool, str]:
        """One call that deletes."""
        from recoverable.drill.objects import removal  # it needs the names of this module

        return removal.step(self.s3, resource)

    def _as_read(self) -> SourceBucket:
        return SourceBucket(self.s3, self.name, "", "scratch bucket")

    def copy_in(self, source: ReadableBucket, version: Version, place: str) -> str:
        """Restore one version of another bucket to a place here; the code where S3 refuses, else ""."""
        words = {"Bucket": source.name, "Key": version.key, "VersionId": version.id}
        try:
            self.s3.call("CopyObject", (*UNREADABLE, "InvalidRequest"), Bucket=self.name, Key=place, CopySource=words)
        except RefusedError as error:
            return error.code
        return ""

    def copy_within(self, place: str, other: str) -> None:
        """The same object at another place."""
        self.s3.call("CopyObject", Bucket=self.name, Key=other, CopySource={"Bucket": self.name, "Key": place})

    def write(self, place: str, content: bytes) -> None:
        """Put an object: the negative control's damage."""
        self.s3.call("PutObject", Bucket=self.name, Key=place, Body=content)

    def drop(self, place: str) -> None:
        """Remove an object: the negative control's damage."""
        self.s3.call("DeleteObject", Bucket=self.name, Key=place)

    def read(self, place: str) -> bytes | str:
        """An object's content; the code where it cannot be read. For objects of the sample that are to be damaged, and heartbeats."""
        try:
            found: bytes = self.s3.call("GetObject", UNREADABLE, Bucket=self.name, Key=place)["Body"].read()
        except RefusedError as error:
            return error.code
        return found

    def digest(self, place: str, kind: str = "") -> Digest | str:
        """What the whole content is, read from here."""
        return digest(self.s3, self.name, place)

    def head(self, place: str) -> About | None:
        """What S3 says of an object here; None where there is none."""
        try:
            return about(self.s3.call("HeadObject", GONE, Bucket=self.name, Key=place))
        except RefusedError:
            return None

    def places(self, area: str) -> Iterator[tuple[str, int]]:
        """Every object below an area, with its size."""
        more: Json = {}
        while True:
            page = self.s3.call("ListObjectsV2", Bucket=self.name, Prefix=area, **more)
            if "IsTruncated" not in page:
                raise TransientError(f"the list of {self.name} came without its end")
            for each in page.get("Contents", ()):
                yield each["Key"], int(each["Size"])
            if not page.get("IsTruncated"):
                return
            more = {"ContinuationToken": page["NextContinuationToken"]}


def resource_of(provider: str, region: str, run: Run) -> Resource:
    """The bucket that a run makes. Its exact name is chosen here, so that it is known before it exists."""
    made = run.clock.now().astimezone(datetime.UTC).isoformat(timespec="seconds")
    return Resource(provider, KIND, f"{PREFIX}{run.id}", run.id, run.expires, {REGION: region, MADE: made})


def tag(s3: Service, resource: Resource) -> None:
    """Write the mark, which holds for this name in this region alone."""
    found = marks.tags(KIND, _place(s3.region, resource.name), resource.run, resource.expires)
    s3.call("PutBucketTagging", Bucket=resource.name, Tagging={"TagSet": [{"Key": key, "Value": value} for key, value in found.items()]})


def tags(s3: Service, name: str) -> dict[str, str] | None:
    """The tags of a bucket; None where there is no bucket. Those of a bucket of another account cannot be read.

    Raises:
        RestoreFailedError: they may not be read.
        TransientError: nobody answered, or not wholly.
    """
    try:
        found = s3.call("GetBucketTagging", ("NoSuchTagSet", *NO_BUCKET), Bucket=name)
    except RefusedError as error:
        return None if error.code in NO_BUCKET else {}
    if "TagSet" not in found:
        raise TransientError(f"the tags of {name} were answered without any")
    return {each["Key"]: each["Value"] for each in found["TagSet"]}


def marked(s3: Service, provider: str, name: str, found: dict[str, str]) -> Resource | None:
    """The resource that a bucket is by its tags; None where they were not made for it."""
    mark = marks.read(KIND, _place(s3.region, name), found)
    return Resource(provider, KIND, name, *mark, {REGION: s3.region}) if mark else None


def _place(region: str, name: str) -> str:
    return f"{region}/{name}"

"""An AWS account with a bucket that has a history, its replica in another region, and the settings of a drill: on moto's server."""

from __future__ import annotations

import contextlib
import datetime
import json
import logging
import os
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.models import FakeDeleteMarker, FakeKey, s3_backends
from werkzeug.serving import make_server

from recoverable.drill import marks
from recoverable.drill.aws import clients
from recoverable.drill.ladder import LadderRung, all_rungs
from recoverable.drill.objects import expectations
from recoverable.drill.objects.baselines import make
from recoverable.drill.objects.control import CONTROL
from recoverable.drill.objects.settings import read
from recoverable.drill.providers.bucket import BucketProvider
from recoverable.drill.subject import Subject
from recoverable.standard.problems import Problems
from recoverable.standard.typed import Table
from tests.drill.harness import Harness, hours
from tests.drill.shared_clock import SharedClock
from tests.fakes.s3_front import S3Front

ACCOUNT = "123456789012"
REGION, AWAY = "eu-west-1", "eu-central-1"
SOURCE, REPLICA = "acme-uploads", "acme-uploads-replica"
HEARTBEAT = "recoverable/heartbeat.json"
LOCK_DAYS, KEPT_DAYS = 30, 35
OBJECTS = 12
DAY = datetime.timedelta(days=1)
FIRST = "former-versions-kept was not looked at: there is no baseline yet; a verified drill writes one"
"""The only reservation of the first drill of a bucket that has everything."""
MARKED = "marked-secret-of-aws-key"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKIAFAKEFAKEFAKEFAKE",
    "AWS_SECRET_ACCESS_KEY": MARKED,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclass
class BucketWorld:
    """Everything a test needs of it. ``start`` is when the drill begins, to the second."""

    endpoint: str
    front: S3Front
    clock: SharedClock
    start: datetime.datetime
    expect: dict[str, Any] = field(default_factory=lambda: {"object_lock": "compliance", "object_lock_days": LOCK_DAYS})

    @property
    def backend(self) -> Any:
        """Moto's own, in this process: thousands of objects are put there at once, and with times of their own."""
        return s3_backends[ACCOUNT]["aws"]

    def client(self, region: str = REGION) -> Any:
        """Past the drill, with a login of its own."""
        return client_of(self.endpoint, region)

    def provider(self) -> BucketProvider:
        return BucketProvider(self.clock)

    def source(self, **more: Any) -> dict[str, Any]:
        """``[drill.stores.uploads.source]`` as written."""
        usual = {"bucket": SOURCE, "region": REGION, "replica": {"bucket": REPLICA, "region": AWAY}, "heartbeat": HEARTBEAT, "sample": 20}
        return {name: value for name, value in {**usual, **more}.items() if value is not None}

    def settings(self, **more: Any) -> dict[str, Any]:
        """The same as read."""
        return typed(read, self.source(**more))

    def harness(self, state: Path, rungs: tuple[LadderRung, ...] | None = None, **more: Any) -> Harness:
        """A drill with the real ladder and the real control."""
        expect = typed(expectations.read, self.expect)
        asked = all_rungs(Subject.OBJECTS) if rungs is None else rungs
        found = Harness(self.provider(), self.clock, state, self.settings(**more), asked, CONTROL, store={"expectations": expect})
        found.baselines = make(state)  # type: ignore[assignment]
        found.first_query = lambda connection: pytest.fail("a bucket was asked a query")
        return found

    def put(self, key: str, body: bytes, at: datetime.datetime, bucket: str = SOURCE, *, locked: bool = True) -> FakeKey:
        """A version with a time of its own."""
        made = self.backend.put_object(bucket, key, body)
        made.last_modified = at.replace(tzinfo=None)
        if locked:
            made.lock_mode = "COMPLIANCE"
            made.lock_until = f"{at + LOCK_DAYS * DAY:%Y-%m-%dT%H:%M:%S.000Z}"
        return made  # type: ignore[no-any-return]

    def delete(self, key: str, at: datetime.datetime, bucket: str = SOURCE) -> FakeDeleteMarker:
        """A delete marker with a time of its own."""
        marker = self.backend._set_delete_marker(bucket, key)
        marker.last_modified = at.replace(tzinfo=None)
        return marker  # type: ignore[no-any-return]

    def replicate(self) -> None:
        """What S3 would do, once more: the replica has the same versions and markers by the same ids."""
        theirs = self.backend.get_bucket(REPLICA).keys
        for key, history in list(self.backend.get_bucket(SOURCE).keys.iterlists()):
            known = {each.version_id for each in theirs.getlist(key, [])}
            for each in history:
                if each.version_id in known:
                    continue
                if isinstance(each, FakeDeleteMarker):
                    copy: Any = self.delete(key, each.last_modified, REPLICA)
                else:
                    copy = self.put(key, each.value, each.last_modified, REPLICA, locked=False)
                    copy.lock_mode, copy.lock_until, copy.encryption = each.lock_mode, each.lock_until, each.encryption
                copy._version_id = each.version_id

    def versions(self, key: str, bucket: str = SOURCE) -> list[Any]:
        """What moto holds of a key, oldest first."""
        return list(self.backend.get_bucket(bucket).keys.getlist(key, []))

    def drop(self, key: str, number: int, bucket: str = SOURCE) -> None:
        """Remove a version for good, past every lock: what a person with the keys of the account might do."""
        keys = self.backend.get_bucket(bucket).keys
        left = [each for at, each in enumerate(keys.getlist(key)) if at != number % len(keys.getlist(key))]
        if left:
            keys.setlist(key, left)
        else:
            dict.pop(keys, key)

    def beat(self, at: datetime.datetime, bucket: str = SOURCE) -> None:
        """A heartbeat."""
        self.put(HEARTBEAT, json.dumps({"at": at.isoformat()}).encode(), at, bucket)

    def buckets(self) -> set[str]:
        """What exists."""
        return {each["Name"] for each in self.client().list_buckets()["Buckets"]}

    def plant(self, run: str) -> str:
        """A decoy: a name that begins like the run's, with tags copied from the run's bucket, and something in it."""
        original, name = f"rcv-{run}", f"rcv-{run}-2"
        tags = marks.tags("bucket", f"{REGION}/{original}", run, self.clock.now() + hours(8))
        s3 = self.client()
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": key, "Value": value} for key, value in tags.items()]})
        s3.put_object(Bucket=name, Key="precious", Body=b"production")
        return name


@lru_cache(maxsize=16)
def client_of(endpoint: str, region: str) -> Any:
    """Kept: making one takes longer than what it is asked."""
    return boto3.client("s3", endpoint_url=endpoint, region_name=region, aws_access_key_id="test", aws_secret_access_key="test")


def typed(reader: Any, data: dict[str, Any]) -> dict[str, Any]:
    """A table as its reader reads it."""
    problems = Problems("recoverable.toml", {})
    found: dict[str, Any] = reader(Table(data, ("drill", "stores", "uploads", "source"), problems))
    problems.stop_if_any()
    return found


class Listed(FakeKey):
    """A version in a list, which shares its content with the version itself and must not close it when the list is gone."""

    def __del__(self) -> None:
        """Nothing."""


def light_copy(key: FakeKey, memo: Any) -> FakeKey:
    """Moto copies every version with its content, into a file of its own, for each page of a list: half a minute for ten thousand."""
    found: FakeKey = object.__new__(Listed)
    found.__dict__.update(key.__dict__)
    return found


@contextlib.contextmanager
def served() -> Iterator[tuple[str, S3Front]]:
    """Plain moto, and the front before it."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app: Any = DomainDispatcherApplication(create_backend_app)
    front = S3Front(app)
    server = make_server("127.0.0.1", 0, front, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    FakeKey.__deepcopy__ = light_copy
    try:
        yield f"http://127.0.0.1:{server.server_port}", front
    finally:
        del FakeKey.__deepcopy__
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def account(endpoint: str, front: S3Front, patch: pytest.MonkeyPatch, objects: int = OBJECTS) -> Iterator[BucketWorld]:
    """A new account with a bucket of so many objects."""
    front.forget()
    urllib.request.urlopen(urllib.request.Request(f"{endpoint}/moto-api/reset", method="POST")).close()
    for name, value in {**ENVIRONMENT, "AWS_ENDPOINT_URL_S3": endpoint}.items():
        patch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        patch.delenv(name, raising=False)
    clients.client.cache_clear()
    clock = SharedClock(real=True)
    world = BucketWorld(endpoint, front, clock, clock.now().replace(microsecond=0))
    furnish(world, objects)
    front.requests.clear()
    try:
        yield world
    finally:
        clients.client.cache_clear()


def furnish(world: BucketWorld, objects: int) -> None:
    """Both buckets, closed, encrypted, locked, with versions kept for 35 days, and a history:

    every third object was overwritten two days ago, every eleventh deleted five days ago and written again yesterday, every seventh of the others deleted yesterday.
    """
    for name, region in ((SOURCE, REGION), (REPLICA, AWAY)):
        s3 = world.client(region)
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region}, ObjectLockEnabledForBucket=True)
        blocks = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=blocks)
        by_default = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
        s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=by_default)
        rule = {"ID": "versions", "Status": "Enabled", "Filter": {}, "NoncurrentVersionExpiration": {"NoncurrentDays": KEPT_DAYS}}
        s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [rule]})
    world.front.sources, world.front.replicas = {SOURCE}, {REPLICA}
    for number in range(objects):
        key = key_of(number)
        world.put(key, f"{key} first\n".encode() * 20, world.start - 10 * DAY)
        if number % 3 == 0:
            later = world.put(key, f"{key} second\n".encode() * 20, world.start - 2 * DAY)
            later._etag = f"{later.version_id[:8]}-2" if number % 2 else None  # the ETag of a multipart upload is no hash
        if number % 7 == 0 and number % 11 != 5:
            world.delete(key, world.start - 1 * DAY)
        if number % 11 == 5:
            world.delete(key, world.start - 5 * DAY)
            world.put(key, f"{key} anew\n".encode(), world.start - 1 * DAY)
    world.beat(world.start - 3 * DAY)
    world.beat(world.start - datetime.timedelta(seconds=60))
    world.replicate()


def key_of(number: int) -> str:
    """Keys as people make them: with spaces, letters of other alphabets, and signs that URLs have a use for."""
    return f"data/{number:05d}" + ("", " über+plus.bin", "?a=b&c#d", "/deep/er")[number % 4]


LONG = bool(os.environ.get("RECOVERABLE_LONG"))

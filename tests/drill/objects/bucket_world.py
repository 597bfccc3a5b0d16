"""An AWS account with a bucket that has a history, its replica in another region, and the settings of a drill: on moto's server."""

from __future__ import annotations

import contextlib
import datetime
import json
import logging
import os
import random
import threading
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import boto3
import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.models import FakeDeleteMarker, FakeKey, s3_backends
from werkzeug.serving import make_server

from recoverable.drill import marks
from recoverable.drill.aws import clients
from recoverable.drill.providers.bucket import BucketProvider
from tests.drill.harness import hours
from tests.drill.objects.drilled_world import DAY, HEARTBEAT, KEPT_DAYS, LOCK_DAYS, OBJECTS, DrilledWorld, beats, history
from tests.drill.shared_clock import SharedClock
from tests.fakes.s3_front import S3Front

ACCOUNT = "123456789012"
REGION, AWAY = "eu-west-1", "eu-central-1"
SOURCE, REPLICA = "acme-uploads", "acme-uploads-replica"
MARKED = "marked-secret-of-aws-key"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKIAFAKEFAKEFAKEFAKE",
    "AWS_SECRET_ACCESS_KEY": MARKED,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclass
class BucketWorld(DrilledWorld):
    """Everything a test needs of it."""

    own = frozenset({SOURCE, REPLICA})
    endpoint: str
    front: S3Front

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

    def calls(self) -> int:
        """How many calls have been made since this was asked last."""
        made = len(self.front.requests)
        self.front.requests.clear()
        return made

    def watch(self, before: Callable[[], bool] | None = None, after: Callable[[], object] | None = None) -> None:
        """Look at each call."""
        self.front.answer = lambda request: (503, "ServiceUnavailable") if before and before() else None
        self.front.after = lambda request: after() if after else None
        self.front.spoil = lambda request, body: body

    def trouble(self, seed: int, rate: float) -> None:
        """Refusals before a call had its effect, and answers of which half is missing, though their length does not say so."""
        drawn = random.Random(seed)
        refusals = ((503, "SlowDown"), (500, "InternalError"), (503, "ServiceUnavailable"), (403, "AccessDenied"))
        self.front.answer = lambda request: drawn.choice(refusals) if drawn.random() < rate / 2 else None
        self.front.spoil = lambda request, body: body[: len(body) // 2] if drawn.random() < rate / 2 else body

    def lose(self, key: str, bucket: str) -> None:
        """Remove the newest version."""
        self.drop(key, -1, bucket)

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
        for key, versions in list(self.backend.get_bucket(SOURCE).keys.iterlists()):
            known = {each.version_id for each in theirs.getlist(key, [])}
            for each in versions:
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

    def precious(self, decoy: str) -> bytes:
        """What is in a decoy."""
        found: bytes = self.client().get_object(Bucket=decoy, Key="precious")["Body"].read()
        return found


@lru_cache(maxsize=16)
def client_of(endpoint: str, region: str) -> Any:
    """Kept: making one takes longer than what it is asked."""
    return boto3.client("s3", endpoint_url=endpoint, region_name=region, aws_access_key_id="test", aws_secret_access_key="test")


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
    try:
        with pytest.MonkeyPatch.context() as patch:  # puts back what another server of this process has put there
            patch.setattr(FakeKey, "__deepcopy__", light_copy, raising=False)
            yield f"http://127.0.0.1:{server.server_port}", front
    finally:
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
    world = BucketWorld(clock, clock.now().replace(microsecond=0), endpoint, front)
    furnish(world, objects)
    front.requests.clear()
    try:
        yield world
    finally:
        clients.client.cache_clear()


def furnish(world: BucketWorld, objects: int) -> None:
    """Both buckets, closed, encrypted, locked, with versions kept for 35 days, and a history."""
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
    for event in history(world.start, objects):
        if event.content is None:
            world.delete(event.key, event.at)
            continue
        made = world.put(event.key, event.content, event.at)
        if event.content.endswith(b"second\n") and int(event.key[5:10]) % 2:
            made._etag = f"{made.version_id[:8]}-2"  # that of a multipart upload is no hash
    for at in beats(world.start):
        world.beat(at)
    world.replicate()


LONG = bool(os.environ.get("RECOVERABLE_LONG"))

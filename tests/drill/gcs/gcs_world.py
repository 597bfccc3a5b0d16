"""A project of Google Cloud with a bucket that has a history, a second bucket that a transfer job keeps, and the settings of a drill: on the fake."""

from __future__ import annotations

import contextlib
import datetime
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from recoverable.drill import marks
from recoverable.drill.gcs.scratch_bucket import KIND
from recoverable.drill.providers.bucket import BucketProvider
from tests.drill.harness import hours
from tests.drill.objects.drilled_world import DAY, HEARTBEAT, KEPT_DAYS, LOCK_DAYS, OBJECTS, DrilledWorld, Event, beats, history
from tests.drill.shared_clock import SharedClock
from tests.fakes.fake_gcs import PROJECT, TOKEN, FakeGcs
from tests.fakes.gcs_errors import gcs_error
from tests.fakes.gcs_store import Generation
from tests.fakes.json_server import Call, Faults, Reply

SOURCE, REPLICA = "acme-uploads", "acme-uploads-copy"
PLACE, AWAY = "europe-west1", "europe-west4"
LAG = datetime.timedelta(seconds=20)


class WatchedGcs(FakeGcs):
    """The fake, with somebody who looks at each call: ``before`` may answer it, ``after`` has it when it had its effect, ``spoil`` changes answers."""

    before: Callable[[Call], Reply | None] = staticmethod(lambda call: None)
    after: Callable[[Call], object] = staticmethod(lambda call: None)
    spoil: Callable[[Call, Reply], Reply] = staticmethod(lambda call, reply: reply)

    def answer(self, call: Call) -> Reply:
        early = self.before(call)
        reply = super().answer(call) if early is None else early
        self.after(call)
        return self.spoil(call, reply)

    def calm(self) -> None:
        """Nobody looks any more."""
        self.before, self.after, self.spoil = (lambda call: None), (lambda call: None), (lambda call, reply: reply)


@dataclass
class GcsWorld(DrilledWorld):
    """Everything a test needs of it."""

    own = frozenset({SOURCE, REPLICA})
    fake: WatchedGcs

    def provider(self) -> BucketProvider:
        """With the fake's token; that google-auth gives one is the command's test."""
        return BucketProvider(self.clock, lambda: TOKEN, 10)

    def source(self, **more: Any) -> dict[str, Any]:
        """``[drill.stores.uploads.source]`` as written."""
        usual = {"bucket": f"gs://{SOURCE}", "replica": {"bucket": f"gs://{REPLICA}"}, "heartbeat": HEARTBEAT, "sample": 20}
        return {name: value for name, value in {**usual, **more}.items() if value is not None}

    def calls(self) -> int:
        """How many calls have been made since this was asked last."""
        made = len(self.fake.calls)
        self.fake.calls.clear()
        return made

    def watch(self, before: Callable[[], bool] | None = None, after: Callable[[], object] | None = None) -> None:
        """Look at each call."""
        self.fake.calm()
        self.fake.faults = Faults()
        if before:
            self.fake.before = lambda call: gcs_error(503, "nobody") if before() else None
        if after:
            self.fake.after = lambda call: after()

    def trouble(self, seed: int, rate: float) -> None:
        """Every kind that the server of the fake knows."""
        self.fake.faults = Faults(seed=seed, rate=rate)

    def lose(self, key: str, bucket: str) -> None:
        """Remove the newest generation."""
        self.drop(key, -1, bucket)

    def put(self, key: str, content: bytes, at: datetime.datetime | None = None, bucket: str = SOURCE, **fields: Any) -> Generation:
        """A generation; without a time it is of now."""
        return self.fake.put(bucket, key, content, at=at, **fields)

    def generations(self, key: str, bucket: str = SOURCE) -> list[Generation]:
        """What the fake holds of a name, oldest first."""
        return self.fake.buckets[bucket].objects[key]

    def drop(self, key: str, number: int, bucket: str = SOURCE) -> None:
        """Remove a generation for good, past policies and soft delete: it leaves no trace."""
        held = self.fake.buckets[bucket].objects
        del held[key][number]
        if not held[key]:
            del held[key]

    def beat(self, at: datetime.datetime, bucket: str = SOURCE, said: datetime.datetime | None = None) -> None:
        """A heartbeat."""
        self.put(HEARTBEAT, json.dumps({"at": (said or at).isoformat()}).encode(), at, bucket)

    def buckets(self) -> set[str]:
        """What exists."""
        return self.fake.truth()

    def plant(self, run: str) -> str:
        """A decoy: a name that begins like the run's, with labels copied from the run's bucket, and something in it."""
        original, name = f"rcv-{run}", f"rcv-{run}-2"
        self.fake.make(name, {"labels": marks.tags(KIND, original, run, self.clock.now() + hours(8))})
        self.put("precious", b"production", bucket=name)
        return name

    def precious(self, decoy: str) -> bytes:
        """What is in a decoy."""
        return self.generations("precious", decoy)[0].content


def furnish(world: GcsWorld, objects: int) -> None:
    """Both buckets, closed, locked, with versions kept for 35 days, and their history; the copy is some seconds behind."""
    start = world.start
    for name, place in ((SOURCE, PLACE), (REPLICA, AWAY)):
        body = {
            "location": place, "versioning": {"enabled": True}, "retentionPolicy": {"retentionPeriod": str(LOCK_DAYS * 86400)},
            "iamConfiguration": {"publicAccessPrevention": "enforced", "uniformBucketLevelAccess": {"enabled": True}},
            "lifecycle": {"rule": [{"action": {"type": "Delete"}, "condition": {"daysSinceNoncurrentTime": KEPT_DAYS}}]},
        }  # fmt: skip
        world.fake.make(name, body, at=start - 60 * DAY).fields["retentionPolicy"]["isLocked"] = True
    events = [*history(start, objects), *(Event(at, HEARTBEAT, json.dumps({"at": at.isoformat()}).encode()) for at in beats(start))]
    both = [(each.at + lag, bucket, each.key, each.content) for each in events for bucket, lag in ((SOURCE, 0 * LAG), (REPLICA, LAG))]
    for at, bucket, key, content in sorted(both, key=lambda event: event[0]):
        if content is None:
            world.fake.buckets[bucket].drop_live(key, at)
        else:
            composite = {"componentCount": 2} if content.endswith(b"second\n") and bucket == SOURCE else {}
            world.put(key, content, at, bucket, **composite)


@contextlib.contextmanager
def project(folder: Path, patch: pytest.MonkeyPatch, objects: int = OBJECTS, faults: Faults | None = None) -> Iterator[GcsWorld]:
    """The fake on this process's environment, with the buckets in it."""
    clock = SharedClock(real=True)
    folder.mkdir(exist_ok=True)
    with WatchedGcs(folder, clock.now, faults) as fake:
        assert isinstance(fake, WatchedGcs)
        for name, value in leading_to(fake).items():
            patch.setenv(name, value)
        for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "RECOVERABLE_DRILL_REGIONS"):
            patch.delenv(name, raising=False)
        world = GcsWorld(clock, clock.now().replace(microsecond=0), fake)
        furnish(world, objects)
        yield world


def leading_to(fake: FakeGcs) -> dict[str, str]:
    """The environment by which a drill reaches the fake, its certificate trusted."""
    return {
        "CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE": f"{fake.address}/storage/v1/",
        "SSL_CERT_FILE": str(fake.certificate),
        "GOOGLE_CLOUD_PROJECT": PROJECT,
    }

"""A state backend in the fake Cloud Storage as it should be, to be broken one thing at a time; and the settings that declare it."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.drill.gcs.gcs_world import WatchedGcs
from tests.fakes.fake_cloud_kms import FakeCloudKms
from tests.fakes.gcs_errors import gcs_error
from tests.fakes.gcs_store import StoredBucket
from tests.fakes.json_server import Call, Reply

NAME = "acme-state"
KEY = "projects/acme-prod/locations/europe-west1/keyRings/state/cryptoKeys/state"
OTHER_KEY = KEY.replace("cryptoKeys/state", "cryptoKeys/other")
KEPT = 30
DAY = datetime.timedelta(days=1)


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def deleting(**condition: Any) -> dict[str, Any]:
    """A lifecycle with one rule that deletes."""
    return {"rule": [{"action": {"type": "Delete"}, "condition": condition}]}


@dataclass
class GcsPlace:
    """A bucket on the fake, and Cloud KMS. ``declared`` are further lines of the settings."""

    fake: WatchedGcs
    kms: FakeCloudKms
    folder: Path
    location: str = "europe-west1"
    name: str = NAME
    declared: list[str] = field(default_factory=list)

    def make(self) -> None:
        """Sound in everything."""
        self.fake.make(NAME, {
            "location": "europe-west1", "versioning": {"enabled": True}, "encryption": {"defaultKmsKeyName": KEY},
            "iamConfiguration": {"publicAccessPrevention": "enforced", "uniformBucketLevelAccess": {"enabled": True}},
            "lifecycle": deleting(daysSinceNoncurrentTime=KEPT), "softDeletePolicy": {"retentionDurationSeconds": "0"},
        })  # fmt: skip

    @property
    def bucket(self) -> StoredBucket:
        return self.fake.buckets[NAME]

    def set(self, **fields: Any) -> None:
        """Fields of the bucket, by whomever; None takes one away."""
        for key, value in fields.items():
            if value is None:
                self.bucket.fields.pop(key, None)
            else:
                self.bucket.fields[key] = value

    def declare(self, clients: str = "terraform", key: str = KEY) -> None:
        """Write recoverable.toml."""
        lines = [
            "schema = 1", "[state_backend.infra]", 'kind = "gcs"', f'bucket = "{self.name}"', f'location = "{self.location}"',
            'environment = "prod"', f"clients = {clients.split()}", *([f'kms_key = "{key}"'] if key else []), *self.declared,
        ]  # fmt: skip
        (self.folder / "recoverable.toml").write_text("\n".join(lines) + "\n")

    def names(self) -> list[str]:
        """Every generation that is no soft-deleted one, by name."""
        return sorted(name for name in self.bucket.objects for _ in self.bucket.generations(name))

    def refuse(self, method: str, ending: str, status: int = 403, permission: str = "") -> None:
        """Whatever is asked by this method of a path or a name that ends so."""
        words = f"the account does not have {permission} access"
        self.fake.before = lambda call: gcs_error(status, words) if call.method == method and what(call).endswith(ending) else None

    def without_condition(self, part: str, times: int) -> None:
        """That many uploads of such a name lose their condition."""
        left = [times]

        def dropped(call: Call) -> Reply | None:
            if call.method == "POST" and part in what(call) and left[0] and call.query.pop("ifGenerationMatch", None) is not None:
                left[0] -= 1
            return None

        self.fake.before = dropped


def what(call: Call) -> str:
    """The name of the object that a call is about, the prefix that it lists, or its path."""
    if call.path[0] == "upload" and isinstance(call.body, bytes):
        return call.body.split(b'"name": "', 1)[1].split(b'"', 1)[0].decode()
    return call.query.get("prefix") or call.path[-1]


Breaks = Callable[[GcsPlace], Any]

"""Secrets with versions and replicas on moto's server, whose every request is written down; and the settings of a drill."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.secretsmanager.models import SecretsManagerBackend

from recoverable.drill.aws import clients
from recoverable.drill.ladder import LadderRung, all_rungs
from recoverable.drill.providers.secret import SecretProvider
from recoverable.drill.secret import expectations
from recoverable.drill.secret.control import CONTROL
from recoverable.drill.secret.settings import read
from recoverable.drill.subject import Subject
from tests.drill.harness import Harness
from tests.drill.shared_clock import SharedClock
from tests.drill.state.state_world import LOGIN, Recorder, typed

REGION, AWAY = "eu-west-1", "eu-central-1"
MARKED = "marked-secret-value-of-the-tests"
NUMBERS = count(1)
"""Each test has names of its own: to reset moto takes seconds."""


@dataclass
class SecretWorld:
    """Everything a test needs of it. ``database`` is JSON with two keys, ``token`` plain; both were written twice."""

    endpoint: str
    recorder: Recorder
    clock: SharedClock
    scratch: Path
    prefix: str
    key: str = ""
    expect: dict[str, Any] = field(default_factory=dict)

    @property
    def database(self) -> str:
        return f"{self.prefix}/database"

    @property
    def token(self) -> str:
        return f"{self.prefix}/token"

    def client(self, service: str = "secretsmanager", region: str = REGION) -> Any:
        """Past the drill."""
        return client_of(self.endpoint, service, region)

    def provider(self) -> SecretProvider:
        return SecretProvider(self.clock)

    def source(self, **more: Any) -> dict[str, Any]:
        """``[drill.stores.secrets.source]`` as written."""
        names = [self.database, self.token]
        usual = {"service": "secretsmanager", "names": names, "region": REGION, "replica_region": AWAY}
        return {name: value for name, value in {**usual, **more}.items() if value is not None}

    def harness(self, state: Path, rungs: tuple[LadderRung, ...] | None = None, **more: Any) -> Harness:
        """A drill with the real ladder and the real control."""
        expect = typed(expectations.read, self.expect)
        asked = all_rungs(Subject.SECRET) if rungs is None else rungs
        settings = typed(read, self.source(**more))
        found = Harness(self.provider(), self.clock, state, settings, asked, CONTROL, store={"expectations": expect})
        found.first_query = lambda connection: pytest.fail("a secret was asked a query")
        return found

    def left(self) -> set[str]:
        """What drills have made, and not removed."""
        return {str(each) for each in self.scratch.iterdir()}

    def version(self, name: str) -> str:
        """The id of the current version."""
        return str(self.client().get_secret_value(SecretId=name)["VersionId"])

    def expect_all(self) -> None:
        """What a release would have written down."""
        keys = ["DATABASE_URL", "PASSWORD"]
        self.expect = {
            "secrets": {
                self.database: {"keys": keys, "version": self.version(self.database)},
                self.token: {"created_after": "2026-01-01T00:00:00Z", "created_before": "2100-01-01T00:00:00Z"},
            }
        }


@lru_cache(maxsize=16)
def client_of(endpoint: str, service: str, region: str) -> Any:
    """Kept: making one takes longer than what it is asked."""
    login = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return boto3.client(service, endpoint_url=endpoint, region_name=region, **login)


def value(number: int) -> str:
    """A JSON object, every value of which is marked."""
    password = f"{MARKED}-{number}"
    return json.dumps({"DATABASE_URL": f"postgres://app:{password}@db/orders", "PASSWORD": password})


@contextlib.contextmanager
def account(endpoint: str, recorder: Recorder, patch: pytest.MonkeyPatch, scratch: Path, *, filled: bool = True) -> Iterator[SecretWorld]:
    """Two secrets of two versions each, with a key and replicas of their own."""
    recorder.refuse = lambda request: ""
    scratch.mkdir(exist_ok=True)
    login = {"AWS_ACCESS_KEY_ID": "AKIAFAKEFAKEFAKEFAKE", "AWS_SECRET_ACCESS_KEY": LOGIN, "AWS_EC2_METADATA_DISABLED": "true"}
    for name, each in {**login, "AWS_DEFAULT_REGION": REGION, "AWS_ENDPOINT_URL": endpoint, "TMPDIR": str(scratch)}.items():
        patch.setenv(name, each)
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3"):
        patch.delenv(name, raising=False)
    patch.setattr(SecretsManagerBackend, "list_secret_version_ids", versions_with_their_times)
    clients.client.cache_clear()
    world = SecretWorld(endpoint, recorder, SharedClock(real=True), scratch, f"shop{next(NUMBERS)}")
    if filled:
        fill(world)
    recorder.requests.clear()
    try:
        yield world
    finally:
        recorder.refuse = lambda request: ""
        clients.client.cache_clear()


def versions_with_their_times(backend: SecretsManagerBackend, secret_id: str) -> str:
    """Moto says of every version that it was made now."""
    secret = backend.secrets[secret_id]
    found = [
        {"VersionId": name, "VersionStages": each["version_stages"], "CreatedDate": each["createdate"]}
        for name, each in secret.versions.items()
    ]
    return json.dumps({"ARN": secret.arn, "Name": secret.name, "Versions": found})


def fill(world: SecretWorld) -> None:
    """Write both secrets twice, and let them be replicated."""
    world.key = world.client("kms").create_key()["KeyMetadata"]["KeyId"]
    manager = world.client()
    for name, make in ((world.database, value), (world.token, lambda number: f"{MARKED}-token-{number}")):
        manager.create_secret(Name=name, SecretString=make(1), KmsKeyId=world.key, AddReplicaRegions=[{"Region": AWAY}])
        manager.put_secret_value(SecretId=name, SecretString=make(2))

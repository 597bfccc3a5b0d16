"""Secrets of Google Secret Manager on the fake, and the settings of a drill of them."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from recoverable.drill.ladder import LadderRung, all_rungs
from recoverable.drill.providers.secret import SecretProvider
from recoverable.drill.secret import expectations
from recoverable.drill.secret.control import CONTROL
from recoverable.drill.secret.settings import read
from recoverable.drill.subject import Subject
from tests.drill.harness import Harness
from tests.drill.shared_clock import SharedClock
from tests.drill.state.state_world import typed
from tests.fakes.fake_secret_manager import KEY, PROJECT, TOKEN, FakeSecretManager
from tests.fakes.json_server import Faults

MARKED = "marked-secret-value-of-the-tests"
DATABASE, LOGIN = "orders-database", "orders-token"
WITH_KEY = {"replication": {"automatic": {"customerManagedEncryption": {"kmsKeyName": KEY}}}}


@dataclass
class GoogleSecretWorld:
    """Two secrets of two versions each: ``DATABASE`` is JSON with two keys under a key of its own, ``LOGIN`` is plain."""

    fake: FakeSecretManager
    clock: SharedClock
    scratch: Path
    expect: dict[str, Any] = field(default_factory=dict)

    def provider(self) -> SecretProvider:
        """With the fake's token; that google-auth gives one is the command's test."""
        return SecretProvider(self.clock, lambda: TOKEN, 10)

    def source(self, **more: Any) -> dict[str, Any]:
        """``[drill.stores.secrets.source]`` as written."""
        usual = {"service": "gcp-secretmanager", "project": PROJECT, "names": [DATABASE, LOGIN]}
        return {name: value for name, value in {**usual, **more}.items() if value is not None}

    def harness(self, state: Path, rungs: tuple[LadderRung, ...] | None = None, **more: Any) -> Harness:
        """A drill with the real ladder and the real control."""
        expect = typed(expectations.read, self.expect)
        asked = all_rungs(Subject.SECRET) if rungs is None else rungs
        found = Harness(
            self.provider(), self.clock, state, typed(read, self.source(**more)), asked, CONTROL, store={"expectations": expect}
        )
        found.first_query = lambda connection: pytest.fail("a secret was asked a query")
        return found

    def left(self) -> set[str]:
        """What drills have made, and not removed."""
        return {str(each) for each in self.scratch.iterdir()}

    def expect_all(self) -> None:
        """What a release would have written down."""
        self.expect = {
            "secrets": {
                DATABASE: {"keys": ["DATABASE_URL", "PASSWORD"], "version": "2"},
                LOGIN: {"created_after": "2026-01-01T00:00:00Z", "created_before": "2100-01-01T00:00:00Z"},
            }
        }


def value(number: int) -> str:
    """A JSON object, every value of which is marked."""
    password = f"{MARKED}-{number}"
    return json.dumps({"DATABASE_URL": f"postgres://app:{password}@db/orders", "PASSWORD": password})


def leading_to(fake: FakeSecretManager) -> dict[str, str]:
    """The environment by which a drill reaches the fake, its certificate trusted."""
    return {
        "CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER": f"{fake.address}/",
        "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS": f"{fake.address}/",
        "SSL_CERT_FILE": str(fake.certificate),
        "GOOGLE_CLOUD_PROJECT": PROJECT,
    }


@contextlib.contextmanager
def google_secrets(folder: Path, faults: Faults | None = None) -> Iterator[GoogleSecretWorld]:
    """The fake, with the environment of this process leading to it."""
    clock = SharedClock(real=True)
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch, FakeSecretManager(folder, clock.now, faults) as fake:
        assert isinstance(fake, FakeSecretManager)
        for name, each in {**leading_to(fake), "TMPDIR": str(scratch)}.items():
            patch.setenv(name, each)
        fake.put(DATABASE, value(1), value(2), **WITH_KEY)
        fake.put(LOGIN, f"{MARKED}-token-1", f"{MARKED}-token-2")
        yield GoogleSecretWorld(fake, clock, scratch)

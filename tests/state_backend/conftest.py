"""A server of moto's with a layer that meddles, and the command run in a folder of its own."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from recoverable.cli.entry import main
from tests.drill.gcs.gcs_world import WatchedGcs, leading_to
from tests.fakes.fake_cloud_kms import FakeCloudKms
from tests.fakes.fake_gcs import TOKEN
from tests.state_backend.gcs_places import KEY, GcsPlace, now
from tests.state_backend.meddling import Meddling
from tests.state_backend.places import Place, own_name, sound
from tests.support.moto_server import MotoServer

SECRET = "wJalrXUtnFEMI-marked-secret-of-the-tests"


@dataclass(frozen=True)
class Outcome:
    """What a run left behind."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found

    def steps(self, status: str) -> set[str]:
        """The names of the steps with this answer."""
        return {each["name"] for each in self.data["steps"] if each["status"] == status}

    def found(self, name: str) -> str:
        """What a step says."""
        return next(f"{each['found']} {each['fix']}" for each in self.data["steps"] if each["name"] == name)


@pytest.fixture(scope="module")
def meddling() -> Meddling:
    return Meddling()


@pytest.fixture(scope="module")
def endpoint(meddling: Meddling) -> Iterator[str]:
    with MotoServer(meddling.around) as address:
        yield address


@pytest.fixture(autouse=True)
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that must never be seen, and a folder of its own."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "sandbox")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def make(endpoint: str, meddling: Meddling, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[..., Place]:
    """``make(table=True)``: a backend that is sound, of the test's own name."""
    meddling.calm()

    def made(**more: Any) -> Place:
        return sound(endpoint, f"state-{own_name(request)}", tmp_path, **more)

    return made


@pytest.fixture
def gcs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GcsPlace]:
    """A sound bucket in the fake Cloud Storage with its key in the fake Cloud KMS, declared for Terraform. Pauses between tries take no time."""
    folders = [tmp_path / "api", tmp_path / "kms-api"]
    for folder in folders:
        folder.mkdir()
    with WatchedGcs(folders[0], now) as fake, FakeCloudKms(folders[1]) as kms:
        assert isinstance(fake, WatchedGcs)
        assert isinstance(kms, FakeCloudKms)
        for name, value in leading_to(fake).items():
            monkeypatch.setenv(name, value)
        trusted = tmp_path / "trusted.crt"
        trusted.write_bytes(fake.certificate.read_bytes() + kms.certificate.read_bytes())
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        monkeypatch.setenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS", f"{kms.address}/")
        monkeypatch.setattr("recoverable.drill.cloudsql.tokens.DefaultToken.__call__", lambda _: TOKEN)
        monkeypatch.setattr("recoverable.drill.clocks.SystemClock.sleep", lambda *_: None)
        place = GcsPlace(fake, kms, tmp_path)
        place.make()
        kms.put_key(KEY)
        place.declare()
        yield place


@pytest.fixture
def account_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """The host of S3 Control begins with the account's number, which AWS's name servers know: so it is here."""
    really = socket.getaddrinfo

    def known(host: Any, *more: Any, **words: Any) -> Any:
        return really("127.0.0.1" if str(host).endswith(".127.0.0.1") else host, *more, **words)

    monkeypatch.setattr(socket, "getaddrinfo", known)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """``run("doctor", "infra")`` in this process."""

    def call(*arguments: str) -> Outcome:
        capsys.readouterr()
        code = main(["state-backend", *arguments])
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return call

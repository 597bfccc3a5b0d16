"""One project with Google's twins, in the fakes that drills use, made once for all tests of the audit."""

from __future__ import annotations

import datetime
import io
import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from recoverable.cli.entry import main
from tests.audit.conftest import Run, resources
from tests.audit.google.database_twins import DATABASE_TWINS
from tests.audit.google.twins import TWINS, common
from tests.drill.neon.test_neon_api import NoData
from tests.fakes.fake_cloudsql_past import FakeCloudSqlPast
from tests.fakes.fake_gcs import FakeGcs
from tests.fakes.fake_google_databases import FakeGoogleDatabases
from tests.fakes.fake_google_guards import PROJECT, TOKEN, FakeGoogleGuards
from tests.fakes.fake_secret_manager import FakeSecretManager
from tests.fakes.json_server import Faults, JsonServer
from tests.support.google_from_code import Project

KINDS, LONG = ("throttle", "unavailable", "refuse", "broken"), bool(os.environ.get("RECOVERABLE_LONG"))
"""How a call can go wrong for good, and whether there is time for all ways."""
OLD = datetime.timedelta(days=90)
"""Older than any retention of the twins."""


class FixedToken:
    """Stands for google-auth, which keeps where the metadata server is from its first import on; a test of its own runs the real one."""

    def __init__(self, scope: str) -> None:
        assert scope == "https://www.googleapis.com/auth/cloud-platform"

    def __call__(self) -> str:
        return TOKEN

    def project(self) -> str:
        return PROJECT


@dataclass
class GoogleCloud:
    """All fakes of one project."""

    sql: FakeCloudSqlPast
    gcs: FakeGcs
    guards: FakeGoogleGuards
    secrets: FakeSecretManager
    others: FakeGoogleDatabases
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def servers(self) -> list[JsonServer]:
        return [self.sql, self.gcs, self.guards, self.secrets, self.others]

    @property
    def lines(self) -> list[str]:
        """Every call that was made."""
        return [call.line for server in self.servers for call in server.calls]

    def forget(self) -> None:
        """Forget calls, and be well again."""
        for server in self.servers:
            server.calls.clear()
            server.faults = Faults()
            server.denied.clear()  # type: ignore[attr-defined]
        self.guards.off.clear()
        self.others.off.clear()
        self.others.unreachable.clear()
        self.others.hidden.clear()
        self.guards.lists["transferJobs"].sort(key=lambda job: job["name"])
        self.sql.unreachable.clear()


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


@pytest.fixture(scope="module")
def google(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GoogleCloud]:
    """The fakes with all twins, and the environment of this process leading to them."""
    folder = tmp_path_factory.mktemp("google")
    for name in ("sql", "gcs", "guards", "secrets", "others"):
        (folder / name).mkdir()
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        cloud = GoogleCloud(
            FakeCloudSqlPast(folder / "sql", NoData(), now),
            FakeGcs(folder / "gcs", now),
            FakeGoogleGuards(folder / "guards"),
            FakeSecretManager(folder / "secrets", now),
            FakeGoogleDatabases(folder / "others"),
        )
        for server in cloud.servers:
            stack.enter_context(server)
        trusted = folder / "trusted.crt"
        trusted.write_bytes(b"".join(server.certificate.read_bytes() for server in cloud.servers))
        names = {"SQL": cloud.sql, "STORAGE": cloud.gcs, "SECRETMANAGER": cloud.secrets}
        names |= dict.fromkeys(("ALLOYDB", "SPANNER", "FIRESTORE", "DATASTORE", "BIGQUERY"), cloud.others)
        for name in (*names, "CLOUDKMS", "MONITORING", "LOGGING", "STORAGETRANSFER", "CLOUDRESOURCEMANAGER"):
            cloud.environment[f"CLOUDSDK_API_ENDPOINT_OVERRIDES_{name}"] = f"{names.get(name, cloud.guards).address}/"
        cloud.environment |= {"SSL_CERT_FILE": str(trusted), "GOOGLE_CLOUD_PROJECT": PROJECT}
        for name, value in cloud.environment.items():
            patch.setenv(name, value)
        patch.setattr("tests.fakes.fake_secret_manager.TOKEN", TOKEN)
        patch.setattr("recoverable.audit.google.projects.DefaultToken", FixedToken)
        patch.setattr("recoverable.audit.web.client.FIRST_PAUSE", 0.001)
        fill(cloud, folder)
        cloud.forget()
        yield cloud


@pytest.fixture
def sick(google: GoogleCloud) -> Iterator[GoogleCloud]:
    """The project for a test that makes it deny or throttle; well again afterwards."""
    google.forget()
    yield google
    google.forget()


@pytest.fixture(scope="module")
def audit(google: GoogleCloud, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Run]:
    standard = tmp_path_factory.mktemp("standard") / "recoverable.toml"
    standard.write_text("schema = 1\n", encoding="utf-8")
    return lambda *words: command("gcp", "--config", str(standard), *words)


def command(*words: str) -> Run:
    """A run of ``recoverable audit``."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(["audit", *words])
    return Run(code, out.getvalue(), err.getvalue())


def fill(cloud: GoogleCloud, folder: Path) -> None:
    """Make all twins, and give each a past: good backups, unless the twin is for something else."""
    here = Project(cloud.sql, cloud.gcs, cloud.guards, cloud.secrets, now() - OLD, cloud.others)
    for twin in (*TWINS, *DATABASE_TWINS):
        here.make(resources(common() + twin.code, folder / twin.name))
    for name, item in cloud.sql.instances.items():
        if "masterInstanceName" not in item:
            _age(cloud, name, item["settings"]["backupConfiguration"])
    cloud.sql.instances["sql-paused"]["settings"]["databaseReplicationEnabled"] = False
    cloud.sql.instances["sql-replica"]["settings"]["databaseReplicationEnabled"] = True
    ring = f"projects/{PROJECT}/locations/europe-west1/keyRings/main/cryptoKeys"
    cloud.guards.put_key(f"{ring}/key-off", state="DISABLED", rotationPeriod="7776000s")
    # The instance is under version 1, which was disabled after version 2 became the primary one.
    cloud.guards.put_key(f"{ring}/key-old", version=2, rotationPeriod="7776000s")
    cloud.guards.versions[f"{ring}/key-old/cryptoKeyVersions/1"] = "DISABLED"


def _age(cloud: GoogleCloud, name: str, backup: dict[str, Any]) -> None:
    if not backup["enabled"]:
        return
    sql = cloud.sql
    if name != "sql-never":
        sql.run(name, 3000 if name == "sql-stale" else 600)
        sql.run(name, 3100)
    if name == "sql-failed":
        sql.run(name, 60, "FAILED", error={"kind": "sql#operationError", "code": "UNKNOWN"})
    if name == "sql-skipped":
        sql.run(name, 60, "SKIPPED")
        sql.run(name, 1, "RUNNING")
    days = 3 if name == "sql-reach" else backup["transactionLogRetentionDays"]
    latest = now() - datetime.timedelta(minutes=45 if name == "sql-lag" else 4)
    sql.times[name] = (now() - datetime.timedelta(days=days), latest)


def told(run: Run) -> list[dict[str, Any]]:
    """The summary and rows of JSON lines."""
    return [json.loads(line) for line in run.out.splitlines()]


@pytest.fixture(scope="module")
def whole(audit: Callable[..., Run], google: GoogleCloud) -> tuple[Run, list[str]]:
    """One audit of everything, and its calls."""
    google.forget()
    run = audit("--format", "json")
    return run, google.lines

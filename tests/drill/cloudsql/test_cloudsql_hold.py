"""An instance of Cloud SQL that is held: its URL leads to it alone, after it was read back as private, and it ends by itself."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from recoverable.drill.verdict import DrillVerdict
from tests.drill.cloudsql_cloud import cloudsql, cloudsql_settings, provider
from tests.drill.harness import Harness
from tests.drill.held import hold, nothing_left, rows, with_password
from tests.drill.managed_source import ManagedSource, QuickClock
from tests.drill.source_server import open_folder
from tests.fakes.fake_cloudsql import CUSTOMER, FakeCloudSql
from tests.fakes.real_postgres import free_port

SECONDS = 2.0


@pytest.fixture(scope="module")
def source() -> Iterator[ManagedSource]:
    with open_folder("rcv-sql-") as folder:
        found = ManagedSource(folder, CUSTOMER, free_port())
        try:
            yield found
        finally:
            found.history.stop()


@pytest.fixture
def cloud(tmp_path: Path, source: ManagedSource) -> Iterator[FakeCloudSql]:
    with cloudsql(tmp_path, source.history, lambda: datetime.datetime.now(datetime.UTC)) as fake:
        yield fake


def harness_of(state: Path, source: ManagedSource) -> Harness:
    return Harness(provider(QuickClock(), timeout=60), QuickClock(), state, cloudsql_settings(source.history.port))


def test_a_held_instance_is_reached_by_its_url_alone_and_is_gone_afterwards(
    tmp_path: Path, cloud: FakeCloudSql, source: ManagedSource
) -> None:
    harness, found = harness_of(tmp_path / "state", source), []

    def look(url: str) -> None:
        found.append(rows(url, "SELECT count(*) FROM orders"))
        with pytest.raises(psycopg.OperationalError, match="authentication failed"):
            psycopg.connect(with_password(url, "secret-of-production")).close()
        ((name, instance),) = [(name, each) for name, each in cloud.instances.items() if name.startswith("rcv-")]
        assert instance["settings"]["ipConfiguration"]["ipv4Enabled"] is False
        asked = [call.line for call in cloud.calls]
        closed = next(number for number, line in enumerate(asked) if line.startswith("PATCH"))
        opened = next(number for number, line in enumerate(asked) if line.startswith("PUT"))
        assert any(line.endswith(f"/instances/{name}") for line in asked[closed + 1 : opened] if line.startswith("GET")), (
            "it was not read back"
        )

    held = hold(harness, tmp_path, look, SECONDS)

    assert held.outcome.evidence.verdict is DrillVerdict.VERIFIED, held.outcome.evidence.reason
    assert found == [1100]
    nothing_left(held, harness)
    assert cloud.truth() == set()


def test_an_instance_that_stays_public_is_never_held(tmp_path: Path, cloud: FakeCloudSql, source: ManagedSource) -> None:
    cloud.ignores = {"ipConfiguration"}
    held = hold(harness_of(tmp_path / "state", source), tmp_path, lambda url: None, SECONDS)

    assert held.outcome.evidence.verdict is DrillVerdict.FAILED
    assert "it has a public address" in held.outcome.evidence.reason
    assert (held.url, held.file.exists(), cloud.truth()) == ("", False, set())
    assert [call for call in cloud.calls if call.method == "PUT"] == [], "a password was made for a copy in the open"

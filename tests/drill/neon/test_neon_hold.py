"""A branch that is held: its URL leads to it alone, under a password of its own, and it ends by itself."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from recoverable.drill.providers.neon import NeonProvider
from recoverable.drill.verdict import DrillVerdict
from tests.drill.harness import Harness
from tests.drill.held import hold, nothing_left, rows, with_password
from tests.drill.managed_source import ManagedSource, QuickClock
from tests.drill.neon_cloud import neon, neon_settings
from tests.drill.source_server import open_folder
from tests.fakes.fake_neon import PROJECT, FakeNeon
from tests.fakes.json_server import Faults

SECONDS = 2.0


@pytest.fixture(scope="module")
def source() -> Iterator[ManagedSource]:
    with open_folder("rcv-neon-") as folder:
        found = ManagedSource(folder)
        try:
            yield found
        finally:
            found.history.stop()


@pytest.fixture
def cloud(tmp_path: Path, source: ManagedSource) -> Iterator[FakeNeon]:
    with neon(tmp_path, source.history, lambda: datetime.datetime.now(datetime.UTC)) as fake:
        yield fake


def harness_of(state: Path) -> Harness:
    return Harness(NeonProvider(QuickClock(), timeout=60), QuickClock(), state, neon_settings())


def test_a_held_branch_is_reached_by_its_url_alone_and_is_gone_afterwards(tmp_path: Path, cloud: FakeNeon) -> None:
    harness, found = harness_of(tmp_path / "state"), []

    def look(url: str) -> None:
        found.append(rows(url, "SELECT count(*) FROM orders"))
        with pytest.raises(psycopg.OperationalError, match="authentication failed"):
            psycopg.connect(with_password(url, "secret-of-production")).close()
        assert len(cloud.truth()) == 1
        asked = [call.line for call in cloud.calls]
        assert any(line.endswith("/reset_password") for line in asked), "the password that came with the branch is production's"

    held = hold(harness, tmp_path, look, SECONDS)

    assert held.outcome.evidence.verdict is DrillVerdict.VERIFIED, held.outcome.evidence.reason
    assert found == [1100]
    nothing_left(held, harness)
    assert cloud.truth() == set()


@pytest.mark.parametrize("fault", ["unavailable", "lost"])
def test_a_branch_whose_password_stays_productions_is_never_held(fault: str, tmp_path: Path, cloud: FakeNeon) -> None:
    cloud.faults = Faults({f"POST /api/v2/projects/{PROJECT}/branches/br": fault})
    held = hold(harness_of(tmp_path / "state"), tmp_path, lambda url: None, SECONDS)

    assert held.outcome.evidence.verdict is DrillVerdict.COULD_NOT_RUN, held.outcome.evidence.reason
    assert any(call.path[-1] == "reset_password" for call in cloud.calls)
    assert (held.url, held.file.exists(), cloud.truth()) == ("", False, set())

"""The provider ``neon``, held to the contract over the fake API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from recoverable.drill import marks
from recoverable.drill.providers.neon import NeonProvider
from tests.drill.conformance import touches
from tests.drill.conformance.boundaries import BOUNDARIES, LONG
from tests.drill.conformance.subject import Subject
from tests.drill.conformance.suite import ProviderConformance
from tests.drill.harness import hours
from tests.drill.neon_cloud import neon, neon_settings, one_server
from tests.drill.source_server import open_folder
from tests.drill.virtual_clock import VirtualClock
from tests.fakes.fake_neon import PROJECT
from tests.fakes.postgres_history import OneServer


@pytest.fixture(scope="module")
def database() -> Iterator[OneServer]:
    with open_folder("rcv-neon-") as folder, one_server(folder) as found:
        yield found


class TestNeonProvider(ProviderConformance):
    """Branches and operations behind HTTPS, in a project with branches of other people."""

    @pytest.fixture
    def subject(self, tmp_path: Path, quick_disk: None, database: OneServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Subject]:
        clock = VirtualClock()
        if not LONG:
            monkeypatch.setattr(touches, "WRAPPED", BOUNDARIES)
        with neon(tmp_path, database, clock.now) as fake:
            fake.branches_limit = 10_000
            fake.page = 3

            def plant(run: str) -> str:
                name = f"{PROJECT}/rcv-{run}"
                note = marks.tags("branch", name, run, clock.now() + hours(8))
                fake.plant(f"rcv-{run}-2", note)
                return f"{name}-2"

            fake.plant("preview/pr-12", {"vercel-commit-ref": "test"})
            yield Subject(
                make=lambda: NeonProvider(clock, timeout=10),
                settings=neon_settings(),
                clock=clock,
                things=fake.truth,
                plant=plant,
                state=tmp_path / "state",
                every=5,
            )

"""The provider ``cloudsql``, held to the contract over the fake Admin API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recoverable.drill import marks
from tests.drill.cloudsql_cloud import beat, cloudsql, cloudsql_settings, one_cloudsql_server, provider
from tests.drill.conformance import touches
from tests.drill.conformance.boundaries import BOUNDARIES, LONG
from tests.drill.conformance.subject import Subject
from tests.drill.conformance.suite import ProviderConformance
from tests.drill.harness import hours
from tests.drill.source_server import open_folder
from tests.drill.virtual_clock import START, VirtualClock
from tests.fakes.fake_cloudsql import PROJECT
from tests.fakes.postgres_history import OneServer


@pytest.fixture(scope="module")
def database() -> Iterator[OneServer]:
    with open_folder("rcv-sql-") as folder, one_cloudsql_server(folder, START) as found:
        yield found


class HeartBeating(OneServer):
    """The server, in which the newest heartbeat is always of now."""

    def __init__(self, database: OneServer, clock: VirtualClock) -> None:
        super().__init__(database.server)
        self.clock = clock

    def serve(self, name: str, parent: str, at: Any) -> Any:
        beat(self, at if not isinstance(at, str) and at else self.clock.now())
        return self.server


class TestCloudSqlProvider(ProviderConformance):
    """Instances and operations behind HTTPS, in a project with instances of other people."""

    @pytest.fixture
    def subject(self, tmp_path: Path, quick_disk: None, database: OneServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Subject]:
        clock = VirtualClock()
        if not LONG:
            monkeypatch.setattr(touches, "WRAPPED", BOUNDARIES)
        with cloudsql(tmp_path, HeartBeating(database, clock), clock.now) as fake:
            fake.page = 3

            def plant(run: str) -> str:
                """Its labels are those of the run's real instance, where there is one, and its name is longer by a little."""
                real = next((name for name in fake.instances if name.startswith(f"rcv-{run}-")), f"rcv-{run}-0123456789ab")
                labels = marks.tags("instance", f"{PROJECT}/{real}", run, clock.now() + hours(8))
                fake.put(f"{real}-copy", {"userLabels": labels}, state="RUNNABLE")
                return f"{PROJECT}/{real}-copy"

            fake.put("billing", {"userLabels": {"env": "prod"}}, state="RUNNABLE")
            yield Subject(
                make=lambda: provider(clock),
                settings=cloudsql_settings(database.server.port),
                clock=clock,
                things=fake.truth,
                plant=plant,
                state=tmp_path / "state",
                every=5,
            )

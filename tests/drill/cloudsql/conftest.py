"""Drills over the fake, whose rungs always pass: only what the provider does is judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from recoverable.drill.engine import Outcome
from recoverable.drill.reaper import Reaped, reap
from recoverable.drill.target import LATEST, RecoveryTarget
from recoverable.drill.verdict import RungVerdict
from tests.drill.cloudsql_cloud import cloudsql, cloudsql_settings, one_cloudsql_server, provider
from tests.drill.conformance.test_cloudsql import HeartBeating
from tests.drill.harness import Cloning, Harness, rung, says
from tests.drill.source_server import open_folder
from tests.drill.virtual_clock import START, VirtualClock
from tests.fakes.fake_cloudsql import FakeCloudSql
from tests.fakes.postgres_history import OneServer


@pytest.fixture(scope="module")
def database() -> Iterator[OneServer]:
    with open_folder("rcv-sql-") as folder, one_cloudsql_server(folder, START) as found:
        yield found


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def cloud(tmp_path: Path, database: OneServer, clock: VirtualClock) -> Iterator[FakeCloudSql]:
    with cloudsql(tmp_path, HeartBeating(database, clock), clock.now) as fake:
        yield fake


@pytest.fixture
def drilled(tmp_path: Path, clock: VirtualClock, cloud: FakeCloudSql, database: OneServer) -> Callable[..., Outcome]:
    """A drill over the fake whose rungs always pass: only what the provider does is judged."""

    def drill(
        target: RecoveryTarget = LATEST,
        first_query: Callable[[Any], None] = lambda connection: None,
        *,
        with_control: bool = False,
        **settings: Any,
    ) -> Outcome:
        source = cloudsql_settings(database.server.port, **settings)
        harness = Harness(
            provider(clock),
            clock,
            tmp_path / "state",
            source,
            (rung("rows", says(RungVerdict.PASS, rpo_seconds=1), catches=(1,)),),
            control=Cloning(),
            first_query=first_query,
        )
        return harness.drill(target=target, with_control=with_control)

    return drill


@pytest.fixture
def reaped(tmp_path: Path, clock: VirtualClock) -> Callable[[], Reaped]:
    """The reaper, as another process would run it."""
    return lambda: reap(tmp_path / "state", lambda name: provider(clock), ["cloudsql"], clock, lambda seconds: None)

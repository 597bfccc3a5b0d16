"""Drills over the fake, whose rungs always pass: only what the provider does is judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from recoverable.drill.engine import Outcome
from recoverable.drill.providers.neon import NeonProvider
from recoverable.drill.reaper import Reaped, reap
from recoverable.drill.target import LATEST, RecoveryTarget
from recoverable.drill.verdict import RungVerdict
from tests.drill.harness import Cloning, Harness, rung, says
from tests.drill.neon_cloud import neon, neon_settings, one_server
from tests.drill.source_server import open_folder
from tests.drill.virtual_clock import VirtualClock
from tests.fakes.fake_neon import FakeNeon
from tests.fakes.postgres_history import OneServer


@pytest.fixture(scope="module")
def database() -> Iterator[OneServer]:
    with open_folder("rcv-neon-") as folder, one_server(folder) as found:
        yield found


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def cloud(tmp_path: Path, database: OneServer, clock: VirtualClock) -> Iterator[FakeNeon]:
    with neon(tmp_path, database, clock.now) as fake:
        yield fake


@pytest.fixture
def drilled(tmp_path: Path, clock: VirtualClock, cloud: FakeNeon) -> Callable[..., Outcome]:
    """A drill over the fake whose rungs always pass: only what the provider does is judged."""

    def drill(target: RecoveryTarget = LATEST, timeout: float = 10, *, with_control: bool = False, **settings: Any) -> Outcome:
        provider = NeonProvider(clock, timeout=timeout)
        found = Harness(
            provider,
            clock,
            tmp_path / "state",
            neon_settings(**settings),
            (rung("rows", says(RungVerdict.PASS, rpo_seconds=1), catches=(1,)),),
            control=Cloning(),
        ).drill(target=target, with_control=with_control)
        found.evidence.as_record()
        return found

    return drill


@pytest.fixture
def reaped(tmp_path: Path, clock: VirtualClock) -> Callable[[], Reaped]:
    """The reaper, as another process would run it."""
    return lambda: reap(tmp_path / "state", lambda name: NeonProvider(clock, timeout=10), ["neon"], clock, lambda seconds: None)

"""Fixtures of drills: over the fake asynchronous cloud, and on real servers (PostgreSQL 18 comes as a wheel; 15 is Debian's)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.drill.fake_async_provider import FakeAsyncProvider
from tests.drill.harness import Harness
from tests.drill.source_server import SourceBackup, build_source, open_folder
from tests.drill.virtual_clock import VirtualClock
from tests.fakes.fake_async_cloud import Schedule

MAJORS = (15, 18)


@pytest.fixture(scope="session")
def backup_of() -> Iterator[Callable[[int], SourceBackup]]:
    """The backup of a source of a major version, built at the first call. Do not change it: take a ``copied`` one."""
    built: dict[int, SourceBackup] = {}
    with ExitStack() as stack:

        def give(major: int) -> SourceBackup:
            if major not in built:
                built[major] = build_source(major, stack.enter_context(open_folder(f"rcv-source-{major}-")))
            return built[major]

        yield give


@pytest.fixture(params=MAJORS)
def backup(request: pytest.FixtureRequest, backup_of: Callable[[int], SourceBackup], place: Path) -> SourceBackup:
    """A backup of one's own to damage, once per major version."""
    return backup_of(request.param).copied(place / "backup")


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that the server's account may enter; gone afterwards."""
    with open_folder() as path:
        yield path


@pytest.fixture
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without waiting for the disk: a killed process loses nothing by it, and no test can switch the machine off."""
    monkeypatch.setattr(os, "fsync", lambda number: None)


@pytest.fixture
def schedule() -> Schedule:
    """What goes wrong in the cloud; nothing, until a test says so."""
    return Schedule()


@pytest.fixture
def fake(tmp_path: Path, schedule: Schedule, quick_disk: None) -> Harness:
    """A drill over the fake asynchronous cloud."""
    clock = VirtualClock()
    return Harness(FakeAsyncProvider(tmp_path / "cloud.sqlite", clock, schedule), clock, tmp_path / "state")

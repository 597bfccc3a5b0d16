"""Accounts with an RDS instance in them: one server for all copies where only the instances matter, else one per copy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drill.aws import rds_source
from tests.drill.aws.rds_source import RdsSource
from tests.drill.aws.rds_world import World, moto_server, world
from tests.drill.shared_clock import SharedClock
from tests.drill.source_server import open_folder
from tests.fakes.rds.postgres_copies import OneServer, PostgresCopies, embedded_programs

SINCE = 420
"""Seconds between the source's last commit and the drill: the fake's log is 200 behind."""


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """Plain moto; each account begins with a reset."""
    with moto_server() as address:
        yield address


@pytest.fixture(scope="session")
def shelf() -> Iterator[Path]:
    """A folder for everything that lasts as long as the tests."""
    with open_folder("rcv-rds-") as path:
        yield path


@pytest.fixture(scope="session")
def programs(shelf: Path) -> Path:
    return embedded_programs(shelf)


@pytest.fixture(scope="session")
def source(shelf: Path) -> RdsSource:
    """The data of the instance."""
    folder = shelf / "source"
    folder.mkdir()
    return rds_source.build(folder)


@pytest.fixture(scope="session")
def one_server(shelf: Path, programs: Path, source: RdsSource) -> Iterator[OneServer]:
    """A server that stands behind every instance."""
    folder = shelf / "one"
    folder.mkdir()
    folder.chmod(0o755)
    copies = PostgresCopies(folder, programs, {"orders": source.backup})
    try:
        yield OneServer(copies, "orders")
    finally:
        copies.close()


@pytest.fixture
def account(moto: str, one_server: OneServer, monkeypatch: pytest.MonkeyPatch, quick_disk: None) -> Iterator[World]:
    """An account in which time passes only where somebody waits."""
    with world(moto, one_server, SharedClock(), monkeypatch) as found:
        yield found


@pytest.fixture
def copies(shelf: Path, programs: Path, source: RdsSource) -> Iterator[PostgresCopies]:
    """A server per instance."""
    with open_folder() as place:
        found = PostgresCopies(place, programs, {"orders": source.backup})
        try:
            yield found
        finally:
            found.close()


@pytest.fixture
def full_account(moto: str, copies: PostgresCopies, monkeypatch: pytest.MonkeyPatch, quick_disk: None) -> Iterator[World]:
    """An account whose instances hold the data as it was at their time; its clock runs, and jumps where somebody waits."""
    clock = SharedClock(real=True)
    clock.sleep(SINCE)
    with world(moto, copies, clock, monkeypatch) as found:
        yield found

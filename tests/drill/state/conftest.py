"""A server for the session, an account for the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drill.state.state_world import Recorder, StateWorld, account, served


@pytest.fixture(scope="session")
def server() -> Iterator[tuple[str, Recorder]]:
    with served() as found:
        yield found


@pytest.fixture
def world(server: tuple[str, Recorder], monkeypatch: pytest.MonkeyPatch, quick_disk: None, tmp_path: Path) -> Iterator[StateWorld]:
    """An account with an empty bucket for state."""
    with account(*server, monkeypatch, tmp_path / "scratch") as found:
        yield found

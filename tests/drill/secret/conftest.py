"""A server for the session, names of its own for the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drill.secret.secret_world import SecretWorld, account
from tests.drill.state.state_world import Recorder, served


@pytest.fixture(scope="session")
def server() -> Iterator[tuple[str, Recorder]]:
    with served() as found:
        yield found


@pytest.fixture
def world(server: tuple[str, Recorder], monkeypatch: pytest.MonkeyPatch, quick_disk: None, tmp_path: Path) -> Iterator[SecretWorld]:
    """Two secrets in Secrets Manager."""
    with account(*server, monkeypatch, tmp_path / "scratch") as found:
        yield found

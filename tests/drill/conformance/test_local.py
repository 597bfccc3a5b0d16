"""The provider ``local``, held to the contract on a real server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recoverable.drill.clocks import SystemClock
from recoverable.drill.postgres.connect import connect
from recoverable.drill.providers.local import LocalProvider
from tests.drill.conformance import touches
from tests.drill.conformance.boundaries import BOUNDARIES, LONG
from tests.drill.conformance.decoys import decoys
from tests.drill.conformance.subject import Subject
from tests.drill.conformance.suite import ProviderConformance
from tests.drill.local_drills import read_source
from tests.drill.source_server import SourceBackup


def first_query(connection: Any) -> None:
    with connect(connection) as opened:
        assert opened.execute("SELECT count(*) FROM orders").fetchone() == (2221,)


class TestLocalProvider(ProviderConformance):
    """Base backup and archive of PostgreSQL 18."""

    @pytest.fixture
    def subject(self, place: Path, backup_of: Callable[[int], SourceBackup], monkeypatch: pytest.MonkeyPatch) -> Subject:
        source = backup_of(18)
        scratch = place / "scratch"
        scratch.mkdir()
        monkeypatch.setenv("TMPDIR", str(scratch))
        if not LONG:
            monkeypatch.setattr(touches, "WRAPPED", BOUNDARIES)

        def things() -> set[str]:
            return {str(path) for path in scratch.iterdir()}

        return Subject(
            make=LocalProvider,
            settings=read_source({"base_backups": str(source.base), "wal_archive": str(source.archive)}),
            clock=SystemClock(),
            things=things,
            plant=decoys(scratch, "local"),
            state=place / "state",
            first_query=first_query,
            every=5,
        )

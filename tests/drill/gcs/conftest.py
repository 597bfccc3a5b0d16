"""A project for the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drill.gcs.gcs_world import GcsWorld, project


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick_disk: None) -> Iterator[GcsWorld]:
    """A bucket of a dozen objects and its copy."""
    with project(tmp_path / "api", monkeypatch) as found:
        yield found

"""Fixtures of the laptop cloud's own tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from recoverable.sandbox.laptop import Laptop


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Laptop]:
    """A laptop cloud of its own, stopped after the test whatever became of it."""
    made = Laptop(tmp_path / "cloud")
    yield made
    if made.folder.is_ours:
        made.down(lambda _: None)

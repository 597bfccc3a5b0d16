"""The laptop cloud that tests share: one per test process, as each has a server's memory of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from recoverable.sandbox.laptop import Laptop


@pytest.fixture
def fresh_laptop(tmp_path: Path) -> Iterator[Laptop]:
    """A laptop cloud of the test's own, which holds nothing yet: for tests that count what is there, or break it (half a second)."""
    made = Laptop(tmp_path / "cloud")
    made.up()
    yield made
    made.down()


@pytest.fixture(scope="session")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laptop]:
    """A laptop cloud that is up. Tests share what it holds: each names its buckets and stacks so that no other has the same."""
    made = Laptop(tmp_path_factory.mktemp("laptop") / "cloud")
    made.up()
    yield made
    made.down()

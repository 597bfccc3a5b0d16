"""Fixtures that tests of several folders share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.checkov_runs import CheckovServer
from tests.support.laptops import fresh_laptop, laptop

__all__ = ["checkov_server", "fresh_laptop", "laptop"]


@pytest.fixture(scope="session")
def checkov_server() -> Iterator[CheckovServer]:
    """The real Checkov with our checks, started once."""
    server = CheckovServer()
    yield server
    server.close()

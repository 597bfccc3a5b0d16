"""Fixtures that tests of several folders share."""

from __future__ import annotations

import pytest

from tests.support.checkov_runs import CheckovServer, server
from tests.support.laptops import fresh_laptop, laptop

__all__ = ["checkov_server", "fresh_laptop", "laptop"]


@pytest.fixture(scope="session")
def checkov_server() -> CheckovServer:
    """The real Checkov with our checks, started once."""
    return server("scans")

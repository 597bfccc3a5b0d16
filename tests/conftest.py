"""Fixtures that tests of several folders share."""

from __future__ import annotations

import signal

import pytest

from tests.support.checkov_runs import CheckovServer, server
from tests.support.laptops import fresh_laptop, laptop

__all__ = ["checkov_server", "fresh_laptop", "laptop"]


@pytest.fixture(scope="session")
def checkov_server() -> CheckovServer:
    """The real Checkov with our checks, started once."""
    return server("scans")


def pytest_configure() -> None:
    """Hear Ctrl-C, and let every program that a test starts hear it: a shell's background job is started deaf, and so are its children."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)

"""Tests that share something dear (a source of backups, a started engine) name a group, and a group runs in one worker."""

from __future__ import annotations

import pytest


@pytest.mark.xdist_group("probe")
def test_a_group_reaches_the_scheduler(request: pytest.FixtureRequest) -> None:
    """pytest-xdist 3.8 carries the group in a test's name, which pytest 9.2 does not let it change: all groups fell apart in silence."""
    if not request.config.getoption("loadgroup", default=False):
        pytest.skip("groups are for pytest -n 2 --dist loadgroup")
    assert request.node.nodeid.endswith("@probe")

"""Servers for rungs, one per major version and module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.drill.rungs.copies import StandingCopy, standing
from tests.drill.source_server import open_folder


@pytest.fixture(scope="module", params=[15, 18])
def copy(request: pytest.FixtureRequest) -> Iterator[StandingCopy]:
    with open_folder(f"rcv-rungs-{request.param}-") as folder, standing(request.param, folder) as found:
        yield found


@pytest.fixture(scope="module")
def copy18() -> Iterator[StandingCopy]:
    with open_folder("rcv-rungs-") as folder, standing(18, folder) as found:
        yield found

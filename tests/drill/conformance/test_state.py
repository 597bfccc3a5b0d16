"""The provider ``state``, held to the contract on moto's server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from recoverable.drill.state.settings import read
from tests.drill.conformance import touches
from tests.drill.conformance.boundaries import BOUNDARIES, LONG
from tests.drill.conformance.decoys import decoys
from tests.drill.conformance.subject import Subject
from tests.drill.conformance.suite import ProviderConformance
from tests.drill.state.state_world import Recorder, account, served, terraform_state, typed


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, Recorder]]:
    with served() as found:
        yield found


class TestStateProvider(ProviderConformance):
    """Two versions of a state of Terraform."""

    @pytest.fixture
    def subject(self, tmp_path: Path, quick_disk: None, server: tuple[str, Recorder], monkeypatch: pytest.MonkeyPatch) -> Iterator[Subject]:
        if not LONG:
            monkeypatch.setattr(touches, "WRAPPED", BOUNDARIES)
        with account(*server, monkeypatch, tmp_path / "scratch") as world:
            for serial in (7, 8):
                world.put(terraform_state(serial))

            yield Subject(
                make=world.provider,
                settings=typed(read, world.source()),
                clock=world.clock,
                things=world.left,
                plant=decoys(world.scratch, "state"),
                state=tmp_path / "state",
                every=5,
            )

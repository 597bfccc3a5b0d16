"""The providers ``bucket`` and ``state`` on Cloud Storage, held to the contract on the fake."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from recoverable.drill.local import resources
from recoverable.drill.state.settings import read
from tests.drill.conformance import touches
from tests.drill.conformance.boundaries import BOUNDARIES, LONG
from tests.drill.conformance.subject import Subject
from tests.drill.conformance.suite import ProviderConformance
from tests.drill.gcs.gcs_world import project
from tests.drill.gcs.state_on_gcs import state_bucket
from tests.drill.state.state_world import terraform_state, typed

WRAPPED = (*BOUNDARIES, "note") if LONG else BOUNDARIES
"""Not the budget, which is asked for at every call to Google: what happens there is the matter of ``test_gcs_kills.py``."""


class TestBucketProviderOnCloudStorage(ProviderConformance):
    """Few objects: what interrupts a drill does not hang on their number."""

    @pytest.fixture
    def subject(self, tmp_path: Path, quick_disk: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Subject]:
        monkeypatch.setattr(touches, "WRAPPED", WRAPPED)
        with project(tmp_path / "api", monkeypatch, objects=6) as world:
            yield Subject(
                make=world.provider,
                settings=world.settings(sample=2),
                clock=world.clock,
                things=world.buckets,
                plant=world.plant,
                state=tmp_path / "state",
                every=5,
            )


class TestStateProviderOnCloudStorage(ProviderConformance):
    """Two generations of a state of Terraform."""

    @pytest.fixture
    def subject(self, tmp_path: Path, quick_disk: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Subject]:
        monkeypatch.setattr(touches, "WRAPPED", WRAPPED)
        with state_bucket(tmp_path / "api", monkeypatch) as world:
            for serial in (7, 8):
                world.put(terraform_state(serial), 10 - serial)
            yield Subject(
                make=world.provider,
                settings=typed(read, world.source()),
                clock=world.clock,
                things=world.left,
                plant=lambda run: decoy(world.scratch, run),
                state=tmp_path / "state",
                every=5,
            )


def decoy(scratch: Path, run: str) -> str:
    """A folder whose name begins like that of the run and that holds the run's marker, with a token that nobody announced."""
    made = scratch / f"{resources.PREFIX}{run}-decoy"
    made.mkdir()
    facts = f'{{"run": "{run}", "expires": "2099-01-01T00:00:00+00:00", "provider": "state", "token": "0"}}\n'
    (made / resources.MARKER).write_text(facts)
    (made / "precious").write_text("production\n")
    return str(made)

"""The provider ``secret``, held to the contract on the fake Google Secret Manager."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from recoverable.drill.secret.settings import read
from tests.drill.conformance import touches
from tests.drill.conformance.boundaries import BOUNDARIES, LONG
from tests.drill.conformance.decoys import decoys
from tests.drill.conformance.subject import Subject
from tests.drill.conformance.suite import ProviderConformance
from tests.drill.google_secrets import google_secrets
from tests.drill.state.state_world import typed


class TestGoogleSecretProvider(ProviderConformance):
    """Two secrets, one of them under a key."""

    @pytest.fixture
    def subject(self, tmp_path: Path, quick_disk: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Subject]:
        if not LONG:
            monkeypatch.setattr(touches, "WRAPPED", BOUNDARIES)
        with google_secrets(tmp_path) as world:
            yield Subject(
                make=world.provider,
                settings=typed(read, world.source()),
                clock=world.clock,
                things=world.left,
                plant=decoys(world.scratch, "secret"),
                state=tmp_path / "state",
                every=5,
            )

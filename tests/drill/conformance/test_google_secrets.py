"""The provider ``secret``, held to the contract on the fake Google Secret Manager."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from recoverable.drill.local import resources
from recoverable.drill.secret.settings import read
from tests.drill.conformance import touches
from tests.drill.conformance.subject import Subject
from tests.drill.conformance.suite import ProviderConformance
from tests.drill.google_secrets import google_secrets
from tests.drill.state.state_world import typed

BOUNDARIES = ("intend", "gone", "_enter", "_leave")
LONG = bool(os.environ.get("RECOVERABLE_LONG"))


class TestGoogleSecretProvider(ProviderConformance):
    """Two secrets, one of them under a key."""

    @pytest.fixture
    def subject(self, tmp_path: Path, quick_disk: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Subject]:
        if not LONG:
            monkeypatch.setattr(touches, "WRAPPED", BOUNDARIES)
        with google_secrets(tmp_path) as world:

            def plant(run: str) -> str:
                """A folder whose name begins like that of the run and that holds the run's marker, with a token that nobody announced."""
                decoy = world.scratch / f"{resources.PREFIX}{run}-decoy"
                decoy.mkdir()
                facts = f'{{"run": "{run}", "expires": "2099-01-01T00:00:00+00:00", "provider": "secret", "token": "0"}}\n'
                (decoy / resources.MARKER).write_text(facts)
                (decoy / "precious").write_text("production\n")
                return str(decoy)

            yield Subject(
                make=world.provider,
                settings=typed(read, world.source()),
                clock=world.clock,
                things=world.left,
                plant=plant,
                state=tmp_path / "state",
                every=5,
            )

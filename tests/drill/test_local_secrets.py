"""The provider ``local`` tells the run every secret of a repository before it does anything with it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from recoverable.drill.connection import Secret
from recoverable.drill.local import physical
from recoverable.drill.target import LATEST
from recoverable.drill.wal.timelines import ChainError
from tests.drill.local_drills import LocalDrill

PASSPHRASE = "marked-passphrase-of-a-file"


def test_what_opens_a_repository_is_struck_out_of_whatever_the_run_says_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*words: object) -> None:
        raise ChainError("a hole")

    source = SimpleNamespace(secrets=(Secret(PASSPHRASE),))
    monkeypatch.setattr(physical, "physical_source", lambda *words: source)
    monkeypatch.setattr(physical, "make_plan", refuse)
    drill = LocalDrill(tmp_path, {"base_backups": str(tmp_path), "wal_archive": str(tmp_path)})
    with drill.run() as run:
        list(drill.provider.preflight(drill.store, LATEST, run))
        run.note(f"the tool says: cannot open with {PASSPHRASE}")

    assert any("cannot open with" in line for line in drill.said)
    assert not any(PASSPHRASE in line for line in drill.said)

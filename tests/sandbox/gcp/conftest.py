"""The stand-in for Google Cloud on a store of its own for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from recoverable.sandbox.gcp.cloud import STORE, VARIABLES
from recoverable.sandbox.gcp.store import Store
from recoverable.sandbox.provider.family import family
from tests.support.provider import Calls


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """What a test looks at the cloud with, behind the provider's back."""
    monkeypatch.setenv(STORE, str(tmp_path / "google.sqlite"))
    for name in [each for names in VARIABLES.values() for each in names]:
        monkeypatch.delenv(name, raising=False)
    return Store(tmp_path / "google.sqlite")


@pytest.fixture
def gcp(store: Store) -> Calls:
    """The stand-in provider, configured for one project and region."""
    return Calls(family("gcp"), {"project": "acme", "region": "europe-west1"})

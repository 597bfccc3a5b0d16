"""The provider ``rds``, held to the contract against moto's server behind the proxy that behaves as RDS."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.drill.aws.rds_world import World
from tests.drill.conformance import touches
from tests.drill.conformance.subject import Subject
from tests.drill.conformance.suite import ProviderConformance

BOUNDARIES = ("intend", "gone", "_enter", "_leave")
"""What is made, what is gone, and the phases; the long run has every look at the budget, too."""
LONG = bool(os.environ.get("RECOVERABLE_LONG"))


class TestRdsProvider(ProviderConformance):
    """Slow, eventually consistent, over HTTP, with a real PostgreSQL to log into."""

    @pytest.fixture
    def subject(self, account: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Subject:
        if not LONG:
            monkeypatch.setattr(touches, "WRAPPED", BOUNDARIES)
        return Subject(account.provider, account.settings(), account.clock, account.names, account.plant, tmp_path / "state", every=7)

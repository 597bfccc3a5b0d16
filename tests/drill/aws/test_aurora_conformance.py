"""The provider ``aurora``, held to the contract: a cluster and its instance, made one after the other and removed the other way round."""

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


class TestAuroraProvider(ProviderConformance):
    """Two kinds of resources, of which one stands in the other."""

    @pytest.fixture
    def subject(self, account: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Subject:
        if not LONG:
            monkeypatch.setattr(touches, "WRAPPED", BOUNDARIES)
        account.found_cluster()
        return Subject(
            account.aurora, account.aurora_settings(), account.clock, account.names, account.plant_cluster, tmp_path / "state", every=7
        )

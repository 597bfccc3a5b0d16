"""The network is lost, or the process killed, at calls to Cloud Storage: the reaper then leaves nothing, and touches nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.drill.gcs.gcs_world import GcsWorld
from tests.drill.objects.interrupted_drills import kill_at_calls, lose_the_network_at_calls


def test_nothing_is_left_and_nothing_is_verified_where_the_network_goes_at_any_call(world: GcsWorld, tmp_path: Path) -> None:
    lose_the_network_at_calls(world, tmp_path)


@pytest.mark.parametrize("when", ["before", "after"])
def test_nothing_is_left_after_kill_9_at_any_call_and_a_decoy_survives(when: str, world: GcsWorld, tmp_path: Path) -> None:
    kill_at_calls(when, world, tmp_path)

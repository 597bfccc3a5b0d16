"""Random faults of S3, from a seed that is in the test's name; ``RECOVERABLE_SLICE`` and ``RECOVERABLE_LONG`` say which seeds run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.drill.conformance.slices import seeds
from tests.drill.objects.bucket_world import REPLICA, BucketWorld
from tests.drill.objects.troubled_drills import drill_in_trouble


@pytest.mark.parametrize("seed", seeds(500, 4))
def test_a_random_schedule_of_faults_never_ends_in_a_leak_a_hang_or_a_false_green(seed: int, world: BucketWorld, tmp_path: Path) -> None:
    drill_in_trouble(seed, world, REPLICA, tmp_path / "state")

"""Ten thousand objects with versions, delete markers, locks and a replica: damage to one of them is found (the long run; 400 else)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from recoverable.drill.engine import Outcome
from recoverable.drill.verdict import DrillVerdict
from tests.drill.conformance.slices import LONG
from tests.drill.objects.bucket_world import REPLICA, SOURCE, BucketWorld, account
from tests.drill.objects.drilled_world import FIRST, key_of
from tests.fakes.s3_front import S3Front

MANY, SAMPLE = (10_000, 100) if LONG else (400, 10)


@pytest.fixture
def many(server: tuple[str, S3Front], monkeypatch: pytest.MonkeyPatch, quick_disk: None) -> Iterator[BucketWorld]:
    with account(*server, monkeypatch, objects=MANY) as found:
        yield found


def drilled(world: BucketWorld, state: Path) -> Outcome:
    return world.harness(state, sample=SAMPLE).drill(with_control=True)


def test_many_objects_are_green_and_one_lost_version_of_them_is_found(many: BucketWorld, tmp_path: Path) -> None:
    outcome = drilled(many, tmp_path / "whole")
    assert outcome.evidence.verdict is DrillVerdict.VERIFIED, outcome.evidence.reason
    assert outcome.evidence.reservations == [FIRST]
    (inventory,) = [each for each in outcome.evidence.rungs if each.name == "inventory-at-target"]
    deleted = sum(1 for number in range(MANY) if number % 7 == 0 and number % 11 != 5)
    assert inventory.figures["objects"] == MANY - deleted + 1  # the heartbeat
    assert inventory.figures["deleted"] == deleted
    (restored,) = [each for each in outcome.evidence.rungs if each.name == "objects-restored"]
    assert restored.figures["objects"] >= 3 * SAMPLE

    many.drop(key_of(MANY // 2 + 1), 0)  # in the sample or not: lists are compared wholly
    assert [each.name for each in drilled(many, tmp_path / "lost").evidence.failed()] == ["inventory-at-target"]


def test_one_object_that_is_missing_from_the_replica_is_found_among_many(many: BucketWorld, tmp_path: Path) -> None:
    many.drop(key_of(MANY // 2 + 2), 0, REPLICA)

    assert "replica-complete" in [each.name for each in drilled(many, tmp_path).evidence.failed()]
    assert many.buckets() == {SOURCE, REPLICA}

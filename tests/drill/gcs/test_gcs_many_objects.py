"""Ten thousand objects with generations, deletions and a second bucket: what is lost of one is found (the long run; 400 else), over many pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from recoverable.drill.verdict import DrillVerdict
from tests.drill.conformance.slices import LONG
from tests.drill.gcs.gcs_world import REPLICA, SOURCE, GcsWorld, project
from tests.drill.objects.drilled_world import DAY, FIRST, key_of

MANY, SAMPLE, PAGE = (10_000, 100, 1000) if LONG else (400, 10, 70)


@pytest.fixture
def many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick_disk: None) -> Iterator[GcsWorld]:
    with project(tmp_path / "api", monkeypatch, MANY) as found:
        found.fake.page = PAGE
        yield found


def test_many_objects_are_green_and_what_is_lost_of_one_is_found(many: GcsWorld, tmp_path: Path) -> None:
    evidence = many.harness(tmp_path, sample=SAMPLE).drill().evidence
    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    assert FIRST in evidence.reservations
    (inventory,) = [each for each in evidence.rungs if each.name == "inventory-at-target"]
    deleted = sum(1 for number in range(MANY) if number % 7 == 0 and number % 11 != 5)
    assert inventory.figures["objects"] == MANY - deleted + 1  # the heartbeat
    assert inventory.figures["deleted"] == deleted

    many.drop(key_of(MANY // 2 + 2), 0, REPLICA)  # in the sample or not: lists are compared wholly
    gone = many.generations(key_of(MANY // 2 + 1))[0]
    gone.soft, gone.hard = many.start - DAY, many.start + 6 * DAY
    found = [each.name for each in many.harness(tmp_path / "lost", sample=SAMPLE).drill().evidence.failed()]

    assert {"inventory-at-target", "replica-complete"} <= set(found)
    assert many.buckets() == {SOURCE, REPLICA}

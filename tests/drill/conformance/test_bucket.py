"""The provider ``bucket``, held to the contract on moto's server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drill.conformance import touches
from tests.drill.conformance.boundaries import BOUNDARIES, LONG
from tests.drill.conformance.subject import Subject
from tests.drill.conformance.suite import ProviderConformance
from tests.drill.objects.bucket_world import account, served
from tests.fakes.s3_front import S3Front


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, S3Front]]:
    with served() as found:
        yield found


class TestBucketProvider(ProviderConformance):
    """Few objects: what interrupts a drill does not hang on their number."""

    @pytest.fixture
    def subject(self, tmp_path: Path, quick_disk: None, server: tuple[str, S3Front], monkeypatch: pytest.MonkeyPatch) -> Iterator[Subject]:
        if not LONG:
            monkeypatch.setattr(touches, "WRAPPED", BOUNDARIES)
        with account(*server, monkeypatch, objects=12) as world:
            yield Subject(
                make=world.provider,
                settings=world.settings(sample=3),
                clock=world.clock,
                things=world.buckets,
                plant=world.plant,
                state=tmp_path / "state",
                every=5,
            )

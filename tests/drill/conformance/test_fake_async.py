"""The fake asynchronous provider passes the suite that every provider passes."""

from __future__ import annotations

from pathlib import Path

import pytest

from recoverable.drill import marks
from tests.drill.conformance.subject import Subject
from tests.drill.conformance.suite import ProviderConformance
from tests.drill.fake_async_provider import FakeAsyncProvider
from tests.drill.harness import hours
from tests.drill.virtual_clock import VirtualClock


class TestFakeAsyncProvider(ProviderConformance):
    """Slow, eventually consistent, in another process's hands."""

    @pytest.fixture
    def subject(self, tmp_path: Path, quick_disk: None) -> Subject:
        clock = VirtualClock()
        cloud = tmp_path / "cloud.sqlite"

        def make() -> FakeAsyncProvider:
            return FakeAsyncProvider(cloud, clock)

        def things() -> set[str]:
            return {each["name"] for each in make().cloud.truth()}

        def plant(run: str) -> str:
            original = f"instance-{run}"
            tags = marks.tags("instance", original, run, clock.now() + hours(8))
            make().cloud.plant("instance", f"{original}-2", tags)
            return f"{original}-2"

        return Subject(make, {}, clock, things, plant, tmp_path / "state", every=5)

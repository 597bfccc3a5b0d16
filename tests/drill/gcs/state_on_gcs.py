"""A bucket of Cloud Storage with the history of a state, and the settings of a drill: on the fake."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from recoverable.drill.ladder import LadderRung, all_rungs
from recoverable.drill.providers.state import StateProvider
from recoverable.drill.state import expectations
from recoverable.drill.state.control import CONTROL
from recoverable.drill.state.settings import read
from recoverable.drill.subject import Subject
from tests.drill.gcs.gcs_world import WatchedGcs, leading_to
from tests.drill.harness import Harness
from tests.drill.shared_clock import SharedClock
from tests.drill.state.state_world import typed
from tests.fakes.fake_gcs import TOKEN

BUCKET, KEY = "acme-state", "shop/default.tfstate"
STACK_KEY = ".pulumi/stacks/shop/dev.json"
HOUR = datetime.timedelta(hours=1)


@dataclass
class StateOnGcs:
    """Everything a test needs of it."""

    fake: WatchedGcs
    clock: SharedClock
    start: datetime.datetime
    scratch: Path
    expect: dict[str, Any] = field(default_factory=dict)

    def provider(self) -> StateProvider:
        return StateProvider(self.clock, lambda: TOKEN, 10)

    def source(self, **more: Any) -> dict[str, Any]:
        """``[drill.stores.state.source]`` as written."""
        return {"kind": "terraform", "url": f"gs://{BUCKET}/{KEY}", **more}

    def harness(self, state: Path, rungs: tuple[LadderRung, ...] | None = None, **more: Any) -> Harness:
        """A drill with the real ladder and the real control."""
        expect = typed(expectations.read, self.expect)
        asked = all_rungs(Subject.STATE) if rungs is None else rungs
        settings = typed(read, self.source(**more))
        found = Harness(self.provider(), self.clock, state, settings, asked, CONTROL, store={"expectations": expect})
        found.first_query = lambda connection: pytest.fail("a state was asked a query")
        return found

    def put(self, content: bytes, hours_ago: float, key: str = KEY) -> None:
        """A generation; the oldest first."""
        self.fake.put(BUCKET, key, content, at=self.start - hours_ago * HOUR)

    def left(self) -> set[str]:
        """What drills have made, and not removed."""
        return {str(each) for each in self.scratch.iterdir()}


@contextlib.contextmanager
def state_bucket(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[StateOnGcs]:
    """The fake with an empty, versioned bucket."""
    clock, scratch = SharedClock(real=True), folder / "scratch"
    scratch.mkdir(parents=True)
    with WatchedGcs(folder, clock.now) as fake:
        assert isinstance(fake, WatchedGcs)
        for name, value in {**leading_to(fake), "TMPDIR": str(scratch)}.items():
            patch.setenv(name, value)
        patch.delenv("TF_CLI_CONFIG_FILE", raising=False)
        start = clock.now().replace(microsecond=0)
        fake.make(BUCKET, {"versioning": {"enabled": True}}, at=start - 100 * HOUR)
        yield StateOnGcs(fake, clock, start, scratch)

"""A provider under test. The ~20 lines that make one are all that a provider's own test file has to write."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from recoverable.drill.contract import Clock, Provider, Store
from recoverable.drill.target import LATEST, RecoveryTarget, parse_target
from tests.drill.harness import Harness, green

TOO_EARLY = parse_target("time:2001-01-01T00:00:00Z")


@dataclasses.dataclass
class Subject:
    """``things`` asks the truth and not the provider what exists (decoys, too); ``plant`` puts a decoy there whose name is
    similar to what the run would make and whose tags are copied from it, and gives the decoy's name.

    ``every`` makes the suite try only each n-th point of interruption, for providers that take seconds.
    """

    make: Callable[[], Provider]
    settings: dict[str, Any]
    clock: Clock
    things: Callable[[], set[str]]
    plant: Callable[[str], str]
    state: Path
    target: RecoveryTarget = LATEST
    too_early: RecoveryTarget = TOO_EARLY
    first_query: Callable[[Any], None] = lambda connection: None
    every: int = 1

    def harness(self, provider: Provider | None = None) -> Harness:
        """A drill over a fresh provider."""
        asked = provider or self.make()
        passing = green(rpo_seconds=1)
        passing = dataclasses.replace(passing, rung=dataclasses.replace(passing.rung, subject=asked.capabilities.subject))
        return Harness(asked, self.clock, self.state, self.settings, (passing,), first_query=self.first_query)

    def store(self) -> Store:
        """The store as the provider sees it."""
        return self.harness().order().store.store

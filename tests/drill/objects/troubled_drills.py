"""Drills of a bucket under random faults of its cloud, from a seed: none ends in a leak, a hang or a false green."""

from __future__ import annotations

import random
from pathlib import Path

from recoverable.drill.engine import Outcome
from recoverable.drill.journal import journals
from recoverable.drill.ledger import verify
from recoverable.drill.verdict import DrillVerdict
from tests.drill.objects.drilled_world import DrilledWorld, key_of
from tests.drill.objects.interrupted_drills import DECOY, countdown, reaped

LIMIT = 24 * 3600.0
"""Seconds, most of them virtual, within which any drill must have ended."""
RATES = (0.0, 0.02, 0.1, 0.4)
TWICE = key_of(3)
"""An object that was overwritten."""


def drill_in_trouble(seed: int, world: DrilledWorld, replica: str, state: Path) -> Outcome:
    """One drill, and the reaper after it: of a bucket whose replica lacks a version, by one seed in four."""
    drawn = random.Random(seed)
    damaged = drawn.random() < 0.25
    if damaged:
        world.lose(TWICE, replica)
    decoy = world.plant(DECOY)
    if drawn.random() < 0.15:
        world.watch(before=countdown(drawn.randint(1, 60)))
    else:
        world.trouble(seed, drawn.choice(RATES))
    start = world.clock.monotonic()
    harness = world.harness(state, sample=2)
    outcome = harness.drill()
    evidence = outcome.evidence
    world.watch()

    assert evidence.verdict in DrillVerdict
    assert evidence.reason
    assert world.clock.monotonic() - start < LIMIT
    assert not (damaged and evidence.verdict is DrillVerdict.VERIFIED), "a false green"
    assert verify(harness.ledger) == []
    left = world.buckets() - world.own - {decoy}
    assert left <= {each.resource.name.rsplit("/", 1)[-1] for each in evidence.leftovers}, "something is left that the drill does not say"
    world.clock.sleep(60)
    reaped(world, state)
    assert world.buckets() == world.own | {decoy}
    assert world.precious(decoy) == b"production"
    assert list(journals(state)) == []
    return outcome

"""Removes what one run announced and what still exists: the end of every drill, and the work of the reaper."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Mapping

from recoverable.drill.contract import Clock, Leftover, Provider, Resource
from recoverable.drill.journal import Journal
from recoverable.drill.ladder import place_of

ROUNDS = 3
"""What depends on something else (a cluster on its instances) may need the other to go first."""
PAUSE = 2.0
LOOK = 5.0
LOOKS = 2
"""One list that comes late or half is not enough to call something gone."""
LONGEST = 3600.0
"""Seconds after which the removal of one resource counts as hanging."""
COMMAND = "recoverable drill reap"

Key = tuple[str, str, str]


def sweep(journal: Journal, provider: Provider, clock: Clock, watch: Callable[[float], None], *, long_dead: bool = False) -> list[Leftover]:
    """Remove everything that is open in a journal; what could not be removed comes back.

    Touches only what was announced under exactly this kind and name *and* carries this run's own mark. What was announced
    and is not seen counts as gone only after the provider's settling time: it may be there and not shown yet. That time
    begins with the sweep, for a call that hung may have made something long after it was announced; ``long_dead`` says that
    it has passed already.
    """
    settled = clock.now() + (datetime.timedelta() if long_dead else provider.capabilities.settle)
    left: dict[Key, Leftover] = {}
    for attempt in range(ROUNDS):
        left = _round(journal, provider, clock, watch, settled)
        if not left:
            break
        if attempt + 1 < ROUNDS:
            clock.sleep(PAUSE)
    return list(left.values())


def _round(
    journal: Journal, provider: Provider, clock: Clock, watch: Callable[[float], None], settled: datetime.datetime
) -> dict[Key, Leftover]:
    left: dict[Key, Leftover] = {}
    missed: Counter[Key] = Counter()
    while True:
        intents = {key(intent.resource): intent for intent in journal.open_intents() if key(intent.resource) not in left}
        if not intents:
            return left
        late_enough = clock.now() >= settled  # when the look begins: one that hangs shows what was there before
        try:
            watch(LONGEST)
            shown = {key(each): each for each in provider.existing(tuple(each.resource for each in intents.values()))}
        except Exception as error:
            return left | {name: _unasked(intent.resource, error) for name, intent in intents.items()}
        finally:
            watch(0)
        for name, intent in reversed(intents.items()):
            found = shown.get(name)
            if found is not None and found.run == journal.run:
                problem = _remove(provider, found, watch)
                if problem:
                    left[name] = problem
                else:
                    journal.gone(intent.resource, clock.now())
        absent = [name for name in intents if name not in shown or shown[name].run != journal.run]
        missed = Counter({name: missed[name] + late_enough for name in absent})
        waiting = _unseen(journal, provider, clock, missed, settled)
        if waiting is not None:
            clock.sleep(min(waiting, LOOK))


def _unseen(journal: Journal, provider: Provider, clock: Clock, missed: Mapping[Key, int], settled: datetime.datetime) -> float | None:
    """Write down as gone what has had its time to show and was not shown often enough; how long to wait before the next look,
    None where there is nothing to wait for.
    """
    looks = LOOKS if provider.capabilities.asynchronous else 1
    now = clock.now()
    longest: float | None = None
    for intent in journal.open_intents():
        if key(intent.resource) not in missed:
            continue
        remaining = max((settled - now).total_seconds(), LOOK * (looks - missed[key(intent.resource)]))
        if remaining <= 0:
            journal.gone(intent.resource, now)
        else:
            longest = max(longest or 0.0, remaining)
    return longest


def _remove(provider: Provider, resource: Resource, watch: Callable[[float], None]) -> Leftover | None:
    try:
        watch(LONGEST)
        return provider.remove(resource)
    except Exception as error:
        return _unasked(resource, error)
    finally:
        watch(0)


def _unasked(resource: Resource, error: Exception) -> Leftover:
    return Leftover(resource, f"the provider did not answer: {place_of(error)}", COMMAND)


def key(resource: Resource) -> Key:
    """What makes two resources the same."""
    return resource.provider, resource.kind, resource.name

"""The reaper: cleans up after drills that were killed, from their notes on the disk and from the marks on what they made.

Independent of the run that leaked: it needs neither its process nor its settings, only the state folder, and without that
the marks alone.
"""

from __future__ import annotations

import datetime
import platform
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from recoverable.drill.contract import Clock, Leftover, Provider, Resource, RestoreFailedError, TransientError
from recoverable.drill.journal import Begun, Journal, journals
from recoverable.drill.ladder import place_of
from recoverable.drill.sweep import COMMAND, key, sweep
from recoverable.model.errors import InputError

NEWBORN = 60.0
"""Seconds in which a run may have made its folder and not yet written its first line."""


@dataclass(slots=True)
class Reaped:
    """What the reaper did. ``kept`` are runs that it left alone, and why; ``problems`` providers that could not be asked."""

    removed: list[Resource] = field(default_factory=list)
    leftovers: list[Leftover] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    finished: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def reap(
    state: Path,
    provider: Callable[[str], Provider],
    ask_too: Iterable[str],
    clock: Clock,
    watch: Callable[[float], None],
) -> Reaped:
    """Clean up after every run that is dead or expired.

    ``provider`` gives a provider by name; ``ask_too`` are those to ask for marked things although no notes speak of them.
    """
    found = Reaped()
    known: dict[str, str] = {}
    names = set(ask_too)
    for journal in journals(state):
        begun = journal.begun()
        known[journal.run] = begun.provider if begun else ""
        if begun:
            names.add(begun.provider)
        _reap_run(journal, begun, provider, clock, watch, found)
    for name in sorted(names):
        _reap_lost(name, provider, known, clock, watch, found)
    return found


def _reap_run(
    journal: Journal,
    begun: Begun | None,
    provider: Callable[[str], Provider],
    clock: Clock,
    watch: Callable[[float], None],
    found: Reaped,
) -> None:
    try:
        dead = journal.take()
    except OSError:
        return  # another reaper has just finished it
    try:
        if not dead and begun is None:
            found.kept[journal.run] = "it is just beginning"
        elif not dead and begun is not None and clock.now() < begun.expires:
            found.kept[journal.run] = _alive(begun)
        elif begun is None:
            _forget_stillborn(journal, found)
        else:
            _sweep_run(journal, begun, provider, clock, watch, found, dead=dead)
    finally:
        journal.release()


def _alive(begun: Begun) -> str:
    if begun.host != platform.node():
        return f"it belongs to {begun.host}; from here it may be taken after {begun.expires.isoformat(timespec='seconds')}"
    return f"it is alive (process {begun.pid}) until {begun.expires.isoformat(timespec='seconds')}"


def _forget_stillborn(journal: Journal, found: Reaped) -> None:
    """A run that died before its first line has made nothing."""
    if time.time() - journal.folder.stat().st_mtime < NEWBORN:
        found.kept[journal.run] = "it is just beginning, or died in its first moment"
        return
    journal.remove()
    found.finished.append(journal.run)


def _sweep_run(
    journal: Journal,
    begun: Begun,
    provider: Callable[[str], Provider],
    clock: Clock,
    watch: Callable[[float], None],
    found: Reaped,
    *,
    dead: bool,
) -> None:
    before = journal.open_intents()
    try:
        mine = provider(begun.provider)
    except Exception as error:
        reason = f"the provider {begun.provider} cannot be loaded: {place_of(error)}"
        found.leftovers.extend(Leftover(each.resource, reason, COMMAND) for each in before)
        return
    left = sweep(journal, mine, clock, watch, long_dead=dead and clock.now() > begun.expires)
    still = {key(each.resource) for each in left}
    found.removed.extend(each.resource for each in before if key(each.resource) not in still)
    found.leftovers.extend(left)
    if not left and dead:
        journal.remove()
        found.finished.append(journal.run)
    elif not left:
        found.kept[journal.run] = "it had expired; what it made is gone, and its process is left alone"


def _reap_lost(
    name: str,
    provider: Callable[[str], Provider],
    known: Mapping[str, str],
    clock: Clock,
    watch: Callable[[float], None],
    found: Reaped,
) -> None:
    """Things that carry a mark and of which no notes speak: a lost state folder, or another machine's drill."""
    marked: list[Resource] = []
    try:
        watch(NEWBORN)
        mine = provider(name)
        for each in mine.existing(()):  # one by one: where a region is lost, what the others showed is taken all the same
            if each.run not in known:
                marked.append(each)  # noqa: PERF401 - see above
    except (InputError, RestoreFailedError, TransientError) as error:  # in our own words, which hold no secret
        found.problems.append(f"{name} could not be asked for what no notes speak of: {error}")
    except Exception as error:
        found.problems.append(f"{name} could not be asked for what no notes speak of: {place_of(error)}")
    finally:
        watch(0)
    for each in marked:
        if _still_good(each.expires, clock):
            found.kept[each.run] = (
                f"no notes speak of it here; {each.kind} {each.name} may be taken after {each.expires.isoformat(timespec='seconds')}"
            )
            continue
        try:
            left = mine.remove(each)
        except Exception as error:
            left = Leftover(each, f"the provider did not answer: {place_of(error)}", COMMAND)
        if left:
            found.leftovers.append(left)
        else:
            found.removed.append(each)


def _still_good(expires: datetime.datetime, clock: Clock) -> bool:
    return clock.now() < expires

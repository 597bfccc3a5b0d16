"""Sends what waits: oldest first to each destination, each message once."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from recoverable.alerts.message import delivery
from recoverable.alerts.notes import Notes, Waiting
from recoverable.alerts.sending import Destination, RefusedError, UnreachableError

MOST_REFUSALS = 3
"""In a row, before the rest but the newest waits for the next run: a message that is refused for what is in it must not hold up those behind it."""


@dataclass(slots=True)
class Posted:
    """What came of it: how many messages each destination took, for those that failed, why, and which failed by a bug of ours."""

    taken: dict[str, int] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    crashed: list[str] = field(default_factory=list)


def post(notes: Notes, destinations: Sequence[Destination], save: Callable[[], None]) -> Posted:
    """Send all that waits. ``save`` is called after each message that was taken, so that it is never sent again."""
    posted = Posted()
    for destination in destinations:
        refusals, queue = 0, list(notes.pending_for(destination.key))
        while queue:
            waiting = queue.pop(0)
            try:
                destination.send(delivery(waiting.message, destination.key))
            except UnreachableError as error:
                posted.failed[destination.key] = str(error)
                break
            except RefusedError as error:
                posted.failed[destination.key] = str(error)
                refusals += 1
                if refusals == MOST_REFUSALS:
                    queue = queue[-1:]  # the newest has still to be told
            except Exception as error:
                # Whatever is wrong with one of them, the others are told. The text could hold a secret.
                posted.failed[destination.key] = f"internal error: {type(error).__name__}"
                posted.crashed.append(destination.key)
                break
            else:
                refusals = 0
                _took(notes, waiting, destination.key, posted)
                save()
    return posted


def _took(notes: Notes, waiting: Waiting, key: str, posted: Posted) -> None:
    notes.taken(waiting, key, time.time())
    posted.taken[key] = posted.taken.get(key, 0) + 1


def drop_unknown(notes: Notes, destinations: Sequence[Destination]) -> list[str]:
    """Forget messages for destinations that are configured no more; gives their names."""
    known = {each.key for each in destinations}
    dropped = sorted({key for waiting in notes.waiting for key in waiting.pending} - known)
    for waiting in notes.waiting:
        waiting.pending = [key for key in waiting.pending if key in known]
    notes.waiting = [each for each in notes.waiting if each.pending]
    notes.last_taken = {key: moment for key, moment in notes.last_taken.items() if key in known}
    return dropped

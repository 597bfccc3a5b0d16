"""What is to be told: what fires for the first time, what fires again after a while, what recovered. All else is quiet."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum

from recoverable.alerts.alert import Alert, Kind
from recoverable.alerts.judgement import Answer, Judgement
from recoverable.alerts.notes import PATIENCE, Noted, Notes


class State(str, Enum):
    """``CLOSED`` is what nothing watches any more: that is no recovery. ``QUIET`` goes on, and was told not long ago."""

    FIRING = "firing"
    STILL = "still firing"
    RECOVERED = "recovered"
    CLOSED = "closed"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Change:
    """One alert, with what became of it in this run. ``judged`` is false where this run could not look."""

    key: str
    state: State
    noted: Noted
    judged: bool = True

    @property
    def told(self) -> bool:
        """It belongs into a message. What nobody heard of need not be called off."""
        ends = self.state in (State.RECOVERED, State.CLOSED)
        return self.state is not State.QUIET and not (ends and self.noted.told is None)


def compare(notes: Notes, found: Judgement, repeat: datetime.timedelta, now: datetime.datetime) -> list[Change]:
    """What became of every alert, known or new: worst first, then the oldest. Nothing is changed."""
    moment = now.timestamp()
    changes = [_firing(key, alert, notes.alerts.get(key), repeat, moment) for key, alert in found.firing.items()]
    changes += [
        change
        for key, noted in notes.alerts.items()
        if key not in found.firing and (change := _not_firing(key, noted, found.answer(key), repeat, moment)) is not None
    ]
    return sorted(changes, key=lambda each: (Kind(each.noted.kind).severity.rank, each.noted.since, each.key))


def apply(notes: Notes, changes: Iterable[Change], now: datetime.datetime, *, told: Collection[str]) -> None:
    """Note what fires; ``told`` are the keys that are named to somebody."""
    for change in changes:
        if change.state in (State.RECOVERED, State.CLOSED):
            del notes.alerts[change.key]
            continue
        notes.alerts[change.key] = change.noted
        if change.told and change.key in told:
            change.noted.told = now.timestamp()


def _firing(key: str, alert: Alert, noted: Noted | None, repeat: datetime.timedelta, moment: float) -> Change:
    """A waiver that was about to expire and has expired is the same trouble, and news all the same."""
    since = noted.since if noted else moment
    told = noted.told if noted else None
    new = Noted(alert.kind.value, alert.summary, alert.store, alert.environment, alert.owner, alert.fix, since, told)
    if noted is None or told is None or noted.kind != new.kind:
        return Change(key, State.FIRING, new)
    return Change(key, _again(told, repeat, moment), new)


def _not_firing(key: str, noted: Noted, answer: Answer, repeat: datetime.timedelta, moment: float) -> Change | None:
    if answer is Answer.UNJUDGED:
        state = State.FIRING if noted.told is None else _again(noted.told, repeat, moment)
        return Change(key, state, noted, judged=False)
    return Change(key, State.RECOVERED if answer is Answer.FINE else State.CLOSED, noted)


def _again(told: float, repeat: datetime.timedelta, moment: float) -> State:
    """A clock that was set back tells once more rather than never again. By less than a run waits for others it was not set back:
    that run looked at its clock, and then waited for one that told meanwhile.
    """
    return State.QUIET if -PATIENCE <= moment - told < repeat.total_seconds() else State.STILL

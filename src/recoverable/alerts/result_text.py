"""The result of a run: for people on a terminal, for programs, and the lines for stderr."""

from __future__ import annotations

import datetime
import json
import textwrap
from collections.abc import Iterator
from typing import Any

from recoverable.alerts.alert import Kind
from recoverable.alerts.changes import Change, State
from recoverable.alerts.message import message
from recoverable.alerts.run import Outcome
from recoverable.alerts.settings import AlertSettings
from recoverable.report.words import clean, clean_json

SCHEMA = 1


def lines(outcome: Outcome, columns: int) -> Iterator[str]:
    """What fires and what ended, then how many."""
    for change in outcome.changes:
        yield from _change(change, columns)
    counts = {state: sum(1 for each in outcome.changes if each.state is state) for state in State}
    firing = counts[State.FIRING] + counts[State.STILL] + counts[State.QUIET]
    new = f" ({counts[State.FIRING]} new)" if counts[State.FIRING] else ""
    ended = [f"{counts[state]} {state.value}" for state in (State.RECOVERED, State.CLOSED) if counts[state]]
    yield f"{', '.join([f'{firing} firing{new}', *ended])}; {outcome.found.watched} watched"


def _change(change: Change, columns: int) -> Iterator[str]:
    noted = change.noted
    where = f"{noted.store} ({noted.environment})" if noted.environment else noted.store
    state = "known" if change.state is State.QUIET else change.state.value
    yield clean(f"{state}: {noted.kind} [{Kind(noted.kind).severity.value}] {where}".rstrip())
    ended = change.state in (State.RECOVERED, State.CLOSED)
    said = [f"it was: {noted.summary}"] if ended else [noted.summary, noted.fix]
    said.append("" if change.judged else "this run could not look; it fired before")
    for text in said:
        if text:
            yield from textwrap.wrap(
                clean(text), columns, initial_indent="  ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
            )


def notices(outcome: Outcome, settings: AlertSettings, *, only_look: bool) -> Iterator[str]:
    """What was told to whom, and what went wrong."""
    yield from (f"warning: {clean(each)}" for each in outcome.remarks)
    yield from (f"error: {clean(each)}" for each in (*outcome.found.problems, *outcome.found.unreachable))
    if not outcome.found.watched and not outcome.changes:
        yield "nothing is set up to watch: [drill.stores], waivers or [alerts] facts"
    if only_look:
        yield "nothing was written or sent (--dry-run)"
        return
    if not settings.destinations:
        yield "warning: no destination is set up, so nobody is told: add [alerts.destinations.NAME]"
    for name, number in outcome.posted.taken.items():
        yield f"told {clean(name)}: {_messages(number)}"
    for name, why in outcome.posted.failed.items():
        yield f"error: {clean(name)}: {clean(why)}; {_messages(len(outcome.notes.pending_for(name)))} for the next run"
    if outcome.push:
        yield f"error: {clean(outcome.push)}"
    if outcome.heartbeat:
        yield f"error: {clean(outcome.heartbeat)}"
    elif settings.heartbeat and not outcome.whole:
        yield "warning: no heartbeat was sent: this run was not whole"


def as_json(outcome: Outcome, settings: AlertSettings, now: datetime.datetime) -> str:
    """The result as a document."""
    told = message(outcome.changes, now)
    destinations: list[dict[str, Any]] = [
        {
            "name": each.key,
            "taken": outcome.posted.taken.get(each.key, 0),
            "waiting": len(outcome.notes.pending_for(each.key)),
            "error": outcome.posted.failed.get(each.key, ""),
        }
        for each in settings.destinations
    ]
    data = {
        "schema": SCHEMA,
        "at": told["at"],
        "watched": outcome.found.watched,
        "firing": [_row(each) for each in outcome.changes if each.state not in (State.RECOVERED, State.CLOSED)],
        "ended": [_row(each) for each in outcome.changes if each.state in (State.RECOVERED, State.CLOSED)],
        "problems": outcome.found.problems,
        "unreachable": outcome.found.unreachable,
        "remarks": outcome.remarks,
        "destinations": destinations,
        "heartbeat": outcome.heartbeat,
        "push": outcome.push,
        "whole": outcome.whole,
    }
    return clean_json(json.dumps(data, indent=2, ensure_ascii=False))


def _row(change: Change) -> dict[str, Any]:
    noted = change.noted
    return {
        "state": change.state.value,
        "told": change.told,
        "judged": change.judged,
        "key": change.key,
        "kind": noted.kind,
        "severity": Kind(noted.kind).severity.value,
        "store": noted.store,
        "environment": noted.environment,
        "owner": noted.owner,
        "summary": noted.summary,
        "fix": noted.fix,
        "since": datetime.datetime.fromtimestamp(noted.since, datetime.UTC).isoformat(timespec="seconds"),
    }


def _messages(number: int) -> str:
    return f"{number} message{'' if number == 1 else 's'}"

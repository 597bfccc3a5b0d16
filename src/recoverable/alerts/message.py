"""The message about the changes of one run: as data, which the notes keep, and as text for people."""

from __future__ import annotations

import datetime
import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from recoverable import __version__
from recoverable.alerts.alert import Kind
from recoverable.alerts.changes import Change, State
from recoverable.alerts.sending import Delivery
from recoverable.report.words import clean, clean_json, clip

SCHEMA = 1
MOST_ALERTS = 100
"""In one message; the rest is counted."""
LONGEST = 400
LONGEST_SUBJECT = 100
HEADS = {
    State.FIRING: "Firing",
    State.STILL: "Still firing",
    State.RECOVERED: "Recovered",
    State.CLOSED: "Closed: nothing watches it any more",
}


def message(changes: Sequence[Change], now: datetime.datetime, *, remarks: Sequence[str] = ()) -> dict[str, Any]:
    """What is told, as data. The id is new each time: two runs that find the same are two messages."""
    told = in_order(changes)
    return {
        "schema": SCHEMA,
        "id": secrets.token_hex(16),
        "at": now.isoformat(timespec="seconds"),
        "tool": f"recoverable {__version__}",
        "title": _title(told),
        "alerts": [_alert(each) for each in told[:MOST_ALERTS]],
        "left_out": max(0, len(told) - MOST_ALERTS),
        "firing": sum(1 for each in changes if each.state not in (State.RECOVERED, State.CLOSED)),
        "remarks": [_short(each) for each in remarks],
    }


def in_order(changes: Sequence[Change]) -> list[Change]:
    """What is to be told; what fires comes first, so that no number of recoveries can push it out."""
    order = list(HEADS)
    return sorted((each for each in changes if each.told), key=lambda each: order.index(each.state))


def trial_message(now: datetime.datetime) -> dict[str, Any]:
    """One that only shows that the way is open."""
    return {**message((), now), "title": "test", "remarks": ["This is a test: recoverable alerts --test. Nothing is wrong."]}


def delivery(data: Mapping[str, Any], destination: str) -> Delivery:
    """The message for one destination. Its id follows from both, so that each later try bears it too."""
    identity = hashlib.sha256(f"{data['id']}\0{destination}".encode()).hexdigest()[:32]
    body = clean_json(json.dumps({**data, "id": identity}, ensure_ascii=False))
    subject = clip(clean(f"[recoverable] {data['title']}"), LONGEST_SUBJECT)
    return Delivery(
        identity, datetime.datetime.fromisoformat(str(data["at"])), subject, "\n".join(_lines({**data, "id": identity})) + "\n", body
    )


def _title(told: Sequence[Change]) -> str:
    counts = [(sum(1 for each in told if each.state is state), state) for state in HEADS]
    said = ", ".join(f"{number} {state.value}" for number, state in counts if number)
    first = next(iter(told), None)
    about = f": {first.noted.kind} {first.noted.store}".rstrip() if first else ""
    return clean(f"{said}{about}") or "a remark"


def _alert(change: Change) -> dict[str, Any]:
    noted = change.noted
    since = datetime.datetime.fromtimestamp(noted.since, datetime.UTC)
    return {
        "state": change.state.value,
        "key": _short(change.key),
        "kind": noted.kind,
        "severity": Kind(noted.kind).severity.value,
        "store": _short(noted.store),
        "environment": noted.environment,
        "owner": _short(noted.owner),
        "summary": _short(noted.summary),
        "fix": _short(noted.fix),
        "since": since.isoformat(timespec="seconds"),
        "judged": change.judged,
    }


def _short(text: str) -> str:
    return clip(clean(text), LONGEST)


def _lines(data: Mapping[str, Any]) -> Iterator[str]:
    for state, head in HEADS.items():
        rows = [each for each in data["alerts"] if each["state"] == state.value]
        if not rows:
            continue
        yield f"{head}:"
        for row in rows:
            yield from _row(row)
        yield ""
    if data["left_out"]:
        yield f"and {data['left_out']} more: see recoverable alerts --dry-run"
    yield from data["remarks"]
    yield f"{data['firing']} firing in all, {data['at']}. {data['tool']}, message {data['id']}"


def _row(row: Mapping[str, Any]) -> Iterator[str]:
    where = f"{row['store']} ({row['environment']})" if row["environment"] else row["store"]
    yield f"  {row['severity']}  {row['kind']}  {where}".rstrip()
    fires = row["state"] in (State.FIRING.value, State.STILL.value)
    yield f"      {'' if fires else 'it was: '}{row['summary']}"
    if row["fix"] and fires:
        yield f"      {row['fix']}"
    owner = f"owner {row['owner']}, " if row["owner"] else ""
    doubt = "" if row["judged"] else "; this run could not look"
    yield f"      {owner}since {row['since']}{doubt}"

"""Whether what an earlier drill could have restored is still there: a retention that was shortened shows nowhere else before a disaster."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from recoverable.drill.contract import Check, RestoreWindow, Store
from recoverable.drill.ledger import Entry
from recoverable.drill.verdict import DrillVerdict, RungVerdict

NAME = "retention-kept"
WINDOW = "restore-window"
EARLIEST = "earliest"
TOLERANCE = datetime.timedelta(days=1)
"""The oldest backup goes when the next one is there; most are taken daily."""


def earliest_before(entries: Iterable[Entry], store: Store) -> datetime.datetime | None:
    """From when on the last verified drill of this store could have restored; None where none says so.

    Not the last drill of all: it may be the one that failed for this, and would make it right for the next.
    """
    asked = (store.name, store.environment, store.provider, DrillVerdict.VERIFIED.value)
    found: datetime.datetime | None = None
    for entry in entries:
        record = entry.data or {}
        if tuple(record.get(key) for key in ("store", "environment", "provider", "verdict")) == asked:
            found = _stated(record.get("rungs")) or found
    return found


def check_retention(window: RestoreWindow, before: datetime.datetime, now: datetime.datetime, days: int) -> Check:
    """``before`` is from when on the last verified drill could have restored, ``days`` how far back the standard demands.

    What is younger than that, and could be restored then, must be restorable now. A new store is not expected to reach back further
    than its first backup.
    """
    earliest = window.earliest or now
    figures = {"earliest": earliest.isoformat(), "earliest_before": before.isoformat(), "demanded_days": days}
    if earliest <= max(before, now - datetime.timedelta(days=days) + TOLERANCE):
        return Check(
            NAME,
            RungVerdict.PASS,
            f"from {_said(earliest)} on can be restored; at the last verified drill from {_said(before)} on",
            figures,
        )
    lost = f"the last verified drill could have restored from {_said(before)} on, now only {_said(earliest)} and later can be"
    return Check(NAME, RungVerdict.FAIL, f"{lost}; {days} days back are demanded: a retention was shortened, or a backup removed", figures)


def _stated(rungs: object) -> datetime.datetime | None:
    for each in rungs if isinstance(rungs, list) else ():
        if isinstance(each, dict) and each.get("name") == WINDOW and isinstance(each.get("figures"), dict):
            try:
                time = datetime.datetime.fromisoformat(str(each["figures"].get(EARLIEST)))
            except ValueError:
                continue
            return time if time.tzinfo else None
    return None


def _said(time: datetime.datetime) -> str:
    return time.astimezone(datetime.UTC).isoformat(timespec="seconds")

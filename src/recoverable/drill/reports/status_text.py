"""The status of all stores as a table of text that fits 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from recoverable.drill.proof_status import StoreStatus, say_age
from recoverable.drill.reports.overview import place_of, remarks
from recoverable.drill.reports.records import DrillHistory
from recoverable.report.words import clean, clip

HEADS = ("store", "environment", "status", "last proven", "cadence")
WIDEST = (26, 14, 12, 12, 12)


def lines(statuses: Sequence[StoreStatus], history: DrillHistory) -> Iterator[str]:
    """The table, then what is wrong, a line each."""
    rows = [HEADS, *(_row(each) for each in statuses)]
    widths = [min(widest, max(len(row[at]) for row in rows)) for at, widest in enumerate(WIDEST)]
    for row in rows:
        yield "  ".join(f"{clip(text, width):<{width}}" for text, width in zip(row, widths, strict=True)).rstrip()
    for each in statuses:
        yield from _remarks(each)
    configured = {each.store for each in statuses}
    others = [clean(name) for name in history.stores() if name not in configured]
    if others:
        yield f"in the ledger, and no store of recoverable.toml: {', '.join(others)}"
    for fault in history.faults:
        yield f"broken at {clean(fault.place)}: {clean(fault.what)}"
    yield f"{clean(place_of(history))}: {len(history.records)} drills"


def _row(status: StoreStatus) -> tuple[str, ...]:
    age = "never" if status.age_minutes is None else f"{say_age(status.age_minutes)} ago"
    cadence = f"{status.cadence_days} + {status.grace_days} d"
    return clean(status.store), clean(status.environment), status.freshness.value, age, cadence


def _remarks(status: StoreStatus) -> Iterator[str]:
    said = list(remarks(status))
    if status.amber and status.proof:
        said += [f"with a reservation: {each}" for each in status.proof.reservations]
    yield from (f"{clean(status.store)}: {clean(each)}" for each in said)


def wrapped(line: str, width: int) -> list[str]:
    """A line as lines of at most ``width`` columns, but for words that are longer."""
    if len(line) <= width:
        return [line]
    indent = " " * (12 if line.startswith("  ") else 2)
    return textwrap.wrap(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)

"""Evidence read back from a ledger or a file, for reports and status. Whatever was done to a record, reading it does not crash."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from recoverable.drill.ledger import Fault, Ledger, verify
from recoverable.drill.verdict import Colour, DrillVerdict, RungVerdict

MOST = 2_000
"""Of entries in one list of a record: more than any drill writes."""


@dataclass(frozen=True, slots=True)
class PhaseView:
    """A phase as recorded. ``offset`` is seconds since the drill began."""

    name: str
    offset: float
    seconds: float
    budget: float | None
    outcome: str


@dataclass(frozen=True, slots=True)
class RungView:
    """A rung, or a check of preflight, migrations or smoke suite."""

    name: str
    verdict: RungVerdict
    detail: str
    stage: str
    seconds: float | None


@dataclass(frozen=True, slots=True)
class DrillRecord:
    """One drill. Numbers that are missing or no numbers are None; a verdict that is none of ours is ``COULD_NOT_RUN``."""

    store: str
    environment: str
    provider: str
    run: str
    target: str
    depth: str
    verdict: DrillVerdict
    colour: Colour
    reason: str
    started: datetime.datetime | None
    ended: datetime.datetime | None
    backup_id: str
    reached: Mapping[str, str]
    rpo: float | None
    rpo_demanded: float | None
    rto: float | None
    rto_demanded: float | None
    verified_after: float | None
    phases: tuple[PhaseView, ...]
    rungs: tuple[RungView, ...]
    not_covered: tuple[tuple[str, str], ...]
    reservations: tuple[str, ...]
    control: Mapping[str, str]
    versions: Mapping[str, str]
    who: Mapping[str, str]
    leftovers: tuple[Mapping[str, str], ...]
    crashes: tuple[str, ...]
    sequence: int | None
    hash: str
    data: Mapping[str, Any] = field(repr=False)

    @property
    def proven(self) -> bool:
        """It proves that the store could be restored then."""
        return self.verdict is DrillVerdict.VERIFIED and self.colour is not Colour.RED and self.ended is not None

    def count(self, verdict: RungVerdict) -> int:
        """How many rungs said so."""
        return sum(1 for each in self.rungs if each.verdict is verdict)


@dataclass(frozen=True, slots=True)
class DrillHistory:
    """All drills of a ledger in their order, and every place where its chain is broken."""

    place: str
    records: tuple[DrillRecord, ...]
    faults: tuple[Fault, ...]

    def of(self, store: str) -> tuple[DrillRecord, ...]:
        """The drills of one store, oldest first."""
        return tuple(each for each in self.records if each.store == store)

    def stores(self) -> tuple[str, ...]:
        """Names of all stores that were ever drilled."""
        return tuple(dict.fromkeys(each.store for each in self.records))


def read_history(ledger: Ledger) -> DrillHistory:
    """All of a ledger, with its chain checked.

    Raises:
        LedgerError: it cannot be read.
        TransientError: nobody answered.
    """
    faults = verify(ledger)
    records = tuple(as_drill(entry.data) for entry in ledger.entries() if entry.data)
    return DrillHistory(ledger.place, records, tuple(faults))


def as_drill(data: Mapping[str, Any]) -> DrillRecord:
    """A record as far as it can be understood."""
    started = _time(data.get("started"))
    return DrillRecord(
        store=_text(data.get("store")) or "(no name)",
        environment=_text(data.get("environment")),
        provider=_text(data.get("provider")),
        run=_text(data.get("run")),
        target=_text(data.get("target")),
        depth=_text(data.get("depth")),
        verdict=_word(DrillVerdict, data.get("verdict"), DrillVerdict.COULD_NOT_RUN),
        colour=_word(Colour, data.get("colour"), Colour.RED),
        reason=_text(data.get("reason")),
        started=started,
        ended=_time(data.get("ended")),
        backup_id=_text(data.get("backup_id")),
        reached=_texts(data.get("reached")),
        rpo=_number(data.get("rpo_seconds")),
        rpo_demanded=_number(data.get("rpo_demanded_seconds")),
        rto=_number(data.get("rto_first_query_seconds")),
        rto_demanded=_number(data.get("rto_demanded_seconds")),
        verified_after=_number(data.get("verified_seconds")),
        phases=tuple(_phase(each, started) for each in _tables(data.get("phases"))),
        rungs=tuple(_rung(each) for each in _tables(data.get("rungs"))),
        not_covered=tuple((_text(each.get("name")), _text(each.get("reason"))) for each in _tables(data.get("not_covered"))),
        reservations=tuple(_text(each) for each in _list(data.get("reservations"))),
        control=_texts(data.get("negative_control")),
        versions=_texts(data.get("versions")),
        who=_texts(data.get("who")),
        leftovers=tuple(_texts(each) for each in _tables(data.get("leftovers"))),
        crashes=tuple(_text(each) for each in _list(data.get("crashes"))),
        sequence=found if type(found := data.get("sequence")) is int else None,
        hash=_text(data.get("hash")),
        data=data,
    )


def _phase(data: Mapping[str, Any], began: datetime.datetime | None) -> PhaseView:
    started = _time(data.get("started"))
    offset = (started - began).total_seconds() if started and began else 0.0
    seconds = _number(data.get("seconds")) or 0.0
    return PhaseView(_text(data.get("name")), max(0.0, offset), seconds, _number(data.get("budget_seconds")), _text(data.get("outcome")))


def _rung(data: Mapping[str, Any]) -> RungView:
    verdict = _word(RungVerdict, data.get("verdict"), RungVerdict.COULD_NOT_RUN)
    return RungView(_text(data.get("name")), verdict, _text(data.get("detail")), _text(data.get("stage")), _number(data.get("seconds")))


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) and value >= 0 else None
    except OverflowError:
        return None


def _time(value: object) -> datetime.datetime | None:
    try:
        time = datetime.datetime.fromisoformat(value) if isinstance(value, str) else None
        return time.astimezone(datetime.UTC) if time and time.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _list(value: object) -> Iterable[object]:
    return value[:MOST] if isinstance(value, list) else ()


def _tables(value: object) -> Iterator[Mapping[str, Any]]:
    for each in _list(value):
        if isinstance(each, dict):
            yield each


def _texts(value: object) -> dict[str, str]:
    return {str(key): _text(each) for key, each in value.items() if each not in (None, "")} if isinstance(value, dict) else {}


def _word(kind: Any, value: object, default: Any) -> Any:
    try:
        return kind(value)
    except ValueError:
        return default

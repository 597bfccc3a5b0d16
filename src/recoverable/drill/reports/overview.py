"""What every format of the drill report shows: the status of the stores, their drills, and the state of the ledger."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from recoverable.drill.durations import say_seconds
from recoverable.drill.proof_status import StoreStatus
from recoverable.drill.reports.records import DrillHistory, DrillRecord
from recoverable.drill.verdict import Colour, DrillVerdict, RungVerdict
from recoverable.report.words import near

TONES = {Colour.GREEN: "pass", Colour.AMBER: "medium", Colour.RED: "critical"}
RUNG_TONES = {RungVerdict.PASS: "pass", RungVerdict.FAIL: "critical", RungVerdict.COULD_NOT_RUN: "unknown"}


@dataclass(frozen=True, slots=True)
class StoreReport:
    """A store: its drills, oldest first, and how it stands where recoverable.toml sets it up."""

    name: str
    drills: tuple[DrillRecord, ...]
    status: StoreStatus | None

    @property
    def newest(self) -> DrillRecord | None:
        """The last drill."""
        return self.drills[-1] if self.drills else None


@dataclass(frozen=True, slots=True)
class Overview:
    """All that is reported. ``now`` is stated, so that the same input gives the same bytes."""

    stores: tuple[StoreReport, ...]
    history: DrillHistory
    now: datetime.datetime
    tool_version: str

    @property
    def overdue(self) -> list[StoreReport]:
        """Stores that must alarm."""
        return [each for each in self.stores if each.status and each.status.overdue]

    def sentence(self) -> tuple[str, str, str]:
        """Tone, first word, and the rest of the headline."""
        if self.history.faults:
            return "critical", "Broken", f"the ledger is broken in {len(self.history.faults)} places: nothing in it proves anything"
        if not self.history.records:
            return "unknown", "Nothing", "no drill was ever recorded"
        failed = [each for each in self.stores if each.newest and not each.newest.proven]
        parts = [f"{names(self.overdue)} overdue"] if self.overdue else []
        parts += [f"the last drill of {names(failed)} proved nothing"] if failed else []
        if parts:
            return "critical", "Not proven", "; ".join(parts)
        amber = [each for each in self.stores if each.newest and each.newest.colour is Colour.AMBER]
        if amber:
            return "medium", "Proven", f"with a reservation for {names(amber)}"
        return "pass", "Proven", f"{len(self.stores)} of {len(self.stores)} stores could be restored"


def overview(history: DrillHistory, statuses: Sequence[StoreStatus], now: datetime.datetime, version: str, only: str = "") -> Overview:
    """Stores of the settings first, in their order, then those that only the ledger knows; ``only`` chooses one."""
    by_name = {each.store: each for each in statuses}
    every = list(dict.fromkeys([*by_name, *history.stores()]))
    stores = [StoreReport(name, history.of(name), by_name.get(name)) for name in every if only in ("", name)]
    return Overview(tuple(stores), history, now, version)


def names(stores: Sequence[StoreReport]) -> str:
    """``orders, billing and 3 more``."""
    shown = [each.name for each in stores[:3]]
    return ", ".join(shown) + (f" and {len(stores) - 3} more" if len(stores) > 3 else "")


def figure(found: float | None, demanded: float | None) -> str:
    """``12 s (at most 15 min)``; a measure beside what is demanded of it."""
    said = "not measured" if found is None else say_seconds(found)
    return said if demanded is None else f"{said} (at most {say_seconds(demanded)})"


def missed(found: float | None, demanded: float | None) -> bool:
    """Whether a measure is over what is demanded."""
    return found is not None and demanded is not None and found > demanded


def moment(time: datetime.datetime | None) -> str:
    """``2026-11-30 12:00 UTC``."""
    return "unknown" if time is None else f"{time:%Y-%m-%d %H:%M} UTC"


def place_of(history: DrillHistory) -> str:
    """Where the records are: a path as short as it can be from here, or a bucket's address."""
    return history.place if "://" in history.place else near(history.place)


def headline(drill: DrillRecord) -> str:
    """``verified``, with the reservation or the reason where there is one."""
    if drill.verdict is DrillVerdict.VERIFIED:
        return "verified" if drill.colour is Colour.GREEN else "verified, with a reservation"
    return f"{drill.verdict.value}: {drill.reason}" if drill.reason else drill.verdict.value


def control(drill: DrillRecord) -> str:
    """How the negative control went."""
    said = drill.control
    if said.get("outcome") == "red":
        return f"{said.get('kind', 'damage')} went red, caught by {said.get('caught_by', 'a rung')}"
    return ": ".join(text for text in (said.get("outcome", "not recorded"), said.get("detail", "")) if text)

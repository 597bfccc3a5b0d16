"""What every format of the drill report shows: the status of the stores, their drills, and the state of the ledger."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from recoverable.drill.durations import say_seconds
from recoverable.drill.proof_status import StoreStatus
from recoverable.drill.reports.records import DrillHistory, DrillRecord
from recoverable.drill.verdict import Colour, DrillVerdict, RungVerdict
from recoverable.report.words import clip, near

TONES = {Colour.GREEN: "pass", Colour.AMBER: "medium", Colour.RED: "critical"}
RUNG_TONES = {RungVerdict.PASS: "pass", RungVerdict.FAIL: "critical", RungVerdict.COULD_NOT_RUN: "unknown"}


MOST_SAID = 200
"""Characters of a reason beside a status; the drill itself shows the whole."""


class Standing(str, Enum):
    """How a store stands, in the words of the headline."""

    OVERDUE = "overdue"
    FAILING = "failed a drill and was not proven since"
    UNPROVEN = "not proven by the last drill"
    STALLED = "though the last drill could not run for"
    AMBER = "with a reservation for"
    PROVEN = "proven"


ALARMS = (Standing.OVERDUE, Standing.FAILING, Standing.UNPROVEN)


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

    @property
    def standing(self) -> Standing:
        """By the status where there is one; else, with no cadence to hold it against, by the last drill alone."""
        status, newest = self.status, self.newest
        if status:
            if status.alarming:
                return Standing.OVERDUE if status.overdue else Standing.FAILING
            return Standing.STALLED if status.stalled else Standing.AMBER if status.amber else Standing.PROVEN
        if newest is None or newest.verdict is DrillVerdict.FAILED:
            return Standing.FAILING if newest else Standing.UNPROVEN
        if not newest.proven:
            return Standing.UNPROVEN
        return Standing.AMBER if newest.colour is Colour.AMBER else Standing.PROVEN


@dataclass(frozen=True, slots=True)
class Overview:
    """All that is reported. ``now`` is stated, so that the same input gives the same bytes."""

    stores: tuple[StoreReport, ...]
    history: DrillHistory
    now: datetime.datetime
    tool_version: str

    def sentence(self) -> tuple[str, str, str]:
        """Tone, first word, and the rest of the headline. It is critical where ``drill status`` exits with 1, and only there."""
        if self.history.faults:
            return "critical", "Broken", f"the ledger is broken in {len(self.history.faults)} places: nothing in it proves anything"
        if not self.history.records:
            return "unknown", "Nothing", "no drill was ever recorded"
        judged = [each for each in self.stores if each.status] or list(self.stores)
        by_standing = {standing: [each for each in judged if each.standing is standing] for standing in Standing}
        bad = [f"{names(by_standing[each])} {each.value}" for each in ALARMS if by_standing[each]]
        if bad:
            only_failing = not (by_standing[Standing.OVERDUE] or by_standing[Standing.UNPROVEN])
            return "critical", "Failing" if only_failing else "Not proven", "; ".join(bad)
        doubts = [f"{each.value} {names(by_standing[each])}" for each in (Standing.STALLED, Standing.AMBER) if by_standing[each]]
        if doubts:
            return "medium", "Proven", "; ".join(doubts)
        return "pass", "Proven", f"{len(judged)} of {len(judged)} stores could be restored"


def overview(history: DrillHistory, statuses: Sequence[StoreStatus], now: datetime.datetime, version: str, only: str = "") -> Overview:
    """Stores of the settings first, in their order, then those that only the ledger knows; ``only`` chooses one."""
    by_name = {each.store: each for each in statuses}
    every = list(dict.fromkeys([*by_name, *history.stores()]))
    stores = [StoreReport(name, history.of(name), by_name.get(name)) for name in every if only in ("", name)]
    return Overview(tuple(stores), history, now, version)


def remarks(status: StoreStatus) -> Iterator[str]:
    """What is wrong with a store, or was with its last drills; not the reservations of a proof."""
    if status.why:
        yield status.why
    if status.proof and status.failed:
        yield f"since then a drill failed: {clip(status.failed.reason, MOST_SAID)}"
    if status.proof and status.stalled and status.newest:
        yield f"the last drill could not run: {clip(status.newest.reason, MOST_SAID)}"


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

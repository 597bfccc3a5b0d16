"""How old the last proven restore of each store is, against the cadence of the standard. What is missing is overdue."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from recoverable.drill.durations import say_seconds
from recoverable.drill.reports.records import DrillHistory, DrillRecord
from recoverable.drill.settings import DrillStore
from recoverable.drill.verdict import Colour

NEVER_MINUTES = 10 * 365 * 24 * 60
"""Published for a store that was never proven: an alarm on an absence ends too soon, or (Google Cloud) never begins."""
SKEW = datetime.timedelta(minutes=5)
"""So far into the future a record may lie before it is no proof: clocks of two machines differ a little."""
DAY = 24 * 60


class Freshness(str, Enum):
    """``DUE`` is past the cadence and within the days of grace; only ``FRESH`` and ``DUE`` are no alarm."""

    FRESH = "fresh"
    DUE = "due"
    OVERDUE = "overdue"
    NEVER = "never proven"
    UNTRUSTED = "not trusted"


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """One store. ``proof`` is the drill that counts; ``age_minutes`` is None where there is none.

    ``newest`` is the last drill of all, which may have failed after the proof; ``why`` says what is wrong, where something is.
    """

    store: str
    environment: str
    freshness: Freshness
    cadence_days: int
    grace_days: int
    proof: DrillRecord | None
    age_minutes: float | None
    newest: DrillRecord | None
    why: str = ""

    @property
    def overdue(self) -> bool:
        """It must alarm."""
        return self.freshness not in (Freshness.FRESH, Freshness.DUE)

    @property
    def published_minutes(self) -> int:
        """The value of the metric."""
        return NEVER_MINUTES if self.age_minutes is None else int(self.age_minutes)

    @property
    def amber(self) -> bool:
        """The proof has a reservation."""
        return self.proof is not None and self.proof.colour is Colour.AMBER

    @property
    def failed_since(self) -> bool:
        """A later drill proved nothing."""
        return self.newest is not None and self.proof is not None and self.newest is not self.proof


def judge_stores(stores: Iterable[DrillStore], history: DrillHistory, now: datetime.datetime) -> list[StoreStatus]:
    """Every store of the settings, in their order."""
    return [judge_store(each, history, now) for each in stores]


def judge_store(store: DrillStore, history: DrillHistory, now: datetime.datetime) -> StoreStatus:
    """One store: the newest proof of a ledger whose chain is whole."""
    name, environment = store.store.name, store.store.environment
    cadence, grace = store.demands.restore_test_days.value, store.demands.restore_test_grace_days.value
    drills = history.of(name)
    newest = drills[-1] if drills else None

    def status(freshness: Freshness, proof: DrillRecord | None = None, age: float | None = None, why: str = "") -> StoreStatus:
        return StoreStatus(name, environment, freshness, cadence, grace, proof, age, newest, why)

    if history.faults:
        return status(Freshness.UNTRUSTED, why=f"the ledger is broken at {history.faults[0].place}: nothing in it proves anything")
    proofs = [each for each in drills if each.proven and each.environment == environment]
    believed = [each for each in proofs if each.ended and each.ended <= now + SKEW]
    proof = max(believed, key=lambda each: each.ended or now, default=None)
    if proof is None or proof.ended is None:
        return status(Freshness.NEVER, why=_why_never(drills, proofs, environment))
    age = max(0.0, (now - proof.ended).total_seconds() / 60)
    doubt = "a later record lies in the future: its clock was wrong" if len(believed) < len(proofs) else ""
    if age > (cadence + grace) * DAY:
        return status(Freshness.OVERDUE, proof, age, doubt or f"more than {cadence} days and {grace} of grace")
    return status(Freshness.FRESH if age <= cadence * DAY else Freshness.DUE, proof, age, doubt)


def _why_never(drills: tuple[DrillRecord, ...], proofs: list[DrillRecord], environment: str) -> str:
    if proofs:
        return "its only proofs lie in the future: a clock was wrong"
    others = sorted({each.environment for each in drills if each.proven})
    if others:
        return f"it was proven as {', '.join(others)}, not as {environment}"
    if drills:
        return f"{len(drills)} drills, none of them verified; the last: {drills[-1].reason or drills[-1].verdict.value}"
    return "no drill of it is in the ledger"


def say_age(minutes: float | None) -> str:
    """``3 days``, ``5 h``; how long ago something was, for a person."""
    if minutes is None:
        return "never"
    if minutes >= 2 * DAY:
        return f"{minutes / DAY:.0f} days"
    return say_seconds(minutes * 60)

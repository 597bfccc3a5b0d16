"""How old the last proven restore of each store is, against the cadence of the standard. What is missing is overdue.

The age is that of the last *proof*, whatever came after it. A drill that failed after the proof makes its store ``failing``, however
young the proof is: the backups of today are not those that were proven. A drill that could not run says nothing about a backup; it is
told, and the proof grows old.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from recoverable.drill.durations import say_seconds
from recoverable.drill.reports.records import DrillHistory, DrillRecord
from recoverable.drill.settings import DrillStore
from recoverable.drill.verdict import Colour, DrillVerdict

NEVER_MINUTES = 10 * 365 * 24 * 60
"""Published for a store that was never proven: an alarm on an absence ends too soon, or (Google Cloud) never begins."""
SKEW = datetime.timedelta(minutes=5)
"""So far into the future a record may lie before it is no proof: clocks of two machines differ a little."""
DAY = 24 * 60


class Freshness(str, Enum):
    """``DUE`` is past the cadence and within the days of grace; only ``FRESH`` and ``DUE`` are no alarm.

    ``FAILING``: a drill failed after a proof that is young enough. Where the proof is too old, it is ``OVERDUE``, failed or not.
    """

    FRESH = "fresh"
    DUE = "due"
    FAILING = "failing"
    OVERDUE = "overdue"
    NEVER = "never proven"
    UNTRUSTED = "not trusted"


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """One store. ``proof`` is the drill that counts; ``age_minutes`` is None where there is none.

    ``newest`` is the last drill in the store's environment; ``failed`` the last that failed with no proof after it. ``why`` says
    what is wrong, where something is.
    """

    store: str
    environment: str
    freshness: Freshness
    cadence_days: int
    grace_days: int
    proof: DrillRecord | None
    age_minutes: float | None
    newest: DrillRecord | None
    failed: DrillRecord | None
    why: str = ""

    @property
    def alarming(self) -> bool:
        """Somebody must look: ``drill status`` exits with 1."""
        return self.freshness not in (Freshness.FRESH, Freshness.DUE)

    @property
    def overdue(self) -> bool:
        """There is no proof that is young enough and can be trusted."""
        return self.alarming and self.freshness is not Freshness.FAILING

    @property
    def published_minutes(self) -> int:
        """The value of the metric."""
        return NEVER_MINUTES if self.age_minutes is None else int(self.age_minutes)

    @property
    def amber(self) -> bool:
        """The proof has a reservation."""
        return self.proof is not None and self.proof.colour is Colour.AMBER

    @property
    def stalled(self) -> bool:
        """The last drill could not run, so that the proof is not that of the last drill."""
        return self.newest is not None and self.newest.verdict is DrillVerdict.COULD_NOT_RUN


def judge_stores(stores: Iterable[DrillStore], history: DrillHistory, now: datetime.datetime) -> list[StoreStatus]:
    """Every store of the settings, in their order."""
    return [judge_store(each, history, now) for each in stores]


def judge_store(store: DrillStore, history: DrillHistory, now: datetime.datetime) -> StoreStatus:
    """One store: the newest proof of a ledger whose chain is whole."""
    name, environment = store.store.name, store.store.environment
    cadence, grace = store.demands.restore_test_days.value, store.demands.restore_test_grace_days.value
    drills = history.of(name)
    here = [each for each in drills if each.environment == environment]
    proofs = [each for each in here if each.proven]
    believed = [each for each in proofs if each.ended and each.ended <= now + SKEW]
    proof = max(believed, key=lambda each: each.ended or now, default=None)
    failed = _failed_after(proof, here)

    def status(freshness: Freshness, proof: DrillRecord | None = None, age: float | None = None, why: str = "") -> StoreStatus:
        return StoreStatus(name, environment, freshness, cadence, grace, proof, age, here[-1] if here else None, failed, why)

    if history.faults:
        return status(Freshness.UNTRUSTED, why=f"the ledger is broken at {history.faults[0].place}: nothing in it proves anything")
    if proof is None or proof.ended is None:
        return status(Freshness.NEVER, why=_why_never(drills, proofs, environment))
    age = max(0.0, (now - proof.ended).total_seconds() / 60)
    doubt = "a later record lies in the future: its clock was wrong" if len(believed) < len(proofs) else ""
    if age > (cadence + grace) * DAY:
        return status(Freshness.OVERDUE, proof, age, doubt or f"more than {cadence} days and {grace} of grace")
    if failed:
        return status(Freshness.FAILING, proof, age, doubt)
    return status(Freshness.FRESH if age <= cadence * DAY else Freshness.DUE, proof, age, doubt)


def _failed_after(proof: DrillRecord | None, drills: Sequence[DrillRecord]) -> DrillRecord | None:
    """The last drill that failed and was not followed by a proof. One that does not say when it ended counts as after it."""
    after = [
        each
        for each in drills
        if each.verdict is DrillVerdict.FAILED and (proof is None or not (each.ended and proof.ended and each.ended <= proof.ended))
    ]
    return after[-1] if after else None


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

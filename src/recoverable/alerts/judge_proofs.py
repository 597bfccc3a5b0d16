"""Judges the drill ledger: is its chain whole, and how old is the last proven restore of each store?"""

from __future__ import annotations

import datetime

from recoverable.alerts.alert import Alert, Kind, key_of
from recoverable.alerts.judgement import LEDGER, PROOF, Judgement
from recoverable.drill.contract import TransientError
from recoverable.drill.ledger import Ledger, LedgerError
from recoverable.drill.proof_status import StoreStatus, judge_stores, say_age
from recoverable.drill.reports.records import DrillHistory, read_history
from recoverable.drill.settings import DrillSettings

_MEND = "Keep the ledger for whoever looks into it, and begin a new one with [drill] ledger."


def judge_proofs(settings: DrillSettings, ledger: Ledger, now: datetime.datetime, found: Judgement) -> None:
    """Judges every store of ``[drill.stores]``; without one, nothing is looked at."""
    if not settings.stores:
        return
    found.watched += len(settings.stores)
    broken = key_of(LEDGER, "broken", name=ledger.place)
    try:
        history = read_history(ledger)
    except LedgerError as error:
        found.problems.append(str(error))
        found.fires(
            Alert(broken, Kind.LEDGER_BROKEN, f"the drill ledger cannot be read: {error}", fix="Nothing is known of any restore test.")
        )
        found.cannot_tell_of([PROOF])
        return
    except TransientError as error:
        found.unreachable.append(str(error))
        found.cannot_tell_of([LEDGER, PROOF])
        return
    found.statuses = judge_stores(settings.stores.values(), history, now)
    found.decide(Alert(broken, Kind.LEDGER_BROKEN, _broken(history), fix=_MEND), wrong=bool(history.faults))
    for status in found.statuses:
        _judge_store(status, settings, found, trusted=not history.faults)


def _broken(history: DrillHistory) -> str:
    if not history.faults:
        return ""
    first, more = history.faults[0], len(history.faults) - 1
    others = f", and at {more} more places" if more > 1 else ", and at another place" if more else ""
    return f"the drill ledger {history.place} is broken at {first.place}: {first.what}{others}. Nothing in it proves a restore any more"


def _judge_store(status: StoreStatus, settings: DrillSettings, found: Judgement, *, trusted: bool) -> None:
    overdue, failed = (key_of(PROOF, what, status.environment, status.store) for what in ("overdue", "failed"))
    if not trusted:
        found.cannot_tell(overdue, failed)  # the broken ledger is one alert, not one more for every store
        return
    owner = settings.stores[status.store].demands.owner.value
    command = f"recoverable drill run {status.store}"
    found.decide(
        Alert(overdue, Kind.RESTORE_TEST_OVERDUE, _overdue(status), status.store, status.environment, owner, f"Run: {command}"),
        wrong=status.overdue,
    )
    if status.newest is None:
        found.cannot_tell(failed)
        return
    # One that failed counts until a later one proves a restore: not one whose clock was wrong, and not one that was only written later.
    worst = status.failed or status.newest
    said = worst.reason or worst.verdict.value
    found.decide(
        Alert(
            failed,
            Kind.RESTORE_TEST_FAILED,
            f"{'a' if status.failed and status.newest.proven else 'the newest'} drill proved nothing: {said}",
            status.store,
            status.environment,
            owner,
            f"Read: recoverable drill report {status.store}",
        ),
        wrong=status.failed is not None or not status.newest.proven,
    )


def _overdue(status: StoreStatus) -> str:
    if status.age_minutes is None:
        return f"no restore was ever proven: {status.why}" if status.why else "no restore was ever proven"
    return (
        f"the last proven restore is {say_age(status.age_minutes)} old; "
        f"the standard asks for one every {status.cadence_days} days, with {status.grace_days} of grace"
    )

"""The drill: plan, restore, verify, migrate, smoke, destroy, record. Whatever happens, what was made is taken away again and told."""

from __future__ import annotations

import datetime
import os
import traceback
from dataclasses import dataclass

from recoverable.drill.budgets import budgets
from recoverable.drill.contract import Leftover, OverBudgetError, Phase, RestoreFailedError, TransientError
from recoverable.drill.engine_record import record
from recoverable.drill.engine_work import PreflightFailedError, work
from recoverable.drill.evidence import Evidence, Record
from recoverable.drill.interrupts import AbandonedCleanUp, Interrupts
from recoverable.drill.journal import Journal, new_run_id
from recoverable.drill.ladder import place_of
from recoverable.drill.order import DrillParts, Order
from recoverable.drill.outcome import decide
from recoverable.drill.redaction import Redactor, secrets_in, secrets_of
from recoverable.drill.run import DrillRun
from recoverable.drill.sweep import COMMAND, sweep
from recoverable.drill.verdict import DrillVerdict
from recoverable.model.errors import InputError

SLACK = datetime.timedelta(hours=1)
"""How long after its last possible moment the reaper leaves a run's things alone."""


BROKEN = ("XX", "58", "57", "08")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a drill ended. ``record`` is the evidence as it was kept; the flags choose the exit code."""

    evidence: Evidence
    record: Record
    interrupted: bool = False
    unreachable: bool = False
    crashed: bool = False


def drill(order: Order, parts: DrillParts) -> Outcome:
    """Run one drill to its end.

    Raises:
        InputError: the store's settings or the target cannot be used; nothing is left behind then either.
    """
    clock = parts.clock
    redactor = Redactor()
    for secret in (*secrets_of(os.environ), *secrets_in(order.store.store.settings)):
        redactor.add(secret)
    own = budgets(order.store.rto, order.store.budgets)
    started = clock.now()
    expires = started + sum(own.values(), datetime.timedelta()) + order.hold_for + SLACK
    journal = Journal(order.state, new_run_id(started))
    with Interrupts() as interrupts:
        run = DrillRun(journal.run, expires, clock, journal, own, redactor, interrupts, lambda line: order.say(redactor.text(line)))
        evidence = _blank(order, run, started)
        stop: BaseException | None = None
        try:
            try:
                _begin(journal, order, started, expires)
                work(order, parts, run, evidence)
            except BaseException as error:
                stop = error
            finally:
                interrupts.defer()
        except BaseException as error:  # a first signal in the very moment before it is deferred
            stop = stop or error
        if evidence.complete and isinstance(stop, Exception):
            run.note(f"teardown did not end well ({place_of(stop)}); what is left is looked for now")
            stop = None
        run.close_phases()
        evidence.leftovers = _clean_up(run, parts, abandoned=isinstance(stop, AbandonedCleanUp))
        return _finish(order, parts, run, evidence, stop)


def _begin(journal: Journal, order: Order, now: datetime.datetime, expires: datetime.datetime) -> None:
    try:
        journal.begin(order.store.store.name, order.store.store.provider, now, expires)
    except (FileExistsError, TimeoutError):
        raise  # the id of the run is somebody else's already
    except OSError as error:  # no permission, below a file, a disk that is full or read-only
        raise InputError(
            f"the state folder cannot be written: {error.strerror}", str(order.state), "Choose another with --state-dir."
        ) from None


def _blank(order: Order, run: DrillRun, started: datetime.datetime) -> Evidence:
    store = order.store
    evidence = Evidence(
        run.id, store.store.name, store.store.environment, store.store.provider, str(order.target), order.depth.value, started
    )
    evidence.address = store.address
    evidence.rpo_demanded_seconds = store.rpo.total_seconds() if store.rpo else None
    evidence.rto_demanded_seconds = store.rto.total_seconds() if store.rto else None
    return evidence


def _clean_up(run: DrillRun, parts: DrillParts, *, abandoned: bool) -> list[Leftover]:
    """Take away whatever the provider's own teardown left, and forget the run where nothing is left."""
    journal = run.journal
    try:
        if abandoned:
            raise AbandonedCleanUp
        left = sweep(journal, parts.provider, run.clock, run.interrupts.watch)
    except AbandonedCleanUp:
        left = [Leftover(each.resource, "the clean-up was interrupted", COMMAND) for each in journal.open_intents()]
    for each in left:
        run.say(f"left over  {each.resource.kind} {each.resource.name}: {each.reason}. Remove it with: {each.command}")
    if left:
        journal.release()
    elif journal.folder.exists():
        journal.remove()
    return left


def _finish(order: Order, parts: DrillParts, run: DrillRun, evidence: Evidence, stop: BaseException | None) -> Outcome:
    if isinstance(stop, InputError) and not evidence.leftovers:
        raise stop
    stopped_by, failed = _reason(stop, run)
    expected = (InputError, OverBudgetError, RestoreFailedError, TransientError, PreflightFailedError)
    if isinstance(stop, Exception) and not isinstance(stop, expected) and not failed:
        evidence.crashes.append(stopped_by)
        if os.environ.get("RECOVERABLE_TRACEBACK"):
            run.say("".join(traceback.format_exception(stop)))
    evidence.ended = run.clock.now()
    evidence.phases = [each for each in run.phases if each.phase is not Phase.RECORD]
    evidence.crashes += [f"{each.name} crashed ({each.crashed})" for each in evidence.rungs if each.crashed]
    decide(evidence, stopped_by, failed=failed)
    kept = record(order, parts, run, evidence)
    return Outcome(
        evidence,
        kept,
        interrupted=isinstance(stop, (KeyboardInterrupt, SystemExit)),
        unreachable=isinstance(stop, TransientError),
        crashed=bool(evidence.crashes),
    )


def _reason(stop: BaseException | None, run: DrillRun) -> tuple[str, bool]:
    """Why the drill did not come to its end, and whether that speaks against the restore."""
    if stop is None or isinstance(stop, PreflightFailedError):
        return "", False
    last = _where(run)
    if isinstance(stop, OverBudgetError):
        over = next((each for each in run.phases if each.outcome == "over budget"), None)
        return f"{over.phase.value if over else last} was over its budget: {stop}", True
    if isinstance(stop, RestoreFailedError):
        return str(stop), True
    if isinstance(stop, InputError):
        return str(stop), False
    if isinstance(stop, TransientError):
        return f"nobody answered: {stop}", False
    if isinstance(stop, (KeyboardInterrupt, SystemExit)):
        return f"interrupted in {last}", False
    if is_broken_server(stop):
        return f"the restored database is broken: it answered with {place_of(stop)} after {last}", True
    return f"internal error in {last}: {place_of(stop)}", False


def _where(run: DrillRun) -> str:
    """The phase that ended badly, else the last one before teardown."""
    before = [each for each in run.phases if each.phase is not Phase.DESTROY]
    bad = next((each for each in before if each.outcome not in ("done", "running")), None)
    found = bad or (before[-1] if before else None)
    return found.phase.value if found else "the beginning"


def is_broken_server(error: BaseException) -> bool:
    """Whether PostgreSQL itself says that its data or its machine is broken (SQLSTATE classes XX, 58, 57 and 08), or hangs up."""
    code = getattr(error, "sqlstate", "")
    hung_up = code is None and type(error).__name__ == "OperationalError"
    return hung_up or (isinstance(code, str) and code[:2] in BROKEN)


def is_verified(outcome: Outcome) -> bool:
    """Whether the drill proved what it was asked to prove."""
    return outcome.evidence.verdict is DrillVerdict.VERIFIED

"""The part of a drill that can fail: from preflight to the smoke suite, while the copy stands."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from recoverable.drill import retention
from recoverable.drill.connection import Secret
from recoverable.drill.contract import (
    Check,
    OverBudgetError,
    Phase,
    Provider,
    Restored,
    RestoreFailedError,
    RestoreWindow,
    Run,
    TransientError,
)
from recoverable.drill.control_run import crashed, run_control
from recoverable.drill.evidence import ControlRecord, Evidence, reached_by
from recoverable.drill.hooks import Copy, Migrations, Smoke
from recoverable.drill.ladder import Ladder, NotCovered, RungRecord, choose, excused, of_check, place_of
from recoverable.drill.ledger import LedgerError
from recoverable.drill.order import DrillParts, Order
from recoverable.drill.run import DrillRun
from recoverable.drill.rung import LadderContext, Need
from recoverable.drill.stages import climb_stage
from recoverable.drill.subject import Subject
from recoverable.drill.target import RecoveryTarget, TargetKind
from recoverable.drill.verdict import RungVerdict
from recoverable.model.errors import InputError

FIGURES = {
    "lsn": ("reached_lsn", "lsn"),
    "time": ("reached_time", "last_commit"),
    "timeline": ("timeline",),
    "system_identifier": ("system_identifier",),
}
"""Where the evidence finds what was reached: the figures under which rungs tell it."""
RPO_FIGURE = "rpo_seconds"


class PreflightFailedError(Exception):
    """Preflight says that the restore cannot succeed; nothing was made, and the checks are in the evidence."""


def work(order: Order, parts: DrillParts, run: DrillRun, evidence: Evidence) -> None:
    """Everything between the first line of the journal and the sweep. Fills in the evidence as far as it comes."""
    began = run.clock.monotonic()
    store = order.store.store
    with run.phase(Phase.PREFLIGHT):
        _preflight(order, parts, run, evidence)
    disaster = order.target.time or evidence.started
    baseline = parts.baselines.load(store)
    with parts.provider.restored(store, order.target, run) as restored:
        _conceal(restored, run)
        with run.limited(Phase.RESTORE):
            first_read(parts, restored)
        evidence.rto_first_query_seconds = run.clock.monotonic() - began
        evidence.backup_id = restored.backup_id
        evidence.versions.update(restored.versions)
        evidence.reservations.extend(restored.reservations)
        _keep(evidence, run, [of_check(each, Phase.RESTORE.value) for each in restored.checks])
        context = LadderContext(store, restored, run.clock, disaster, baseline, order.store.expectations, order.target, order.store.demands)
        _verify(order, parts, run, evidence, context, began)
        copy = Copy(store, restored, run)
        _after(Phase.MIGRATE, "migrations", order.store.migrations, copy, evidence)
        if order.store.migrations:
            evidence.versions.update(order.store.migrations.versions())
        _after(Phase.SMOKE, "smoke", order.store.smoke, copy, evidence)
        if order.hold and not evidence.failed() and not evidence.unproven():
            ending = run.interrupts.ending_only  # twice: a signal may come while the phase is entered
            with ending(), run.phase(Phase.HOLD), ending():
                order.hold(copy)
        evidence.complete = True


def _preflight(order: Order, parts: DrillParts, run: DrillRun, evidence: Evidence) -> None:
    provider, store, target = parts.provider, order.store.store, order.target
    refuse_unknown_target(provider, target)
    window = provider.window(store)
    evidence.backup_id = window.backup_id
    _keep(evidence, run, [of_check(check_window(window, target, provider.capabilities.granularity), Phase.PREFLIGHT.value)])
    if not evidence.failed():
        _checks(provider.preflight(store, target, run), Phase.PREFLIGHT, run, evidence)
    if evidence.failed():
        raise PreflightFailedError
    _retention(order, parts, window, run, evidence)


def refuse_unknown_target(provider: Provider, target: RecoveryTarget) -> None:
    """Raise where the provider cannot restore to this kind of target.

    Raises:
        InputError: it cannot; the kinds that it can are named.
    """
    if target.kind not in provider.capabilities.targets:
        known = ", ".join(sorted(kind.value for kind in provider.capabilities.targets))
        raise InputError(f"the provider {provider.name} cannot restore to {target.kind.value}", "--to", f"It takes: {known}.")


def _retention(order: Order, parts: DrillParts, window: RestoreWindow, run: DrillRun, evidence: Evidence) -> None:
    """Backups that are gone do not keep the others from being restored: the drill goes on, and has failed."""
    store = order.store.store
    if window.earliest == window.latest:
        reason = "the backup is a single moment, of which nothing reaches back"
    elif parts.provider.capabilities.subject is Subject.SECRET:
        reason = "a secret that is added moves the beginning; the versions of each secret are looked at by the ladder"
    elif retention.NAME in (order.store.expectations.get("rungs_left_out") or ()):
        evidence.not_covered.append(NotCovered(retention.NAME, f"left out by the settings of {store.name}", reserved=True))
        return
    else:
        try:
            before = retention.earliest_before(parts.ledger.entries(), store)
        except (LedgerError, TransientError):
            before, reason = None, "the ledger cannot be read"
        else:
            reason = "no verified drill before says from when on could be restored"
        if before is not None:
            check = retention.check_retention(window, before, run.clock.now(), order.store.demands.pitr_window_days.value)
            _keep(evidence, run, [of_check(check, Phase.PREFLIGHT.value)])
            return
    evidence.not_covered.append(NotCovered(retention.NAME, reason))


def check_window(window: RestoreWindow, target: RecoveryTarget, granularity: datetime.timedelta) -> Check:
    """Whether there is a backup at all, and whether the target lies where it can be restored to."""
    name = "restore-window"
    if window.empty or window.earliest is None or window.latest is None:
        return Check(name, RungVerdict.FAIL, "there is no backup: nothing can be restored")
    span = f"{window.earliest.isoformat(timespec='milliseconds')} to {window.latest.isoformat(timespec='milliseconds')}"
    if target.kind is TargetKind.TIME and target.time is not None:
        if target.time < window.earliest:
            return Check(name, RungVerdict.FAIL, f"{target.time.isoformat()} is before what can be restored ({span})")
        if target.time > window.latest + granularity:
            return Check(name, RungVerdict.FAIL, f"{target.time.isoformat()} is after what can be restored ({span})")
    return Check(
        name, RungVerdict.PASS, f"{span} can be restored", {"earliest": window.earliest.isoformat(), "latest": window.latest.isoformat()}
    )


def _verify(order: Order, parts: DrillParts, run: DrillRun, evidence: Evidence, context: LadderContext, began: float) -> None:
    have = {
        Need.BASELINE: "" if context.baseline is not None else _no_baseline(parts.provider),
        Need.HEARTBEAT: ""
        if context.settings.get("heartbeat") or context.store.settings.get("heartbeat")
        else "no heartbeat is set up for this store",
    }
    ladder = excused(choose(parts.rungs, order.depth, parts.provider.capabilities, have), context)
    evidence.not_covered += ladder.not_covered
    baseline: Mapping[str, Any] | None = None
    with run.phase(Phase.VERIFY):
        found = climb_stage(ladder.rungs, context, run.check_budget)
        _keep(evidence, run, found)
        evidence.reached = reached_by(found, FIGURES)
        evidence.rpo_seconds = _rpo(found, evidence)
        if not evidence.failed():
            evidence.verified_seconds = run.clock.monotonic() - began
            baseline = _captured(parts, context, evidence)
    evidence.control = _control(order, parts, run, evidence, context, ladder)
    evidence.baseline = baseline


def _no_baseline(provider: Provider) -> str:
    command = ", and so does `recoverable drill baseline`" if provider.capabilities.subject.has_server else ""
    return f"there is no baseline yet; a verified drill writes one{command}"


def _rpo(found: Iterable[RungRecord], evidence: Evidence) -> float | None:
    for each in found:
        value = each.figures.get(RPO_FIGURE)
        if value is None or isinstance(value, bool):
            continue
        if isinstance(value, (int, float)) and math.isfinite(value):
            return max(0.0, float(value))
        evidence.crashes.append(f"{each.name} gave an RPO that is no number")
    return None


def _captured(parts: DrillParts, context: LadderContext, evidence: Evidence) -> Mapping[str, Any] | None:
    try:
        return parts.baselines.capture(context)
    except OverBudgetError:
        raise
    except Exception as error:
        evidence.crashes.append(f"the baseline could not be captured ({place_of(error)})")
        return None


def _control(order: Order, parts: DrillParts, run: DrillRun, evidence: Evidence, context: LadderContext, ladder: Ladder) -> ControlRecord:
    if not order.with_control:
        return ControlRecord("off", detail="--no-negative-control")
    if evidence.failed():
        return ControlRecord("could not run", detail="the intact copy failed already")
    with run.phase(Phase.CONTROL):
        since = run.clock.monotonic()
        try:
            position = sum(1 for each in parts.ledger.entries() if each.data and each.data.get("store") == order.store.store.name)
            found = run_control(parts.control, context, ladder.rungs, evidence.rungs, position, run.check_budget)
        except OverBudgetError:
            raise
        except Exception as error:
            found = crashed(error)
            evidence.crashes.append(f"the negative control crashed ({place_of(error)})")
        run.note(f"negative control {found.kind or ''}: {found.outcome}{f', caught by {found.caught_by}' if found.caught_by else ''}")
        return replace(found, seconds=run.clock.monotonic() - since)


def _after(phase: Phase, name: str, part: Migrations | Smoke | None, copy: Copy, evidence: Evidence) -> None:
    """Migrations or smoke suite: asked for where they are set up, and where what was restored deserves it."""
    if part is None:
        evidence.not_covered.append(NotCovered(name, f"none is set up in [drill.stores.{copy.store.name}.{name}]"))
    elif evidence.failed():
        evidence.not_covered.append(NotCovered(name, "not run: the restored copy failed before"))
    else:
        run = copy.run
        with run.phase(phase):
            _checks(part.check(copy), phase, run, evidence)


def _checks(checks: Iterable[Check], phase: Phase, run: Run, evidence: Evidence) -> None:
    """Take checks one by one; a part that crashes could not run from there on."""
    since = run.clock.monotonic()
    try:
        for check in checks:
            now = run.clock.monotonic()
            _keep(evidence, run, [of_check(check, phase.value, max(0.0, now - since))])
            since = now
            run.check_budget()
    except Exception as error:
        if phase is Phase.PREFLIGHT or isinstance(error, (OverBudgetError, RestoreFailedError, TransientError, InputError)):
            raise
        place = place_of(error)
        _keep(
            evidence,
            run,
            [RungRecord(phase.value, RungVerdict.COULD_NOT_RUN, f"it crashed ({place}); this is a bug", phase.value, crashed=place)],
        )


def _keep(evidence: Evidence, run: Any, records: Iterable[RungRecord]) -> None:
    for each in records:
        evidence.rungs.append(each)
        run.note(f"{each.verdict.value:<13} {each.name}: {each.detail}")


def first_read(parts: DrillParts, restored: Restored) -> None:
    """Read one thing of what was restored: by a query where there is a server, else by itself.

    Raises:
        RestoreFailedError: it cannot be read, or there is nothing to read it from.
    """
    if parts.provider.capabilities.subject.has_server:
        parts.first_query(restored.connection)
    elif restored.contents is None:
        raise RestoreFailedError("the provider handed out nothing that could be read")
    else:
        restored.contents.first_read()


def _conceal(restored: Restored, run: DrillRun) -> None:
    if restored.server is None:
        return
    run.conceal(restored.connection.password)
    if restored.connection.password:
        run.conceal(restored.connection.url())
    for name, value in restored.connection.options:
        if "password" in name or name == "passfile":
            run.conceal(Secret(value))

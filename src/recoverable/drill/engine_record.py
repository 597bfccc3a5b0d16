"""The last phase of a drill: the evidence is chained into the ledger, written where it was asked for, and the baseline kept."""

from __future__ import annotations

import json

from recoverable.drill.contract import Phase, TransientError
from recoverable.drill.durable import replace_file
from recoverable.drill.evidence import GENESIS, Evidence, Record, canonical
from recoverable.drill.ladder import place_of
from recoverable.drill.ledger import LedgerError
from recoverable.drill.order import DrillParts, Order
from recoverable.drill.outcome import downgrade
from recoverable.drill.run import DrillRun
from recoverable.drill.verdict import DrillVerdict

READABLE = 0o644
"""Evidence is there to be shown."""


def record(order: Order, parts: DrillParts, run: DrillRun, evidence: Evidence) -> Record:
    """The record as it was kept. A drill whose evidence could not be kept is not verified."""
    run.interrupts.watch(order_seconds(run))
    try:
        kept = _chain(parts, run, evidence)
    finally:
        run.interrupts.watch(0)
    if order.evidence_file:
        _write(order, run, evidence, kept)
    if evidence.verdict is DrillVerdict.VERIFIED and evidence.baseline is not None:
        _save_baseline(order, parts, run, evidence)
    return kept


def order_seconds(run: DrillRun) -> float:
    """How long writing the record may take."""
    budget = run.budgets.get(Phase.RECORD)
    return budget.total_seconds() if budget else 0.0


def _chain(parts: DrillParts, run: DrillRun, evidence: Evidence) -> Record:
    try:
        kept = parts.ledger.append(run.redactor.data(evidence.as_record()))
    except (LedgerError, TransientError) as error:
        why = f"the evidence could not be kept: {error}"
    except Exception as error:
        why = f"the evidence could not be kept: {place_of(error)}"
        evidence.crashes.append(why)
    else:
        run.say(f"record     {kept['sequence']} in {parts.ledger.place}, hash {kept['hash']}")
        return kept
    downgrade(evidence, why)
    run.say(f"record     {why}")
    unchained: Record = {**run.redactor.data(evidence.as_record()), "sequence": None, "previous_hash": GENESIS}
    canonical(unchained)
    return unchained


def _write(order: Order, run: DrillRun, evidence: Evidence, kept: Record) -> None:
    path = order.evidence_file
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, canonical_text(kept), READABLE)
    except OSError as error:
        evidence.crashes.append(f"{path} could not be written: {error.strerror}")
        run.say(f"evidence   {evidence.crashes[-1]}")
    else:
        run.say(f"evidence   {path}")


def canonical_text(kept: Record) -> str:
    """A record for people: the same data, indented. Its hash is over the canonical form, which this can be turned into."""
    return json.dumps(kept, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def _save_baseline(order: Order, parts: DrillParts, run: DrillRun, evidence: Evidence) -> None:
    try:
        parts.baselines.save(order.store.store, evidence.baseline or {})
    except OSError as error:
        run.say(f"baseline   could not be kept: {error.strerror}")

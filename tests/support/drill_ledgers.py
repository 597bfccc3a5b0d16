"""Ledgers with drills that never ran, for reports and status: records as the engine writes them, chained by the real ledger."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from recoverable.drill.contract import Leftover, Phase, Resource
from recoverable.drill.evidence import ControlRecord, Evidence
from recoverable.drill.ladder import NotCovered, RungRecord
from recoverable.drill.ledger_file import FileLedger
from recoverable.drill.run import PhaseRecord
from recoverable.drill.verdict import Colour, DrillVerdict, RungVerdict

NOW = datetime.datetime(2026, 12, 1, 12, 0, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
PHASES = (
    (Phase.PREFLIGHT, 0.4),
    (Phase.PROVISION, 1.2),
    (Phase.RESTORE, 6.5),
    (Phase.VERIFY, 5.1),
    (Phase.MIGRATE, 3.9),
    (Phase.SMOKE, 2.2),
    (Phase.DESTROY, 0.9),
)
WHO = {"user": "ci", "host": "runner-1", "system": "Linux"}
VERSIONS = {"recoverable": "0.1.0", "python": "3.11.2", "postgresql": "18.6"}


def phases(started: datetime.datetime, failed: str = "", slow: float = 1.0) -> list[PhaseRecord]:
    """One after the other, up to the one that failed and the teardown."""
    found, at = [], started
    for phase, seconds in PHASES:
        outcome = "failed" if phase.value == failed else "done"
        found.append(PhaseRecord(phase, at, 600.0, seconds * slow, outcome))
        at += datetime.timedelta(seconds=seconds * slow)
    return found


def rungs(*bad: RungRecord) -> list[RungRecord]:
    """Some that pass, and what does not."""
    good = [
        RungRecord("restore-window", RungVerdict.PASS, "2026-11-01 to 2026-12-01 can be restored", "preflight", 0.1),
        RungRecord("target-reached", RungVerdict.PASS, "recovery ended at 0/3000148, as asked", "running", 0.2),
        RungRecord("heap-and-index-counts", RungVerdict.PASS, "12 indexes count what their heaps hold", "running", 3.1),
        RungRecord("migrations-history", RungVerdict.PASS, "3 of 3 applied; contents compared", "migrate", 1.0),
        RungRecord("smoke-recent-orders", RungVerdict.PASS, "20 rows as expected in 0.02 s", "smoke", 0.1),
    ]
    return [*good, *bad]


def drill(store: str = "orders", ended: datetime.datetime = NOW - DAY * 3, **more: Any) -> Evidence:
    """A verified drill; ``more`` are fields of the evidence that differ."""
    started = ended - datetime.timedelta(seconds=21)
    usual = Evidence(
        run=f"{store}-{ended:%Y%m%d%H%M}",
        store=store,
        environment="prod",
        provider="local",
        target="latest",
        depth="standard",
        started=started,
        ended=ended,
        verdict=DrillVerdict.VERIFIED,
        colour=Colour.GREEN,
        backup_id="20261128-020000F",
        reached={"lsn": "0/3000148", "timeline": 2, "system_identifier": "7429384723984"},
        rpo_seconds=12.5,
        rpo_demanded_seconds=900.0,
        rto_first_query_seconds=8.1,
        rto_demanded_seconds=7200.0,
        verified_seconds=13.2,
        phases=phases(started),
        rungs=rungs(),
        not_covered=[NotCovered("content-hashes", "only at depth deep")],
        control=ControlRecord("red", "page-zeroed", 7, "heap-and-index-counts", "", 4.2),
    )
    return replace(usual, **more)


def failed_drill(store: str = "orders", ended: datetime.datetime = NOW - DAY) -> Evidence:
    """One that found damage and left something behind."""
    bad = (
        RungRecord("heap-and-index-counts", RungVerdict.FAIL, "orders_pkey counts 7000000, its heap holds 6999939", "running", 3.1),
        RungRecord("content-hashes", RungVerdict.COULD_NOT_RUN, "there is no baseline yet", "running", 0.0),
    )
    resource = Resource("local", "folder", "recoverable-orders-1", "orders-1", ended + DAY)
    return drill(
        store,
        ended,
        verdict=DrillVerdict.FAILED,
        colour=Colour.RED,
        reason="heap-and-index-counts failed",
        rpo_seconds=None,
        verified_seconds=None,
        rungs=rungs(*bad),
        phases=phases(ended - datetime.timedelta(seconds=21), "verify"),
        control=ControlRecord("could not run", detail="the intact copy failed already"),
        leftovers=[Leftover(resource, "permission denied", "rm -r drills/recoverable-orders-1")],
    )


def amber_drill(store: str = "orders", ended: datetime.datetime = NOW - DAY * 2) -> Evidence:
    """Verified, without a negative control."""
    return drill(
        store,
        ended,
        colour=Colour.AMBER,
        reservations=["no negative control (--no-negative-control)"],
        control=ControlRecord("off", detail="--no-negative-control"),
    )


def ledger(path: Path, drills: Sequence[Evidence]) -> FileLedger:
    """The drills in a chain, said to be of one machine so that the bytes are always the same."""
    made = FileLedger(path)
    for each in drills:
        made.append({**each.as_record(), "who": WHO, "versions": VERSIONS})
    return made

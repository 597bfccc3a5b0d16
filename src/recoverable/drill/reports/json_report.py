"""The drill report for programs: the status of the stores and every record as it stands in the ledger."""

from __future__ import annotations

import json
from typing import Any

from recoverable.drill.proof_status import StoreStatus
from recoverable.drill.reports.overview import Overview, place_of
from recoverable.drill.reports.records import DrillHistory
from recoverable.report.words import clean_json

SCHEMA = 1


def render(over: Overview) -> str:
    """The whole document."""
    data = {
        "schema": SCHEMA,
        "tool": f"recoverable {over.tool_version}".strip(),
        "as_of": over.now.isoformat(timespec="seconds"),
        **ledger_data(over.history),
        "stores": [
            {
                "store": each.name,
                "status": status_data(each.status) if each.status else None,
                "drills": [drill.data for drill in each.drills],
            }
            for each in over.stores
        ],
    }
    return clean_json(json.dumps(data, indent=2, ensure_ascii=False)) + "\n"


def ledger_data(history: DrillHistory) -> dict[str, Any]:
    """Where the records are, how many, and where their chain is broken."""
    faults = [{"place": each.place, "what": each.what} for each in history.faults]
    return {"ledger": place_of(history), "records": len(history.records), "faults": faults}


def status_data(status: StoreStatus) -> dict[str, Any]:
    """One store's age against its cadence."""
    return {
        "store": status.store,
        "environment": status.environment,
        "status": status.freshness.value,
        "overdue": status.overdue,
        "age_minutes": None if status.age_minutes is None else round(status.age_minutes, 1),
        "cadence_days": status.cadence_days,
        "grace_days": status.grace_days,
        "proof": status.proof.hash if status.proof else None,
        "colour": status.proof.colour.value if status.proof else None,
        "failing": status.failed is not None,
        "failed": status.failed.hash if status.failed else None,
        "stalled": status.stalled,
        "why": status.why,
    }

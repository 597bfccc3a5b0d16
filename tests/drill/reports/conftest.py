"""Ledgers of a year, of one day, broken and hostile, and the overview that every format renders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from recoverable.drill.contract import Store
from recoverable.drill.evidence import Evidence
from recoverable.drill.proof_status import judge_stores
from recoverable.drill.reports.overview import Overview, overview
from recoverable.drill.reports.records import read_history
from recoverable.drill.rung import Depth
from recoverable.drill.settings import DrillStore
from recoverable.standard.load import built_in
from tests.support.drill_ledgers import DAY, NOW, amber_drill, drill, failed_drill, ledger

Overviews = Callable[..., Overview]
HOSTILE = "<script>alert(1)</script>\x1b[31m \u202e @team ](http://evil.example) ::error:: | `x`"


def store(name: str, environment: str = "prod") -> DrillStore:
    """A store of the built-in standard."""
    demands = built_in().demands(environment=environment, environment_source="test", kind="", address=name, tags={})
    return DrillStore(Store(name, environment, "local", {}), demands, Depth.STANDARD, {}, {}, None, None, "recoverable.toml:1")


@pytest.fixture(name="overviews")
def overviews_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Overviews:
    """Makes an overview of drills, with stores of recoverable.toml."""
    monkeypatch.chdir(tmp_path)

    def make(drills: Sequence[Evidence], *stores: str, spoil: Callable[[Path], None] | None = None) -> Overview:
        path = tmp_path / "ledger.jsonl"
        made = ledger(path, drills)
        if spoil:
            spoil(path)
        history = read_history(made)
        return overview(history, judge_stores([store(name) for name in stores], history, NOW), NOW, "0.1.0")

    return make


@pytest.fixture(name="year")
def year_fixture(overviews: Overviews) -> Overview:
    """Monthly drills of two stores, one of which has just failed; a third was never drilled."""
    drills = [
        drill(
            "orders", NOW - DAY * 30 * month, rpo_seconds=None if month == 5 else 10 + month * 3.3, rto_first_query_seconds=14.0 - month / 2
        )
        for month in range(11, 0, -1)
    ]
    drills += [
        drill("billing", NOW - DAY * 70),
        amber_drill("billing", NOW - DAY * 3),
        drill("orders", NOW - DAY * 3),
        failed_drill("orders"),
    ]
    return overviews(sorted(drills, key=lambda each: each.ended or NOW), "orders", "billing", "never-drilled")


@pytest.fixture(name="hostile")
def hostile_fixture(overviews: Overviews) -> Overview:
    """Whatever a record may hold, somebody has put something evil there."""
    bad = failed_drill(HOSTILE)
    bad.reason, bad.backup_id, bad.target = HOSTILE, HOSTILE, HOSTILE
    bad.reservations = [HOSTILE]
    bad.rungs = [replace(each, detail=HOSTILE) for each in bad.rungs]
    return overviews([bad, bad], HOSTILE)

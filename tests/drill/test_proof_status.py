"""How old a proof is, and what is none."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from recoverable.drill.evidence import Evidence
from recoverable.drill.proof_status import NEVER_MINUTES, Freshness, StoreStatus, judge_store, say_age
from recoverable.drill.reports.records import read_history
from recoverable.drill.verdict import Colour, DrillVerdict
from tests.drill.reports.conftest import store
from tests.support.drill_ledgers import DAY, NOW, amber_drill, drill, failed_drill, ledger


def status(tmp_path: Path, *drills: Evidence, environment: str = "prod") -> StoreStatus:
    """Of the store orders, now."""
    return judge_store(store("orders", environment), read_history(ledger(tmp_path / "ledger.jsonl", drills)), NOW)


@pytest.mark.parametrize(
    ("days", "freshness"),
    [
        (0, Freshness.FRESH),
        (31, Freshness.FRESH),
        (31.01, Freshness.DUE),
        (38, Freshness.DUE),
        (38.01, Freshness.OVERDUE),
        (4000, Freshness.OVERDUE),
    ],
)
def test_age_is_held_against_cadence_and_grace(tmp_path: Path, days: float, freshness: Freshness) -> None:
    """31 days and 7 of grace are the standard's in prod."""
    found = status(tmp_path, drill(ended=NOW - DAY * days))

    assert found.freshness is freshness
    assert found.overdue is (freshness is Freshness.OVERDUE)
    assert found.published_minutes == int(days * 24 * 60)


def test_what_was_never_drilled_is_overdue_and_published_as_ten_years(tmp_path: Path) -> None:
    found = status(tmp_path, drill("billing"))

    assert (found.freshness, found.overdue, found.published_minutes) == (Freshness.NEVER, True, NEVER_MINUTES)
    assert found.why == "no drill of it is in the ledger"


def test_a_failed_drill_is_no_proof_and_is_mentioned(tmp_path: Path) -> None:
    only = status(tmp_path, failed_drill())

    assert only.freshness is Freshness.NEVER
    assert "heap-and-index-counts failed" in only.why


COULD_NOT_RUN: dict[str, Any] = {"verdict": DrillVerdict.COULD_NOT_RUN, "colour": Colour.RED, "reason": "interrupted in verify"}


def test_a_failure_after_a_young_proof_is_failing_and_the_age_stays_that_of_the_proof(tmp_path: Path) -> None:
    found = status(tmp_path, drill(ended=NOW - DAY * 9), failed_drill())

    assert (found.freshness, found.alarming, found.overdue) == (Freshness.FAILING, True, False)
    assert found.published_minutes == 9 * 24 * 60
    assert found.failed is not None
    assert found.failed.reason == "heap-and-index-counts failed"


def test_a_failure_is_not_forgotten_because_the_next_drill_could_not_run(tmp_path: Path) -> None:
    found = status(tmp_path, drill(ended=NOW - DAY * 9), failed_drill(), drill(ended=NOW, **COULD_NOT_RUN))

    assert (found.freshness, found.stalled) == (Freshness.FAILING, True)


def test_a_proof_after_a_failure_ends_it(tmp_path: Path) -> None:
    found = status(tmp_path, failed_drill(ended=NOW - DAY * 2), drill(ended=NOW - DAY))

    assert (found.freshness, found.failed) == (Freshness.FRESH, None)


def test_a_failure_without_an_end_counts_as_after_the_proof(tmp_path: Path) -> None:
    found = status(tmp_path, drill(ended=NOW - DAY), replace(failed_drill(), ended=None))

    assert found.freshness is Freshness.FAILING


def test_a_failure_beside_a_proof_that_is_too_old_is_overdue(tmp_path: Path) -> None:
    found = status(tmp_path, drill(ended=NOW - DAY * 50), failed_drill())

    assert (found.freshness, found.overdue, found.failed is not None) == (Freshness.OVERDUE, True, True)


def test_a_drill_that_could_not_run_says_nothing_against_the_proof(tmp_path: Path) -> None:
    found = status(tmp_path, drill(ended=NOW - DAY * 9), drill(ended=NOW, **COULD_NOT_RUN))

    assert (found.freshness, found.alarming, found.stalled, found.failed) == (Freshness.FRESH, False, True, None)


def test_a_failure_in_another_environment_is_that_environments(tmp_path: Path) -> None:
    elsewhere = replace(failed_drill(), environment="staging")

    assert status(tmp_path, drill(), elsewhere).freshness is Freshness.FRESH
    assert status(tmp_path / "second", drill(), elsewhere, environment="staging").freshness is Freshness.NEVER


@pytest.mark.parametrize(
    "more",
    [{"colour": Colour.RED}, {"verdict": DrillVerdict.COULD_NOT_RUN}, {"ended": None}, {"environment": "staging"}],
)
def test_what_only_looks_like_a_proof_is_none(tmp_path: Path, more: dict[str, Any]) -> None:
    assert status(tmp_path, replace(drill(), **more)).freshness is Freshness.NEVER


def test_a_proof_with_a_reservation_counts_and_says_so(tmp_path: Path) -> None:
    found = status(tmp_path, amber_drill())

    assert (found.freshness, found.amber) == (Freshness.FRESH, True)


def test_the_newest_proof_counts_whatever_the_order(tmp_path: Path) -> None:
    found = status(tmp_path, drill(ended=NOW - DAY), drill(ended=NOW - DAY * 60))

    assert found.published_minutes == 24 * 60


def test_a_record_of_the_future_is_no_proof(tmp_path: Path) -> None:
    ahead = drill(ended=NOW + DAY)
    alone = status(tmp_path, ahead)
    beside = status(tmp_path / "second", drill(ended=NOW - DAY * 50), ahead)

    assert (alone.freshness, alone.why) == (Freshness.NEVER, "its only proofs lie in the future: a clock was wrong")
    assert beside.freshness is Freshness.OVERDUE
    assert "in the future" in beside.why


def test_clocks_may_differ_by_a_little(tmp_path: Path) -> None:
    found = status(tmp_path, drill(ended=NOW + datetime.timedelta(minutes=4)))

    assert (found.freshness, found.age_minutes) == (Freshness.FRESH, 0.0)


@pytest.mark.parametrize("spoiled", ["edited", "removed", "cut off", "no json"])
def test_a_broken_chain_proves_nothing_for_any_store(tmp_path: Path, spoiled: str) -> None:
    path = tmp_path / "ledger.jsonl"
    made = ledger(path, [drill("billing"), drill("billing", NOW - DAY), drill()])
    first, second, third = path.read_text().splitlines(keepends=True)
    path.write_text(
        {
            "edited": first.replace("12.5", "11.5") + second + third,
            "removed": first + third,
            "cut off": first + second,
            "no json": first + "x\n" + third,
        }[spoiled]
    )

    found = judge_store(store("orders"), read_history(made), NOW)

    assert (found.freshness, found.overdue, found.published_minutes) == (Freshness.UNTRUSTED, True, NEVER_MINUTES)
    assert "the ledger is broken" in found.why


@pytest.mark.parametrize(("minutes", "said"), [(None, "never"), (0.5, "30 s"), (90, "90 min"), (3 * 24 * 60, "3 days")])
def test_ages_are_said_for_people(minutes: float | None, said: str) -> None:
    assert say_age(minutes) == said

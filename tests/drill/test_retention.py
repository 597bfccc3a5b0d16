"""What an earlier drill could have restored must still be there, as far back as the standard demands; a new store is expected nothing of."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from recoverable.drill.contract import RestoreWindow, Store
from recoverable.drill.ledger import Entry
from recoverable.drill.retention import NAME, check_retention, earliest_before
from recoverable.drill.verdict import DrillVerdict, RungVerdict
from tests.drill.harness import Harness

NOW = datetime.datetime(2026, 12, 1, 12, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
STORE = Store("orders", "prod", "fake", {})


def judged(earliest: datetime.timedelta, before: datetime.timedelta, days: int = 7) -> RungVerdict:
    """Both said as how long ago."""
    return check_retention(RestoreWindow(NOW - earliest, NOW), NOW - before, NOW, days).verdict


@pytest.mark.parametrize(
    ("earliest", "before", "passed"),
    [
        (DAY * 30, DAY * 30, True),
        (DAY * 7, DAY * 30, True),
        (DAY * 6.1, DAY * 30, True),
        (DAY * 5.9, DAY * 30, False),
        (DAY * 0, DAY * 30, False),
        (DAY * 2, DAY * 2, True),
        (DAY * 2, DAY * 2 + datetime.timedelta(seconds=1), False),
        (DAY * 3, DAY * 2, True),
    ],
)
def test_a_window_may_slide_as_far_as_the_standard_lets_it(earliest: datetime.timedelta, before: datetime.timedelta, passed: bool) -> None:
    assert judged(earliest, before) is (RungVerdict.PASS if passed else RungVerdict.FAIL)


def entry(earliest: object, **more: object) -> Entry:
    rungs = [{"name": "disk-space", "figures": {}}, {"name": "restore-window", "figures": {"earliest": earliest}}]
    data: dict[str, Any] = {"store": "orders", "environment": "prod", "provider": "fake", "verdict": "verified", "rungs": rungs, **more}
    return Entry("1", b"", data)


def test_the_last_verified_drill_of_the_same_store_counts_that_says_something() -> None:
    first, second = NOW - DAY * 9, NOW - DAY * 5
    others = [entry((NOW - DAY).isoformat(), **{key: "another"}) for key in ("store", "environment", "provider", "verdict")]
    broken = [
        entry("yesterday"),
        entry(None),
        entry("2026-12-01T00:00:00"),
        entry(1, rungs=[None, {"name": "restore-window"}]),
        entry(1, rungs=7),
    ]

    assert earliest_before([entry(first.isoformat()), entry(second.isoformat()), *others, *broken], STORE) == second
    assert earliest_before([*others, *broken], STORE) is None


def earliest(fake: Harness, ago: datetime.timedelta) -> None:
    """Let the fake cloud say that it can restore from then on."""
    whole = fake.provider.window(fake.order().store.store)
    assert whole.latest is not None
    fake.provider.window = lambda store: RestoreWindow(whole.latest - ago, whole.latest, whole.backup_id)  # type: ignore[method-assign,operator]


def test_a_shortened_retention_fails_the_drill_that_restores_all_the_same(fake: Harness) -> None:
    earliest(fake, DAY * 20)
    first = fake.drill().evidence
    twin = fake.drill().evidence
    earliest(fake, DAY * 1)
    short, again = fake.drill().evidence, fake.drill().evidence

    assert [each.name for each in first.not_covered if each.name == NAME] == [NAME]
    assert (first.verdict, twin.verdict, short.verdict) == (DrillVerdict.VERIFIED, DrillVerdict.VERIFIED, DrillVerdict.FAILED)
    assert [each.verdict for each in twin.rungs if each.name == NAME] == [RungVerdict.PASS]
    assert short.reason.startswith("retention-kept: the last verified drill could have restored from ")
    assert short.rto_first_query_seconds is not None
    assert again.verdict is DrillVerdict.FAILED, "the failed drill made it right for the next"


def test_it_can_be_left_out_and_the_evidence_is_amber_then(fake: Harness) -> None:
    fake.store["expectations"] = {"heartbeat": "heartbeat", "rungs_left_out": [NAME]}
    earliest(fake, DAY * 20)
    fake.drill()
    earliest(fake, DAY * 1)
    found = fake.drill().evidence

    assert found.verdict is DrillVerdict.VERIFIED
    assert f"{NAME} was not looked at: left out by the settings of orders" in found.reservations


def test_a_backup_of_a_single_moment_is_not_asked(fake: Harness) -> None:
    earliest(fake, DAY * 0)
    fake.drill()
    found = fake.drill().evidence

    assert [each.reason for each in found.not_covered if each.name == NAME] == [
        "the backup is a single moment, of which nothing reaches back"
    ]

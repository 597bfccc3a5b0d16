"""What runs of backups say: the newest good one, how the newest one ended, and what nobody here can read."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from recoverable.audit.google.cloudsql import _lies_in, _of_runs, _replication
from recoverable.model.values import Unknown

NOW = datetime.datetime(2026, 12, 2, 12, 0, tzinfo=datetime.UTC)


def run(status: str, hours: float, **more: Any) -> dict[str, Any]:
    ended = (NOW - datetime.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S.123456789Z")
    return {"status": status, "endTime": ended, "type": "AUTOMATED", **more}


@pytest.mark.parametrize(
    ("runs", "backup", "job"),
    [
        ([], None, None),
        ([run("SUCCESSFUL", 2)], 120, "COMPLETED"),
        ([run("FAILED", 1), run("SUCCESSFUL", 2)], 120, "FAILED"),
        ([run("OVERDUE", 1), run("SUCCESSFUL", 2)], 120, "OVERDUE"),
        ([run("SUCCESSFUL", 1), run("FAILED", 2)], 60, "COMPLETED"),
        ([run("SKIPPED", 1), run("SUCCESSFUL", 2)], 120, "COMPLETED"),
        ([run("RUNNING", 1), run("ENQUEUED", 1)], None, None),
        ([run("DELETED", 1)], None, None),
        ([run("FAILED", 31 * 24)], None, None),
        ([run("SUCCESSFUL", 31 * 24)], 31 * 24 * 60, None),
        ([run("FAILED", 1, endTime=None, windowStartTime="2026-12-02T11:00:00Z")], None, "FAILED"),
        ([run("SOMETHING_NEW", 1), run("SUCCESSFUL", 2)], 120, Unknown),
        ([run("SOMETHING_NEW", 2), run("SUCCESSFUL", 1)], 60, "COMPLETED"),
        ([run("SOMETHING_NEW", 1)], Unknown, Unknown),
        ([run("SUCCESSFUL", 1, endTime="yesterday")], Unknown, Unknown),
    ],
)
def test_runs_are_told_as_the_newest_good_one_and_how_the_newest_one_ended(runs: list[dict[str, Any]], backup: Any, job: Any) -> None:
    for order in (runs, runs[::-1]):
        facts = _of_runs(order, NOW)
        for found, wanted in ((facts.get("backup_minutes"), backup), (facts.get("job"), job)):
            assert isinstance(found, Unknown) if wanted is Unknown else found == wanted


def test_where_nobody_chose_a_place_the_newest_good_backup_says_it() -> None:
    runs = [run("FAILED", 1, location="asia"), run("SUCCESSFUL", 2, location="europe-west1"), run("SUCCESSFUL", 3, location="eu")]

    assert _lies_in(runs) == "europe-west1"
    assert _lies_in([]) is None


@pytest.mark.parametrize(
    ("state", "on", "fine"),
    [
        ("RUNNABLE", True, True),
        ("RUNNABLE", None, True),
        ("RUNNABLE", False, False),
        ("FAILED", True, False),
        ("SUSPENDED", True, False),
        ("MAINTENANCE", True, Unknown),
        ("", True, Unknown),
    ],
)
def test_a_replica_tells_of_itself(state: str, on: bool | None, fine: Any) -> None:
    found = _replication("//replica", {"state": state}, {"databaseReplicationEnabled": on})["fine"]

    assert isinstance(found, Unknown) if fine is Unknown else found is fine

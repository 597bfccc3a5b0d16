"""When an alert that goes on is told again: after a while, by a clock that was set back, and not by a run that waited for another one."""

from __future__ import annotations

import datetime

import pytest

from recoverable.alerts.alert import Kind
from recoverable.alerts.changes import State, compare
from recoverable.alerts.judgement import Judgement
from recoverable.alerts.notes import Noted, Notes

NOW = datetime.datetime(2026, 12, 2, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


@pytest.mark.parametrize(
    ("told", "state"),
    [
        (-2 * DAY, State.STILL),
        (-DAY / 2, State.QUIET),
        (datetime.timedelta(seconds=1), State.QUIET),
        (datetime.timedelta(seconds=59), State.QUIET),
        (DAY, State.STILL),
    ],
)
def test_what_was_told_decides(told: datetime.timedelta, state: State) -> None:
    noted = Noted(Kind.RESTORE_TEST_OVERDUE.value, "overdue", "orders", "prod", "", "", 0.0, (NOW + told).timestamp())
    found = Judgement()
    found.cannot_tell("proof:overdue:prod:orders")
    (change,) = compare(Notes(alerts={"proof:overdue:prod:orders": noted}), found, DAY, NOW)

    assert change.state is state

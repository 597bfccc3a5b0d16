"""Waivers before and after their last day, and what of all that is news."""

from __future__ import annotations

import datetime

import pytest

from recoverable.alerts.alert import Alert, Kind
from recoverable.alerts.changes import Change, State, apply, compare
from recoverable.alerts.judge_waivers import judge_waivers
from recoverable.alerts.judgement import PROOF, Judgement
from recoverable.alerts.notes import Notes
from recoverable.standard.waivers import Waiver

TODAY = datetime.date(2026, 12, 1)
NOW = datetime.datetime(2026, 12, 1, 12, tzinfo=datetime.UTC)
HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)
OVERDUE = Alert("proof:overdue:prod:orders", Kind.RESTORE_TEST_OVERDUE, "50 days", "orders", "prod")


def waiver(days: int, address: str = "aws_db_instance.reporting") -> Waiver:
    """One whose last day is in so many days."""
    return Waiver("retention-too-short", address, "", "rebuilt nightly", "data-team", TODAY + days * DAY)


@pytest.mark.parametrize(
    ("days", "kinds"), [(15, []), (14, [Kind.WAIVER_EXPIRING]), (0, [Kind.WAIVER_EXPIRING]), (-1, [Kind.WAIVER_EXPIRED])]
)
def test_a_waiver_is_told_two_weeks_before_its_last_day_and_after_it(days: int, kinds: list[Kind]) -> None:
    found = Judgement()
    judge_waivers([waiver(days)], TODAY, 14, found)

    assert [each.kind for each in found.firing.values()] == kinds
    assert found.watched == 1


def test_two_waivers_of_one_thing_are_two_and_one_without_a_day_is_none() -> None:
    found = Judgement()
    judge_waivers([waiver(3), waiver(-3), Waiver("retention-too-short", "x")], TODAY, 14, found)

    assert sorted(each.kind.value for each in found.firing.values()) == ["waiver-expired", "waiver-expiring"]


def test_a_waiver_that_was_about_to_expire_and_has_is_news_and_no_recovery() -> None:
    notes = Notes()
    seen = []
    for days in (3, 3, -1):
        found = Judgement()
        judge_waivers([waiver(days)], TODAY, 14, found)
        seen.append([(each.state, each.noted.kind) for each in step(notes, found)])

    assert seen == [[(State.FIRING, "waiver-expiring")], [(State.QUIET, "waiver-expiring")], [(State.FIRING, "waiver-expired")]]


def step(notes: Notes, found: Judgement, at: datetime.datetime = NOW, *, told: bool = True) -> list[Change]:
    """One run's changes, noted."""
    changes = compare(notes, found, DAY, at)
    apply(notes, changes, at, told=[each.key for each in changes] if told else [])
    return changes


def test_an_alert_is_told_again_after_the_repeat_and_not_before() -> None:
    notes = Notes()
    found = Judgement()
    found.fires(OVERDUE)

    states = [step(notes, found, NOW + hours * HOUR)[0].state for hours in (0, 1, 23, 24, 25, 48)]

    assert states == [State.FIRING, State.QUIET, State.QUIET, State.STILL, State.QUIET, State.STILL]
    assert notes.alerts[OVERDUE.key].since == NOW.timestamp()


def test_only_what_was_looked_at_recovers() -> None:
    fires, silent, fine, unjudged = Judgement(), Judgement(), Judgement(), Judgement()
    fires.fires(OVERDUE)
    fine.is_fine(OVERDUE.key)
    unjudged.cannot_tell_of([PROOF])

    states = {}
    for name, second in (("silent", silent), ("fine", fine), ("unjudged", unjudged)):
        notes = Notes()
        step(notes, fires)
        (change,) = step(notes, second)
        states[name] = (change.state, bool(notes.alerts))

    assert states == {"silent": (State.CLOSED, False), "fine": (State.RECOVERED, False), "unjudged": (State.QUIET, True)}


def test_what_nobody_was_told_is_news_once_somebody_is_there_and_is_not_called_off_before() -> None:
    notes = Notes()
    fires, fine = Judgement(), Judgement()
    fires.fires(OVERDUE)
    fine.is_fine(OVERDUE.key)

    step(notes, fires, told=False)
    assert step(notes, fires)[0].state is State.FIRING
    notes = Notes()
    step(notes, fires, told=False)
    (change,) = step(notes, fine)
    assert (change.state, change.told) == (State.RECOVERED, False)

"""How many tasks run at once, and what becomes of one that crashes."""

from __future__ import annotations

import datetime

import pytest

from recoverable.audit.neon.sweep import NeonLook
from recoverable.audit.web.asking import Place
from recoverable.audit.web.calls import Table
from recoverable.audit.web.resources import age, moment, reach, snake
from recoverable.audit.web.sweep import Task
from recoverable.model.errors import InputError
from recoverable.model.finding import Verdict

NOW = datetime.datetime(2026, 12, 2, 12, 0, tzinfo=datetime.UTC)


@pytest.fixture
def look() -> NeonLook:
    return NeonLook(2, NOW, open_account=lambda: Place("acme", Table({}), {}, lambda page: {}), organizations=[])


def test_a_task_that_crashes_is_an_error_and_the_rest_goes_on(look: NeonLook) -> None:
    done: list[str] = []

    def crash() -> None:
        raise RuntimeError("marked-secret")

    def first() -> list[Task]:
        done.append("first")
        return [lambda: done.append("second")]

    look.run("gcp:acme", [crash, first])

    assert done == ["first", "second"]
    assert [finding.verdict for finding in look.crashes] == [Verdict.ERROR]
    assert "marked" not in repr(look.crashes)
    assert not look.whole


def test_a_wrong_option_is_told_as_one(look: NeonLook) -> None:
    def wrong() -> None:
        raise InputError("there is no login")

    with pytest.raises(InputError):
        look.run("gcp:acme", [wrong])


@pytest.mark.parametrize(
    ("text", "minutes", "full"),
    [
        ("2026-12-02T11:00:00Z", 60, 60),
        ("2026-12-02T10:59:59.999999999Z", 61, 60),
        ("2026-12-02T13:00:00Z", 0, 0),
        ("2026-12-02T11:00:00", None, None),
        ("soon", None, None),
        (None, None, None),
    ],
)
def test_an_age_counts_begun_minutes_and_a_window_full_ones(text: str | None, minutes: int | None, full: int | None) -> None:
    assert (age(text, NOW), reach(text, NOW)) == (minutes, full)
    assert (moment(text) is None) is (minutes is None)


def test_keys_of_the_api_are_spelled_as_in_terraform() -> None:
    assert snake({"gcsDataSource": {"bucketName": "A"}, "conditions": [{"conditionMatchedLog": {"filter": "x"}}]}) == {
        "gcs_data_source": {"bucket_name": "A"},
        "conditions": [{"condition_matched_log": {"filter": "x"}}],
    }

"""Facts of backups: what is judged, what is only unknown, and what cannot be used."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from jsonschema import Draft7Validator

from recoverable.alerts.alert import Kind
from recoverable.alerts.facts import parse_facts
from recoverable.alerts.facts_schema import schema
from recoverable.alerts.judge_facts import judge_facts
from recoverable.alerts.judgement import Answer, Judgement
from recoverable.alerts.settings import BACKUP_AGE, FACTS_AGE, FactLimits
from recoverable.standard.load import Standard, built_in, parse
from tests.alerts.conftest import NOW, ago, facts_of

ORDERS = ("aws_db_instance.orders", "prod")


def judged(*lines: Any, standard: Standard | None = None, known: tuple[tuple[str, str], ...] = ()) -> Judgement:
    """What is found in lines of facts, now."""
    found = Judgement()
    raw = [(each if isinstance(each, str) else json.dumps(each)).encode() + b"\n" for each in lines]
    limits = FactLimits(BACKUP_AGE, FACTS_AGE)
    judge_facts(parse_facts(raw, "facts.jsonl", NOW), standard or built_in(), limits, known, NOW, found)
    return found


def kinds(found: Judgement) -> list[str]:
    """Kinds of what fires."""
    return sorted(each.kind.value for each in found.firing.values())


def test_a_store_whose_backups_are_well_is_fine() -> None:
    found = judged(facts_of())

    assert (kinds(found), found.watched, found.problems) == ([], 1, [])
    assert found.reported == {ORDERS}
    assert found.answer("facts:missing:prod:aws_db_instance.orders") is Answer.FINE


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"last_backup": ago(hours=27)}, Kind.BACKUP_MISSING),
        ({"last_backup": None}, Kind.BACKUP_MISSING),
        ({"latest_restorable": ago(minutes=21)}, Kind.RESTORABLE_TIME_LATE),
        ({"latest_restorable": None}, Kind.RESTORABLE_TIME_LATE),
        ({"failed_jobs": [{"at": ago(hours=1)}]}, Kind.BACKUP_FAILED),
        ({"replication": [{"target": "eu-west-1", "lag_seconds": 901}]}, Kind.REPLICATION_LATE),
        ({"replication": [{"target": "a", "lag_seconds": 1}, {"target": "b", "state": "failing"}]}, Kind.REPLICATION_LATE),
        ({"observed": ago(days=2.1), "latest_restorable": ago(days=2.1)}, Kind.FACTS_STALE),
    ],
)
def test_each_defect_fires_its_own_kind_alone(more: dict[str, Any], kind: Kind) -> None:
    assert kinds(judged(facts_of(**more))) == [kind.value]


@pytest.mark.parametrize(
    "more",
    [
        {"last_backup": ago(hours=25.9)},
        {"latest_restorable": ago(minutes=19)},
        {"failed_jobs": [{"at": ago(hours=4)}]},
        {"replication": [{"target": "eu-west-1", "lag_seconds": 900}]},
        {"observed": ago(days=1.9), "latest_restorable": ago(days=1.9)},
    ],
)
def test_the_good_twin_of_each_defect_is_fine(more: dict[str, Any]) -> None:
    """A failure before the last success is history; restorable time is held against the moment at which it was looked at."""
    assert kinds(judged(facts_of(**more))) == []


@pytest.mark.parametrize(
    ("key", "what"),
    [("last_backup", "missing"), ("latest_restorable", "restorable"), ("failed_jobs", "failed"), ("replication", "replication")],
)
def test_what_is_not_said_is_neither_fine_nor_firing(key: str, what: str) -> None:
    found = judged(facts_of(**{key: ...}))

    assert kinds(found) == []
    assert found.answer(f"facts:{what}:prod:aws_db_instance.orders") is Answer.UNJUDGED


def test_a_replication_of_which_nothing_is_known_is_not_fine() -> None:
    found = judged(facts_of(replication=[{"target": "eu-west-1"}]))

    assert found.answer("facts:replication:prod:aws_db_instance.orders") is Answer.UNJUDGED


def test_the_environment_sets_the_rpo_and_an_unknown_one_gets_the_strictest() -> None:
    late = {"latest_restorable": ago(hours=2)}

    assert kinds(judged(facts_of(environment="development", **late))) == []
    assert kinds(judged(facts_of(environment="nobody-knows", **late))) == ["restorable-time-late"]
    loose = parse('[stores."aws_db_instance.orders"]\nrpo_minutes = 180')
    assert kinds(judged(facts_of(**late), standard=loose)) == []


def test_a_longer_rpo_lets_backups_be_older() -> None:
    weekly = parse('[stores."aws_db_instance.orders"]\nrpo_minutes = 10080')

    assert kinds(judged(facts_of(last_backup=ago(days=6), latest_restorable=...), standard=weekly)) == []
    assert kinds(judged(facts_of(last_backup=ago(days=8), latest_restorable=...), standard=weekly)) == ["backup-missing"]


def test_the_newest_line_of_a_store_counts() -> None:
    old, new = facts_of(observed=ago(hours=9), last_backup=None), facts_of()

    assert kinds(judged(old, new)) == []
    assert kinds(judged(new, old)) == []


@pytest.mark.parametrize(
    "line",
    [
        "{", "[]", "7", '"x"', json.dumps(facts_of(store="")), json.dumps(facts_of(store=...)), json.dumps(facts_of(store=7)), json.dumps(facts_of(schema=2)),
        json.dumps(facts_of(schema=True)), json.dumps(facts_of(observed=None)), json.dumps(facts_of(observed="2026-12-01T00:00:00")),
        json.dumps(facts_of(observed="yesterday")), json.dumps(facts_of(last_backup=7)), json.dumps(facts_of(last_bakup=None)),
        json.dumps(facts_of(last_backup=ago(minutes=-6))), json.dumps(facts_of(observed=ago(days=-1))), json.dumps(facts_of(failed_jobs={})),
        json.dumps(facts_of(failed_jobs=[{}])), json.dumps(facts_of(failed_jobs=[{"at": ago(hours=1), "why": "x"}])), json.dumps(facts_of(replication=[{"target": ""}])),
        json.dumps(facts_of(replication=[{"target": "x", "lag_seconds": -1}])), json.dumps(facts_of(replication=[{"target": "x", "lag_seconds": True}])),
        json.dumps(facts_of(replication=[{"target": "x", "state": "bad"}])), json.dumps(facts_of(tags={"a": 1})), "[" * 100_000, json.dumps(facts_of("postgresql://app:marked-secret@db/x")), '{"schema": 1, "store": "\\ud800"',
        json.dumps(facts_of(replication=[{"target": "x", "lag_seconds": float("nan")}])),
    ],
    ids=lambda _: "line",  # the lines hold the time of day, and the workers of a run must agree on names
)  # fmt: skip
def test_a_line_that_cannot_be_used_is_told_and_the_others_are_judged(line: str) -> None:
    found = judged(line, facts_of("other", last_backup=None))

    assert kinds(found) == ["backup-missing", "facts-unreadable"]
    assert len(found.problems) == 1
    assert found.problems[0].startswith("facts.jsonl:1 ")
    assert "marked-secret" not in found.problems[0]


@pytest.mark.parametrize("line", [facts_of(), facts_of(last_backup=None, tags={"a": "b"}), facts_of(kind=..., replication=...)])
def test_the_schema_accepts_what_is_read(line: dict[str, Any]) -> None:
    assert judged(line).problems == []
    Draft7Validator(schema()).validate(line)


@pytest.mark.parametrize(
    "more",
    [{"schema": 2}, {"store": ""}, {"store": ...}, {"observed": ...}, {"last_bakup": None}, {"last_backup": 7}, {"failed_jobs": [{}]}, {"failed_jobs": {}},
     {"replication": [{"target": "x", "state": "bad"}]}, {"replication": [{"target": "x", "lag_seconds": -1}]}, {"tags": {"a": 1}}],
)  # fmt: skip
def test_the_schema_refuses_what_is_not_read(more: dict[str, Any]) -> None:
    assert judged(facts_of(**more)).problems != []
    assert not Draft7Validator(schema()).is_valid(facts_of(**more))


def test_an_empty_file_is_no_clean_one() -> None:
    assert kinds(judged()) == ["facts-unreadable"]


def test_a_store_that_is_left_out_is_told_and_what_fired_for_it_does_not_recover() -> None:
    found = judged(facts_of("other"), known=(ORDERS, ("other", "prod")))

    assert kinds(found) == ["store-not-reported"]
    assert found.answer("facts:missing:prod:aws_db_instance.orders") is Answer.UNJUDGED
    assert judged("{", facts_of("other"), known=(ORDERS,)).answer("facts:reported:prod:aws_db_instance.orders") is Answer.UNJUDGED


def test_a_store_that_changed_its_environment_has_moved() -> None:
    found = judged(facts_of(environment="staging"), known=(ORDERS,))

    assert kinds(found) == []
    assert found.answer("facts:missing:prod:aws_db_instance.orders") is Answer.GONE


def test_moments_in_other_zones_are_the_same_moments() -> None:
    zone = datetime.timezone(datetime.timedelta(hours=-11))
    there = (NOW - datetime.timedelta(hours=3)).astimezone(zone).isoformat()

    assert kinds(judged(facts_of(last_backup=there))) == []

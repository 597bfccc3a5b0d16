"""Decisions of rules that no example can show, because only a plan tells them and no recording holds it.

surviving_mutants.json refers to these tests.
"""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from recoverable.model.estate import Database, Estate, StoreChange, Subject
from recoverable.model.finding import Severity, Verdict
from recoverable.model.raw import Change, RawResource
from recoverable.model.values import Value, absent, stated, unknown
from recoverable.rules.registry.load import find_rule
from recoverable.rules.registry.rule import Context
from recoverable.standard.load import built_in

ADDRESS = "aws_db_instance.orders"
STORE = Database(address=ADDRESS, kind="rds-instance")


def answered(rule: str, subject: Subject) -> list[tuple[Verdict, Severity]]:
    """Verdict and severity of a rule's answers about a subject of production."""
    item = find_rule(rule)
    assert item is not None
    demands = built_in().demands(environment="prod", environment_source="", kind=subject.kind, address=subject.address, tags={})
    context = Context(Estate(source=""), demands, datetime.date(2026, 11, 23), lambda _: demands)
    return [(answer.verdict, answer.severity or item.rule.severity) for answer in item.check(subject, context)]


@pytest.mark.parametrize(
    ("action", "after", "expected"),
    [
        ("delete", None, (Verdict.FAIL, Severity.CRITICAL)),
        ("create", None, (Verdict.FAIL, Severity.CRITICAL)),
        ("forget", None, (Verdict.FAIL, Severity.LOW)),
        ("no-op", None, (Verdict.PASS, Severity.CRITICAL)),
        ("replace", None, (Verdict.PASS, Severity.CRITICAL)),
        ("create", STORE, (Verdict.PASS, Severity.CRITICAL)),
    ],
)
def test_what_is_let_go_of_stays_and_what_nothing_is_left_of_is_deleted(
    action: str, after: Subject | None, expected: tuple[Verdict, Severity]
) -> None:
    change = StoreChange(address=ADDRESS, kind="rds-instance", change=Change(ADDRESS, action), before=STORE, after=after)

    assert answered("RCV130", change) == [expected]


@pytest.mark.parametrize(
    ("password", "references", "verdict"),
    [
        (stated("x", "password"), (), Verdict.FAIL),
        (stated("x", "password"), ("local.a",), Verdict.UNKNOWN),
        (stated("x", "password"), ("local.a", "local.b"), Verdict.UNKNOWN),
        (stated("x", "password"), ("local.a", "var.b"), Verdict.PASS),
        (stated("x", "password"), ("var.b",), Verdict.PASS),
        (stated("", "password"), ("local.a",), Verdict.PASS),
        (unknown("random_password.db.result", "password"), ("local.a",), Verdict.PASS),
        (absent("password"), (), Verdict.PASS),
    ],
)
def test_a_plan_does_not_say_what_a_local_is_made_of(password: Value[Any], references: tuple[str, ...], verdict: Verdict) -> None:
    raw = RawResource(ADDRESS, "aws_db_instance", "orders", {}, references={"password": references}, planned=True)
    database = Database(address=ADDRESS, kind="rds-instance", features=frozenset({"password"}), password=password, raw=raw)

    assert [found for found, _ in answered("RCV016", database)] == [verdict]

"""What the examples cannot show of the rules about changes: kinds of stores, and numbers that were not there before."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from recoverable.enforce.engine import Evaluation
from recoverable.model.estate import Bucket, Database, Estate, Key, Lock, Plan, PlanRule, Secret, StoreChange, Subject, Vault
from recoverable.model.finding import Finding, Verdict
from recoverable.model.raw import Change
from recoverable.model.values import Value, absent, default, stated, unknown
from recoverable.rules.registry.load import find_rule
from recoverable.standard.load import built_in


def asked(rule: str, before: Subject, after: Subject | None, action: str = "update", **change: Any) -> list[Finding]:
    """What a rule says of a change in production."""
    item = find_rule(rule)
    assert item is not None
    store = StoreChange(
        address="a.b", kind=before.kind, tags={"environment": "prod"}, change=Change("a.b", action, **change), before=before, after=after
    )
    return list(Evaluation(Estate("plan.json", changes=[store]), built_in(), datetime.date(2026, 11, 23)).run([item]))


def plan(days: Value[int]) -> Plan:
    """A backup plan with one rule."""
    return Plan(address="a.b", kind="backup-plan", rules=[PlanRule(address="a.b daily", kind="backup-plan-rule", delete_days=days)])


def number(kind: str, value: Value[Any]) -> Subject:
    """A thing with one number that can be lowered."""
    things: dict[str, Subject] = {
        "database": Database(address="a.b", kind="rds-instance", retention_days=value),
        "lock": Bucket(address="a.b", kind="s3-bucket", lock=Lock(days=value)),
        "soft delete": Bucket(address="a.b", kind="gcs-bucket", soft_delete_days=value),
        "key": Key(address="a.b", kind="kms-key", deletion_days=value),
        "secret": Secret(address="a.b", kind="secret", recovery_days=value),
        "plan": plan(value),
    }
    return things[kind]


@pytest.mark.parametrize("kind", ["database", "lock", "soft delete", "key", "secret", "plan"])
@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        (stated(30), stated(29), Verdict.FAIL),
        (stated(30), stated(30), Verdict.PASS),
        (stated(30), stated(31), Verdict.PASS),
        (default(30), stated(7), Verdict.FAIL),
        (stated(30), default(7), Verdict.FAIL),
        (stated(30), stated(0), Verdict.FAIL),
        (stated(30), unknown("var.days"), Verdict.UNKNOWN),
        (unknown("var.days"), stated(1), Verdict.PASS),
        (stated(0), stated(1), Verdict.PASS),
    ],
)
def test_a_number_that_gets_smaller_is_told_whatever_it_belongs_to(kind: str, old: Value[int], new: Value[int], verdict: Verdict) -> None:
    assert {item.verdict for item in asked("retention-lowered", number(kind, old), number(kind, new))} == {verdict}


def test_a_lock_that_loses_its_default_retention_is_lowered_to_nothing() -> None:
    assert [item.verdict for item in asked("retention-lowered", number("lock", stated(30)), number("lock", absent()))] == [Verdict.FAIL]


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        (absent(), stated(35), Verdict.FAIL),
        (absent(), unknown("var.days"), Verdict.UNKNOWN),
        (absent(), absent(), Verdict.PASS),
        (stated(35), absent(), Verdict.PASS),
    ],
)
def test_a_plan_that_kept_for_ever_and_now_for_some_days_is_lowered(old: Value[int], new: Value[int], verdict: Verdict) -> None:
    assert {item.verdict for item in asked("retention-lowered", plan(old), plan(new))} == {verdict}


SWITCHES = {
    "encryption": ("rds-instance", "encrypted"),
    "backups": ("rds-instance", "backups"),
    "deletion protection": ("rds-instance", "deletion_protection"),
    "second zone": ("rds-instance", "multi_zone"),
    "second region": ("rds-instance", "second_region"),
    "versioning": ("s3-bucket", "versioning"),
    "replication": ("s3-bucket", "replication"),
    "plain HTTP": ("s3-bucket", "tls_only"),
    "vault lock": ("backup-vault", "locked"),
    "notification": ("backup-vault", "notifies_failures"),
    "rotation": ("kms-key", "rotation"),
    "the key": ("kms-key", "enabled"),
}
CLASSES = {"rds-instance": Database, "s3-bucket": Bucket, "backup-vault": Vault, "kms-key": Key}


@pytest.mark.parametrize(("kind", "field"), [pytest.param(*item, id=name) for name, item in SWITCHES.items()])
@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        (stated(True), stated(False), Verdict.FAIL),
        (stated(True), absent(), Verdict.FAIL),
        (default(True), default(False), Verdict.FAIL),
        (stated(True), default(True), Verdict.PASS),
        (stated(True), unknown("var.on"), Verdict.UNKNOWN),
        (stated(False), stated(False), Verdict.PASS),
        (unknown("var.on"), stated(False), Verdict.PASS),
    ],
)
def test_a_switch_that_goes_off_is_told_whatever_it_belongs_to(
    kind: str, field: str, old: Value[bool], new: Value[bool], verdict: Verdict
) -> None:
    before, after = (CLASSES[kind](address="a.b", kind=kind, **{field: value}) for value in (old, new))

    assert {item.verdict for item in asked("protection-turned-off", before, after)} == {verdict}


DATABASE = Database(address="a.b", kind="rds-instance")


@pytest.mark.parametrize(
    ("action", "after", "verdict"),
    [
        ("delete", None, Verdict.FAIL),
        ("forget", None, Verdict.FAIL),
        ("update", DATABASE, Verdict.PASS),
        ("replace", DATABASE, Verdict.PASS),
        ("no-op", DATABASE, Verdict.PASS),
    ],
)
def test_a_store_that_goes_is_told(action: str, after: Subject | None, verdict: Verdict) -> None:
    assert [item.verdict for item in asked("protected-store-deleted", DATABASE, after, action)] == [verdict]


def test_a_replacement_names_what_forces_it() -> None:
    [told] = asked("protected-store-replaced", DATABASE, DATABASE, "replace", reasons=("engine", "kms_key_id"))

    assert told.verdict is Verdict.FAIL
    assert "because of engine, kms_key_id" in told.message
    assert [item.verdict for item in asked("protected-store-replaced", DATABASE, DATABASE)] == [Verdict.PASS]

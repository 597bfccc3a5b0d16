"""What is compared between code and account, and what counts as less."""

from __future__ import annotations

from typing import Any

import pytest

from recoverable.audit.against.comparing import differences
from recoverable.model.estate import Bucket, Database, PlanRule, Replica
from recoverable.model.subjects import Noncurrent
from recoverable.model.values import Unknown, Value, absent, default, stated, unknown

ARN = "arn:aws:kms:eu-west-1:123456789012:key/0a1b"


def database(**fields: Any) -> Database:
    return Database(address="aws_db_instance.orders", kind="rds-instance", **fields)


def bucket(**fields: Any) -> Bucket:
    return Bucket(address="aws_s3_bucket.orders", kind="s3-bucket", **fields)


def compared(declared: Any, live: Any) -> dict[str, tuple[Any, Any]]:
    """By name, whether it is the same (an expression where that is not known) and whether what is there is weaker."""
    found = {each["name"]: (each["same"], each["weaker"]) for each in differences(declared, live)}
    return {name: (same.expression if isinstance(same, Unknown) else same, weaker) for name, (same, weaker) in found.items()}


@pytest.mark.parametrize(
    ("declared", "live", "said"),
    [
        (stated(30), stated(30), (True, False)),
        (stated(30), stated(7), (False, True)),
        (stated(7), stated(30), (False, False)),
        (stated(30), default(1), (False, True)),
        (stated(30), absent(), (False, True)),
        (stated(0), absent(), (True, False)),
        (stated(30), unknown("rds:DescribeDBInstances"), ("rds:DescribeDBInstances", False)),
        (unknown("var.days"), stated(30), ("var.days", False)),
    ],
)
def test_a_retention_is_compared_where_code_writes_it(declared: Value[int], live: Value[int], said: tuple[Any, bool]) -> None:
    assert compared(database(retention_days=declared), database(retention_days=live)) == {"backup retention": said}


@pytest.mark.parametrize("declared", [default(0), absent()])
def test_of_what_is_not_written_code_says_nothing(declared: Value[int]) -> None:
    assert compared(database(retention_days=declared), database(retention_days=stated(7))) == {}


def test_what_follows_from_one_attribute_is_one_difference() -> None:
    days = "backup_retention_period"
    declared = database(retention_days=stated(30, days), pitr=stated(True, days), pitr_days=stated(30, days))
    live = database(retention_days=stated(0, days), pitr=stated(False, days), pitr_days=stated(0, days))

    assert compared(declared, live) == {"backup retention": (False, True)}


@pytest.mark.parametrize(
    ("declared", "live", "same"),
    [
        ("alias/aws/rds", "arn:aws:kms:eu-west-1:123456789012:alias/aws/rds", True),
        ("alias/aws/rds", "", True),
        (ARN, ARN, True),
        ("0a1b", ARN, True),
        (ARN, ARN.replace("0a1b", "ffff"), False),
        (ARN, "arn:aws:kms:eu-west-1:123456789012:alias/aws/rds", False),
        (ARN, "", False),
        ("alias/aws/rds", ARN, False),
        ("alias/orders", ARN, "which key alias/orders is an alias of"),
        ("<aws_kms_key.orders.arn>", ARN, True),
        ("<aws_kms_key.orders.arn>", "", False),
    ],
)
def test_a_key_is_the_same_where_it_is_known_to_be(declared: str, live: str, same: Any) -> None:
    there: Value[str] = stated(live) if live else absent()
    weaker = same is False and not live.endswith(("0a1b", "ffff"))

    assert compared(database(kms_key=stated(declared, "kms_key_id")), database(kms_key=there)) == {"encryption key": (same, weaker)}


def test_a_bucket_that_was_opened_protects_less_and_one_that_was_shut_protects_more() -> None:
    shut, opened = bucket(public=stated(False)), bucket(public=stated(True))

    assert compared(shut, opened) == {"open to the public": (False, True)}
    assert compared(opened, shut) == {"open to the public": (False, False)}


def test_versions_that_are_kept_for_ever_are_kept_longer_than_any_number_of_days() -> None:
    kept = bucket(noncurrent=Noncurrent(expires_days=stated(30)))

    (found,) = differences(kept, bucket())
    assert (found["live"], found["same"], found["weaker"]) == ("for ever", False, False)


@pytest.mark.parametrize(
    ("flags", "same"),
    [
        ((stated(True),), True),
        ((stated(False),), False),
        ((stated(False), stated(True)), True),
        ((unknown("x"),), "x"),
        ((unknown("x"), stated(True)), True),
    ],
)
def test_replication_is_on_where_a_rule_is_enabled(flags: tuple[Value[bool], ...], same: Any) -> None:
    declared = bucket(replication=stated(True, "rule"), replicas=[Replica(enabled=stated(True))])
    live = bucket(replication=stated(True, "rule"), replicas=[Replica(enabled=flag) for flag in flags])

    assert compared(declared, live)["replication"][0] == same


def test_a_plan_that_no_longer_selects_it_is_told_and_one_of_other_code_is_not() -> None:
    rule = PlanRule(address="plan", kind="backup-plan-rule")

    assert compared(database(plans=[rule]), database()) == {"selected by a backup plan": (False, True)}
    assert compared(database(), database(plans=[rule])) == {}
    assert compared(database(plans=[rule]), database(plans_unknown="backup:ListBackupPlans"))["selected by a backup plan"] == (
        "backup:ListBackupPlans",
        False,
    )

"""Decisions of the rules about running accounts that no example can show, and what lies in another region."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from recoverable.model.estate import Database, Estate, PlanRule
from recoverable.model.live import LiveStore
from recoverable.model.values import Value, absent, stated
from recoverable.rules.registry.load import find_rule
from recoverable.rules.registry.rule import Context
from recoverable.standard.load import built_in
from tests.clouds.aws_backup_builders import DB, PLAN, ask, database, estate_of, plan, res

DAY = 1440
TESTS = "aws_backup_restore_testing_plan.monthly"


def verdicts(rule: str, live: LiveStore) -> list[str]:
    item = find_rule(rule)
    assert item is not None
    demands = built_in().demands(environment="prod", environment_source="", kind=live.kind, address=live.address, tags={})
    context = Context(Estate(source=""), demands, datetime.date(2026, 11, 23), lambda _: demands)
    return [answer.verdict.value for answer in item.check(live, context)]


def store(every: int | None = None, backups: bool = False) -> Database:
    rules = [] if every is None else [PlanRule(address=PLAN, kind="backup-plan-rule", every_minutes=stated(every))]
    return Database(address=DB, kind="rds-instance", backups=stated(backups), plans=rules)


@pytest.mark.parametrize(("every", "verdict"), [(30 * DAY - 480, "fail"), (30 * DAY - 479, "unknown")])
def test_no_backup_is_a_defect_only_where_jobs_are_still_told_of(every: int, verdict: str) -> None:
    live = LiveStore(address=DB, kind="rds-instance", store=store(every))

    assert verdicts("RCV201", live) == [verdict]


def test_a_restore_test_in_another_region_tests_nothing_here() -> None:
    def found(region: str) -> str:
        test = res(TESTS, region, name="monthly", schedule_expression="cron(0 6 1 * ? *)")
        chosen = res("aws_backup_restore_testing_selection.all", region, restore_testing_plan_name="monthly")
        (finding,) = ask("RCV110", estate_of(plan(), test, chosen))
        return finding.verdict.value

    assert found("eu-west-1") == "pass"
    assert found("us-east-1") == "fail"


@pytest.mark.parametrize(("region", "verdict"), [("eu-west-1", "pass"), ("us-east-1", "fail"), ("", "pass")])
def test_an_alarm_of_another_region_hears_nothing_here(region: str, verdict: str) -> None:
    """One whose region is not known may be here."""
    heard = res("aws_db_event_subscription.failures", region, sns_topic="t", event_categories=["failure"])

    assert [finding.verdict.value for finding in ask("RCV090", estate_of(database(), heard))] == [verdict]


def test_what_may_hear_in_another_region_is_no_doubt_here() -> None:
    def found(region: str) -> list[str]:
        vague: Any = res("aws_db_event_subscription.failures", region, sns_topic="t", event_categories=res_unknown())
        return [finding.verdict.value for finding in ask("RCV090", estate_of(database(), vague))]

    assert (found("eu-west-1"), found("us-east-1")) == (["unknown"], ["fail"])


def res_unknown() -> Any:
    from tests.clouds.aws_backup_builders import unk

    return unk()


def test_an_absent_value_is_no_answer() -> None:
    nothing: Value[int] = absent()

    assert verdicts("RCV203", LiveStore(address=DB, kind="rds-instance", store=store(backups=True), lag=nothing)) == []

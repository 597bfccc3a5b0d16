"""What the audit tells ``recoverable alerts`` of backups."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from recoverable.alerts.facts import read_facts
from recoverable.audit.backup_facts import facts_of
from recoverable.model.estate import Database, Estate, PlanRule
from recoverable.model.live import CopyState, LiveStore
from recoverable.model.values import Value, stated, unknown

NOW = datetime.datetime(2026, 12, 2, 12, 0, tzinfo=datetime.UTC)
ARN = "arn:aws:rds:eu-west-1:123456789012:db:orders"


def facts(role: str = "primary", backups: bool = True, every: tuple[Value[int], ...] = (), **live: Any) -> list[dict[str, Any]]:
    plans = [PlanRule(address="plan", kind="backup-plan-rule", every_minutes=gap) for gap in every]
    store = Database(address=ARN, kind="rds-instance", role=role, backups=stated(backups), tags={"environment": "prod"}, plans=plans)
    estate = Estate(source="", live=[LiveStore(address=ARN, kind="rds-instance", store=store, tags=store.tags, **live)])
    return list(facts_of([estate], lambda store: "prod", NOW))


def test_what_the_account_said_is_said_and_alerts_can_read_it(tmp_path: Path) -> None:
    copy = CopyState("arn:aws:rds:eu-central-1:123456789012:db:copy", "error", stated(False))
    (fact,) = facts(backup=stated(60), lag=stated(4), job=stated("FAILED"), job_age=stated(30), replication=[copy])

    assert fact["last_backup"] == "2026-12-02T11:00:00Z"
    assert fact["latest_restorable"] == "2026-12-02T11:56:00Z"
    assert fact["failed_jobs"] == [{"at": "2026-12-02T11:30:00Z", "message": "FAILED"}]
    assert fact["replication"] == [{"target": copy.target, "state": "failing"}]
    from recoverable.report.json_rows import encode

    (tmp_path / "facts").write_text(encode(fact) + "\n", encoding="utf-8")
    read = read_facts(tmp_path / "facts", NOW)
    assert (read.problems, [store.store for store in read.stores]) == ((), [ARN])


def test_what_could_not_be_read_is_left_out(tmp_path: Path) -> None:
    (fact,) = facts(backup=unknown("backup:ListBackupJobs"), lag=stated(4), job=unknown("backup:ListBackupJobs"))

    assert {"last_backup", "failed_jobs", "replication"} & fact.keys() == set()


@pytest.mark.parametrize(("age", "said"), [(1920, False), (1921, True)])
def test_no_backup_is_said_only_where_the_first_was_due(age: int, said: bool) -> None:
    (fact,) = facts(lag=stated(4), age=stated(age))

    assert ("last_backup" in fact) is said
    assert fact.get("last_backup") is None


WEEK, MONTH = stated(7 * 1440), stated(31 * 1440)


@pytest.mark.parametrize(
    ("every", "age", "said"),
    [
        ((WEEK,), 7 * 1440 + 480, False),
        ((WEEK,), 7 * 1440 + 481, True),
        ((MONTH,), 31 * 1440 + 480, False),
        ((MONTH,), 31 * 1440 + 481, True),
        ((MONTH, WEEK), 7 * 1440 + 481, True),
        ((stated(60),), 1920, False),
        ((stated(60),), 1921, True),
        ((unknown("its schedule"),), 10**6, False),
        ((), 10**6, False),
    ],
)
def test_a_plan_says_when_the_first_backup_was_due(every: tuple[Value[int], ...], age: int, said: bool) -> None:
    (fact,) = facts(backups=False, every=every, lag=stated(4), age=stated(age))

    assert ("last_backup" in fact) is said


def test_a_good_job_says_that_none_failed() -> None:
    (fact,) = facts(job=stated("COMPLETED"), job_age=stated(30))

    assert fact["failed_jobs"] == []


def test_a_replica_and_a_store_of_which_nothing_is_said_have_no_line() -> None:
    assert facts("read-replica", backup=stated(60)) == []
    assert facts() == []

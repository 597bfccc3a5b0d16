"""Alert policies that hear failed backups."""

from __future__ import annotations

from typing import Any

import pytest

from recoverable.model.estate import Alarm
from recoverable.model.raw import RawResource
from tests.clouds.gcp_builders import as_pulumi, estate_of, res, unk

AUDIT = 'protoPayload.methodName="cloudsql.instances.automatedBackup" AND resource.type="cloudsql_database" AND resource.labels.database_id="p:db" AND severity>=ERROR'
CHANNEL = unk("google_monitoring_notification_channel.mail.id", "google_monitoring_notification_channel.mail.id")


def alarms(*more: RawResource, pulumi: bool = False, **attrs: Any) -> list[Alarm]:
    """The alarms of one policy with its companions."""
    body = {"display_name": "backups", "combiner": "OR"} | attrs
    return estate_of(res("google_monitoring_alert_policy.p", **(as_pulumi(body) if pulumi else body)), *more).alarms


def matched(text: Any) -> list[dict[str, Any]]:
    """One matched-log condition."""
    return [{"display_name": "c", "condition_matched_log": [{"filter": text}]}]


@pytest.mark.parametrize("pulumi", [False, True])
def test_hears_the_audit_log(pulumi: bool) -> None:
    alarm = alarms(pulumi=pulumi, conditions=matched(AUDIT), notification_channels=["c"])[0]
    assert alarm.hears == {"cloudsql"}
    assert alarm.sources == ("p:db",)
    assert alarm.sends.is_true


@pytest.mark.parametrize(
    ("condition", "family"),
    [
        ({"condition_threshold": [{"filter": 'metric.type="cloudsql.googleapis.com/database/backup/failed"'}]}, "cloudsql"),
        ({"condition_absent": [{"filter": 'resource.type="cloud_sql" metric.label.event="sql_backup"'}]}, "cloudsql"),
        (
            {"condition_monitoring_query_language": [{"query": "fetch workflows | filter resource.workflow_id == 'sql-backup-db'"}]},
            "cloudsql",
        ),
        ({"condition_matched_log": [{"filter": 'logName:"backupdr.googleapis.com%2Fbdr_backup_restore_jobs"'}]}, "backupdr"),
        ({"condition_matched_log": [{"filter": 'protoPayload.serviceName="alloydb.googleapis.com" backup'}]}, "alloydb"),
    ],
)
def test_families(condition: dict[str, Any], family: str) -> None:
    assert family in alarms(conditions=[condition])[0].hears


def test_deaf_policies_are_no_alarms() -> None:
    assert alarms(conditions=matched('resource.type="cloudsql_database" severity>=ERROR')) == []
    assert alarms(conditions=matched('resource.type="gce_instance" backup')) == []
    assert alarms() == []


def test_by_way_of_a_log_metric() -> None:
    metric = res("google_logging_metric.m", name="failed-backups", filter=AUDIT)
    named = [{"condition_threshold": [{"filter": 'metric.type="logging.googleapis.com/user/failed-backups"'}]}]
    assert alarms(metric, conditions=named)[0].hears == {"cloudsql"}
    by_ref = [{"condition_threshold": [{"filter": unk("google_logging_metric.m.id", "google_logging_metric.m.id")}]}]
    assert alarms(metric, conditions=by_ref)[0].hears == {"cloudsql"}


def test_unknown_conditions() -> None:
    assert "var.later" in alarms(conditions=unk())[0].hears_unknown
    assert "var.filter" in alarms(conditions=matched(unk("var.filter")))[0].hears_unknown
    assert alarms(conditions=[unk()])[0].hears == frozenset()


@pytest.mark.parametrize(
    ("attrs", "sends"),
    [
        ({}, None),
        ({"notification_channels": []}, None),
        ({"notification_channels": ["c"]}, True),
        ({"notification_channels": [CHANNEL]}, True),
        ({"notification_channels": CHANNEL}, True),
        ({"notification_channels": ["c"], "enabled": False}, False),
    ],
)
def test_who_is_told(attrs: dict[str, Any], sends: bool | None) -> None:
    value = alarms(conditions=matched(AUDIT), **attrs)[0].sends
    assert value.data is sends
    assert not value.unknown


def test_who_is_told_may_be_unknown() -> None:
    assert alarms(conditions=matched(AUDIT), notification_channels=unk())[0].sends.unknown
    assert alarms(conditions=matched(AUDIT), notification_channels=["c"], enabled=unk())[0].sends.unknown

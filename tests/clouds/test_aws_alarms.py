"""What listens to failed backups."""

from __future__ import annotations

import json
from typing import Any

import pytest

from recoverable.clouds.aws_event_pattern import families_of_pattern
from recoverable.model.estate import Alarm
from tests.clouds.aws_backup_builders import DB, VAULT, ask, database, estate_of, res, unk

BOTH = {"rds", "aurora"}
BACKUP = {"source": ["aws.backup"]}
TARGET = res("aws_cloudwatch_event_target.t", rule="failed", arn="t")


def only(*resources: Any) -> Alarm:
    (alarm,) = estate_of(*resources).alarms
    return alarm


def subscription(kind: str = "aws_db_event_subscription", **attrs: Any) -> Any:
    return res(f"{kind}.main", sns_topic="t", **attrs)


@pytest.mark.parametrize(
    ("attrs", "hears", "doubt"),
    [
        ({}, BOTH, False),
        ({"source_type": "db-instance"}, {"rds"}, False),
        ({"source_type": "db-cluster"}, {"aurora"}, False),
        ({"source_type": "db-parameter-group"}, set(), False),
        ({"source_type": unk()}, set(), True),
        ({"event_categories": []}, BOTH, False),
        ({"event_categories": ["backup"]}, BOTH, False),
        ({"event_categories": ["maintenance", "failure"]}, BOTH, False),
        ({"event_categories": ["maintenance"]}, set(), False),
        ({"event_categories": ["maintenance", unk()]}, set(), True),
        ({"event_categories": ["backup", unk()]}, BOTH, False),
        ({"event_categories": unk()}, set(), True),
        ({"source_ids": [unk("var.ids")]}, set(), True),
        ({"__conditional__": unk("var.on")}, set(), True),
    ],
)
def test_what_an_rds_event_subscription_hears(attrs: dict[str, Any], hears: set[str], doubt: bool) -> None:
    alarm = only(subscription(**attrs))

    assert (alarm.hears, bool(alarm.hears_unknown)) == (hears, doubt)


def test_subscriptions_of_other_databases() -> None:
    assert only(subscription("aws_docdb_event_subscription")).hears == {"docdb"}
    assert only(subscription("aws_neptune_event_subscription", source_type="db-cluster")).hears == {"neptune"}
    assert only(subscription("aws_redshift_event_subscription", source_type="cluster")).hears == {"redshift"}


@pytest.mark.parametrize(
    ("ids", "sources"),
    [
        (None, ()),
        (["orders"], ("orders",)),
        ([unk("x", f"{DB}.identifier")], (DB,)),
        ([unk("x", f"{DB}.id", "aws_db_instance.b.id")] * 2, (DB, "aws_db_instance.b")),
    ],
)
def test_a_subscription_may_be_limited_to_sources(ids: Any, sources: tuple[str, ...]) -> None:
    assert only(subscription(source_ids=ids), database(), database("aws_db_instance.b")).sources == sources


@pytest.mark.parametrize(
    ("pattern", "hears"),
    [
        (BACKUP, {"aws-backup"}),
        (BACKUP | {"detail-type": ["Backup Job State Change"]}, {"aws-backup"}),
        (BACKUP | {"detail-type": ["Copy Job State Change"]}, {"aws-backup"}),
        (BACKUP | {"detail-type": ["Restore Job State Change"]}, set()),
        (BACKUP | {"detail-type": [{"prefix": "Backup Job"}]}, {"aws-backup"}),
        (BACKUP | {"detail-type": [{"wildcard": "*Job State Change"}]}, {"aws-backup"}),
        (BACKUP | {"detail-type": [{"suffix": "Index State Change"}]}, set()),
        (BACKUP | {"detail": {"state": ["FAILED", "EXPIRED"]}}, {"aws-backup"}),
        (BACKUP | {"detail": {"state": ["COMPLETED"]}}, set()),
        (BACKUP | {"detail": {"state": [{"anything-but": "COMPLETED"}]}}, {"aws-backup"}),
        (BACKUP | {"detail": {"state": [{"anything-but": ["FAILED", "ABORTED", "EXPIRED"]}]}}, set()),
        (BACKUP | {"detail": {"state": [{"anything-but": {"prefix": "COMP"}}]}}, {"aws-backup"}),
        (BACKUP | {"detail": {"state": [{"equals-ignore-case": "failed"}]}}, {"aws-backup"}),
        (BACKUP | {"detail": {"state": [{"prefix": {"equals-ignore-case": "fail"}}]}}, {"aws-backup"}),
        (BACKUP | {"detail": {"state": [{"exists": True}]}}, {"aws-backup"}),
        (BACKUP | {"detail": {"$or": [{"state": ["FAILED"]}, {"status": ["FAILED"]}]}}, {"aws-backup"}),
        (BACKUP | {"detail": {"$or": [{"state": ["COMPLETED"]}]}}, set()),
        ({"source": "aws.backup"}, {"aws-backup"}),
        ({"source": ["aws.rds"]}, BOTH),
        ({"source": ["aws.rds"], "detail-type": ["RDS DB Instance Event"]}, {"rds"}),
        ({"source": ["aws.rds"], "detail-type": ["RDS DB Cluster Snapshot Event"]}, {"aurora"}),
        ({"source": ["aws.rds"], "detail": {"EventCategories": ["failover"]}}, set()),
        ({"source": ["aws.rds"], "detail": {"EventCategories": ["failure"]}}, BOTH),
        ({"source": ["aws.ec2"]}, set()),
        ({"account": ["1"]}, set()),
        ([], set()),
    ],
)
def test_event_patterns(pattern: Any, hears: set[str]) -> None:
    assert families_of_pattern(json.dumps(pattern)) == hears


def test_text_that_is_no_pattern_hears_nothing() -> None:
    assert families_of_pattern("{") == families_of_pattern("") == frozenset()


@pytest.mark.parametrize(
    ("attrs", "target", "sends"),
    [
        ({}, TARGET, True),
        ({}, None, False),
        ({"state": "DISABLED"}, TARGET, False),
        ({"is_enabled": False}, TARGET, False),
        ({"state": "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"}, TARGET, True),
        ({"state": unk()}, TARGET, None),
        ({}, res("aws_cloudwatch_event_target.t", rule=unk("var.rule"), arn="t"), None),
        ({}, res("aws_cloudwatch_event_target.t", rule=unk("x", "aws_cloudwatch_event_rule.failed.name"), arn="t"), True),
    ],
)
def test_an_event_rule_needs_a_target_and_to_be_on(attrs: dict[str, Any], target: Any, sends: bool | None) -> None:
    rule = res("aws_cloudwatch_event_rule.failed", **({"name": "failed", "event_pattern": json.dumps(BACKUP)} | attrs))
    found = only(rule, *([target] if target else []))

    assert (None if found.sends.unknown else found.sends.is_true) is sends
    assert found.hears == {"aws-backup"}


def test_an_unknown_pattern_may_hear_anything() -> None:
    assert "var.pattern" in only(res("aws_cloudwatch_event_rule.failed", name="failed", event_pattern=unk("var.pattern"))).hears_unknown


@pytest.mark.parametrize(
    ("attrs", "hears", "sends"),
    [
        ({"namespace": "AWS/Backup", "metric_name": "NumberOfBackupJobsFailed", "alarm_actions": ["t"]}, {"aws-backup"}, True),
        (
            {"namespace": "AWS/Backup", "metric_name": "NumberOfBackupJobsCompleted", "insufficient_data_actions": ["t"]},
            {"aws-backup"},
            True,
        ),
        ({"namespace": "AWS/Backup", "metric_name": "NumberOfRestoreJobsFailed", "alarm_actions": ["t"]}, set(), True),
        ({"namespace": "AWS/RDS", "metric_name": "FreeStorageSpace", "alarm_actions": ["t"]}, set(), True),
        ({"namespace": "AWS/S3", "metric_name": "OperationsFailedReplication", "alarm_actions": ["t"]}, {"s3-replication"}, True),
        ({"namespace": "AWS/Backup", "metric_name": "NumberOfBackupJobsFailed"}, {"aws-backup"}, False),
        (
            {"namespace": "AWS/Backup", "metric_name": "NumberOfBackupJobsFailed", "alarm_actions": ["t"], "actions_enabled": False},
            {"aws-backup"},
            False,
        ),
        (
            {"namespace": "AWS/Backup", "metric_name": "NumberOfBackupJobsFailed", "alarm_actions": [unk("x", "aws_sns_topic.t.arn")]},
            {"aws-backup"},
            True,
        ),
        ({"namespace": "AWS/Backup", "metric_name": "NumberOfBackupJobsFailed", "alarm_actions": unk("var.actions")}, {"aws-backup"}, None),
        (
            {
                "metric_query": [{"metric": [{"namespace": "AWS/Backup", "metric_name": "NumberOfBackupJobsFailed"}]}],
                "alarm_actions": ["t"],
            },
            {"aws-backup"},
            True,
        ),
    ],
)
def test_metric_alarms(attrs: dict[str, Any], hears: set[str], sends: bool | None) -> None:
    alarm = only(res("aws_cloudwatch_metric_alarm.main", **attrs))

    assert alarm.hears == hears
    assert (None if alarm.sends.unknown else alarm.sends.is_true) is sends


def test_an_unknown_metric_may_be_any() -> None:
    assert only(res("aws_cloudwatch_metric_alarm.main", namespace=unk(), metric_name="X")).hears_unknown
    assert only(res("aws_cloudwatch_metric_alarm.main", metric_query=unk("var.queries"))).hears_unknown == "var.queries"


@pytest.mark.parametrize(
    ("name", "events", "hears", "doubt"),
    [
        ("acme", ["BACKUP_JOB_COMPLETED"], {"aws-backup"}, False),
        (unk("x", f"{VAULT}.name"), ["BACKUP_JOB_COMPLETED"], {"aws-backup"}, False),
        (unk("var.vault"), ["BACKUP_JOB_COMPLETED"], set(), True),
        ("acme", ["BACKUP_JOB_FAILED"], set(), False),
        ("acme", [unk()], set(), True),
    ],
)
def test_vault_notifications(name: Any, events: Any, hears: set[str], doubt: bool) -> None:
    alarm = only(
        res("aws_backup_vault_notifications.main", backup_vault_name=name, backup_vault_events=events, sns_topic_arn="t"),
        res(VAULT, name="acme"),
    )

    assert (alarm.hears, bool(alarm.hears_unknown)) == (hears, doubt)
    assert alarm.sources in ((VAULT,), ("acme",), ())


@pytest.mark.parametrize(
    ("blocks", "hears", "doubt"),
    [
        ({"topic": [{"events": ["s3:Replication:OperationFailedReplication"]}]}, {"s3-replication"}, False),
        ({"queue": [{"events": ["s3:Replication:*"]}]}, {"s3-replication"}, False),
        ({"lambda_function": [{"events": ["s3:ObjectCreated:*"]}]}, set(), False),
        ({"topic": unk("var.topics")}, set(), True),
        ({"topic": [{"events": unk()}]}, set(), True),
        ({"bucket": unk("var.bucket"), "topic": [{"events": ["s3:Replication:*"]}]}, set(), True),
    ],
)
def test_bucket_notifications(blocks: dict[str, Any], hears: set[str], doubt: bool) -> None:
    alarm = only(res("aws_s3_bucket_notification.main", **({"bucket": "acme"} | blocks)))

    assert (alarm.hears, bool(alarm.hears_unknown)) == (hears, doubt)


@pytest.mark.parametrize(
    ("attrs", "verdict"),
    [
        ({"source_ids": ["orders"]}, "pass"),
        ({"source_ids": ["other"]}, "fail"),
        ({"enabled": False}, "fail"),
        ({"enabled": unk()}, "unknown"),
    ],
)
def test_who_hears_a_database(attrs: dict[str, Any], verdict: str) -> None:
    (finding,) = ask("RCV090", estate_of(database(), subscription(**attrs)))

    assert finding.verdict.value == verdict
    assert "tells nobody" in finding.message or attrs != {"enabled": False}

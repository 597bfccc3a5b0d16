"""BackupAlerts under the mocks: what it asks the engine for, and that the rules hear it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi_aws
import pytest

from recoverable.components.backup_alerts import BackupAlerts, BackupAlertsArgs, ReplicationAlertArgs, StoreAlertArgs
from recoverable.components.bucket import Bucket, BucketArgs
from recoverable.components.policy import ProtectionPolicy
from recoverable.components.postgres import Postgres, PostgresArgs
from recoverable.components.restore_test import RestoreTest, RestoreTestArgs
from tests.components.backup_samples import made, questions, statements
from tests.components.harness import Built

WEEK = 7 * 86400


def alerts(**more: Any) -> Callable[[ProtectionPolicy], BackupAlerts]:
    return lambda policy: BackupAlerts("alerts", BackupAlertsArgs(policy=policy, **more))


FULL: dict[str, Any] = {
    "stores": [StoreAlertArgs("orders", kind="rds-instance"), StoreAlertArgs("shop/uploads", max_age_days=10)],
    "vault_names": ["main"],
    "replications": [ReplicationAlertArgs("uploads", "uploads-replica")],
    "more_addresses": ["second@acme.example"],
}


def alarm(built: Built, name: str) -> dict[str, Any]:
    return built.one("MetricAlarm", f"alerts-{name}").inputs


@pytest.mark.parametrize("environment", ["prod", "staging", "dev"])
def test_with_alerts_and_a_restore_test_every_rule_passes_a_database_and_a_bucket(tmp_path: Path, environment: str) -> None:
    def program(policy: ProtectionPolicy) -> None:
        heard = alerts(**FULL)(policy).topic_arn
        topic: Any = heard if environment == "prod" else None  # None only on Google Cloud
        Postgres("orders", PostgresArgs(policy=policy))
        Bucket("uploads", BucketArgs(policy=policy, replication_topic=topic))
        RestoreTest("proof", RestoreTestArgs(policy=policy))

    assert questions(made(tmp_path, program, environment), tmp_path) == []


def test_a_plain_database_is_heard_and_without_alerts_it_is_not(tmp_path: Path) -> None:
    def database() -> None:
        pulumi_aws.rds.Instance("plain", instance_class="db.t4g.medium", engine="postgres", backup_retention_period=30)

    def heard(policy: ProtectionPolicy) -> None:
        database()
        alerts()(policy)

    assert [text for text in made(tmp_path, heard).not_passed() if text.startswith("RCV090")] == []
    assert [text for text in made(tmp_path, lambda _: database()).not_passed() if text.startswith("RCV090")] != []


def test_the_topic_is_encrypted_and_eventbridge_is_let_in_without_conditions(tmp_path: Path) -> None:
    """EventBridge's requests to KMS carry no source: a condition on it would drop every alert in silence."""
    built = made(tmp_path, alerts(), preview=False)
    key = statements(built.one("Key"))
    assert "Condition" not in key["EventBridge"]
    assert key["EventBridge"]["Principal"] == {"Service": "events.amazonaws.com"}
    assert key["EventBridge"]["Action"] == ["kms:GenerateDataKey*", "kms:Decrypt"]
    assert key["Publishers"]["Principal"]["Service"] == ["cloudwatch.amazonaws.com", "backup.amazonaws.com", "s3.amazonaws.com"]
    assert key["Publishers"]["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    assert key["Account"]["Principal"] == {"AWS": "arn:aws:iam::123456789012:root"}
    topic = built.one("Topic")
    assert topic.inputs["kmsMasterKeyId"].endswith(":alerts-key")
    policy = statements(built.one("TopicPolicy"))
    assert policy["EventBridge"]["Principal"] == {"Service": "events.amazonaws.com"}
    assert "Condition" not in policy["EventBridge"]
    assert policy["Publishers"]["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    assert (policy["DenyPlainHttp"]["Effect"], policy["DenyPlainHttp"]["Principal"]) == ("Deny", "*")


def test_everyone_named_is_subscribed(tmp_path: Path) -> None:
    subscribed = made(tmp_path, alerts(more_addresses=["second@acme.example"])).of("TopicSubscription")
    assert [(child.inputs["protocol"], child.inputs["endpoint"]) for child in sorted(subscribed, key=lambda child: child.name)] == [
        ("email", "ops@acme.example"),
        ("email", "second@acme.example"),
    ]


def test_failed_jobs_are_heard_by_state_and_by_status(tmp_path: Path) -> None:
    bad = ["FAILED", "ABORTED", "EXPIRED", "PARTIAL"]
    pattern = json.loads(made(tmp_path, alerts()).one("EventRule", "alerts-backup-jobs").inputs["eventPattern"])
    assert pattern == {
        "source": ["aws.backup"],
        "detail-type": ["Backup Job State Change", "Copy Job State Change", "Restore Job State Change"],
        "detail": {"$or": [{"state": bad}, {"status": bad}]},
    }


def test_every_event_that_is_not_delivered_is_kept_and_rings(tmp_path: Path) -> None:
    built = made(tmp_path, alerts(), preview=False)
    targets = built.of("EventTarget")
    assert len(targets) == len(built.of("EventRule")) == 2
    for child in targets:
        assert child.inputs["deadLetterConfig"]["arn"].endswith(":alerts-dead-letters")
        assert child.inputs["retryPolicy"] == {"maximumEventAgeInSeconds": 86400, "maximumRetryAttempts": 185}
    allowed = statements(built.one("QueuePolicy"))["Undelivered"]
    assert allowed["Principal"] == {"Service": "events.amazonaws.com"}
    assert allowed["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    assert alarm(built, "undelivered-alerts")["metricName"] == "ApproximateNumberOfMessagesVisible"


def test_a_proof_is_stale_after_cadence_and_grace_and_silence_is_stale_too(tmp_path: Path) -> None:
    built = made(tmp_path, alerts(**FULL))
    stale = alarm(built, "stale-proof-orders")
    assert (stale["namespace"], stale["metricName"]) == ("Recoverable", "LastProvenRestoreAgeMinutes")
    assert stale["dimensions"] == {"store": "orders", "environment": "prod"}
    assert (stale["comparisonOperator"], stale["threshold"], stale["statistic"]) == ("GreaterThanThreshold", 38 * 1440, "Maximum")
    assert stale["treatMissingData"] == "breaching"
    assert alarm(built, "stale-proof-shop-uploads")["threshold"] == 10 * 1440


def test_a_kind_may_have_a_shorter_cadence(tmp_path: Path) -> None:
    standard = '[environments.prod.kinds."rds-instance"]\nrestore_test_days = 7\nrestore_test_grace_days = 2\n'
    assert alarm(made(tmp_path, alerts(**FULL), standard=standard), "stale-proof-orders")["threshold"] == 9 * 1440


def test_no_alarm_waits_longer_than_cloudwatch_allows_and_each_tells_both_ways(tmp_path: Path) -> None:
    alarms = made(tmp_path, alerts(**FULL), preview=False).of("MetricAlarm")
    assert len(alarms) == 7
    for child in alarms:
        assert child.inputs["period"] * child.inputs["evaluationPeriods"] <= WEEK, child.name
        assert child.inputs["alarmActions"] == child.inputs["okActions"] != [], child.name


def test_a_vault_rings_when_nothing_was_backed_up_in_a_day(tmp_path: Path) -> None:
    built = made(tmp_path, alerts(**FULL))
    absent = alarm(built, "no-backup-0")
    assert (absent["metricName"], absent["comparisonOperator"], absent["threshold"]) == (
        "NumberOfBackupJobsCompleted",
        "LessThanThreshold",
        1,
    )
    assert (absent["period"], absent["treatMissingData"], absent["dimensions"]) == (86400, "breaching", {"BackupVaultName": "main"})
    failed = alarm(built, "failed-backup-0")
    assert (failed["metricName"], failed["threshold"], failed["treatMissingData"]) == ("NumberOfBackupJobsFailed", 0, "notBreaching")


@pytest.mark.parametrize(
    ("environment", "more", "seconds"), [("prod", {}, 900), ("dev", {}, 900), ("dev", {"replication_threshold_minutes": 60}, 3600)]
)
def test_a_replication_rings_when_it_is_later_than_the_rpo(tmp_path: Path, environment: str, more: dict[str, Any], seconds: int) -> None:
    late = alarm(made(tmp_path, alerts(replications=FULL["replications"], **more), environment), "late-replication-0")
    assert (late["metricName"], late["threshold"], late["treatMissingData"]) == ("ReplicationLatency", seconds, "notBreaching")
    assert late["dimensions"] == {"SourceBucket": "uploads", "DestinationBucket": "uploads-replica", "RuleId": "second-region"}


def test_nothing_of_it_holds_data_so_nothing_is_protected(tmp_path: Path) -> None:
    assert [child.name for child in made(tmp_path, alerts(**FULL)).children if child.protect or child.retain] == []


def test_every_child_that_takes_tags_has_them(tmp_path: Path) -> None:
    built = made(tmp_path, alerts(**FULL, tags={"cost": "42"}))
    for token in ("Topic", "Queue", "Key", "EventRule", "MetricAlarm"):
        assert {child.inputs["tags"]["cost"] for child in built.of(token)} == {"42"}, token


def test_outputs_name_topic_alarms_and_metric(tmp_path: Path) -> None:
    outputs = made(tmp_path, alerts(**FULL), preview=False).outputs["alerts"]
    assert outputs["topic_arn"].endswith(":alerts-topic")
    assert sorted(outputs["alarms"]) == [
        "failed-backup-0",
        "failed-replication-0",
        "late-replication-0",
        "no-backup-0",
        "stale-proof-orders",
        "stale-proof-shop-uploads",
        "undelivered-alerts",
    ]
    assert outputs["proof_metric"]["name"] == "LastProvenRestoreAgeMinutes"


GOOGLE: dict[str, Any] = {"stores": FULL["stores"], "more_addresses": FULL["more_addresses"]}


def test_google_cloud_hears_failed_backups_of_cloud_sql_and_of_plans(tmp_path: Path) -> None:
    built = made(tmp_path, alerts(**GOOGLE), cloud="gcp", preview=False)
    failed = built.one("AlertPolicy", "alerts-failed-cloudsql").inputs
    (condition,) = failed["conditions"]
    assert 'methodName="cloudsql.instances.automatedBackup"' in condition["conditionMatchedLog"]["filter"]
    assert failed["alertStrategy"]["notificationRateLimit"] == {"period": "300s"}
    channels = built.of("NotificationChannel")
    assert sorted(child.inputs["labels"]["email_address"] for child in channels) == ["ops@acme.example", "second@acme.example"]
    assert sorted(failed["notificationChannels"]) == ["alerts-channel-0-id", "alerts-channel-1-id"]
    assert sorted(child.name for child in built.of("Metric")) == ["alerts-failed-backupdr-count", "alerts-failed-cloudsql-count"]


def test_google_cloud_waits_for_a_missing_value_no_longer_than_it_can(tmp_path: Path) -> None:
    old, silent = made(tmp_path, alerts(**GOOGLE), cloud="gcp").one("AlertPolicy", "alerts-stale-proof-orders").inputs["conditions"]
    assert old["conditionThreshold"]["thresholdValue"] == 38 * 1440
    assert silent["conditionAbsent"]["duration"] == "84600s"
    for condition in (old["conditionThreshold"], silent["conditionAbsent"]):
        assert 'metric.labels.store="orders"' in condition["filter"]
        assert 'metric.labels.environment="prod"' in condition["filter"]


def test_google_cloud_makes_the_metric_before_the_policy_that_reads_it_and_leaves_it(tmp_path: Path) -> None:
    """A policy on a metric that does not exist is refused; and other stacks of the project may use the metric too."""
    built = made(tmp_path, alerts(**GOOGLE), cloud="gcp")
    metric = built.one("MetricDescriptor")
    assert sorted(label["key"] for label in metric.inputs["labels"]) == ["environment", "store"]
    assert (metric.retain, metric.protect) == (True, False)
    assert metric.urn in built.one("AlertPolicy", "alerts-stale-proof-orders").depends
    assert made(tmp_path, alerts(), cloud="gcp").of("MetricDescriptor") == []


@pytest.mark.parametrize("environment", ["prod", "staging", "dev"])
def test_every_rule_passes_cloud_sql_beside_it(tmp_path: Path, environment: str) -> None:
    def program(policy: ProtectionPolicy) -> None:
        alerts(**GOOGLE)(policy)
        Postgres("orders", PostgresArgs(policy=policy))

    assert questions(made(tmp_path, program, environment, cloud="gcp"), tmp_path) == []

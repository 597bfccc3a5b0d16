"""BackupAlerts with the real engine: what the laptop cloud then holds, read back with boto3. Nothing rings here: moto sends no mail."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recoverable.sandbox.laptop import Laptop
from tests.components.backup_stacks import client, lives, made, source, store

pytestmark = pytest.mark.engine

STORES = ', stores=[StoreAlertArgs("orders"{more})]'
REST = ', vault_names=["main"], replications=[ReplicationAlertArgs("a-bucket", "b-bucket")]'


def alerts(more: str = "", cloud: str = "AWS") -> str:
    return source("backup_alerts", f'BackupAlerts("alerts", BackupAlertsArgs(policy=policy{more}))', cloud=cloud)


def test_topic_rules_alarms_and_queue_are_as_they_were_declared(fresh_laptop: Laptop, tmp_path: Path) -> None:
    """On a cloud of its own: other tests' alerts have rules of the same names."""
    laptop = fresh_laptop
    stack = made(laptop, tmp_path, "alerts", alerts(STORES.format(more="") + REST))
    stack.up()
    outputs = stack.outputs()
    topic = client(laptop, "sns").get_topic_attributes(TopicArn=outputs["topic_arn"])["Attributes"]
    assert topic["KmsMasterKeyId"] == outputs["topic_key_arn"]
    assert {each["Sid"] for each in json.loads(topic["Policy"])["Statement"]} == {"EventBridge", "Publishers", "DenyPlainHttp"}
    (mail,) = client(laptop, "sns").list_subscriptions_by_topic(TopicArn=outputs["topic_arn"])["Subscriptions"]
    assert (mail["Protocol"], mail["Endpoint"]) == ("email", "ops@acme.example")
    key = json.loads(client(laptop, "kms").get_key_policy(KeyId=outputs["topic_key_arn"], PolicyName="default")["Policy"])
    assert {each["Sid"] for each in key["Statement"]} == {"Account", "EventBridge", "Publishers"}
    events = client(laptop, "events")
    rules = [each for each in events.list_rules(NamePrefix="alerts-")["Rules"] if each["Name"].startswith(("alerts-backup", "alerts-data"))]
    assert sorted(json.loads(each["EventPattern"])["source"][0] for each in rules) == ["aws.backup", "aws.rds"]
    for rule in rules:
        (target,) = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
        assert target["Arn"] == outputs["topic_arn"]
        assert target["DeadLetterConfig"]["Arn"] == outputs["dead_letter_queue_arn"]
        assert target["RetryPolicy"] == {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 86400}
    names = [arn.rpartition(":")[2] for arn in outputs["alarms"].values()]
    alarms = client(laptop, "cloudwatch").describe_alarms(AlarmNames=names)["MetricAlarms"]
    assert len(alarms) == len(outputs["alarms"]) == 6
    assert {tuple(each["AlarmActions"]) for each in alarms} == {(outputs["topic_arn"],)}
    stale = next(each for each in alarms if each["MetricName"] == "LastProvenRestoreAgeMinutes")
    assert (stale["Threshold"], stale["TreatMissingData"], stale["Namespace"]) == (38 * 1440, "breaching", "Recoverable")
    stack.run("preview", "--expect-no-changes")
    stack.destroy()


def test_they_are_updated_and_drift_is_seen_and_they_go(laptop: Laptop, tmp_path: Path) -> None:
    stack = made(laptop, tmp_path, "alertlife", alerts(STORES.format(more="")))
    stack.up()
    cloudwatch = client(laptop, "cloudwatch")

    def stale() -> dict[str, object]:
        arn = stack.outputs()["alarms"]["stale-proof-orders"]
        (found,) = cloudwatch.describe_alarms(AlarmNames=[arn.rpartition(":")[2]])["MetricAlarms"]
        return dict(found)

    def check() -> None:
        assert stale()["Threshold"] == 10 * 1440

    def drift() -> None:
        found = stale()
        keep = ("AlarmName", "Namespace", "MetricName", "Dimensions", "Statistic", "Period", "EvaluationPeriods", "ComparisonOperator")
        cloudwatch.put_metric_alarm(**{name: found[name] for name in keep}, Threshold=999999, TreatMissingData="ignore")

    lives(stack, alerts(STORES.format(more=", max_age_days=10")), check, drift)


def test_fake_google_policies_tell_the_channel(laptop: Laptop, tmp_path: Path) -> None:
    stack = made(laptop, tmp_path, "gcpalerts", alerts(STORES.format(more=""), "GCP"))
    stack.up()
    outputs = stack.outputs()
    policies = store(laptop).list("gcp:monitoring/alertPolicy:AlertPolicy")
    assert len(outputs["alarms"]) == 3
    for name in outputs["alarms"].values():
        assert policies[name]["notificationChannels"] == outputs["channels"]
    stack.run("preview", "--expect-no-changes")
    stack.destroy()

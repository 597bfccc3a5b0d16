"""Alarms, event rules, log groups, topics and queues through the stand-in provider, on moto."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from recoverable.sandbox.aws.cloud import ACCOUNT, AwsCloud
from tests.support.provider import REGION, Aborted, Calls, urn_of

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
LOGS = "aws:cloudwatch/logGroup:LogGroup"
RULE = "aws:cloudwatch/eventRule:EventRule"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"
TOPIC_ARN = f"arn:aws:sns:{REGION}:{ACCOUNT}:alerts"
DAY = 86400
PATTERN = json.dumps({"source": ["aws.backup"], "detail": {"state": ["FAILED"]}})


def stale(name: str, **more: Any) -> dict[str, Any]:
    """The alarm on the age of the last proven restore."""
    return {
        "name": name,
        "namespace": "Recoverable",
        "metricName": "LastProvenRestoreAgeMinutes",
        "dimensions": {"store": "orders", "environment": "prod"},
        "statistic": "Maximum",
        "period": DAY,
        "evaluationPeriods": 1,
        "datapointsToAlarm": 1,
        "threshold": 53280,
        "comparisonOperator": "GreaterThanThreshold",
        "treatMissingData": "breaching",
        "alarmActions": [TOPIC_ARN],
        "okActions": [TOPIC_ARN],
        "tags": {"owner": "x"},
    } | more


def test_an_alarm_is_what_is_stated_of_it(aws: Calls, cloud: AwsCloud, name: str) -> None:
    watch = cloud.client("cloudwatch")
    made = aws.up(ALARM, "stale", **stale(name))
    data = watch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]
    assert (data["TreatMissingData"], data["Threshold"], data["Period"], data["ActionsEnabled"]) == ("breaching", 53280, DAY, True)
    assert (data["AlarmActions"], data["OKActions"]) == ([TOPIC_ARN], [TOPIC_ARN])
    assert made.outputs["arn"] == data["AlarmArn"]
    assert aws.refresh(made) == []
    assert aws.changed(made, **stale(name)) == []
    aws.update(made, **stale(name, threshold=100, tags={"team": "y"}))
    assert watch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["Threshold"] == 100
    assert watch.list_tags_for_resource(ResourceARN=data["AlarmArn"])["Tags"] == [{"Key": "team", "Value": "y"}]
    kept = {
        key: data[key]
        for key in ("AlarmName", "Namespace", "MetricName", "Dimensions", "Statistic", "Period", "EvaluationPeriods", "ComparisonOperator")
    }
    watch.put_metric_alarm(**kept, Threshold=100, TreatMissingData="notBreaching", AlarmActions=[TOPIC_ARN], OKActions=[TOPIC_ARN])
    assert aws.refresh(made) == ["datapointsToAlarm", "treatMissingData"]
    aws.delete(made)
    assert aws.refresh(made) == ["gone"]
    aws.delete(made)


def test_an_alarm_on_an_expression_keeps_its_metrics(aws: Calls, cloud: AwsCloud, name: str) -> None:
    metric = {"metricName": "NumberOfBackupJobsFailed", "namespace": "AWS/Backup", "period": 300, "stat": "Sum", "dimensions": {"a": "b"}}
    queries = [{"id": "e1", "expression": "FILL(m1, 0)", "label": "failed", "returnData": True}, {"id": "m1", "metric": metric}]
    stated = {"name": name, "comparisonOperator": "GreaterThanThreshold", "evaluationPeriods": 1, "threshold": 0, "metricQueries": queries}
    made = aws.up(ALARM, "failed", **stated)
    data = cloud.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"][0]
    assert data["Metrics"][1]["MetricStat"]["Metric"]["MetricName"] == "NumberOfBackupJobsFailed"
    assert aws.refresh(made) == []


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (
            {"evaluationPeriods": 8, "datapointsToAlarm": 1},
            "`period`: 8 periods of 86400 s are 691200 s, more than the 7 day(s) that an alarm looks back",
        ),
        (
            {"period": 1800, "evaluationPeriods": 49},
            "`period`: 49 periods of 1800 s are 88200 s, more than the 1 day(s) that an alarm looks back",
        ),
        ({"period": 90}, "`period`: 90 is neither 10, 20, 30 nor a multiple of 60 seconds"),
        ({"datapointsToAlarm": 2}, "`datapointsToAlarm`: 2 is not in 1 to `evaluationPeriods` of 1"),
        ({"treatMissingData": "ok"}, "`treatMissingData`: ok is not one of breaching, notBreaching, ignore, missing"),
        ({"metricName": None}, "`metricName`: either `metricName` or `metricQueries` must be stated"),
    ],
)
def test_an_illegal_alarm_is_refused_by_name(aws: Calls, name: str, more: dict[str, Any], reason: str) -> None:
    stated = {key: value for key, value in stale(name, **more).items() if value is not None}
    assert aws.check(urn_of(ALARM, "a"), stated)[1] == [reason]


def test_fake_an_alarm_that_looks_back_too_far_is_refused_on_the_wire(cloud: AwsCloud, name: str) -> None:
    watch = cloud.client("cloudwatch")
    alarm = {"AlarmName": name, "Namespace": "n", "MetricName": "m", "Statistic": "Sum", "Threshold": 1}
    alarm |= {"ComparisonOperator": "GreaterThanThreshold", "Period": DAY}
    watch.put_metric_alarm(**alarm, EvaluationPeriods=7)
    with pytest.raises(ClientError, match="Metrics cannot be checked across more than 7 day"):
        watch.put_metric_alarm(**alarm, EvaluationPeriods=8)


def test_a_log_group_keeps_its_retention_and_fake_changes_its_key(aws: Calls, cloud: AwsCloud, name: str) -> None:
    logs = cloud.client("logs")
    one, two = (cloud.client("kms").create_key()["KeyMetadata"]["Arn"] for _ in "ab")
    made = aws.up(LOGS, "l", name=name, retentionInDays=30, kmsKeyId=one, tags={"owner": "x"})
    assert logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]["retentionInDays"] == 30
    assert aws.refresh(made) == []
    aws.update(made, name=name, retentionInDays=90, kmsKeyId=two)
    group = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]
    assert (group["retentionInDays"], group["kmsKeyId"]) == (90, two)
    logs.delete_retention_policy(logGroupName=name)
    assert aws.refresh(made) == ["retentionInDays"]
    aws.update(made, name=name, retentionInDays=90)
    assert "kmsKeyId" not in logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]
    aws.delete(made)
    assert aws.refresh(made) == ["gone"]
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.associate_kms_key(logGroupName=f"{name}-none", kmsKeyId=one)
    assert aws.check(urn_of(LOGS, "l"), {"name": name, "retentionInDays": 31})[1][0].startswith(
        "`retentionInDays`: 31 is not one of 0, 1, 3,"
    )


def test_a_rule_and_its_target_are_what_is_stated_of_them(aws: Calls, cloud: AwsCloud, name: str) -> None:
    events = cloud.client("events")
    rule = aws.up(RULE, "failed", name=name, eventPattern=PATTERN, state="ENABLED", description="d", tags={"owner": "x"})
    data = events.describe_rule(Name=name)
    assert (data["EventPattern"], data["State"], rule.outputs["arn"]) == (PATTERN, "ENABLED", data["Arn"])
    assert aws.refresh(rule) == []
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead"
    stated: dict[str, Any] = {"rule": name, "targetId": "topic", "arn": TOPIC_ARN, "deadLetterConfig": {"arn": queue}}
    stated |= {"retryPolicy": {"maximumEventAgeInSeconds": 3600, "maximumRetryAttempts": 10}}
    stated |= {"inputTransformer": {"inputPaths": {"state": "$.detail.state"}, "inputTemplate": '"<state>"'}}
    target = aws.up(TARGET, "t", **stated)
    listed = events.list_targets_by_rule(Rule=name)["Targets"][0]
    assert (listed["DeadLetterConfig"]["Arn"], listed["RetryPolicy"]["MaximumRetryAttempts"]) == (queue, 10)
    assert aws.refresh(target) == []
    aws.update(target, **(stated | {"retryPolicy": {"maximumEventAgeInSeconds": 60, "maximumRetryAttempts": 0}}))
    assert events.list_targets_by_rule(Rule=name)["Targets"][0]["RetryPolicy"]["MaximumEventAgeInSeconds"] == 60
    events.put_targets(Rule=name, Targets=[{"Id": "topic", "Arn": TOPIC_ARN}])
    assert aws.refresh(target) == ["deadLetterConfig", "inputTransformer", "retryPolicy"]
    with pytest.raises(Aborted, match="Rule can't be deleted since it has targets"):
        aws.delete(rule)
    events.disable_rule(Name=name)
    assert aws.refresh(rule) == ["state"]
    aws.delete(target)
    aws.delete(rule)
    assert aws.refresh(rule) == ["gone"]
    assert aws.refresh(target) == ["gone"]


@pytest.mark.parametrize(
    ("token", "stated", "reason"),
    [
        (RULE, {"name": "r"}, "`eventPattern`: `eventPattern` or `scheduleExpression` must be stated"),
        (RULE, {"name": "r", "eventPattern": "[1]"}, "`eventPattern`: is not a JSON object"),
        (RULE, {"name": "r", "eventPattern": PATTERN, "state": "ON"}, "`state`: ON is not one of ENABLED, DISABLED, "),
        (
            TARGET,
            {"rule": "r", "arn": TOPIC_ARN, "retryPolicy": {"maximumRetryAttempts": 186}},
            "`retryPolicy.maximumRetryAttempts`: 186 is not in 0 to 185",
        ),
        (TARGET, {"rule": "r", "arn": TOPIC_ARN, "input": "{}", "inputPath": "$"}, "`inputPath`: conflicts with `input`"),
    ],
)
def test_an_illegal_rule_or_target_is_refused_by_name(aws: Calls, token: str, stated: dict[str, Any], reason: str) -> None:
    reasons = aws.check(urn_of(token, "x"), stated)[1]
    assert len(reasons) == 1
    assert reasons[0].startswith(reason)

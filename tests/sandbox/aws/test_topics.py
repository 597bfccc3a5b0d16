"""SNS topics, SQS queues and schedules through the stand-in provider, on moto."""

from __future__ import annotations

import json
from typing import Any

import pytest

from recoverable.sandbox.aws.cloud import ACCOUNT, AwsCloud
from tests.support.provider import REGION, Aborted, Calls, urn_of

TOPIC = "aws:sns/topic:Topic"
TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
QUEUE = "aws:sqs/queue:Queue"
QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"
SCHEDULE = "aws:scheduler/schedule:Schedule"
GROUP = "aws:scheduler/scheduleGroup:ScheduleGroup"


def policy_for(arn: str) -> str:
    publish = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sns:Publish", "Resource": arn}
    return json.dumps({"Version": "2012-10-17", "Statement": [publish]})


def test_a_topic_is_encrypted_with_the_stated_key(aws: Calls, cloud: AwsCloud, name: str) -> None:
    sns = cloud.client("sns")
    one, two = (cloud.client("kms").create_key()["KeyMetadata"]["Arn"] for _ in "ab")
    made = aws.up(TOPIC, "alerts", name=name, kmsMasterKeyId=one, displayName="Alerts", tags={"owner": "x"})
    assert sns.get_topic_attributes(TopicArn=made.id)["Attributes"]["KmsMasterKeyId"] == one
    assert made.id == made.outputs["arn"]
    assert made.outputs["owner"] == ACCOUNT
    assert aws.refresh(made) == []
    assert aws.changed(made, name=name, kmsMasterKeyId=one, displayName="Alerts", tags={"owner": "x"}) == []
    aws.update(made, name=name, kmsMasterKeyId=two, displayName="Alerts", tags={"team": "y"})
    assert sns.get_topic_attributes(TopicArn=made.id)["Attributes"]["KmsMasterKeyId"] == two
    assert sns.list_tags_for_resource(ResourceArn=made.id)["Tags"] == [{"Key": "team", "Value": "y"}]
    sns.set_topic_attributes(TopicArn=made.id, AttributeName="KmsMasterKeyId", AttributeValue="")
    assert aws.refresh(made) == ["kmsMasterKeyId"]
    aws.delete(made)
    assert aws.refresh(made) == ["gone"]
    reasons = aws.check(urn_of(TOPIC, "alerts"), {"name": "alerts", "fifoTopic": True})[1]
    assert reasons == ["`name`: must end in .fifo when and only when `fifoTopic` is on"]


def test_a_topic_policy_is_the_topic_s_until_it_is_removed(aws: Calls, cloud: AwsCloud, name: str) -> None:
    sns = cloud.client("sns")
    topic = aws.up(TOPIC, "alerts", name=name)
    made = aws.up(TOPIC_POLICY, "p", arn=topic.id, policy=policy_for(topic.id))
    assert json.loads(sns.get_topic_attributes(TopicArn=topic.id)["Attributes"]["Policy"]) == json.loads(policy_for(topic.id))
    assert aws.refresh(made) == []
    assert aws.refresh(topic) == []  # the topic itself states no policy
    sns.set_topic_attributes(
        TopicArn=topic.id, AttributeName="Policy", AttributeValue=json.dumps({"Version": "2012-10-17", "Statement": []})
    )
    assert aws.refresh(made) == ["policy"]
    aws.delete(made)
    assert "events.amazonaws.com" not in sns.get_topic_attributes(TopicArn=topic.id)["Attributes"]["Policy"]


def test_a_subscription_tells_an_address(aws: Calls, cloud: AwsCloud, name: str) -> None:
    topic = aws.up(TOPIC, "alerts", name=name)
    stated = {"topic": topic.id, "protocol": "email", "endpoint": "ops@example.com"}
    made = aws.up(SUBSCRIPTION, "s", **stated)
    listed = cloud.client("sns").list_subscriptions_by_topic(TopicArn=topic.id)["Subscriptions"]
    assert [(each["Protocol"], each["Endpoint"]) for each in listed] == [("email", "ops@example.com")]
    assert aws.refresh(made) == []
    assert aws.diff(made, **(stated | {"endpoint": "dev@example.com"})).replaces == ["endpoint"]
    cloud.client("sns").unsubscribe(SubscriptionArn=made.id)
    assert aws.refresh(made) == ["gone"]
    aws.delete(made)


@pytest.mark.parametrize(
    ("stated", "reason"),
    [
        ({"protocol": "pigeon"}, "`protocol`: pigeon is not one of application, email, "),
        ({"endpoint": "ops"}, "`endpoint`: is no e-mail address"),
        ({"filterPolicyScope": "MessageBody"}, "`filterPolicyScope`: says nothing without `filterPolicy`"),
        ({"subscriptionRoleArn": "arn:x"}, "`subscriptionRoleArn`: is for the protocol firehose, and required there"),
    ],
)
def test_an_illegal_subscription_is_refused_by_name(aws: Calls, stated: dict[str, Any], reason: str) -> None:
    reasons = aws.check(urn_of(SUBSCRIPTION, "s"), {"topic": "arn:t", "protocol": "email", "endpoint": "a@example.com"} | stated)[1]
    assert len(reasons) == 1
    assert reasons[0].startswith(reason)


def test_a_queue_keeps_what_is_stated_and_fake_its_policy(aws: Calls, cloud: AwsCloud, name: str) -> None:
    sqs = cloud.client("sqs")
    key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    stated = {"name": name, "messageRetentionSeconds": 1209600, "kmsMasterKeyId": key, "tags": {"owner": "x"}}
    made = aws.up(QUEUE, "dead", **stated)
    got = sqs.get_queue_attributes(QueueUrl=made.id, AttributeNames=["All"])["Attributes"]
    assert (got["MessageRetentionPeriod"], got["KmsMasterKeyId"], got["QueueArn"]) == ("1209600", key, made.outputs["arn"])
    assert aws.refresh(made) == []
    assert aws.changed(made, **stated) == []
    policy = policy_for(str(made.outputs["arn"]))
    rights = aws.up(QUEUE_POLICY, "p", queueUrl=made.id, policy=policy)
    assert json.loads(sqs.get_queue_attributes(QueueUrl=made.id, AttributeNames=["Policy"])["Attributes"]["Policy"]) == json.loads(policy)
    assert aws.refresh(rights) == []
    aws.update(made, **(stated | {"messageRetentionSeconds": 86400}))
    assert aws.refresh(rights) == []
    sqs.set_queue_attributes(QueueUrl=made.id, Attributes={"MessageRetentionPeriod": "60"})
    assert aws.refresh(made) == ["messageRetentionSeconds"]
    aws.delete(rights)
    assert aws.refresh(rights) == ["gone"]
    aws.delete(made)
    assert aws.refresh(made) == ["gone"]


@pytest.mark.parametrize(
    ("stated", "reason"),
    [
        ({"messageRetentionSeconds": 1209601}, "`messageRetentionSeconds`: 1209601 is not in 60 to 1209600"),
        ({"fifoQueue": True}, "`name`: must end in .fifo when and only when `fifoQueue` is on"),
        (
            {"kmsMasterKeyId": "alias/x", "sqsManagedSseEnabled": True},
            "`sqsManagedSseEnabled`: conflicts with `kmsMasterKeyId`: a queue is encrypted by one of the two",
        ),
    ],
)
def test_an_illegal_queue_is_refused_by_name(aws: Calls, stated: dict[str, Any], reason: str) -> None:
    assert aws.check(urn_of(QUEUE, "q"), {"name": "dead"} | stated)[1] == [reason]


def monthly(name: str, **more: Any) -> dict[str, Any]:
    function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:drill"
    target = {
        "arn": function,
        "roleArn": f"arn:aws:iam::{ACCOUNT}:role/drill",
        "input": "{}",
        "deadLetterConfig": {"arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead"},
        "retryPolicy": {"maximumEventAgeInSeconds": 3600, "maximumRetryAttempts": 2},
    }
    return {
        "name": name,
        "scheduleExpression": "cron(0 3 1 * ? *)",
        "flexibleTimeWindow": {"mode": "FLEXIBLE", "maximumWindowInMinutes": 60},
        "target": target,
    } | more


def test_a_schedule_starts_what_is_stated(aws: Calls, cloud: AwsCloud, name: str) -> None:
    scheduler = cloud.client("scheduler")
    made = aws.up(SCHEDULE, "drill", **monthly(name))
    data = scheduler.get_schedule(Name=name)
    assert (data["ScheduleExpression"], data["State"], made.id) == ("cron(0 3 1 * ? *)", "ENABLED", f"default/{name}")
    assert data["Target"]["DeadLetterConfig"]["Arn"].endswith(":dead")
    assert aws.refresh(made) == []
    assert aws.changed(made, **monthly(name)) == []
    aws.update(made, **monthly(name, scheduleExpression="rate(7 days)", description="weekly"))
    assert scheduler.get_schedule(Name=name)["ScheduleExpression"] == "rate(7 days)"
    target = {key: data["Target"][key] for key in ("Arn", "RoleArn")}
    scheduler.update_schedule(
        Name=name, ScheduleExpression="rate(7 days)", FlexibleTimeWindow={"Mode": "OFF"}, Target=target, State="DISABLED"
    )
    assert {"state", "target.retryPolicy.maximumRetryAttempts", "flexibleTimeWindow.mode"} <= set(aws.refresh(made))
    aws.delete(made)
    assert aws.refresh(made) == ["gone"]


def test_a_schedule_stands_in_its_group_and_runs_a_task(aws: Calls, name: str) -> None:
    group = aws.up(GROUP, "g", name=name, tags={"owner": "x"})
    assert aws.refresh(group) == []
    network = {"subnets": ["subnet-1"], "assignPublicIp": False}
    task = {"taskDefinitionArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/drill:1", "launchType": "FARGATE", "taskCount": 1}
    target = {"arn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/drill", "roleArn": "arn:aws:iam::123456789012:role/drill"}
    target["ecsParameters"] = task | {"networkConfiguration": network}  # type: ignore[assignment] # a block among texts
    made = aws.up(SCHEDULE, "drill", **monthly(f"{name}-s", groupName=name, target=target))
    assert made.id == f"{name}/{name}-s"
    assert aws.refresh(made) == []
    aws.delete(made)
    aws.delete(group)
    assert aws.refresh(group) == ["gone"]


@pytest.mark.parametrize(
    ("stated", "reason"),
    [
        (
            {"scheduleExpression": "monthly"},
            "`scheduleExpression`: is neither cron(six fields), rate(number unit) nor at(yyyy-mm-ddThh:mm:ss)",
        ),
        (
            {"scheduleExpression": "cron(0 3 1 * *)"},
            "`scheduleExpression`: is neither cron(six fields), rate(number unit) nor at(yyyy-mm-ddThh:mm:ss)",
        ),
        (
            {"flexibleTimeWindow": {"mode": "FLEXIBLE"}},
            "`flexibleTimeWindow.maximumWindowInMinutes`: must be stated when and only when the mode is FLEXIBLE",
        ),
        (
            {"flexibleTimeWindow": {"mode": "FLEXIBLE", "maximumWindowInMinutes": 1441}},
            "`flexibleTimeWindow.maximumWindowInMinutes`: 1441 is not in 1 to 1440 minutes",
        ),
        (
            {"target": {"arn": "arn:x", "roleArn": "arn:y", "retryPolicy": {"maximumEventAgeInSeconds": 59}}},
            "`target.retryPolicy.maximumEventAgeInSeconds`: 59 is not in 60 to 86400",
        ),
        ({"state": "ON"}, "`state`: ON is neither ENABLED nor DISABLED"),
    ],
)
def test_an_illegal_schedule_is_refused_by_name(aws: Calls, stated: dict[str, Any], reason: str) -> None:
    assert aws.check(urn_of(SCHEDULE, "s"), monthly("drill") | stated)[1] == [reason]


def test_a_schedule_of_a_name_that_is_taken_is_refused(aws: Calls, name: str) -> None:
    aws.up(SCHEDULE, "one", **monthly(name))
    with pytest.raises(Aborted, match="ConflictException"):
        aws.up(SCHEDULE, "two", **monthly(name))

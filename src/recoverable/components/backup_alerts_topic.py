"""The topic that alerts go to: encrypted, and open to the services that publish to it and to nobody else.

EventBridge's requests to KMS carry no aws:SourceAccount and no aws:SourceArn: with such a condition every alert would be dropped in
silence (https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services).
"""

from typing import Any

from pulumi_aws import sns

from recoverable.components.backup_vault_key import account_of, own_key
from recoverable.components.base import Component
from recoverable.components.late_values import json_text

EVENTS = "events.amazonaws.com"
OTHERS = ("cloudwatch.amazonaws.com", "backup.amazonaws.com", "s3.amazonaws.com")


class AlertTopic:
    """The topic, its key, its policy and its subscribers, each an attribute."""

    def __init__(self, component: Component, addresses: list[str]) -> None:
        region, name = component.policy.primary_region, component.short
        account = account_of(component)
        self.key = own_key(component, f"{name}-key", f"the alerts of {name}", region, _grants(account), data=False)
        self.topic = sns.Topic(
            f"{name}-topic", kms_master_key_id=self.key.arn, region=region, tags=component.tags(), opts=component.helper()
        )
        self.topic_policy = sns.TopicPolicy(
            f"{name}-topic-policy",
            arn=self.topic.arn,
            policy=json_text({"Version": "2012-10-17", "Statement": _publishers(self.topic.arn, account)}),
            region=region,
            opts=component.helper(),
        )
        self.subscriptions = [
            sns.TopicSubscription(
                f"{name}-subscription-{number}",
                topic=self.topic.arn,
                protocol="email",
                endpoint=address,
                region=region,
                opts=component.helper(depends_on=[self.topic_policy]),
            )
            for number, address in enumerate(addresses)
        ]


def _ours(account: Any) -> dict[str, Any]:
    return {"Condition": {"StringEquals": {"aws:SourceAccount": account}}}


def _grants(account: Any) -> list[dict[str, Any]]:
    use = {"Effect": "Allow", "Action": ["kms:GenerateDataKey*", "kms:Decrypt"], "Resource": "*"}
    return [
        {"Sid": "EventBridge", **use, "Principal": {"Service": EVENTS}},
        {"Sid": "Publishers", **use, "Principal": {"Service": list(OTHERS)}, **_ours(account)},
    ]


def _publishers(topic: Any, account: Any) -> list[dict[str, Any]]:
    publish = {"Effect": "Allow", "Action": "sns:Publish", "Resource": topic}
    return [
        {"Sid": "EventBridge", **publish, "Principal": {"Service": EVENTS}},
        {"Sid": "Publishers", **publish, "Principal": {"Service": list(OTHERS)}, **_ours(account)},
        {
            "Sid": "DenyPlainHttp",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sns:Publish",
            "Resource": topic,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    ]

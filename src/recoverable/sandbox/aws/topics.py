"""SNS topics, their policies, and who is told."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from recoverable.sandbox.aws.calls import found, said
from recoverable.sandbox.aws.cloud import AwsCloud
from recoverable.sandbox.aws.databases import known, lacking, name_from
from recoverable.sandbox.aws.tagging import as_list, as_map, gone
from recoverable.sandbox.provider.handler import Handler, Refusal, Values

GONE = ("NotFound", "NotFoundException")
ATTRIBUTES = {
    "archivePolicy": "ArchivePolicy",
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "deliveryPolicy": "DeliveryPolicy",
    "displayName": "DisplayName",
    "fifoThroughputScope": "FifoThroughputScope",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "policy": "Policy",
    "signatureVersion": "SignatureVersion",
    "tracingConfig": "TracingConfig",
}
FEEDBACK = [
    f"{kind}{end}"
    for kind in ("application", "firehose", "http", "lambda", "sqs")
    for end in ("FailureFeedbackRoleArn", "SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate")
]
PROTOCOLS = ("application", "email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs")


def as_text(value: Any) -> str:
    """An attribute as SNS and SQS want all of them: as text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


class Topic(Handler[AwsCloud]):
    """``aws.sns.Topic``; its id is its ARN."""

    token = "aws:sns/topic:Topic"
    autoname = "name"
    replaces = frozenset({"fifoTopic", "name", "namePrefix"})
    defaults: ClassVar[Mapping[str, Any]] = {"contentBasedDeduplication": False, "fifoTopic": False}
    kept = frozenset({"namePrefix"})
    lacks: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(FEEDBACK, "it keeps no delivery status"),
        "maximumMessageSize": "moto does not keep it",
    }

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """FIFO names and what goes with them."""
        yield from lacking(inputs, self.lacks)
        fifo, name = known(inputs, "fifoTopic"), known(inputs, "name")
        if fifo is not None and isinstance(name, str) and name.endswith(".fifo") != bool(fifo):
            yield Refusal("name", "must end in .fifo when and only when `fifoTopic` is on")
        if known(inputs, "contentBasedDeduplication") and not inputs.get("fifoTopic"):
            yield Refusal("contentBasedDeduplication", "is for FIFO topics only")

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Make it."""
        attributes = {
            parameter: as_text(inputs[name]) for name, parameter in ATTRIBUTES.items() if inputs.get(name) not in (None, False, "")
        }
        if inputs.get("fifoTopic"):
            attributes["FifoTopic"] = "true"
        answer = cloud.client("sns").create_topic(Name=name_from(inputs), Attributes=attributes, Tags=as_list(inputs.get("tags")))
        return str(answer["TopicArn"])

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The topic as SNS describes it."""
        sns = cloud.client("sns")
        got = found(sns.get_topic_attributes, *GONE, TopicArn=identity)
        if got is None:
            return None
        data = got["Attributes"]
        return {
            **{name: data.get(key) or None for name, key in ATTRIBUTES.items()},
            "arn": data["TopicArn"],
            "contentBasedDeduplication": data.get("ContentBasedDeduplication") == "true",
            "fifoTopic": data.get("FifoTopic") == "true",
            "name": data["TopicArn"].split(":")[-1],
            "owner": data["Owner"],
            "signatureVersion": int(data["SignatureVersion"]) if data.get("SignatureVersion") else None,
            "tags": as_map(sns.list_tags_for_resource(ResourceArn=identity)["Tags"]),
        }

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """What is stated otherwise."""
        sns = cloud.client("sns")
        for name, parameter in ATTRIBUTES.items():
            if new.get(name) != old.get(name) and not (name == "policy" and new.get(name) is None):
                value = "" if new.get(name) is None else as_text(new[name])
                sns.set_topic_attributes(TopicArn=identity, AttributeName=parameter, AttributeValue=value)
        if gone(old, new):
            sns.untag_resource(ResourceArn=identity, TagKeys=gone(old, new))
        if new.get("tags"):
            sns.tag_resource(ResourceArn=identity, Tags=as_list(new["tags"]))

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Remove it."""
        found(cloud.client("sns").delete_topic, *GONE, TopicArn=identity)


class TopicPolicy(Handler[AwsCloud]):
    """``aws.sns.TopicPolicy``; without it the topic goes back to the policy that lets only its owner in."""

    token = "aws:sns/topicPolicy:TopicPolicy"
    replaces = frozenset({"arn"})

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Set it."""
        cloud.client("sns").set_topic_attributes(TopicArn=inputs["arn"], AttributeName="Policy", AttributeValue=inputs["policy"])
        return str(inputs["arn"])

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The topic's policy."""
        got = found(cloud.client("sns").get_topic_attributes, *GONE, TopicArn=identity)
        if got is None or not got["Attributes"].get("Policy"):
            return None
        return {"arn": identity, "owner": got["Attributes"]["Owner"], "policy": got["Attributes"]["Policy"]}

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Set it anew."""
        self.create(cloud, new)

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Back to the default."""
        if self.read(cloud, identity, held) is not None:
            policy = json.dumps(default_policy(identity))
            cloud.client("sns").set_topic_attributes(TopicArn=identity, AttributeName="Policy", AttributeValue=policy)


def default_policy(arn: str) -> Values:
    """What SNS gives a topic that is made without a policy, and the provider when its policy is removed."""
    actions = ("GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission", "DeleteTopic", "Subscribe")
    return {
        "Version": "2008-10-17",
        "Id": "__default_policy_ID",
        "Statement": [
            {
                "Sid": "__default_statement_ID",
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": [f"SNS:{action}" for action in (*actions, "ListSubscriptionsByTopic", "Publish")],
                "Resource": arn,
                "Condition": {"StringEquals": {"AWS:SourceOwner": arn.split(":")[4]}},
            }
        ],
    }


class TopicSubscription(Handler[AwsCloud]):
    """``aws.sns.TopicSubscription``; its id is its ARN."""

    token = "aws:sns/topicSubscription:TopicSubscription"
    replaces = frozenset({"endpoint", "protocol", "topic"})
    defaults: ClassVar[Mapping[str, Any]] = {"confirmationTimeoutInMinutes": 1, "endpointAutoConfirms": False, "rawMessageDelivery": False}
    kept = frozenset({"confirmationTimeoutInMinutes", "endpointAutoConfirms"})
    table: ClassVar[Mapping[str, str]] = {
        "deliveryPolicy": "DeliveryPolicy",
        "filterPolicy": "FilterPolicy",
        "filterPolicyScope": "FilterPolicyScope",
        "redrivePolicy": "RedrivePolicy",
        "subscriptionRoleArn": "SubscriptionRoleArn",
    }
    lacks: ClassVar[Mapping[str, str]] = {"replayPolicy": "it archives no messages"}

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """A protocol that there is not, and a Firehose without its role."""
        yield from lacking(inputs, self.lacks)
        protocol = known(inputs, "protocol")
        if protocol is not None and protocol not in PROTOCOLS:
            yield Refusal("protocol", f"{protocol} is not one of {', '.join(PROTOCOLS)}")
        if protocol in ("email", "email-json") and "@" not in str(known(inputs, "endpoint") or "@"):
            yield Refusal("endpoint", "is no e-mail address")
        if inputs.get("filterPolicyScope") is not None and inputs.get("filterPolicy") is None:
            yield Refusal("filterPolicyScope", "says nothing without `filterPolicy`")
        if (protocol == "firehose") != (inputs.get("subscriptionRoleArn") is not None) and protocol is not None:
            yield Refusal("subscriptionRoleArn", "is for the protocol firehose, and required there")

    def _attributes(self, inputs: Values) -> dict[str, str]:
        found_ones = {parameter: as_text(inputs[name]) for name, parameter in self.table.items() if inputs.get(name) is not None}
        return {**found_ones, **({"RawMessageDelivery": "true"} if inputs.get("rawMessageDelivery") else {})}

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Subscribe."""
        answer = cloud.client("sns").subscribe(
            TopicArn=inputs["topic"],
            Protocol=inputs["protocol"],
            Endpoint=inputs["endpoint"],
            Attributes=self._attributes(inputs),
            ReturnSubscriptionArn=True,
        )
        return str(answer["SubscriptionArn"])

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The subscription as SNS describes it."""
        got = found(cloud.client("sns").get_subscription_attributes, *GONE, SubscriptionArn=identity)
        if got is None:
            return None
        data = got["Attributes"]
        return {
            **{name: data.get(key) or None for name, key in self.table.items()},
            "arn": data["SubscriptionArn"],
            "confirmationWasAuthenticated": data.get("ConfirmationWasAuthenticated") == "true",
            "endpoint": data["Endpoint"],
            "ownerId": data["Owner"],
            "pendingConfirmation": data.get("PendingConfirmation") == "true",
            "protocol": data["Protocol"],
            "rawMessageDelivery": data.get("RawMessageDelivery") == "true",
            "topic": data["TopicArn"],
        }

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """What is stated otherwise."""
        before, after = self._attributes(old), self._attributes(new)
        for name in sorted({*before, *after}):
            if before.get(name) != after.get(name):
                value = after.get(name, "false" if name == "RawMessageDelivery" else "{}")
                cloud.client("sns").set_subscription_attributes(SubscriptionArn=identity, **said(AttributeName=name, AttributeValue=value))

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Unsubscribe."""
        found(cloud.client("sns").unsubscribe, *GONE, SubscriptionArn=identity)

"""SQS queues: where undelivered alerts are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from recoverable.sandbox.aws.calls import found
from recoverable.sandbox.aws.cloud import AwsCloud
from recoverable.sandbox.aws.databases import known, name_from
from recoverable.sandbox.aws.tagging import gone
from recoverable.sandbox.aws.topics import as_text
from recoverable.sandbox.provider.handler import Handler, Refusal, Values

GONE = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")
NUMBERS = {
    "delaySeconds": "DelaySeconds",
    "kmsDataKeyReusePeriodSeconds": "KmsDataKeyReusePeriodSeconds",
    "maxMessageSize": "MaximumMessageSize",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}
TEXTS = {
    "deduplicationScope": "DeduplicationScope",
    "fifoThroughputLimit": "FifoThroughputLimit",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "policy": "Policy",
    "redriveAllowPolicy": "RedriveAllowPolicy",
    "redrivePolicy": "RedrivePolicy",
}
FLAGS = {"contentBasedDeduplication": "ContentBasedDeduplication", "fifoQueue": "FifoQueue", "sqsManagedSseEnabled": "SqsManagedSseEnabled"}
BOUNDS = {
    "delaySeconds": (0, 900),
    "kmsDataKeyReusePeriodSeconds": (60, 86400),
    "maxMessageSize": (1024, 1048576),
    "messageRetentionSeconds": (60, 1209600),
    "receiveWaitTimeSeconds": (0, 20),
    "visibilityTimeoutSeconds": (0, 43200),
}
"""Seconds and bytes that SQS takes (API_SetQueueAttributes)."""


class Queue(Handler[AwsCloud]):
    """``aws.sqs.Queue``; its id is its URL."""

    token = "aws:sqs/queue:Queue"
    autoname = "name"
    replaces = frozenset({"fifoQueue", "name", "namePrefix"})
    defaults: ClassVar[Mapping[str, Any]] = {
        "contentBasedDeduplication": False,
        "delaySeconds": 0,
        "fifoQueue": False,
        "maxMessageSize": 262144,
        "messageRetentionSeconds": 345600,
        "receiveWaitTimeSeconds": 0,
        "visibilityTimeoutSeconds": 30,
    }
    kept = frozenset({"namePrefix"})

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """What SQS refuses."""
        for name, (lowest, highest) in BOUNDS.items():
            value = known(inputs, name)
            if value is not None and not lowest <= value <= highest:
                yield Refusal(name, f"{value} is not in {lowest} to {highest}")
        fifo, name_given = known(inputs, "fifoQueue"), known(inputs, "name")
        if fifo is not None and isinstance(name_given, str) and name_given.endswith(".fifo") != bool(fifo):
            yield Refusal("name", "must end in .fifo when and only when `fifoQueue` is on")
        if inputs.get("kmsMasterKeyId") is not None and known(inputs, "sqsManagedSseEnabled"):
            yield Refusal("sqsManagedSseEnabled", "conflicts with `kmsMasterKeyId`: a queue is encrypted by one of the two")
        if known(inputs, "contentBasedDeduplication") and not inputs.get("fifoQueue"):
            yield Refusal("contentBasedDeduplication", "is for FIFO queues only")

    def _attributes(self, inputs: Values) -> dict[str, str]:
        table = NUMBERS | TEXTS | FLAGS
        sent = {parameter: as_text(inputs[name]) for name, parameter in table.items() if inputs.get(name) not in (None, False, "")}
        if inputs.get("sqsManagedSseEnabled") is False:
            sent["SqsManagedSseEnabled"] = "false"
        return sent

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Make it."""
        answer = cloud.client("sqs").create_queue(
            QueueName=name_from(inputs), Attributes=self._attributes(inputs), tags=inputs.get("tags") or {}
        )
        return str(answer["QueueUrl"])

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The queue as SQS describes it."""
        sqs = cloud.client("sqs")
        got = found(sqs.get_queue_attributes, *GONE, QueueUrl=identity, AttributeNames=["All"])
        if got is None:
            return None
        data = got["Attributes"]
        return {
            **{name: int(data[key]) for name, key in NUMBERS.items() if key in data},
            **{name: data.get(key) for name, key in TEXTS.items()},
            **{name: data.get(key) == "true" for name, key in FLAGS.items()},
            "arn": data["QueueArn"],
            "name": data["QueueArn"].split(":")[-1],
            "tags": sqs.list_queue_tags(QueueUrl=identity).get("Tags", {}),
            "url": identity,
        }

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """What is stated otherwise."""
        sqs, before, after = cloud.client("sqs"), self._attributes(old), self._attributes(new)
        change = {name: after.get(name, "") for name in {*before, *after} if before.get(name) != after.get(name)}
        if "Policy" in change and new.get("policy") is None:
            del change["Policy"]  # computed: a queue policy of its own may hold it
        if change:
            sqs.set_queue_attributes(QueueUrl=identity, Attributes=change)
        if gone(old, new):
            sqs.untag_queue(QueueUrl=identity, TagKeys=gone(old, new))
        if new.get("tags"):
            sqs.tag_queue(QueueUrl=identity, Tags=new["tags"])

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Remove it."""
        found(cloud.client("sqs").delete_queue, *GONE, QueueUrl=identity)


class QueuePolicy(Handler[AwsCloud]):
    """``aws.sqs.QueuePolicy``; its id is the queue's URL."""

    token = "aws:sqs/queuePolicy:QueuePolicy"
    replaces = frozenset({"queueUrl"})

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Set it."""
        cloud.client("sqs").set_queue_attributes(QueueUrl=inputs["queueUrl"], Attributes={"Policy": inputs["policy"]})
        return str(inputs["queueUrl"])

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The queue's policy."""
        got = found(cloud.client("sqs").get_queue_attributes, *GONE, QueueUrl=identity, AttributeNames=["Policy"])
        policy = (got or {}).get("Attributes", {}).get("Policy")
        return {"policy": policy, "queueUrl": identity} if policy else None

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Set it anew."""
        self.create(cloud, new)

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Take it away."""
        found(cloud.client("sqs").set_queue_attributes, *GONE, QueueUrl=identity, Attributes={"Policy": ""})

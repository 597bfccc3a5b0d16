"""A queue for what could not be delivered: an alert or a drill that is lost in silence is none."""

from collections.abc import Mapping
from typing import Any

from pulumi_aws import sqs

from recoverable.components.base import Component
from recoverable.components.late_values import json_text

KEPT_SECONDS = 14 * 86400
"""The longest that SQS keeps a message."""
RETRIES, OLDEST_SECONDS = 185, 86400
"""EventBridge's own most: 185 attempts within 24 hours."""
EVENTBRIDGE_RETRY = {"maximum_retry_attempts": RETRIES, "maximum_event_age_in_seconds": OLDEST_SECONDS}


class DeadLetters:
    """The queue and its policy. SQS encrypts it with its own key: EventBridge needs no grant for that one."""

    def __init__(self, component: Component, name: str, sender: Mapping[str, Any], condition: Mapping[str, Any] | None = None) -> None:
        region = component.policy.primary_region
        self.queue = sqs.Queue(
            f"{name}-dead-letters",
            message_retention_seconds=KEPT_SECONDS,
            sqs_managed_sse_enabled=True,
            region=region,
            tags=component.tags(),
            opts=component.helper(),
        )
        send: dict[str, Any] = {
            "Sid": "Undelivered",
            "Effect": "Allow",
            "Principal": dict(sender),
            "Action": "sqs:SendMessage",
            "Resource": self.queue.arn,
        }
        if condition is not None:
            send["Condition"] = dict(condition)
        tls = {
            "Sid": "DenyPlainHttp",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sqs:*",
            "Resource": self.queue.arn,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        self.queue_policy = sqs.QueuePolicy(
            f"{name}-dead-letters-policy",
            queue_url=self.queue.url,
            policy=json_text({"Version": "2012-10-17", "Statement": [send, tls]}),
            region=region,
            opts=component.helper(),
        )

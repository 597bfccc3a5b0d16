"""Pub/Sub topics and subscriptions."""

from __future__ import annotations

from typing import ClassVar

from recoverable.sandbox.gcp.checks import DAY, between, lasts, matches
from recoverable.sandbox.gcp.cloud import GoogleCloud
from recoverable.sandbox.gcp.google import GoogleHandler
from recoverable.sandbox.gcp.grants import GrantHandler
from recoverable.sandbox.provider.handler import Values

TOPIC = "gcp:pubsub/topic:Topic"
TOPIC_PATH = "projects/{project}/topics/{it}"
NAME = r"(?!goog)[A-Za-z][A-Za-z0-9\-_.~+%]{2,254}"
NAME_WORDS = "3 to 255 of letters, digits and -_.~+%, beginning with a letter, not with goog"


class Topic(GoogleHandler):
    """A topic."""

    token = TOPIC
    autoname = "name"
    path = "projects/{project}/topics/{name}"
    labelled = True
    replaces = frozenset({"name", "project", "tags"})
    checks = (matches("name", NAME, NAME_WORDS), lasts("messageRetentionDuration", 600, 31 * DAY))

    def computed(self, cloud: GoogleCloud, identity: str, inputs: Values, before: Values) -> Values:
        """Messages may lie anywhere unless stated."""
        return {"messageStoragePolicy": inputs.get("messageStoragePolicy") or {"allowedPersistenceRegions": []}}

    def admit(self, cloud: GoogleCloud, inputs: Values, before: Values | None) -> None:
        """Its key must be usable by Pub/Sub, wherever it lies."""
        if inputs.get("kmsKeyName"):
            cloud.demand_key(inputs["kmsKeyName"], "", cloud.agent("pubsub"), f"topic {inputs['name']}")


class Subscription(GoogleHandler):
    """A subscription to a topic."""

    token = "gcp:pubsub/subscription:Subscription"
    autoname = "name"
    path = "projects/{project}/subscriptions/{name}"
    labelled = True
    replaces = frozenset({"name", "topic", "project", "enableMessageOrdering", "filter", "tags"})
    defaults: ClassVar[Values] = {"messageRetentionDuration": "604800s"}
    parents = (("topic", TOPIC, TOPIC_PATH), ("deadLetterPolicy.deadLetterTopic", TOPIC, TOPIC_PATH))
    checks = (
        matches("name", NAME, NAME_WORDS),
        between("ackDeadlineSeconds", 10, 600),
        lasts("messageRetentionDuration", 600, 31 * DAY),
        between("deadLetterPolicy.maxDeliveryAttempts", 5, 100),
    )

    def computed(self, cloud: GoogleCloud, identity: str, inputs: Values, before: Values) -> Values:
        """Ten seconds to acknowledge and 31 days to live, unless stated."""
        return {
            "ackDeadlineSeconds": inputs.get("ackDeadlineSeconds", 10),
            "expirationPolicy": inputs.get("expirationPolicy") or {"ttl": f"{31 * DAY}s"},
        }


class TopicIamMember(GrantHandler):
    """One member's role on a topic."""

    token = "gcp:pubsub/topicIAMMember:TopicIAMMember"
    has_project = True
    holder = "topic"
    scope = TOPIC_PATH
    parents = (("topic", TOPIC, TOPIC_PATH),)

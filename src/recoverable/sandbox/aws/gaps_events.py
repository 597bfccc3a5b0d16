"""RDS event subscriptions: the changes that moto lacks."""

from __future__ import annotations

from typing import Any

from recoverable.sandbox.aws.gaps_table import fills
from recoverable.sandbox.aws.gaps_wire import Call
from recoverable.sandbox.provider.handler import Values

CHANGED = {"SnsTopicArn": "sns_topic_arn", "SourceType": "source_type", "EventCategories": "event_categories", "Enabled": "enabled"}


def _held(call: Call) -> Any:
    name = call.given["SubscriptionName"]
    return call.backend.event_subscriptions.get(name) or call.refuse("SubscriptionNotFound", f"Subscription {name} not found.")


def _shown(held: Any) -> Values:
    return {
        "EventSubscription": {
            "CustSubscriptionId": held.subscription_name,
            "SnsTopicArn": held.sns_topic_arn,
            "Status": held.status,
            "SourceType": held.source_type,
            "SourceIdsList": held.source_ids,
            "EventCategoriesList": held.event_categories,
            "Enabled": held.enabled,
            "EventSubscriptionArn": held.arn,
        }
    }


@fills("rds", "ModifyEventSubscription")
def modify(call: Call) -> Values:
    """Change what is stated."""
    held = _held(call)
    for member, attribute in CHANGED.items():
        if member in call.given:
            setattr(held, attribute, call.given[member])
    return _shown(held)


@fills("rds", "AddSourceIdentifierToSubscription")
def add_source(call: Call) -> Values:
    """Hear of one more source."""
    held, source = _held(call), call.given["SourceIdentifier"]
    if not held.source_type:
        call.refuse("InvalidParameterCombination", "A subscription without SourceType hears of all sources.")
    held.source_ids = [*(each for each in held.source_ids if each != source), source]
    return _shown(held)


@fills("rds", "RemoveSourceIdentifierFromSubscription")
def remove_source(call: Call) -> Values:
    """Hear of one source less."""
    held, source = _held(call), call.given["SourceIdentifier"]
    if source not in held.source_ids:
        call.refuse("SourceNotFound", f"Source {source} is not in the subscription.")
    held.source_ids = [each for each in held.source_ids if each != source]
    return _shown(held)

"""Who hears of what happens to databases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from recoverable.sandbox.aws.calls import found, said
from recoverable.sandbox.aws.cloud import AwsCloud
from recoverable.sandbox.aws.databases import known, name_from, retag
from recoverable.sandbox.aws.tagging import as_list, as_map
from recoverable.sandbox.provider.handler import Handler, Refusal, Values


class EventSubscription(Handler[AwsCloud]):
    """``aws.rds.EventSubscription``."""

    token = "aws:rds/eventSubscription:EventSubscription"
    autoname = "name"
    replaces = frozenset({"name", "namePrefix"})
    defaults: ClassVar[Mapping[str, Any]] = {"enabled": True}
    kept = frozenset({"namePrefix"})
    gone: ClassVar[tuple[str, ...]] = ("SubscriptionNotFound", "SubscriptionNotFoundFault")
    types: ClassVar[frozenset[str]] = frozenset(
        {"db-instance", "db-security-group", "db-parameter-group", "db-snapshot", "db-cluster", "db-cluster-snapshot"}
        | {"custom-engine-version", "db-proxy", "blue-green-deployment", "db-shard-group", "zero-etl"}
    )

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """Sources without their type, and types that RDS has not."""
        kind = known(inputs, "sourceType")
        if inputs.get("sourceIds") and inputs.get("sourceType") is None:
            yield Refusal("sourceType", "is required where `sourceIds` are stated")
        if kind is not None and kind not in self.types:
            yield Refusal("sourceType", f"{kind} is not one of {', '.join(sorted(self.types))}")

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Subscribe the topic."""
        name = name_from(inputs)
        cloud.client("rds").create_event_subscription(
            SubscriptionName=name,
            SnsTopicArn=inputs["snsTopic"],
            Enabled=inputs["enabled"],
            Tags=as_list(inputs.get("tags")),
            **said(SourceType=inputs.get("sourceType"), EventCategories=inputs.get("eventCategories"), SourceIds=inputs.get("sourceIds")),
        )
        return name

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The subscription as RDS describes it."""
        rds = cloud.client("rds")
        got = found(rds.describe_event_subscriptions, *self.gone, SubscriptionName=identity)
        if got is None or not got["EventSubscriptionsList"]:
            return None
        data = got["EventSubscriptionsList"][0]
        arn = data["EventSubscriptionArn"]
        return {
            "arn": arn,
            "customerAwsId": arn.split(":")[4],
            "enabled": data["Enabled"],
            "eventCategories": data.get("EventCategoriesList", []),
            "name": data["CustSubscriptionId"],
            "snsTopic": data["SnsTopicArn"],
            "sourceIds": data.get("SourceIdsList", []),
            "sourceType": data.get("SourceType"),
            "tags": as_map(rds.list_tags_for_resource(ResourceName=arn)["TagList"]),
        }

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Topic, categories, sources, and whether it speaks."""
        rds = cloud.client("rds")
        rds.modify_event_subscription(
            SubscriptionName=identity,
            SnsTopicArn=new["snsTopic"],
            Enabled=new["enabled"],
            EventCategories=new.get("eventCategories") or [],
            **said(SourceType=new.get("sourceType")),
        )
        before, after = set(old.get("sourceIds") or []), set(new.get("sourceIds") or [])
        for source in sorted(after - before):
            rds.add_source_identifier_to_subscription(SubscriptionName=identity, SourceIdentifier=source)
        for source in sorted(before - after):
            rds.remove_source_identifier_from_subscription(SubscriptionName=identity, SourceIdentifier=source)
        retag(rds, cloud.arn("rds", f"es:{identity}"), old, new)

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Unsubscribe."""
        found(cloud.client("rds").delete_event_subscription, *self.gone, SubscriptionName=identity)

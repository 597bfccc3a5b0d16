"""What a bucket tells others: events, access logs, metrics; and automatic tiering, which like metrics has a name of its own."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from recoverable.sandbox.aws.bucket_lifecycle import filter_sent, filter_shown
from recoverable.sandbox.aws.bucket_settings import BucketSetting, each
from recoverable.sandbox.aws.calls import found, said
from recoverable.sandbox.aws.cloud import AwsCloud
from recoverable.sandbox.provider.handler import Handler, Refusal, Values
from recoverable.sandbox.provider.wire import UNKNOWN

TARGETS = (
    ("queues", "queueArn", "QueueConfigurations", "QueueArn"),
    ("topics", "topicArn", "TopicConfigurations", "TopicArn"),
    ("lambdaFunctions", "lambdaFunctionArn", "LambdaFunctionConfigurations", "LambdaFunctionArn"),
)


class BucketNotification(BucketSetting):
    """``aws.s3.BucketNotification``: one for a bucket; a second one would overwrite the first."""

    token = "aws:s3/bucketNotification:BucketNotification"
    defaults: ClassVar[Mapping[str, Any]] = {"eventbridge": False}
    filled = frozenset(f"{name}.id" for name, *_ in TARGETS)

    def put(self, s3: Any, bucket: str, inputs: Values) -> None:
        """Set who is told of what."""
        wanted: Values = {"EventBridgeConfiguration": {}} if inputs.get("eventbridge") else {}
        for name, arn, kind, key in TARGETS:
            if inputs.get(name):
                wanted[kind] = [_target_sent(one, arn, key) for one in inputs[name]]
        s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=wanted)

    def get(self, s3: Any, bucket: str) -> Values | None:
        """Who is told of what; nobody at all counts as gone, as for the provider."""
        got = s3.get_bucket_notification_configuration(Bucket=bucket)
        shown: Values = {"eventbridge": "EventBridgeConfiguration" in got}
        for name, arn, kind, key in TARGETS:
            if got.get(kind):
                shown[name] = [_target_shown(one, arn, key) for one in got[kind]]
        return shown if shown["eventbridge"] or len(shown) > 1 else None

    def remove(self, s3: Any, bucket: str, held: Values) -> None:
        """Nobody is told any more."""
        s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})


def _target_sent(stated: Values, arn: str, key: str) -> dict[str, Any]:
    rules = [
        {"Name": name, "Value": stated[part]} for name, part in (("prefix", "filterPrefix"), ("suffix", "filterSuffix")) if stated.get(part)
    ]
    return said(
        Id=stated.get("id"), Events=stated["events"], Filter={"Key": {"FilterRules": rules}} if rules else None, **{key: stated[arn]}
    )


def _target_shown(got: dict[str, Any], arn: str, key: str) -> Values:
    rules = {one["Name"].lower(): one["Value"] for one in got.get("Filter", {}).get("Key", {}).get("FilterRules", [])}
    return said(
        id=got.get("Id"), events=got["Events"], filterPrefix=rules.get("prefix"), filterSuffix=rules.get("suffix"), **{arn: got[key]}
    )


class BucketLogging(BucketSetting):
    """``aws.s3.BucketLogging``. Grants on the logs are refused: buckets without ACLs have none."""

    token = "aws:s3/bucketLogging:BucketLogging"

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """What this stand-in does not hold."""
        if inputs.get("targetGrants"):
            yield Refusal("targetGrants", "need ACLs, which the laptop cloud does not hold: give access by a bucket policy")

    def put(self, s3: Any, bucket: str, inputs: Values) -> None:
        """Say where access logs go. S3 refuses a target that does not let the logging service in."""
        stated = inputs.get("targetObjectKeyFormat")
        shape = None
        if stated:
            parted = stated.get("partitionedPrefix")
            shape = {"PartitionedPrefix": {"PartitionDateSource": parted["partitionDateSource"]}} if parted else {"SimplePrefix": {}}
        wanted = said(TargetBucket=inputs["targetBucket"], TargetPrefix=inputs["targetPrefix"], TargetObjectKeyFormat=shape)
        s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={"LoggingEnabled": wanted})

    def get(self, s3: Any, bucket: str) -> Values | None:
        """Where access logs go."""
        got = s3.get_bucket_logging(Bucket=bucket).get("LoggingEnabled")
        if not got:
            return None
        shape = got.get("TargetObjectKeyFormat")
        shown: Values | None = None
        if shape:
            parted = shape.get("PartitionedPrefix")
            shown = {"partitionedPrefix": {"partitionDateSource": parted["PartitionDateSource"]}} if parted else {"simplePrefix": {}}
        return said(targetBucket=got["TargetBucket"], targetPrefix=got["TargetPrefix"], targetObjectKeyFormat=shown)

    def remove(self, s3: Any, bucket: str, held: Values) -> None:
        """No logs any more."""
        s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={})


class NamedSetting(Handler[AwsCloud]):
    """A configuration of which a bucket has many: its id is ``BUCKET:NAME``. Moto has none of them; the answers are ours."""

    autoname = "name"
    replaces = frozenset({"bucket", "name"})
    fake = True

    @abstractmethod
    def put(self, s3: Any, inputs: Values) -> None:
        """Set it."""

    @abstractmethod
    def get(self, s3: Any, place: dict[str, str]) -> Values:
        """What is set."""

    @abstractmethod
    def remove(self, s3: Any, place: dict[str, str]) -> None:
        """Take it away."""

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Set it for the first time."""
        self.put(cloud.client("s3"), inputs)
        return f"{inputs['bucket']}:{inputs['name']}"

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """As S3 has it."""
        place = _place(identity)
        got: Values | None = found(self.get, "NoSuchBucket", "NoSuchConfiguration", s3=cloud.client("s3"), place=place)
        return None if got is None else {"bucket": place["Bucket"], "name": place["Id"], **got}

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Set it again."""
        self.put(cloud.client("s3"), new)

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Take it away."""
        found(self.remove, "NoSuchBucket", "NoSuchConfiguration", s3=cloud.client("s3"), place=_place(identity))


class BucketMetric(NamedSetting):
    """``aws.s3.BucketMetric``."""

    token = "aws:s3/bucketMetric:BucketMetric"

    def put(self, s3: Any, inputs: Values) -> None:
        """Count the requests of these objects."""
        chosen = said(Filter=_filter_sent(inputs.get("filter")))
        s3.put_bucket_metrics_configuration(
            Bucket=inputs["bucket"], Id=inputs["name"], MetricsConfiguration={"Id": inputs["name"], **chosen}
        )

    def get(self, s3: Any, place: dict[str, str]) -> Values:
        """Which objects' requests are counted."""
        got = s3.get_bucket_metrics_configuration(**place)["MetricsConfiguration"]
        return said(filter=_filter_shown(got.get("Filter")))

    def remove(self, s3: Any, place: dict[str, str]) -> None:
        """Count no more."""
        s3.delete_bucket_metrics_configuration(**place)


class BucketTiering(NamedSetting):
    """``aws.s3.BucketIntelligentTieringConfiguration``."""

    token = "aws:s3/bucketIntelligentTieringConfiguration:BucketIntelligentTieringConfiguration"
    defaults: ClassVar[Mapping[str, Any]] = {"status": "Enabled"}
    lowest: ClassVar[Mapping[str, int]] = {"ARCHIVE_ACCESS": 90, "DEEP_ARCHIVE_ACCESS": 180}

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """Tiers that there are not, and days that S3 refuses: 90 (deep archive: 180) to 730."""
        for path, tier in each(inputs, "tierings"):
            kind, days = tier.get("accessTier"), tier.get("days")
            if kind not in (*self.lowest, UNKNOWN):
                yield Refusal(f"{path}.accessTier", f"{kind} is none of {', '.join(self.lowest)}")
            elif isinstance(days, int) and kind != UNKNOWN and not self.lowest[kind] <= days <= 730:
                yield Refusal(f"{path}.days", f"{days} is not in {self.lowest[kind]} to 730 for {kind}")

    def put(self, s3: Any, inputs: Values) -> None:
        """Archive what nobody reads."""
        wanted = said(
            Id=inputs["name"],
            Status=inputs["status"],
            Filter=_filter_sent(inputs.get("filter")),
            Tierings=[{"AccessTier": one["accessTier"], "Days": one["days"]} for one in inputs["tierings"]],
        )
        s3.put_bucket_intelligent_tiering_configuration(Bucket=inputs["bucket"], Id=inputs["name"], IntelligentTieringConfiguration=wanted)

    def get(self, s3: Any, place: dict[str, str]) -> Values:
        """What is archived after how many days."""
        got = s3.get_bucket_intelligent_tiering_configuration(**place)["IntelligentTieringConfiguration"]
        tiers = [{"accessTier": one["AccessTier"], "days": one["Days"]} for one in got["Tierings"]]
        return said(status=got["Status"], filter=_filter_shown(got.get("Filter")), tierings=tiers)

    def remove(self, s3: Any, place: dict[str, str]) -> None:
        """Archive no more."""
        s3.delete_bucket_intelligent_tiering_configuration(**place)


def _place(identity: str) -> dict[str, str]:
    bucket, _, name = identity.partition(":")
    return {"Bucket": bucket, "Id": name}


def _filter_sent(stated: Values | None) -> dict[str, Any] | None:
    """The provider's flat filter: one condition alone, several as ``And``."""
    if not stated:
        return None
    tags, prefix, point = stated.get("tags") or {}, stated.get("prefix"), stated.get("accessPoint")
    if len(tags) + bool(prefix) + bool(point) > 1:
        return {**filter_sent({"and": {"prefix": prefix, "tags": tags}})} if not point else _with_point(prefix, tags, point)
    if point:
        return {"AccessPointArn": point}
    return filter_sent({"tag": {"key": next(iter(tags)), "value": next(iter(tags.values()))}} if tags else {"prefix": prefix or ""})


def _with_point(prefix: str | None, tags: Mapping[str, str], point: str) -> dict[str, Any]:
    both = filter_sent({"and": {"prefix": prefix, "tags": tags}})["And"]
    return {"And": {**both, "AccessPointArn": point}}


def _filter_shown(got: dict[str, Any] | None) -> Values | None:
    if not got:
        return None
    shown, point = filter_shown(got), (got.get("And") or got).get("AccessPointArn")
    flat = dict(shown.get("and", shown))
    tag = flat.pop("tag", None)
    return said(prefix=flat.get("prefix"), tags={tag["key"]: tag["value"]} if tag else flat.get("tags"), accessPoint=point)

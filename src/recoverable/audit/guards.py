"""KMS keys, secrets, and what listens to failures."""

from __future__ import annotations

from recoverable.audit.asking import Region
from recoverable.audit.resources import Found, Json, made, tags
from recoverable.clouds.aws_event_pattern import families_of_pattern
from recoverable.model.raw import RawResource
from recoverable.model.values import Unknown

SYMMETRIC = "SYMMETRIC_DEFAULT"
WATCHED = ("AWS/Backup", "AWS/S3")
SUBSCRIPTIONS = {"aws_db_event_subscription": "", "aws_docdb_event_subscription": "#docdb", "aws_neptune_event_subscription": "#neptune"}
"""One subscription hears clusters of all three: their APIs are one, so that nothing in it says which of them it was made with."""


def read_keys(region: Region, found: Found) -> None:
    """Every key of the customer's own; what AWS manages, it rotates and keeps."""
    for item in region.pages("kms", "ListKeys", "Keys"):
        answer = region.one("kms", "DescribeKey", item["KeyId"], KeyId=item["KeyId"])
        if isinstance(answer, dict) and answer["KeyMetadata"].get("KeyManager") == "CUSTOMER":
            _key(region, found, answer["KeyMetadata"])


def _key(region: Region, found: Found, item: Json) -> None:
    name, arn = item["KeyId"], item["Arn"]
    replica = (item.get("MultiRegionConfiguration") or {}).get("MultiRegionKeyType") == "REPLICA"
    external = item.get("Origin") == "EXTERNAL"
    kind = f"aws_kms{'_replica' if replica else ''}{'_external' if external else ''}_key"
    spec = item.get("KeySpec") or SYMMETRIC
    rotation: bool | Unknown | None = None
    if kind == "aws_kms_key" and spec == SYMMETRIC and item.get("Origin") == "AWS_KMS":
        rotation = _rotation(region, name, str(item.get("KeyState")))
    marks = region.pages("kms", "ListResourceTags", "Tags", name, KeyId=name)
    enabled = {"is_enabled" if kind == "aws_kms_key" else "enabled": item.get("KeyState") in ("Enabled", "Creating", "Updating")}
    found.add(
        made(
            region.name,
            kind,
            arn,
            arn=arn,
            key_id=name,
            id=name,
            customer_master_key_spec=spec,
            custom_key_store_id=item.get("CustomKeyStoreId"),
            enable_key_rotation=rotation,
            tags=marks.gap or tags(marks.items, "TagKey", "TagValue"),
            **enabled,
        )
    )


def _rotation(region: Region, name: str, state: str) -> bool | Unknown:
    """Only keys that are there to be used can be asked."""
    if state not in ("Enabled", "Disabled"):
        return Unknown("the rotation of the key", f"its state is {state}")
    answer = region.one("kms", "GetKeyRotationStatus", name, KeyId=name)
    return answer if isinstance(answer, Unknown) else bool((answer or {}).get("KeyRotationEnabled"))


def read_secrets(region: Region, found: Found) -> None:
    """Every secret's name, tags and rotation; never what it holds, which is no call of the table."""
    for item in region.pages("secretsmanager", "ListSecrets", "SecretList"):
        arn = item["ARN"]
        found.add(made(region.name, "aws_secretsmanager_secret", arn, arn=arn, name=item.get("Name"), tags=tags(item.get("Tags"))))
        if item.get("RotationEnabled"):
            found.add(made(region.name, "aws_secretsmanager_secret_rotation", f"{arn}#rotation", secret_id=arn))


def read_listeners(region: Region, found: Found) -> None:
    """Event subscriptions of RDS, event rules with their targets, and metric alarms: who hears of a failure."""
    listed = region.pages("rds", "DescribeEventSubscriptions", "EventSubscriptionsList")
    for item in listed:
        arn = item.get("EventSubscriptionArn") or region.arn("rds", f"es:{item['CustSubscriptionId']}")
        found.add(*(subscription(region, kind, f"{arn}{mark}", item) for kind, mark in SUBSCRIPTIONS.items()))
    if listed.gap is not None:
        for kind, mark in SUBSCRIPTIONS.items():
            found.add(made(region.name, kind, region.arn("rds", f"es:?{mark}"), source_type=listed.gap))
    _event_rules(region, found)
    _alarms(region, found)


def subscription(region: Region, kind: str, address: str, item: Json) -> RawResource:
    """One event subscription of a service that has them as RDS has."""
    return made(
        region.name,
        kind,
        address,
        arn=address,
        source_type=item.get("SourceType") or None,
        source_ids=item.get("SourceIdsList") or None,
        event_categories=item.get("EventCategoriesList") or None,
        enabled=bool(item.get("Enabled", True)),
    )


def _event_rules(region: Region, found: Found) -> None:
    rules = region.pages("events", "ListRules", "Rules")
    for item in rules:
        pattern = item.get("EventPattern")
        if not pattern or not families_of_pattern(pattern):
            continue
        arn, name = item["Arn"], item["Name"]
        found.add(made(region.name, "aws_cloudwatch_event_rule", arn, arn=arn, name=name, event_pattern=pattern, state=item.get("State")))
        targets = region.pages("events", "ListTargetsByRule", "Targets", name, Rule=name)
        places = [each["Id"] for each in targets]
        kind = "aws_cloudwatch_event_target"
        found.add(*(made(region.name, kind, f"{arn}#{place}", rule=arn) for place in places))
        if targets.gap is not None:
            found.add(made(region.name, kind, f"{arn}#?", rule=targets.gap))
    if rules.gap is not None:
        found.add(made(region.name, "aws_cloudwatch_event_rule", region.arn("events", "rule/?"), event_pattern=rules.gap))


def _alarms(region: Region, found: Found) -> None:
    def take(item: Json) -> None:
        metrics = [each["MetricStat"]["Metric"] for each in item.get("Metrics", ()) if each.get("MetricStat")]
        pairs = [(item.get("Namespace"), item.get("MetricName")), *((each.get("Namespace"), each.get("MetricName")) for each in metrics)]
        watched = [pair for pair in pairs if pair[0] in WATCHED]
        if watched:
            queries = [{"metric": [{"namespace": space, "metric_name": name}]} for space, name in watched]
            found.add(
                made(
                    region.name,
                    "aws_cloudwatch_metric_alarm",
                    item["AlarmArn"],
                    arn=item["AlarmArn"],
                    metric_query=queries,
                    alarm_actions=item.get("AlarmActions") or [],
                    insufficient_data_actions=item.get("InsufficientDataActions") or [],
                    actions_enabled=bool(item.get("ActionsEnabled", True)),
                )
            )

    gap = region.each("cloudwatch", "DescribeAlarms", "MetricAlarms", take, AlarmTypes=["MetricAlarm"])
    if gap is not None:
        found.add(made(region.name, "aws_cloudwatch_metric_alarm", region.arn("cloudwatch", "alarm:?"), metric_query=gap))

"""What watches: CloudWatch alarms and log groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from recoverable.sandbox.aws.calls import found, said
from recoverable.sandbox.aws.cloud import AwsCloud
from recoverable.sandbox.aws.databases import known, lacking, name_from, parameters
from recoverable.sandbox.aws.tagging import as_list, as_map, gone
from recoverable.sandbox.provider.handler import Handler, Refusal, Values

DAY = 86400  # seconds
ALARM = {
    "actionsEnabled": "ActionsEnabled",
    "alarmActions": "AlarmActions",
    "alarmDescription": "AlarmDescription",
    "comparisonOperator": "ComparisonOperator",
    "datapointsToAlarm": "DatapointsToAlarm",
    "evaluateLowSampleCountPercentiles": "EvaluateLowSampleCountPercentile",
    "evaluationPeriods": "EvaluationPeriods",
    "extendedStatistic": "ExtendedStatistic",
    "insufficientDataActions": "InsufficientDataActions",
    "metricName": "MetricName",
    "namespace": "Namespace",
    "okActions": "OKActions",
    "period": "Period",
    "statistic": "Statistic",
    "threshold": "Threshold",
    "thresholdMetricId": "ThresholdMetricId",
    "treatMissingData": "TreatMissingData",
    "unit": "Unit",
}
OPERATORS = (
    *("GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold"),
    *("LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold"),
)
MISSING = ("breaching", "notBreaching", "ignore", "missing")
RETENTION = frozenset({0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653})


def looks_back(period: int, evaluations: int) -> str:
    """Why CloudWatch refuses to look back that far; "" where it does not (PutMetricAlarm)."""
    days = 1 if period < 3600 else 7
    total = period * evaluations
    return (
        f"{evaluations} periods of {period} s are {total} s, more than the {days} day(s) that an alarm looks back"
        if total > days * DAY
        else ""
    )


def _metric_sent(query: Values) -> Values:
    sent = parameters({"accountId": "AccountId", "expression": "Expression", "id": "Id", "label": "Label", "period": "Period"}, query)
    sent["ReturnData"] = bool(query.get("returnData"))
    metric = query.get("metric")
    if metric:
        sent["MetricStat"] = {
            "Metric": {
                "MetricName": metric["metricName"],
                "Dimensions": as_list(metric.get("dimensions"), "Name"),
                **said(Namespace=metric.get("namespace")),
            },
            "Period": metric["period"],
            "Stat": metric["stat"],
            **said(Unit=metric.get("unit")),
        }
    return sent


def _metric_shown(got: Mapping[str, Any]) -> Values:
    shown = said(
        accountId=got.get("AccountId"),
        expression=got.get("Expression"),
        id=got["Id"],
        label=got.get("Label"),
        period=got.get("Period"),
        returnData=got.get("ReturnData") or None,
    )
    stat = got.get("MetricStat")
    if stat:
        metric = stat["Metric"]
        shown["metric"] = said(
            dimensions=as_map(metric.get("Dimensions"), "Name") or None,
            metricName=metric["MetricName"],
            namespace=metric.get("Namespace"),
            period=stat["Period"],
            stat=stat["Stat"],
            unit=stat.get("Unit"),
        )
    return shown


class MetricAlarm(Handler[AwsCloud]):
    """``aws.cloudwatch.MetricAlarm``."""

    token = "aws:cloudwatch/metricAlarm:MetricAlarm"
    autoname = "name"
    replaces = frozenset({"name"})
    defaults: ClassVar[Mapping[str, Any]] = {"actionsEnabled": True, "treatMissingData": "missing"}
    lacks: ClassVar[Mapping[str, str]] = {
        "evaluationCriteria": "moto has no PromQL alarms",
        "evaluationInterval": "moto has no PromQL alarms",
        "evaluationWindow": "moto has no wall clock windows",
        "warmUpConfiguration": "moto has no warm-up",
    }

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """What CloudWatch refuses of an alarm."""
        yield from lacking(inputs, self.lacks)
        for name, choices in (("comparisonOperator", OPERATORS), ("treatMissingData", MISSING)):
            value = known(inputs, name)
            if value is not None and value not in choices:
                yield Refusal(name, f"{value} is not one of {', '.join(choices)}")
        for name in ("comparisonOperator", "evaluationPeriods"):
            if inputs.get(name) is None:
                yield Refusal(name, "is required for an alarm on a metric")
        metrics = inputs.get("metricQueries")
        if (inputs.get("metricName") is None) == (metrics is None):
            yield Refusal("metricName", "either `metricName` or `metricQueries` must be stated")
        yield from self._bounds(inputs, metrics if isinstance(metrics, list) else [])

    def _bounds(self, inputs: Values, metrics: list[Any]) -> Iterable[Refusal]:
        evaluations, enough = known(inputs, "evaluationPeriods"), known(inputs, "datapointsToAlarm")
        if evaluations is None:
            return
        if enough is not None and not 1 <= enough <= evaluations:
            yield Refusal("datapointsToAlarm", f"{enough} is not in 1 to `evaluationPeriods` of {evaluations}")
        periods = [("period", known(inputs, "period"))]
        for index, query in enumerate(metrics):
            if isinstance(query, dict):
                periods.append((f"metricQueries[{index}].metric.period", (known(query, "metric") or {}).get("period")))
        for path, period in periods:
            if period is None:
                continue
            if period not in (10, 20, 30) and period % 60:
                yield Refusal(path, f"{period} is neither 10, 20, 30 nor a multiple of 60 seconds")
            elif reason := looks_back(period, evaluations):
                yield Refusal(path, reason)

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Set it."""
        self._put(cloud, inputs, as_list(inputs.get("tags")))
        return str(inputs["name"])

    def _put(self, cloud: AwsCloud, inputs: Values, tags: list[dict[str, str]]) -> None:
        metrics = [_metric_sent(each) for each in inputs.get("metricQueries") or []]
        more = {"Dimensions": as_list(inputs["dimensions"], "Name")} if inputs.get("dimensions") else {}
        cloud.client("cloudwatch").put_metric_alarm(
            AlarmName=inputs["name"],
            **parameters(ALARM, inputs),
            **more,
            **({"Metrics": metrics} if metrics else {}),
            **({"Tags": tags} if tags else {}),
        )

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The alarm as CloudWatch describes it."""
        watch = cloud.client("cloudwatch")
        listed = watch.describe_alarms(AlarmNames=[identity])["MetricAlarms"]
        if not listed:
            return None
        data = listed[0]
        return {
            **{name: data.get(key) for name, key in ALARM.items()},
            "arn": data["AlarmArn"],
            "dimensions": as_map(data.get("Dimensions"), "Name"),
            "metricQueries": [_metric_shown(each) for each in data.get("Metrics") or []],
            "name": data["AlarmName"],
            "tags": as_map(watch.list_tags_for_resource(ResourceARN=data["AlarmArn"])["Tags"]),
        }

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Set it anew; tags are changed apart: a later PutMetricAlarm does not change them."""
        watch = cloud.client("cloudwatch")
        self._put(cloud, new, [])
        arn = cloud.arn("cloudwatch", f"alarm:{identity}")
        if gone(old, new):
            watch.untag_resource(ResourceARN=arn, TagKeys=gone(old, new))
        if new.get("tags"):
            watch.tag_resource(ResourceARN=arn, Tags=as_list(new["tags"]))

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Remove it."""
        if self.read(cloud, identity, held) is not None:
            cloud.client("cloudwatch").delete_alarms(AlarmNames=[identity])


class LogGroup(Handler[AwsCloud]):
    """``aws.cloudwatch.LogGroup``."""

    token = "aws:cloudwatch/logGroup:LogGroup"
    autoname = "name"
    replaces = frozenset({"logGroupClass", "name", "namePrefix"})
    defaults: ClassVar[Mapping[str, Any]] = {"retentionInDays": 0, "skipDestroy": False}
    kept = frozenset({"logGroupClass", "namePrefix", "skipDestroy"})
    lacks: ClassVar[Mapping[str, str]] = {"deletionProtectionEnabled": "moto has no deletion protection of log groups"}

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """A retention that there is not."""
        yield from lacking(inputs, self.lacks)
        days = known(inputs, "retentionInDays")
        if days is not None and days not in RETENTION:
            yield Refusal("retentionInDays", f"{days} is not one of {', '.join(map(str, sorted(RETENTION)))} days")

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Make it."""
        logs, name = cloud.client("logs"), name_from(inputs)
        more = said(kmsKeyId=inputs.get("kmsKeyId"), logGroupClass=inputs.get("logGroupClass"), tags=inputs.get("tags") or None)
        logs.create_log_group(logGroupName=name, **more)
        if inputs.get("retentionInDays"):
            logs.put_retention_policy(logGroupName=name, retentionInDays=inputs["retentionInDays"])
        return name

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The group as CloudWatch Logs describes it."""
        logs = cloud.client("logs")
        listed = logs.describe_log_groups(logGroupNamePrefix=identity)["logGroups"]
        data = next((each for each in listed if each["logGroupName"] == identity), None)
        if data is None:
            return None
        arn = data["arn"].removesuffix(":*")
        return {
            "arn": arn,
            "kmsKeyId": data.get("kmsKeyId"),
            "name": data["logGroupName"],
            "retentionInDays": data.get("retentionInDays", 0),
            "tags": logs.list_tags_for_resource(resourceArn=arn)["tags"],
        }

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Retention, key and tags."""
        logs, arn = cloud.client("logs"), cloud.arn("logs", f"log-group:{identity}")
        if new.get("retentionInDays"):
            logs.put_retention_policy(logGroupName=identity, retentionInDays=new["retentionInDays"])
        else:
            logs.delete_retention_policy(logGroupName=identity)
        if new.get("kmsKeyId") and new["kmsKeyId"] != old.get("kmsKeyId"):
            logs.associate_kms_key(logGroupName=identity, kmsKeyId=new["kmsKeyId"])
        elif old.get("kmsKeyId") and not new.get("kmsKeyId"):
            logs.disassociate_kms_key(logGroupName=identity)
        if gone(old, new):
            logs.untag_resource(resourceArn=arn, tagKeys=gone(old, new))
        if new.get("tags"):
            logs.tag_resource(resourceArn=arn, tags=new["tags"])

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Remove it, unless the program says `skipDestroy`."""
        if not held.get("skipDestroy"):
            found(cloud.client("logs").delete_log_group, "ResourceNotFoundException", logGroupName=identity)

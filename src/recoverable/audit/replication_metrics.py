"""Whether replication of buckets runs, by the metrics that S3 publishes of rules that have them on.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html. What is pending is published in the region of the target,
also while there is nothing to replicate, but no more once the target is gone. So no data at all is no good sign: then it is not known
whether the copy runs. Failed operations are looked for in the regions of source and target.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from recoverable.audit.asking import Region
from recoverable.audit.resources import Found, Json
from recoverable.model.values import Unknown

FAILED, LATENCY, PENDING = "OperationsFailedReplication", "ReplicationLatency", "OperationsPendingReplication"
STATISTICS = {FAILED: "Sum", LATENCY: "Maximum", PENDING: "Maximum"}
REACH = datetime.timedelta(days=1)
HOUR = 3600
IN_TIME, A_DAY = 15 * 60, 24 * HOUR
"""Seconds: what replication time control promises, and what counts as stopped where nothing is promised."""
CALL = "cloudwatch:GetMetricData"
COMPLETE = "Complete"


@dataclass(frozen=True, slots=True)
class Measured:
    """A rule with metrics: from a bucket to a bucket. ``limit``: seconds that it may be behind."""

    source: str
    target: str
    rule: str
    limit: int


@dataclass(slots=True)
class _Points:
    """What was published of one rule: failed operations of the last day, seconds behind in the newest hour; and why not all is known."""

    failed: float = 0
    behind: float | None = None
    heard: bool = False
    gaps: list[Unknown] = field(default_factory=list)


def measured(source: str, rules: Any) -> list[Measured]:
    """The enabled rules of a bucket, in Terraform's words, that have metrics on."""
    found = []
    for rule in rules if isinstance(rules, list) else ():
        target = rule["destination"][0]
        if rule.get("status") == "Enabled" and rule.get("id") and _on(target, "metrics") and target.get("bucket"):
            limit = IN_TIME if _on(target, "replication_time") else A_DAY
            found.append(Measured(source, str(target["bucket"]).rsplit(":", 1)[-1], str(rule["id"]), limit))
    return found


def _on(block: Json, name: str) -> bool:
    return any(each.get("status") == "Enabled" for each in block.get(name) or ())


def read_metrics(
    found: Found, arn: str, rules: Iterable[Measured], regions: Mapping[str, Region], homes: Mapping[str, str], now: datetime.datetime
) -> None:
    """Tell of a bucket how each of its copies stands. ``homes``: the regions of the buckets of this account; others may be anywhere."""
    states = [_state(rule, _ask(rule, regions, homes, now), homes.get(rule.target, ""), regions) for rule in rules]
    found.tell(arn, replication=states or None)


def _ask(rule: Measured, regions: Mapping[str, Region], homes: Mapping[str, str], now: datetime.datetime) -> _Points:
    points = _Points()
    there = [homes[rule.target]] if rule.target in homes else sorted(regions)
    for name in dict.fromkeys((homes[rule.source], *there)):
        if name in regions:
            _look(points, rule, regions[name], now)
    return points


def _look(points: _Points, rule: Measured, region: Region, now: datetime.datetime) -> None:
    dimensions = [
        {"Name": name, "Value": value}
        for name, value in zip(("SourceBucket", "DestinationBucket", "RuleId"), (rule.source, rule.target, rule.rule), strict=True)
    ]
    queries = [
        {
            "Id": metric.lower(),
            "MetricStat": {
                "Metric": {"Namespace": "AWS/S3", "MetricName": metric, "Dimensions": dimensions},
                "Period": HOUR,
                "Stat": statistic,
            },
        }
        for metric, statistic in STATISTICS.items()
    ]
    listed = region.pages(
        "cloudwatch", "GetMetricData", "MetricDataResults", rule.source, MetricDataQueries=queries, StartTime=now - REACH, EndTime=now
    )
    if listed.gap is not None:
        points.gaps.append(listed.gap)
    values: dict[str, list[tuple[datetime.datetime, float]]] = {}
    # Earlier pages of a metric may say that more comes (PartialData); the last one has to say that this was all.
    ends = {item["Id"]: str(item.get("StatusCode") or COMPLETE) for item in listed}
    points.gaps += [Unknown(CALL, f"{name}: {status} in {region.name}") for name, status in ends.items() if status != COMPLETE]
    for item in listed:
        values.setdefault(item["Id"], []).extend(zip(item.get("Timestamps", ()), item.get("Values", ()), strict=True))
    points.failed += sum(value for _, value in values.get(FAILED.lower(), ()))
    points.heard = points.heard or bool(values.get(LATENCY.lower()) or values.get(PENDING.lower()))
    if latest := values.get(LATENCY.lower()):
        points.behind = max(points.behind or 0, max(latest)[1])


def _state(rule: Measured, points: _Points, home: str, regions: Mapping[str, Region]) -> Json:
    """Failed operations stay failed: S3 does not try them again by itself."""
    failed, behind = points.failed, points.behind or 0
    said: Json = {"target": rule.target}
    if failed:
        return {**said, "status": f"failing: {failed:.0f} operations failed in the last day", "fine": False}
    if behind > rule.limit:
        return {**said, "status": f"{behind / 60:.0f} minutes behind", "fine": False}
    if points.gaps:
        return {**said, "status": "unknown", "fine": points.gaps[0]}
    if not points.heard:
        why = f"{home} was not looked at" if home and home not in regions else "no metric of the rule is there for the last day"
        return {**said, "status": "unknown", "fine": Unknown(CALL, why)}
    return {**said, "status": "running", "fine": True}

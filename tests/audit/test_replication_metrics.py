"""Whether the copy of a bucket runs, by the metrics of its rule: failed, behind, silent, or not to be read."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from recoverable.audit.bucket_rules import replica
from recoverable.audit.replication_metrics import measured, read_metrics
from recoverable.audit.resources import Found
from recoverable.model.values import Unknown
from tests.audit.answered import Answered

NOW = datetime.datetime(2026, 12, 2, 12, 0, tzinfo=datetime.UTC)
ARN = "arn:aws:s3:::uploads"
NEAR, FAR = "eu-west-1", "us-east-1"
HOMES = {"uploads": NEAR, "copies": FAR}
GAP = Unknown("cloudwatch:GetMetricData", "denied")
Answer = tuple[dict[str, tuple[float, ...]], Unknown | None]


def rules(status: str = "Enabled", metrics: str = "Enabled", time: str = "") -> list[dict[str, Any]]:
    """A replication configuration as S3 says it, in Terraform's words."""
    more = {"ReplicationTime": {"Status": time, "Time": {"Minutes": 15}}} if time else {}
    target = {"Bucket": "arn:aws:s3:::copies", "Metrics": {"Status": metrics}, **more}
    return [replica({"ID": "all", "Status": status, "Destination": target})]


def region(values: dict[str, tuple[float, ...]] | None = None, gap: Unknown | None = None) -> Answered:
    """A region that has these metrics, newest first."""
    listed = [
        {"Id": name.lower(), "Timestamps": [NOW - datetime.timedelta(hours=hour) for hour in range(len(points))], "Values": list(points)}
        for name, points in (values or {}).items()
    ]
    return Answered({"GetMetricData": listed}, gap)


def state(near: Answered, far: Answered | None, homes: dict[str, str] | None = None, **words: str) -> Any:
    """How the one copy stands: fine, or why that is not known."""
    found, regions = Found(), {NEAR: near, **({FAR: far} if far else {})}
    read_metrics(found, ARN, measured("uploads", rules(**words)), regions, HOMES if homes is None else homes, NOW)
    (said,) = found.facts[ARN]["replication"]
    assert said["target"] == "copies"
    return said["fine"]


QUIET = {"ReplicationLatency": (0.0,), "OperationsPendingReplication": (0.0,)}


@pytest.mark.parametrize(
    ("near", "far", "fine"),
    [
        (region(), region(QUIET), True),
        (region({"OperationsFailedReplication": (0.0, 0.0)}), region(QUIET), True),
        (region({"OperationsFailedReplication": (0.0, 1.0)}), region(QUIET), False),
        (region(), region({**QUIET, "OperationsFailedReplication": (2.0,)}), False),
        (region({"OperationsFailedReplication": (1.0,)}), region(), False),
        (region(), region({"OperationsPendingReplication": (3.0,)}), True),
    ],
)
def test_an_operation_that_failed_in_the_last_day_makes_the_copy_a_failing_one(near: Answered, far: Answered, fine: bool) -> None:
    assert state(near, far) is fine


@pytest.mark.parametrize("status", ["InternalError", "Forbidden", "PartialData"])
@pytest.mark.parametrize("metric", ["operationsfailedreplication", "replicationlatency"])
def test_a_metric_that_was_not_told_to_its_end_makes_the_copy_unknown(metric: str, status: str) -> None:
    far = region(QUIET)
    far.answers["GetMetricData"].append({"Id": metric, "Timestamps": [], "Values": [], "StatusCode": status})

    assert isinstance(state(region(), far), Unknown)


def test_a_metric_that_comes_in_several_pages_is_whole_where_the_last_one_says_so() -> None:
    far = region(QUIET)
    for status in ("PartialData", "Complete"):
        far.answers["GetMetricData"].append({"Id": "operationsfailedreplication", "Timestamps": [], "Values": [], "StatusCode": status})

    assert state(region(), far) is True


@pytest.mark.parametrize(
    ("latency", "time", "fine"),
    [
        ((900.0,), "Enabled", True),
        ((901.0,), "Enabled", False),
        ((10.0, 5000.0), "Enabled", True),
        ((5000.0,), "", True),
        ((86400.0,), "", True),
        ((86401.0,), "", False),
    ],
)
def test_how_far_behind_a_copy_may_be_in_the_newest_hour_hangs_on_time_control(latency: tuple[float, ...], time: str, fine: bool) -> None:
    """Plain replication promises nothing: a day behind counts as stopped."""
    assert state(region(), region({"ReplicationLatency": latency}), time=time) is fine


def test_silence_of_a_rule_with_metrics_is_unknown_not_well() -> None:
    """S3 publishes them while there is nothing to replicate, and no more once the target is gone."""
    found = state(region(), region())

    assert isinstance(found, Unknown)
    assert "no metric" in found.reason


def test_where_the_region_of_the_target_is_not_looked_at_only_failures_are_known() -> None:
    found = state(region(), None)

    assert isinstance(found, Unknown)
    assert FAR in found.reason
    assert state(region({"OperationsFailedReplication": (1.0,)}), None) is False


def test_the_metrics_of_a_target_in_another_account_are_looked_for_in_every_region() -> None:
    assert state(region(), region(QUIET), {"uploads": NEAR}) is True


@pytest.mark.parametrize(("near", "far"), [(region(gap=GAP), region(QUIET)), (region(), region(gap=GAP))])
def test_metrics_that_may_not_be_read_are_unknown(near: Answered, far: Answered) -> None:
    assert state(near, far) is GAP


def test_what_is_known_to_fail_fails_whatever_else_may_not_be_read() -> None:
    assert state(region({"OperationsFailedReplication": (1.0,)}), region(gap=GAP)) is False


@pytest.mark.parametrize("words", [{"status": "Disabled"}, {"metrics": "Disabled"}])
def test_a_rule_that_is_off_or_has_no_metrics_is_not_asked(words: dict[str, str]) -> None:
    assert measured("uploads", rules(**words)) == []


def test_rules_that_could_not_be_read_are_not_asked() -> None:
    assert measured("uploads", Unknown("s3:GetReplicationConfiguration")) == []

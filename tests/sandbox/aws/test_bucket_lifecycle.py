"""Lifecycle rules through the stand-in provider, on moto with our answers for what it drops."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.provider import Calls, urn_of

LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
WHOLE = {
    "id": "tiers",
    "status": "Enabled",
    "filter": {"prefix": "logs/"},
    "transitions": [{"days": 30, "storageClass": "STANDARD_IA"}, {"days": 90, "storageClass": "GLACIER"}],
    "expiration": {"days": 400},
    "noncurrentVersionTransitions": [{"noncurrentDays": 30, "storageClass": "STANDARD_IA"}],
    "noncurrentVersionExpiration": {"noncurrentDays": 90},
    "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
}


def rule(**more: Any) -> dict[str, Any]:
    return {"id": "a", "status": "Enabled", **more}


def test_a_whole_rule_is_set_read_back_and_taken_away(aws: Calls, s3: Any, bucket: str) -> None:
    made = aws.up(LIFECYCLE, "l", bucket=bucket, rules=[WHOLE])
    held = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"][0]
    assert held["Transitions"] == [{"Days": 30, "StorageClass": "STANDARD_IA"}, {"Days": 90, "StorageClass": "GLACIER"}]
    assert held["NoncurrentVersionExpiration"] == {"NoncurrentDays": 90}
    assert held["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert held["Expiration"] == {"Days": 400}
    assert held["Filter"] == {"Prefix": "logs/"}
    assert aws.refresh(made) == []
    aws.delete(made)
    assert aws.refresh(made) == ["gone"]


@pytest.mark.parametrize(
    "stated",
    [
        {"expiration": {"days": 4}},
        {"filter": {}, "expiration": {"days": 4}},
        {"filter": {"prefix": ""}, "expiration": {"days": 4}},
        {"filter": {"tag": {"key": "k", "value": "v"}}, "expiration": {"date": "2030-01-01T00:00:00Z"}},
        {"filter": {"and": {"prefix": "x/", "tags": {"k": "v"}}}, "expiration": {"days": 4}},
        {"filter": {"prefix": "x/"}, "expiration": {"expiredObjectDeleteMarker": True}},
        {"prefix": "old/", "expiration": {"days": 4}},
    ],
)
def test_every_kind_of_filter_reads_back_as_stated(aws: Calls, bucket: str, stated: dict[str, Any]) -> None:
    made = aws.up(LIFECYCLE, "l", bucket=bucket, rules=[rule(**stated)])
    assert aws.refresh(made) == []
    assert aws.changed(made, bucket=bucket, rules=[rule(**stated)]) == []


@pytest.mark.parametrize(
    "stated",
    [
        {"filter": {"objectSizeGreaterThan": 5}, "expiration": {"days": 4}},
        {"filter": {"and": {"prefix": "x/", "objectSizeGreaterThan": 5, "objectSizeLessThan": 50}}, "expiration": {"days": 4}},
        {"noncurrentVersionExpiration": {"noncurrentDays": 9, "newerNoncurrentVersions": 3}},
    ],
)
def test_fake_what_moto_drops_of_a_rule_reads_back_as_stated(aws: Calls, bucket: str, stated: dict[str, Any]) -> None:
    assert aws.refresh(aws.up(LIFECYCLE, "l", bucket=bucket, rules=[rule(**stated)])) == []


def test_fake_the_minimum_size_of_what_moves_is_kept(aws: Calls, s3: Any, bucket: str) -> None:
    made = aws.up(LIFECYCLE, "l", bucket=bucket, rules=[WHOLE], transitionDefaultMinimumObjectSize="varies_by_storage_class")
    assert s3.get_bucket_lifecycle_configuration(Bucket=bucket)["TransitionDefaultMinimumObjectSize"] == "varies_by_storage_class"
    assert aws.refresh(made) == []


def test_a_changed_and_a_removed_rule_show_by_path(aws: Calls, s3: Any, bucket: str) -> None:
    made = aws.up(LIFECYCLE, "l", bucket=bucket, rules=[rule(expiration={"days": 4}), rule(id="b", expiration={"days": 9})])
    one = {"ID": "a", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 5}}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [one]})
    assert aws.refresh(made) == ["rules[0].expiration.days", "rules[1]"]


def test_an_update_shows_the_path_that_changes(aws: Calls, s3: Any, bucket: str) -> None:
    made = aws.up(LIFECYCLE, "l", bucket=bucket, rules=[WHOLE])
    news = [{**WHOLE, "expiration": {"days": 500}}]
    assert aws.changed(made, bucket=bucket, rules=news) == ["rules[0].expiration.days"]
    aws.update(made, bucket=bucket, rules=news)
    assert s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"][0]["Expiration"] == {"Days": 500}


@pytest.mark.parametrize(
    ("stated", "reason"),
    [
        ({}, "`rules[0]`: at least one action needs to be specified in a rule"),
        ({"status": "On", "expiration": {"days": 1}}, "`rules[0].status`: On is none of Enabled, Disabled"),
        (
            {"transitions": [{"days": 29, "storageClass": "STANDARD_IA"}]},
            "`rules[0].transitions[0].days`: 29 is below 30 days, from which STANDARD_IA is possible",
        ),
        (
            {"transitions": [{"days": 30, "storageClass": "STANDARD_IA"}, {"days": 59, "storageClass": "GLACIER"}]},
            "`rules[0].transitions[1].days`: 59 must be 30 days more than the move to STANDARD_IA or ONEZONE_IA (30)",
        ),
        (
            {"transitions": [{"days": 90, "storageClass": "GLACIER"}], "expiration": {"days": 90}},
            "`rules[0].expiration.days`: 90 must be greater than the days of the last transition (90)",
        ),
        (
            {
                "noncurrentVersionTransitions": [{"noncurrentDays": 30, "storageClass": "STANDARD_IA"}],
                "noncurrentVersionExpiration": {"noncurrentDays": 30},
            },
            "`rules[0].noncurrentVersionExpiration.noncurrentDays`: 30 must be greater than the days of the last transition (30)",
        ),
        ({"expiration": {"days": 0}}, "`rules[0].expiration.days`: 0 must be a positive number of days"),
        (
            {"transitions": [{"days": 30, "storageClass": "FROZEN"}]},
            "`rules[0].transitions[0].storageClass`: FROZEN is none of "
            "STANDARD_IA, ONEZONE_IA, INTELLIGENT_TIERING, GLACIER_IR, GLACIER, DEEP_ARCHIVE",
        ),
        (
            {"expiration": {"days": 3, "expiredObjectDeleteMarker": True}},
            "`rules[0].expiration.expiredObjectDeleteMarker`: goes with neither days nor a date",
        ),
        ({"expiration": {"days": 3, "date": "2030-01-01T00:00:00Z"}}, "`rules[0].expiration.date`: goes with no days"),
        (
            {"noncurrentVersionExpiration": {"noncurrentDays": 3, "newerNoncurrentVersions": 101}},
            "`rules[0].noncurrentVersionExpiration.newerNoncurrentVersions`: 101 is not in 1 to 100",
        ),
    ],
)
def test_rules_that_s3_refuses_are_refused_by_path(aws: Calls, stated: dict[str, Any], reason: str) -> None:
    assert aws.check(urn_of(LIFECYCLE, "l"), {"bucket": "orders", "rules": [rule(**stated)]})[1] == [reason]


def test_two_rules_with_one_id_are_refused(aws: Calls) -> None:
    rules = [rule(expiration={"days": 1}), rule(expiration={"days": 2})]
    assert aws.check(urn_of(LIFECYCLE, "l"), {"bucket": "orders", "rules": rules})[1] == [
        "`rules[0].id`: a is the id of two rules",
        "`rules[1].id`: a is the id of two rules",
    ]

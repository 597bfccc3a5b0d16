"""What was stated is held, or refused by name: it is never taken in silence, and never looks like drift afterwards."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.provider import Aborted, Calls, urn_of

BUCKET = "aws:s3/bucket:Bucket"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
TOPIC = "aws:sns/topic:Topic"
TAG = {"key": "k", "value": "v"}


def test_a_property_that_moto_drops_is_refused_by_name_and_the_resource_is_kept_in_sight(aws: Calls, name: str) -> None:
    with pytest.raises(Aborted, match="does not hold as stated: `tracingConfig`") as refused:
        aws.up(TOPIC, "t", name=name, tracingConfig="Active")
    assert "grpc-status-details-bin" in refused.value.metadata


def test_an_update_to_what_moto_drops_is_refused_by_name(aws: Calls, name: str) -> None:
    made = aws.up(TOPIC, "t", name=name)
    with pytest.raises(Aborted, match="`tracingConfig`"):
        aws.update(made, name=name, tracingConfig="Active")
    aws.update(made, name=name, displayName="held")
    assert made.outputs["displayName"] == "held"


def test_an_update_that_does_not_touch_it_takes_no_drift_for_something_dropped(aws: Calls, s3: Any, name: str) -> None:
    made = aws.up(BUCKET, "b", bucket=name, tags={"a": "1"})
    s3.delete_bucket_tagging(Bucket=name)
    aws.update(made, bucket=name, tags={"a": "1"}, forceDestroy=True)
    assert s3.get_bucket_tagging(Bucket=name)["TagSet"] == [{"Key": "a", "Value": "1"}]


def test_a_tag_without_a_value_is_held(aws: Calls, name: str) -> None:
    made = aws.up(BUCKET, "b", bucket=name, tags={"a": "", "b": "2"})
    assert made.outputs["tags"] == {"a": "", "b": "2"}
    assert aws.refresh(made) == []


@pytest.mark.parametrize(
    "stated",
    [
        {"prefix": "a/", "objectSizeGreaterThan": 5},
        {"prefix": "a/", "tag": TAG},
        {"tag": TAG, "objectSizeLessThan": 5},
        {"and": {"prefix": "a/"}, "prefix": "b/"},
        {"and": {}},
    ],
)
def test_a_filter_that_says_two_things_side_by_side_is_refused(aws: Calls, bucket: str, stated: dict[str, Any]) -> None:
    rules = [{"id": "a", "status": "Enabled", "filter": stated, "expiration": {"days": 3}}]
    _, reasons = aws.check(urn_of(LIFECYCLE, "l"), {"bucket": bucket, "rules": rules})
    assert len(reasons) == 1
    assert "rules[0].filter" in reasons[0]


@pytest.mark.parametrize("stated", [{}, {"rules": []}])
def test_a_lifecycle_without_rules_is_refused(aws: Calls, bucket: str, stated: dict[str, Any]) -> None:
    _, reasons = aws.check(urn_of(LIFECYCLE, "l"), {"bucket": bucket, **stated})
    assert reasons == ["`rules`: a lifecycle configuration needs a rule"]


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("text", "a statement is no object"),
        ({"Effect": "Maybe"}, "Invalid effect: Maybe"),
        ({"Resource": 5}, "Resource must be text, or a list of text"),
        ({"Resource": [5]}, "Resource must be text, or a list of text"),
    ],
)
def test_a_bucket_policy_of_the_wrong_shape_is_refused(aws: Calls, bucket: str, statement: Any, reason: str) -> None:
    whole = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"arn:aws:s3:::{bucket}"}
    stated = {**whole, **statement} if isinstance(statement, dict) else statement
    _, reasons = aws.check(urn_of(POLICY, "p"), {"bucket": bucket, "policy": json.dumps({"Statement": [stated]})})
    assert reasons == [f"`policy`: MalformedPolicy: {reason}"]


def test_an_alias_is_named_by_its_prefix(aws: Calls) -> None:
    key = aws.up("aws:kms/key:Key", "k")
    made = aws.up("aws:kms/alias:Alias", "a", namePrefix="alias/app-", targetKeyId=key.id)
    assert made.id.startswith("alias/app-")
    assert aws.refresh(made) == []
    _, reasons = aws.check(urn_of("aws:kms/alias:Alias", "b"), {"namePrefix": "app-", "targetKeyId": key.id})
    assert reasons == ["`namePrefix`: app- must begin with alias/, and not with alias/aws/"]


def test_instances_restored_of_one_source_are_told_apart(aws: Calls, name: str) -> None:
    instance, small = "aws:rds/instance:Instance", {"instanceClass": "db.t4g.micro", "skipFinalSnapshot": True}
    aws.up(instance, "db", identifier=name, engine="postgres", username="u", password="long-enough-1", allocatedStorage=20, **small)
    point = {"sourceDbInstanceIdentifier": name, "useLatestRestorableTime": True}
    one, two = (aws.up(instance, each, identifier=f"{name}-{each}", restoreToPointInTime=point, **small) for each in ("one", "two"))
    assert one.id != two.id
    aws.delete(two)
    assert aws.refresh(one) != ["gone"]
    assert aws.refresh(two) == ["gone"]

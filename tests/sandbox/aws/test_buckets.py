"""S3 buckets and what stands beside them, through the stand-in provider, on moto."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pulumi.runtime.proto import provider_pb2, status_pb2

from recoverable.sandbox.aws.cloud import AwsCloud
from tests.support.provider import Aborted, Calls, urn_of

BUCKET = "aws:s3/bucket:Bucket"


def test_a_bucket_is_made_in_its_region_with_all_tags(aws: Calls, s3: Any, name: str) -> None:
    made = aws.up(BUCKET, "b", bucket=name, tags={"owner": "x"}, objectLockEnabled=True)
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] == "eu-west-1"
    assert s3.get_bucket_tagging(Bucket=name)["TagSet"] == [{"Key": "owner", "Value": "x"}]
    assert s3.get_object_lock_configuration(Bucket=name)["ObjectLockConfiguration"]["ObjectLockEnabled"] == "Enabled"
    assert made.id == name
    assert made.outputs["arn"] == f"arn:aws:s3:::{name}"
    assert made.outputs["bucketRegionalDomainName"] == f"{name}.s3.eu-west-1.amazonaws.com"
    assert aws.changed(made, bucket=name, tags={"owner": "x"}, objectLockEnabled=True) == []
    assert aws.refresh(made) == []


def test_a_bucket_in_another_region_than_the_provider_s(aws: Calls, s3: Any, name: str) -> None:
    made = aws.up(BUCKET, "b", bucket=name, region="us-east-1")
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] is None
    assert made.outputs["region"] == "us-east-1"
    assert list(aws.diff(made, bucket=name, region="eu-west-1").replaces) == ["region"]


def test_default_tags_of_the_provider_reach_the_bucket_but_not_its_own_tags(cloud: AwsCloud, s3: Any, name: str) -> None:
    from recoverable.sandbox.provider.family import family

    calls = Calls(family("aws"), {"region": "eu-west-1", "defaultTags": json.dumps({"tags": {"team": "ops", "owner": "all"}})})
    made = calls.up(BUCKET, "b", bucket=name, tags={"owner": "x"})
    assert s3.get_bucket_tagging(Bucket=name)["TagSet"] == [{"Key": "owner", "Value": "x"}, {"Key": "team", "Value": "ops"}]
    assert made.outputs["tags"] == {"owner": "x"}
    assert made.outputs["tagsAll"] == {"owner": "x", "team": "ops"}
    assert calls.refresh(made) == []
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "owner", "Value": "x"}]})
    assert calls.refresh(made) == ["tagsAll.team"]


def test_tags_added_and_taken_away_by_hand_show(aws: Calls, s3: Any, name: str) -> None:
    bare = aws.up(BUCKET, "b", bucket=name)
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    assert aws.refresh(bare) == ["tags", "tagsAll.a"]
    aws.update(bare, bucket=name, tags={"a": "c"})
    assert s3.get_bucket_tagging(Bucket=name)["TagSet"] == [{"Key": "a", "Value": "c"}]
    aws.update(bare, bucket=name)
    with pytest.raises(ClientError, match="NoSuchTagSet"):
        s3.get_bucket_tagging(Bucket=name)


def test_a_bucket_that_was_removed_by_hand_is_gone(aws: Calls, s3: Any, name: str) -> None:
    made = aws.up(BUCKET, "b", bucket=name)
    s3.delete_bucket(Bucket=name)
    assert aws.refresh(made) == ["gone"]
    aws.delete(made)


def test_another_name_needs_another_bucket(aws: Calls, name: str) -> None:
    answer = aws.diff(aws.up(BUCKET, "b", bucket=name), bucket=f"{name}-2")
    assert list(answer.replaces) == ["bucket"]
    assert not answer.deleteBeforeReplace


def test_a_bucket_that_exists_is_not_taken_over(aws: Calls, name: str) -> None:
    aws.up(BUCKET, "b", bucket=name)
    with pytest.raises(Aborted, match=f"BucketAlreadyExists: {name} exists already"):
        aws.up(BUCKET, "c", bucket=name)


@pytest.mark.parametrize("marker_only", [False, True])
def test_a_bucket_that_holds_a_version_is_not_deleted(aws: Calls, s3: Any, name: str, marker_only: bool) -> None:
    made = aws.up(BUCKET, "b", bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket=name, Key="k", Body=b"1")["VersionId"]
    s3.delete_object(Bucket=name, Key="k")
    if marker_only:
        s3.delete_object(Bucket=name, Key="k", VersionId=version)
    with pytest.raises(Aborted, match=r"BucketNotEmpty: .*You must delete all versions in the bucket"):
        aws.delete(made)
    s3.head_bucket(Bucket=name)


def test_force_destroy_removes_every_version_first(aws: Calls, s3: Any, name: str) -> None:
    made = aws.up(BUCKET, "b", bucket=name, forceDestroy=True)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"1", b"2"):
        s3.put_object(Bucket=name, Key="k", Body=body)
    s3.delete_object(Bucket=name, Key="k")
    aws.delete(made)
    assert aws.refresh(made) == ["gone"]


def test_force_destroy_is_the_provider_s_own_setting_and_survives_a_refresh(aws: Calls, name: str) -> None:
    made = aws.up(BUCKET, "b", bucket=name, forceDestroy=True)
    assert aws.refresh(made) == []
    assert made.outputs["forceDestroy"] is True


def test_a_bucket_without_a_name_is_named_in_lower_case_and_keeps_its_name(aws: Calls) -> None:
    made = aws.up(BUCKET, "Uploads")
    assert made.id == "uploads-0001020"
    assert "bucket" in made.inputs["__defaults"]
    assert aws.changed(made) == []
    assert aws.refresh(made) == []
    assert aws.changed(made) == []


def test_a_stated_name_that_is_no_longer_stated_is_a_replacement(aws: Calls, name: str) -> None:
    assert list(aws.diff(aws.up(BUCKET, "b", bucket=name)).replaces) == ["bucket"]


@pytest.mark.parametrize(
    "bad",
    ["ab", "a" * 64, "Upper", "under_score", "-begin", "end-", "two..dots", "192.168.5.4", "xn--a", "x-s3alias", "sthree-a", "a.mrap"],
)
def test_names_that_s3_refuses_are_refused(aws: Calls, bad: str) -> None:
    failures = aws.check(urn_of(BUCKET, "b"), {"bucket": bad})[1]
    assert len(failures) == 1
    assert failures[0].startswith(f"`bucket`: {bad} is no valid bucket name")


@pytest.mark.parametrize("good", ["abc", "a" * 63, "a.b-c", "1-2", "192.168.5.400.1"])
def test_names_at_the_edge_are_accepted(aws: Calls, good: str) -> None:
    assert aws.check(urn_of(BUCKET, "b"), {"bucket": good})[1] == []


def test_the_deprecated_inline_blocks_name_the_resource_to_use(aws: Calls) -> None:
    assert aws.check(urn_of(BUCKET, "b"), {"versioning": {"enabled": True}})[1] == [
        "`versioning`: is deprecated as part of the bucket, and the laptop cloud does not hold it: "
        "use aws:s3/bucketVersioning:BucketVersioning"
    ]


def test_an_existing_bucket_is_adopted_without_a_change(aws: Calls, s3: Any, name: str) -> None:
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    made = aws.adopt(BUCKET, "b", name)
    assert made.id == name
    assert aws.changed(made, bucket=name, tags={"a": "b"}) == []
    assert aws.changed(made, bucket=name) == ["tags", "tagsAll.a"]


def test_what_does_not_exist_cannot_be_adopted(aws: Calls, name: str) -> None:
    assert aws.adopt(BUCKET, "b", name).id == ""


def test_a_preview_makes_nothing_and_knows_what_was_stated(aws: Calls, s3: Any, name: str) -> None:
    shown = aws.preview(BUCKET, "b", bucket=name)
    assert shown["bucket"] == name
    assert shown["arn"] == "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    with pytest.raises(ClientError):
        s3.head_bucket(Bucket=name)


def test_a_bucket_whose_tags_are_refused_is_not_lost_sight_of(aws: Calls, s3: Any, name: str) -> None:
    with pytest.raises(Aborted, match="InvalidTag") as refused:
        aws.up(BUCKET, "b", bucket=name, tags={"aws:mine": "no"})
    detail = provider_pb2.ErrorResourceInitFailed()
    status_pb2.Status.FromString(refused.value.metadata["grpc-status-details-bin"]).details[0].Unpack(detail)
    assert detail.id == name
    assert "InvalidTag" in detail.reasons[0]
    s3.head_bucket(Bucket=name)

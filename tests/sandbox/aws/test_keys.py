"""KMS keys through the stand-in provider, on moto."""

from __future__ import annotations

import json
from typing import Any

import pytest

from recoverable.sandbox.aws.cloud import AwsCloud
from tests.support.provider import Aborted, Calls

KEY = "aws:kms/key:Key"
ALIAS = "aws:kms/alias:Alias"
REPLICA = "aws:kms/replicaKey:ReplicaKey"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "Root", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "kms:*", "Resource": "*"}
    ],
}


@pytest.fixture
def kms(cloud: AwsCloud) -> Any:
    return cloud.client("kms")


def test_a_key_is_made_as_stated_and_read_back_whole(aws: Calls, kms: Any) -> None:
    key = aws.up(KEY, "k", description="books", enableKeyRotation=True, tags={"owner": "x"}, policy=json.dumps(POLICY))
    data = kms.describe_key(KeyId=key.id)["KeyMetadata"]
    assert data["Description"] == "books"
    assert kms.get_key_rotation_status(KeyId=key.id)["KeyRotationEnabled"]
    assert kms.list_resource_tags(KeyId=key.id)["Tags"] == [{"TagKey": "owner", "TagValue": "x"}]
    assert key.outputs["arn"] == data["Arn"]
    assert key.outputs["tagsAll"] == {"owner": "x"}
    assert key.outputs["region"] == "eu-west-1"
    assert aws.refresh(key) == []


def test_fake_the_rotation_period_is_returned(aws: Calls, kms: Any) -> None:
    """Moto drops the period; the answer is ours."""
    key = aws.up(KEY, "k", enableKeyRotation=True, rotationPeriodInDays=180)
    assert kms.get_key_rotation_status(KeyId=key.id)["RotationPeriodInDays"] == 180
    kms.enable_key_rotation(KeyId=key.id, RotationPeriodInDays=90)
    assert aws.refresh(key) == ["rotationPeriodInDays"]


def test_what_the_program_does_not_say_is_filled_in_as_the_provider_does(aws: Calls) -> None:
    key = aws.up(KEY, "k")
    assert key.inputs["description"] == "Managed by Pulumi"
    assert key.inputs["__defaults"] == sorted(
        ["bypassPolicyLockoutSafetyCheck", "customerMasterKeySpec", "description", "enableKeyRotation", "isEnabled", "keyUsage"]
    )
    assert aws.changed(key) == []
    assert aws.refresh(key) == []


def test_drift_behind_the_back_shows_by_name(aws: Calls, kms: Any) -> None:
    key = aws.up(KEY, "k", enableKeyRotation=True, description="books", tags={"owner": "x"})
    kms.disable_key_rotation(KeyId=key.id)
    kms.update_key_description(KeyId=key.id, Description="other")
    kms.tag_resource(KeyId=key.id, Tags=[{"TagKey": "new", "TagValue": "y"}])
    kms.disable_key(KeyId=key.id)
    assert aws.refresh(key) == ["description", "enableKeyRotation", "isEnabled", "tags.new", "tagsAll.new"]


def test_an_update_changes_in_place_and_takes_tags_away(aws: Calls, kms: Any) -> None:
    key = aws.up(KEY, "k", description="a", tags={"owner": "x", "old": "y"})
    news = {"description": "b", "tags": {"owner": "z"}, "enableKeyRotation": True}
    answer = aws.diff(key, **news)
    assert list(answer.replaces) == []
    aws.update(key, **news)
    assert kms.describe_key(KeyId=key.id)["KeyMetadata"]["Description"] == "b"
    assert kms.list_resource_tags(KeyId=key.id)["Tags"] == [{"TagKey": "owner", "TagValue": "z"}]
    assert kms.get_key_rotation_status(KeyId=key.id)["KeyRotationEnabled"]
    assert aws.refresh(key) == []


def test_a_multi_region_switch_needs_a_new_key(aws: Calls) -> None:
    assert list(aws.diff(aws.up(KEY, "k"), multiRegion=True).replaces) == ["multiRegion"]


def test_a_deleted_key_waits_as_long_as_stated_and_counts_as_gone(aws: Calls, kms: Any) -> None:
    key = aws.up(KEY, "k", deletionWindowInDays=21)
    aws.delete(key)
    data = kms.describe_key(KeyId=key.id)["KeyMetadata"]
    assert data["KeyState"] == "PendingDeletion"
    assert aws.refresh(key) == ["gone"]
    aws.delete(key)


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ({"deletionWindowInDays": 6}, "`deletionWindowInDays`: 6 is not in 7 to 30 days"),
        ({"deletionWindowInDays": 31}, "`deletionWindowInDays`: 31 is not in 7 to 30 days"),
        ({"rotationPeriodInDays": 89, "enableKeyRotation": True}, "`rotationPeriodInDays`: 89 is not in 90 to 2560 days"),
        ({"rotationPeriodInDays": 90}, "`rotationPeriodInDays`: says nothing without `enableKeyRotation`"),
        (
            {"customerMasterKeySpec": "RSA_2048", "enableKeyRotation": True},
            "`enableKeyRotation`: RSA_2048 keys do not rotate by themselves",
        ),
    ],
)
def test_what_kms_refuses_is_refused_before(aws: Calls, inputs: dict[str, Any], reason: str) -> None:
    assert aws.check(f"urn:pulumi:dev::shop::{KEY}::k", inputs)[1] == [reason]


def test_an_alias_names_a_key_and_can_be_moved_to_another(aws: Calls, kms: Any, name: str) -> None:
    one, two = aws.up(KEY, "one"), aws.up(KEY, "two")
    alias = aws.up(ALIAS, "a", name=f"alias/{name}", targetKeyId=one.id)
    assert alias.outputs["targetKeyArn"] == one.outputs["arn"]
    assert aws.refresh(alias) == []
    kms.update_alias(AliasName=f"alias/{name}", TargetKeyId=two.id)
    assert aws.refresh(alias) == ["targetKeyId"]
    aws.update(alias, name=f"alias/{name}", targetKeyId=one.outputs["arn"])
    assert kms.describe_key(KeyId=f"alias/{name}")["KeyMetadata"]["KeyId"] == one.id
    assert aws.refresh(alias) == []
    aws.delete(alias)
    assert aws.refresh(alias) == ["gone"]


def test_an_alias_without_the_prefix_is_refused(aws: Calls) -> None:
    assert aws.check(f"urn:pulumi:dev::shop::{ALIAS}::a", {"name": "orders", "targetKeyId": "k"})[1] == [
        "`name`: orders must begin with alias/, and not with alias/aws/"
    ]


def test_a_replica_key_lies_in_its_own_region(aws: Calls, cloud: AwsCloud) -> None:
    key = aws.up(KEY, "k", multiRegion=True, description="main")
    replica = aws.up(REPLICA, "r", primaryKeyArn=key.outputs["arn"], region="eu-central-1", description="copy", tags={"a": "b"})
    there = cloud.client("kms", "eu-central-1")
    assert replica.outputs["arn"] == key.outputs["arn"].replace("eu-west-1", "eu-central-1")
    assert there.describe_key(KeyId=replica.id)["KeyMetadata"]["Description"] == "copy"
    assert there.list_resource_tags(KeyId=replica.id)["Tags"] == [{"TagKey": "a", "TagValue": "b"}]
    assert aws.refresh(replica) == []
    assert aws.refresh(key) == []


def test_an_alias_of_one_name_can_be_given_to_a_key_and_to_its_replica(aws: Calls, cloud: AwsCloud) -> None:
    key = aws.up(KEY, "k", multiRegion=True)
    replica = aws.up(REPLICA, "r", primaryKeyArn=key.outputs["arn"], region="eu-central-1")
    here, there = cloud.client("kms"), cloud.client("kms", "eu-central-1")
    here.create_alias(AliasName="alias/both-regions", TargetKeyId=key.id)
    assert there.list_aliases(KeyId=replica.id)["Aliases"] == []
    there.create_alias(AliasName="alias/both-regions", TargetKeyId=replica.id)
    assert len(there.list_aliases(KeyId=replica.id)["Aliases"]) == len(here.list_aliases(KeyId=key.id)["Aliases"]) == 1


def test_a_replica_of_a_single_region_key_or_in_the_same_region_is_refused(aws: Calls) -> None:
    single, multi = aws.up(KEY, "k"), aws.up(KEY, "m", multiRegion=True)
    with pytest.raises(Aborted, match="is not a multi-Region key"):
        aws.up(REPLICA, "r", primaryKeyArn=single.outputs["arn"], region="eu-central-1")
    with pytest.raises(Aborted, match="must be in another region"):
        aws.up(REPLICA, "r", primaryKeyArn=multi.outputs["arn"])

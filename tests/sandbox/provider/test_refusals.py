"""What types alone refuse, through Check: ten of each kind, each by its path and with the type's or block's name."""

from __future__ import annotations

from typing import Any

import pytest

from recoverable.sandbox.provider.family import family
from recoverable.sandbox.provider.types_of_sdk import version
from recoverable.sandbox.provider.wire import SIGNATURE, UNKNOWN
from tests.support.provider import Aborted, Calls, urn_of

BUCKET = "aws:s3/bucket:Bucket"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"
KEY = "aws:kms/key:Key"
ALIAS = "aws:kms/alias:Alias"
TABLE = "aws:dynamodb/table:Table"
ROLE = "aws:iam/role:Role"
LOCK = {"name": "locks", "attributes": [{"name": "LockID", "type": "S"}], "hashKey": "LockID", "billingMode": "PAY_PER_REQUEST"}
RULE = {"id": "a", "status": "Enabled", "expiration": {"days": 9}}


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """The provider, with no cloud behind it: what is refused here never reaches one."""
    monkeypatch.setenv("RECOVERABLE_SANDBOX_ENDPOINT", "http://127.0.0.1:1")
    return Calls(family("aws"))


def failures(calls: Calls, token: str, inputs: dict[str, Any]) -> list[str]:
    return calls.check(urn_of(token, "x"), inputs)[1]


@pytest.mark.parametrize(
    "token",
    [
        "aws:ec2/instance:Instance",
        "aws:s3/bucketV2:BucketV2",
        "aws:s3/bucketWebsiteConfiguration:BucketWebsiteConfiguration",
        "aws:lambda/function:Function",
        "aws:redshift/cluster:Cluster",
        "aws:efs/fileSystem:FileSystem",
        "aws:neptune/cluster:Cluster",
        "aws:elasticache/cluster:Cluster",
        "aws:kms/grant:Grant",
        "aws:route53/zone:Zone",
    ],
)
def test_a_type_that_the_sdk_has_and_the_laptop_cloud_has_not_is_refused_by_name(calls: Calls, token: str) -> None:
    with pytest.raises(Aborted) as refused:
        calls.check(urn_of(token, "x"), {})
    assert refused.value.status.name == "UNIMPLEMENTED"
    assert refused.value.message == (
        f"the laptop cloud's stand-in for aws has no {token} (`python -m recoverable.sandbox.provider.serve --list aws` prints what it has)"
    )


@pytest.mark.parametrize(
    ("token", "near"),
    [
        ("aws:s3/bucket:Buckett", "; did you mean `aws:s3/bucket:Bucket`?"),
        ("aws:kms/keys:Key", "; did you mean `aws:kms/key:Key`?"),
        ("aws:s3:Bucket", "; did you mean `aws:s3/bucket:Bucket`?"),
        ("aws:iam/Role:role", "; did you mean `aws:iam/role:Role`?"),
        ("aws:dynamodb/tables:Tables", "; did you mean `aws:dynamodb/table:Table`?"),
        ("aws:nothing/nothing:Nothing", ""),
        ("aws:s3", ""),
        ("aws", ""),
        ("gcp:storage/bucket:Bukket", "; did you mean `aws:s3/bucket:Bucket`?"),
        ("aws:os/path:Path", ""),
    ],
)
def test_a_type_that_not_even_the_sdk_has_is_refused_with_the_nearest_name(calls: Calls, token: str, near: str) -> None:
    with pytest.raises(Aborted) as refused:
        calls.check(urn_of(token, "x"), {})
    assert refused.value.message.startswith(f"pulumi_aws {version('aws')} has no type {token}{near} (`python -m")


@pytest.mark.parametrize(
    ("token", "inputs", "reason"),
    [
        (BUCKET, {"bukcet": "a"}, f"`bukcet`: {BUCKET} has no property `bukcet`; did you mean `bucket`?"),
        (BUCKET, {"force_destroy": True}, f"`force_destroy`: {BUCKET} has no property `force_destroy`; did you mean `forceDestroy`?"),
        (BUCKET, {"zzz": 1}, f"`zzz`: {BUCKET} has no property `zzz`"),
        (KEY, {"keyRotation": True}, f"`keyRotation`: {KEY} has no property `keyRotation`; did you mean `enableKeyRotation`?"),
        (KEY, {"arn": "x"}, f"`arn`: {KEY} has no property `arn`"),
        (
            VERSIONING,
            {"bucket": "b", "versioningConfiguration": {"status": "Enabled", "mfadelete": "Disabled"}},
            "`versioningConfiguration.mfadelete`: `versioningConfiguration` has no property `mfadelete`; did you mean `mfaDelete`?",
        ),
        (
            LIFECYCLE,
            {"bucket": "b", "rules": [RULE, {**RULE, "id": "b", "expiration": {"day": 3}}]},
            "`rules[1].expiration.day`: `rules[1].expiration` has no property `day`; did you mean `days`?",
        ),
        (
            ENCRYPTION,
            {"bucket": "b", "rules": [{"bucketKey": True}]},
            "`rules[0].bucketKey`: `rules[0]` has no property `bucketKey`; did you mean `bucketKeyEnabled`?",
        ),
        (
            TABLE,
            {**LOCK, "pointInTimeRecovery": {"enabled": True, "recoveryDays": 3}},
            "`pointInTimeRecovery.recoveryDays`: `pointInTimeRecovery` has no property `recoveryDays`; did you mean `recoveryPeriodInDays`?",
        ),
        (
            ROLE,
            {"assumeRolePolicy": "{}", "assumePolicy": "{}"},
            f"`assumePolicy`: {ROLE} has no property `assumePolicy`; did you mean `assumeRolePolicy`?",
        ),
    ],
)
def test_an_unknown_property_is_refused_with_the_nearest_name(calls: Calls, token: str, inputs: dict[str, Any], reason: str) -> None:
    assert failures(calls, token, inputs) == [reason]


@pytest.mark.parametrize(
    ("token", "inputs", "reason"),
    [
        (BUCKET, {"bucket": 7}, "`bucket`: wants text, and is a number"),
        (BUCKET, {"forceDestroy": "true"}, "`forceDestroy`: wants true or false, and is text"),
        (BUCKET, {"tags": ["a"]}, "`tags`: wants a map, and is a list"),
        (BUCKET, {"tags": {"a": 1}}, "`tags.a`: wants text, and is a number"),
        (KEY, {"deletionWindowInDays": "7"}, "`deletionWindowInDays`: wants a whole number, and is text"),
        (KEY, {"deletionWindowInDays": 7.5}, "`deletionWindowInDays`: wants a whole number, and is a number"),
        (KEY, {"deletionWindowInDays": True}, "`deletionWindowInDays`: wants a whole number, and is true or false"),
        (VERSIONING, {"bucket": "b", "versioningConfiguration": "Enabled"}, "`versioningConfiguration`: wants an object, and is text"),
        (LIFECYCLE, {"bucket": "b", "rules": RULE}, "`rules`: wants a list, and is an object"),
        (
            LIFECYCLE,
            {"bucket": "b", "rules": [{**RULE, "expiration": {"days": "9"}}]},
            "`rules[0].expiration.days`: wants a whole number, and is text",
        ),
        (LIFECYCLE, {"bucket": "b", "rules": ["keep"]}, "`rules[0]`: wants an object, and is text"),
        (ROLE, {"assumeRolePolicy": 3}, "`assumeRolePolicy`: wants JSON text, or an object, and is a number"),
        (
            BUCKET,
            {"bucket": {SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", "text": "a"}},
            "`bucket`: wants text, and is a file or an archive",
        ),
    ],
)
def test_a_wrong_type_is_refused_with_its_path_and_never_with_the_value(
    calls: Calls, token: str, inputs: dict[str, Any], reason: str
) -> None:
    assert failures(calls, token, inputs) == [reason]


@pytest.mark.parametrize(
    ("token", "inputs", "reasons"),
    [
        (VERSIONING, {"versioningConfiguration": {"status": "Enabled"}}, [f"`bucket`: {VERSIONING} needs `bucket`, and it is missing"]),
        (VERSIONING, {"bucket": "b"}, [f"`versioningConfiguration`: {VERSIONING} needs `versioningConfiguration`, and it is missing"]),
        (
            VERSIONING,
            {"bucket": "b", "versioningConfiguration": {}},
            ["`versioningConfiguration.status`: `versioningConfiguration` needs `status`, and it is missing"],
        ),
        (ENCRYPTION, {"bucket": "b"}, [f"`rules`: {ENCRYPTION} needs `rules`, and it is missing"]),
        (
            ENCRYPTION,
            {"bucket": "b", "rules": [{"applyServerSideEncryptionByDefault": {"kmsMasterKeyId": "k"}}]},
            [
                "`rules[0].applyServerSideEncryptionByDefault.sseAlgorithm`: "
                "`rules[0].applyServerSideEncryptionByDefault` needs `sseAlgorithm`, and it is missing"
            ],
        ),
        (
            REPLICATION,
            {"bucket": "b", "rules": []},
            [f"`role`: {REPLICATION} needs `role`, and it is missing"],
        ),
        (
            REPLICATION,
            {"bucket": "b", "role": "r", "rules": [{"status": "Enabled"}]},
            ["`rules[0].destination`: `rules[0]` needs `destination`, and it is missing"],
        ),
        (
            REPLICATION,
            {"bucket": "b", "role": "r", "rules": [{"status": "Enabled", "destination": {}}]},
            ["`rules[0].destination.bucket`: `rules[0].destination` needs `bucket`, and it is missing"],
        ),
        (ALIAS, {"name": "alias/a"}, [f"`targetKeyId`: {ALIAS} needs `targetKeyId`, and it is missing"]),
        (ROLE, {}, [f"`assumeRolePolicy`: {ROLE} needs `assumeRolePolicy`, and it is missing"]),
        (ROLE, {"assumeRolePolicy": None}, [f"`assumeRolePolicy`: {ROLE} needs `assumeRolePolicy`, and it is missing"]),
        (
            TABLE,
            {**LOCK, "attributes": [{"name": "LockID"}]},
            ["`attributes[0].type`: `attributes[0]` needs `type`, and it is missing"],
        ),
    ],
)
def test_a_missing_required_property_is_refused_by_name(calls: Calls, token: str, inputs: dict[str, Any], reasons: list[str]) -> None:
    assert failures(calls, token, inputs) == reasons


@pytest.mark.parametrize(
    ("token", "inputs", "reason"),
    [
        (KEY, {"deletionWindowInDays": 6}, "`deletionWindowInDays`: 6 is not in 7 to 30 days"),
        (KEY, {"rotationPeriodInDays": 100}, "`rotationPeriodInDays`: says nothing without `enableKeyRotation`"),
        (ALIAS, {"name": "orders", "targetKeyId": "k"}, "`name`: orders must begin with alias/, and not with alias/aws/"),
        (
            BUCKET,
            {"bucket": "orders", "versioning": {"enabled": True}},
            "`versioning`: is deprecated as part of the bucket, and the laptop cloud does not hold it: use "
            "aws:s3/bucketVersioning:BucketVersioning",
        ),
        (
            LIFECYCLE,
            {"bucket": "b", "rules": [{"id": "a", "status": "Enabled"}]},
            "`rules[0]`: at least one action needs to be specified in a rule",
        ),
        (LIFECYCLE, {"bucket": "b", "rules": [{**RULE, "status": "On"}]}, "`rules[0].status`: On is none of Enabled, Disabled"),
        (
            ENCRYPTION,
            {"bucket": "b", "rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256", "kmsMasterKeyId": "k"}}]},
            "`rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyId`: a KMS key goes with aws:kms, not with AES256",
        ),
        (TABLE, {**LOCK, "readCapacity": 1}, "`readCapacity`: goes not with billing mode PAY_PER_REQUEST"),
        (TABLE, {**LOCK, "hashKey": "Id", "rangeKey": "LockID"}, "`hashKey`: Id is none of the attributes"),
        (REPLICATION, {"bucket": "b", "role": "copies", "rules": []}, "`role`: wants the ARN of a role"),
    ],
)
def test_an_illegal_combination_is_refused_by_path(calls: Calls, token: str, inputs: dict[str, Any], reason: str) -> None:
    assert failures(calls, token, inputs) == [reason]


@pytest.mark.parametrize(
    ("token", "inputs"),
    [
        (BUCKET, {"bucket": UNKNOWN, "tags": UNKNOWN, "forceDestroy": UNKNOWN}),
        (BUCKET, {"tags": {"a": UNKNOWN}}),
        (KEY, {"deletionWindowInDays": UNKNOWN, "rotationPeriodInDays": UNKNOWN, "enableKeyRotation": UNKNOWN, "policy": UNKNOWN}),
        (ALIAS, {"name": UNKNOWN, "targetKeyId": UNKNOWN}),
        (VERSIONING, {"bucket": UNKNOWN, "versioningConfiguration": UNKNOWN}),
        (VERSIONING, {"bucket": UNKNOWN, "versioningConfiguration": {"status": UNKNOWN, "mfaDelete": UNKNOWN}}),
        (LIFECYCLE, {"bucket": "b", "rules": UNKNOWN}),
        (LIFECYCLE, {"bucket": "b", "rules": [UNKNOWN, {"id": UNKNOWN, "status": UNKNOWN, "expiration": UNKNOWN}]}),
        (
            LIFECYCLE,
            {
                "bucket": "b",
                "rules": [{**RULE, "expiration": {"days": UNKNOWN}, "transitions": [{"days": UNKNOWN, "storageClass": UNKNOWN}, UNKNOWN]}],
            },
        ),
        (ENCRYPTION, {"bucket": "b", "rules": [{"applyServerSideEncryptionByDefault": UNKNOWN}]}),
        (REPLICATION, {"bucket": UNKNOWN, "role": UNKNOWN, "rules": [{"status": UNKNOWN, "destination": UNKNOWN}]}),
        (REPLICATION, {"bucket": UNKNOWN, "role": UNKNOWN, "rules": [{"status": "Enabled", "destination": {"bucket": UNKNOWN}}]}),
        (
            REPLICATION,
            {
                "bucket": UNKNOWN,
                "role": UNKNOWN,
                "rules": [
                    {
                        "status": "Enabled",
                        "filter": UNKNOWN,
                        "deleteMarkerReplication": UNKNOWN,
                        "sourceSelectionCriteria": UNKNOWN,
                        "destination": {
                            "bucket": UNKNOWN,
                            "replicationTime": {"status": "Enabled", "time": UNKNOWN},
                            "metrics": UNKNOWN,
                            "encryptionConfiguration": UNKNOWN,
                        },
                    }
                ],
            },
        ),
        (TABLE, {"name": UNKNOWN, "attributes": UNKNOWN, "hashKey": UNKNOWN, "billingMode": UNKNOWN, "pointInTimeRecovery": UNKNOWN}),
        (ROLE, {"assumeRolePolicy": UNKNOWN, "maxSessionDuration": UNKNOWN, "name": UNKNOWN}),
        (ROLE, {"assumeRolePolicy": '{"Statement": ["' + UNKNOWN + '"]}'}),
        ("aws:s3/bucketPolicy:BucketPolicy", {"bucket": UNKNOWN, "policy": UNKNOWN}),
        ("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration", {"bucket": UNKNOWN, "rule": {"defaultRetention": UNKNOWN}}),
        ("aws:s3/bucketOwnershipControls:BucketOwnershipControls", {"bucket": UNKNOWN, "rule": {"objectOwnership": UNKNOWN}}),
        (
            "aws:s3/bucketIntelligentTieringConfiguration:BucketIntelligentTieringConfiguration",
            {"bucket": UNKNOWN, "tierings": [{"accessTier": UNKNOWN, "days": UNKNOWN}, UNKNOWN]},
        ),
    ],
)
def test_what_is_known_only_after_apply_is_never_refused(calls: Calls, token: str, inputs: dict[str, Any]) -> None:
    assert failures(calls, token, inputs) == []


def test_all_faults_of_one_resource_are_told_at_once(calls: Calls) -> None:
    found = failures(calls, LIFECYCLE, {"bukket": "b", "rules": [{"status": 1}]})
    assert [each.split("`")[1] for each in found] == ["bucket", "bukket", "rules[0].id", "rules[0].status"]

"""Versioning, encryption, access, ownership and policy of a bucket, through the stand-in provider, on moto."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.provider import Aborted, Calls, urn_of

BUCKET = "aws:s3/bucket:Bucket"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
ACCESS = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
ON = {"status": "Enabled"}
KEY = "arn:aws:kms:eu-west-1:123456789012:key/9f0e"


def statement(name: str, **more: Any) -> dict[str, Any]:
    """One that S3 takes: no plain HTTP."""
    stated = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]}
    return {**stated, "Condition": {"Bool": {"aws:SecureTransport": "false"}}, **more}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def test_versioning_is_switched_on_seen_when_suspended_and_suspended_at_the_end(aws: Calls, s3: Any, bucket: str) -> None:
    made = aws.up(VERSIONING, "v", bucket=bucket, versioningConfiguration=ON)
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert aws.refresh(made) == []
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    assert aws.refresh(made) == ["versioningConfiguration.status"]
    aws.update(made, bucket=bucket, versioningConfiguration=ON)
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    aws.delete(made)
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Suspended"


def test_another_bucket_needs_another_versioning(aws: Calls, bucket: str) -> None:
    made = aws.up(VERSIONING, "v", bucket=bucket, versioningConfiguration=ON)
    answer = aws.diff(made, bucket=f"{bucket}-2", versioningConfiguration=ON)
    assert list(answer.replaces) == ["bucket"]
    assert not answer.deleteBeforeReplace


def test_versioning_under_object_lock_cannot_be_suspended(aws: Calls, s3: Any, name: str) -> None:
    aws.up(BUCKET, "b", bucket=name, objectLockEnabled=True)
    with pytest.raises(Aborted, match="InvalidBucketState: An Object Lock configuration is present on this bucket"):
        aws.up(VERSIONING, "v", bucket=name, versioningConfiguration={"status": "Suspended"})
    made = aws.up(VERSIONING, "v", bucket=name, versioningConfiguration=ON)
    aws.delete(made)
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"


def test_what_was_versioned_is_never_unversioned_again(aws: Calls, bucket: str) -> None:
    made = aws.up(VERSIONING, "v", bucket=bucket, versioningConfiguration=ON)
    with pytest.raises(Aborted, match="cannot be Disabled again"):
        aws.update(made, bucket=bucket, versioningConfiguration={"status": "Disabled"})


def test_fake_mfa_delete_is_read_back_and_excludes_a_lifecycle(aws: Calls, s3: Any, bucket: str) -> None:
    """Moto drops MFADelete; the answer is ours."""
    stated = {"status": "Enabled", "mfaDelete": "Enabled"}
    made = aws.up(VERSIONING, "v", bucket=bucket, versioningConfiguration=stated, mfa="arn:aws:iam::123456789012:mfa/root 123456")
    assert s3.get_bucket_versioning(Bucket=bucket)["MFADelete"] == "Enabled"
    assert aws.refresh(made) == []
    lifecycle = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
    with pytest.raises(Aborted, match="a bucket with MFA delete takes no lifecycle"):
        aws.up(lifecycle, "l", bucket=bucket, rules=[{"id": "a", "status": "Enabled", "expiration": {"days": 9}}])


def test_encryption_is_set_whole_and_drift_is_seen(aws: Calls, s3: Any, bucket: str) -> None:
    rules = [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": KEY}, "bucketKeyEnabled": True}]
    made = aws.up(ENCRYPTION, "e", bucket=bucket, rules=rules)
    held = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert held["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}
    assert held["BucketKeyEnabled"] is True
    assert aws.refresh(made) == []
    plain = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=plain)
    found = aws.refresh(made)
    assert found == [
        "rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyId",
        "rules[0].applyServerSideEncryptionByDefault.sseAlgorithm",
        "rules[0].bucketKeyEnabled",
    ]
    aws.delete(made)
    with pytest.raises(ClientError, match="ServerSideEncryptionConfigurationNotFoundError"):
        s3.get_bucket_encryption(Bucket=bucket)


def test_fake_blocked_kinds_of_encryption_are_read_back(aws: Calls, s3: Any, bucket: str) -> None:
    """Moto drops them; the answer is ours."""
    rules = [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}, "blockedEncryptionTypes": ["SSE-C"]}]
    made = aws.up(ENCRYPTION, "e", bucket=bucket, rules=rules)
    held = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert held["BlockedEncryptionTypes"] == {"EncryptionType": ["SSE-C"]}
    assert aws.refresh(made) == []


def test_public_access_is_blocked_and_an_opened_switch_is_seen(aws: Calls, s3: Any, bucket: str) -> None:
    switches = {"blockPublicAcls": True, "blockPublicPolicy": True, "ignorePublicAcls": True, "restrictPublicBuckets": True}
    made = aws.up(ACCESS, "p", bucket=bucket, **switches)
    assert all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())
    assert aws.refresh(made) == []
    s3.delete_public_access_block(Bucket=bucket)
    assert aws.refresh(made) == ["gone"]
    aws.update(made, bucket=bucket, **{**switches, "blockPublicPolicy": False})
    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]["BlockPublicPolicy"] is False
    aws.delete(made)
    assert aws.refresh(made) == ["gone"]


def test_ownership_is_set_and_read_back(aws: Calls, s3: Any, bucket: str) -> None:
    made = aws.up(OWNERSHIP, "o", bucket=bucket, rule={"objectOwnership": "BucketOwnerEnforced"})
    assert s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert aws.refresh(made) == []
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})
    assert aws.refresh(made) == ["rule.objectOwnership"]
    aws.delete(made)
    assert aws.refresh(made) == ["gone"]


def test_a_policy_is_the_same_however_its_text_is_spaced(aws: Calls, s3: Any, bucket: str) -> None:
    text = json.dumps(json.loads(document(statement(bucket))), indent=3)
    made = aws.up(POLICY, "p", bucket=bucket, policy=text)
    assert json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"]) == json.loads(text)
    assert aws.changed(made, bucket=bucket, policy=document(statement(bucket))) == []
    s3.put_bucket_policy(Bucket=bucket, Policy=document(statement(bucket)))
    assert aws.refresh(made) == []
    s3.put_bucket_policy(Bucket=bucket, Policy=document(statement(bucket, Effect="Allow")))
    assert aws.refresh(made) == ["policy"]
    aws.delete(made)
    assert aws.refresh(made) == ["gone"]


def test_a_policy_given_as_an_object_is_sent_as_text(aws: Calls, s3: Any, bucket: str) -> None:
    stated = {"Version": "2012-10-17", "Statement": [statement(bucket)]}
    aws.up(POLICY, "p", bucket=bucket, policy=stated)
    assert json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"]) == stated


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        ("no json", "Policies must be valid JSON and the first byte must be '{'"),
        ("{}", "Missing required field Statement"),
        (document(statement("orders", Resource="arn:aws:s3:::others")), "Policy has invalid resource arn:aws:s3:::others"),
        (document(statement("orders", Resource="*")), "Policy has invalid resource *"),
        (document({k: v for k, v in statement("orders").items() if k != "Principal"}), "Missing required field Principal"),
    ],
)
def test_a_malformed_policy_is_refused_as_s3_does(aws: Calls, policy: str, reason: str) -> None:
    assert aws.check(urn_of(POLICY, "p"), {"bucket": "orders", "policy": policy})[1] == [f"`policy`: MalformedPolicy: {reason}"]


@pytest.mark.parametrize(
    ("token", "inputs", "reasons"),
    [
        (
            VERSIONING,
            {"versioningConfiguration": {"status": "On"}},
            ["`versioningConfiguration.status`: On is none of Enabled, Suspended, Disabled"],
        ),
        (
            VERSIONING,
            {"versioningConfiguration": {"status": "Enabled", "mfaDelete": "Enabled"}},
            ["`versioningConfiguration.mfaDelete`: needs `mfa`: only the root user can switch it, with a code of its device"],
        ),
        (
            ENCRYPTION,
            {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256", "kmsMasterKeyId": KEY}}]},
            ["`rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyId`: a KMS key goes with aws:kms, not with AES256"],
        ),
        (
            ENCRYPTION,
            {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "kms"}}]},
            ["`rules[0].applyServerSideEncryptionByDefault.sseAlgorithm`: kms is none of AES256, aws:kms, aws:kms:dsse"],
        ),
        (
            OWNERSHIP,
            {"rule": {"objectOwnership": "Me"}},
            ["`rule.objectOwnership`: Me is none of BucketOwnerEnforced, BucketOwnerPreferred, ObjectWriter"],
        ),
    ],
)
def test_illegal_settings_are_refused_by_name(aws: Calls, token: str, inputs: dict[str, Any], reasons: list[str]) -> None:
    assert aws.check(urn_of(token, "x"), {"bucket": "orders", **inputs})[1] == reasons


@pytest.mark.parametrize("token", [VERSIONING, ENCRYPTION, ACCESS, OWNERSHIP, POLICY])
def test_a_setting_of_a_bucket_that_is_gone_is_gone(aws: Calls, s3: Any, bucket: str, token: str) -> None:
    inputs: dict[str, dict[str, Any]] = {
        VERSIONING: {"versioningConfiguration": ON},
        ENCRYPTION: {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]},
        ACCESS: {"blockPublicAcls": True},
        OWNERSHIP: {"rule": {"objectOwnership": "ObjectWriter"}},
        POLICY: {"policy": document(statement(bucket))},
    }
    made = aws.up(token, "x", bucket=bucket, **inputs[token])
    s3.delete_bucket(Bucket=bucket)
    assert aws.refresh(made) == ["gone"]
    aws.delete(made)

"""Bucket on AWS with the real engine: what the laptop cloud then holds, read back with boto3.

Replication is moto's own configuration; that objects really travel is not claimed here.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from recoverable.clouds.build import wanted
from recoverable.model.finding import Verdict
from recoverable.readers.pulumi.preview_reader import read_preview
from recoverable.sandbox.aws.cloud import AwsCloud
from recoverable.sandbox.laptop import Laptop
from tests.support.judging import findings_of
from tests.support.stacks import Stack

pytestmark = pytest.mark.engine

HOME, FAR = "eu-west-1", "eu-central-1"
PROGRAM = """
import pulumi
from recoverable.components.bucket import Bucket, BucketArgs, ObjectLockArgs
from recoverable.components.policy import ProtectionPolicy

policy = ProtectionPolicy(environment="{environment}", alert_address="ops@acme.example", replica_region={region!r}, owner="shop")
made = Bucket("uploads", BucketArgs(policy=policy{more}))
for name in ("bucket_name", "arn", "kms_key_arn", "replica_name", "replica_kms_key_arn", "existing_objects", "evidence"):
    pulumi.export(name, getattr(made, name))
"""


def source(environment: str = "prod", region: str | None = FAR, more: str = "") -> str:
    return PROGRAM.format(environment=environment, region=region, more=f", {more}" if more else "")


def client(laptop: Laptop, service: str = "s3", region: str = HOME) -> Any:
    return AwsCloud(laptop.environment()["AWS_ENDPOINT_URL"], region).client(service)


@pytest.fixture(scope="module")
def prod(laptop: Laptop, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """A production bucket with a lock, which is up."""
    stack = Stack(laptop, tmp_path_factory.mktemp("bucket") / "program", source(more="object_lock=ObjectLockArgs()"), stack="prod")
    stack.up()
    return stack


@pytest.fixture(scope="module")
def held(prod: Stack) -> dict[str, Any]:
    """The outputs of the production bucket."""
    return prod.outputs()


SIDES = [("bucket_name", "kms_key_arn", HOME), ("replica_name", "replica_kms_key_arn", FAR)]


@pytest.mark.parametrize(("name", "key", "region"), SIDES)
def test_both_sides_are_versioned_encrypted_locked_and_closed(
    laptop: Laptop, held: dict[str, Any], name: str, key: str, region: str
) -> None:
    s3, bucket = client(laptop, region=region), held[name]
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] == region
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": held[key]}
    assert rule["BucketKeyEnabled"] is True
    blocked = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert blocked == dict.fromkeys(("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True)
    (control,) = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    assert control["ObjectOwnership"] == "BucketOwnerEnforced"
    lock = s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert (lock["Mode"], lock["Days"]) == ("GOVERNANCE", 30)


@pytest.mark.parametrize(("name", "key", "region"), SIDES)
def test_both_sides_deny_plain_http_and_have_the_lifecycle(laptop: Laptop, held: dict[str, Any], name: str, key: str, region: str) -> None:
    s3, bucket = client(laptop, region=region), held[name]
    statements = {each["Sid"]: each for each in json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]}
    assert statements["DenyPlainHttp"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statements["DenyPlainHttp"]["Resource"] == [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    rules = {each["ID"]: each for each in s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]}
    assert rules["old-versions"]["NoncurrentVersionExpiration"]["NoncurrentDays"] == 30
    assert rules["abandoned-uploads"]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert rules["expired-delete-markers"]["Expiration"]["ExpiredObjectDeleteMarker"] is True
    assert rules["cheaper-storage"]["Transitions"] == [{"Days": 30, "StorageClass": "INTELLIGENT_TIERING"}]
    assert {rule["Status"] for rule in rules.values()} == {"Enabled"}


@pytest.mark.parametrize(("name", "key", "region"), SIDES)
def test_keys_are_rotated_and_lie_in_the_region_of_their_bucket(
    laptop: Laptop, held: dict[str, Any], name: str, key: str, region: str
) -> None:
    kms = client(laptop, "kms", region)
    found = kms.describe_key(KeyId=held[key])["KeyMetadata"]
    assert (found["Enabled"], found["KeyManager"], found["Arn"].split(":")[3]) == (True, "CUSTOMER", region)
    assert kms.get_key_rotation_status(KeyId=held[key])["KeyRotationEnabled"] is True


def test_replication_takes_encrypted_objects_within_15_minutes(laptop: Laptop, held: dict[str, Any]) -> None:
    s3 = client(laptop)
    found = s3.get_bucket_replication(Bucket=held["bucket_name"])["ReplicationConfiguration"]
    (rule,) = found["Rules"]
    assert (rule["Status"], rule["Priority"], rule["Filter"]) == ("Enabled", 1, {"Prefix": ""})
    assert rule["DeleteMarkerReplication"] == {"Status": "Disabled"}
    assert rule["SourceSelectionCriteria"]["SseKmsEncryptedObjects"] == {"Status": "Enabled"}
    destination = rule["Destination"]
    assert destination["Bucket"] == f"arn:aws:s3:::{held['replica_name']}"
    assert destination["EncryptionConfiguration"] == {"ReplicaKmsKeyID": held["replica_kms_key_arn"]}
    assert destination["ReplicationTime"] == {"Status": "Enabled", "Time": {"Minutes": 15}}
    assert destination["Metrics"] == {"Status": "Enabled", "EventThreshold": {"Minutes": 15}}
    iam = client(laptop, "iam")
    role = found["Role"].rpartition("/")[2]
    (policy,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    granted = {statement["Sid"]: statement for statement in document["Statement"]}
    assert granted["Decrypt"]["Resource"] == held["kms_key_arn"]
    assert granted["Encrypt"]["Resource"] == held["replica_kms_key_arn"]


def test_deletions_are_heard_on_eventbridge(laptop: Laptop, held: dict[str, Any]) -> None:
    found = client(laptop).get_bucket_notification_configuration(Bucket=held["bucket_name"])
    assert found["EventBridgeConfiguration"] == {}


def test_what_is_stored_is_encrypted_under_the_buckets_key_and_its_old_version_can_be_read(laptop: Laptop, held: dict[str, Any]) -> None:
    s3, bucket = client(laptop), held["bucket_name"]
    first = s3.put_object(Bucket=bucket, Key="a", Body=b"first")["VersionId"]
    s3.put_object(Bucket=bucket, Key="a", Body=b"second")
    s3.delete_object(Bucket=bucket, Key="a")
    back = s3.get_object(Bucket=bucket, Key="a", VersionId=first)
    assert (back["Body"].read(), back["SSEKMSKeyId"]) == (b"first", held["kms_key_arn"])


def test_a_second_up_changes_nothing(prod: Stack) -> None:
    prod.run("preview", "--expect-no-changes")
    prod.run("refresh", "--preview-only", "--expect-no-changes")


def test_recoverable_check_passes_the_engines_own_preview(laptop: Laptop, tmp_path: Path) -> None:
    """All rules, no waiver; RCV090 is answered by BackupAlerts beside it."""
    stack = Stack(laptop, tmp_path / "program", source(), stack="prod", name="checked")
    found = findings_of([read_preview(stack.preview(), "preview.json", wanted)])
    asked = {item.rule for item in found}
    assert {"RCV040", "RCV041", "RCV046", "RCV047", "RCV048", "RCV049", "RCV053", "RCV055", "RCV056", "RCV057", "RCV120", "RCV121"} <= asked
    assert [item for item in found if item.verdict is not Verdict.PASS and item.rule != "RCV090"] == []


def test_destroy_is_refused_in_production_and_names_what_is_protected(prod: Stack) -> None:
    refused = prod.run("destroy", "--yes", "--skip-preview", check=False)
    assert refused.returncode != 0
    told = refused.stdout + refused.stderr
    assert "uploads-bucket" in told
    assert "protect" in told


def test_what_survives_a_destroy_in_production_stays_guarded_and_is_taken_up_again(laptop: Laptop, tmp_path: Path) -> None:
    stack = Stack(laptop, tmp_path / "program", source(), stack="prod", name="surviving")
    stack.up()
    held, s3 = stack.outputs(), client(laptop)
    bucket = held["bucket_name"]
    stack.destroy("--exclude-protected")
    assert {name for name, each in stack.resources().items() if each.get("protect")} >= {"uploads-bucket", "uploads-key"}
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]["BlockPublicPolicy"] is True
    assert "DenyPlainHttp" in s3.get_bucket_policy(Bucket=bucket)["Policy"]
    (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == held["kms_key_arn"]
    stack.up()
    assert stack.outputs()["bucket_name"] == bucket
    stack.run("preview", "--expect-no-changes")


def test_dev_is_updated_shows_drift_and_is_destroyed(laptop: Laptop, tmp_path: Path) -> None:
    stack = Stack(laptop, tmp_path / "program", source("dev", None, 'replica_region="eu-central-1"'), stack="dev", name="drifting")
    stack.up()
    held, s3 = stack.outputs(), client(laptop)
    bucket = held["bucket_name"]

    stack.program(source("dev", None, 'replica_region="eu-central-1", retention_days=90'))
    stack.up()
    assert stack.outputs()["bucket_name"] == bucket
    rules = {each["ID"]: each for each in s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]}
    assert rules["old-versions"]["NoncurrentVersionExpiration"]["NoncurrentDays"] == 90
    assert rules["old-versions"]["NoncurrentVersionTransitions"] == [{"NoncurrentDays": 30, "StorageClass": "STANDARD_IA"}]

    stack.program(source("dev", None, 'replica_region="eu-central-1", retention_days=90, object_lock=ObjectLockArgs()'))
    assert set(stack.preview()["changeSummary"]) <= {"create", "update", "same"}  # a lock that comes later replaces nothing
    stack.up()
    assert s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]["Days"] == 90

    s3.delete_bucket_encryption(Bucket=bucket)
    s3.delete_public_access_block(Bucket=bucket)
    drifted = stack.run("refresh", "--preview-only", "--diff", "--expect-no-changes", check=False)
    assert drifted.returncode == 7
    assert "uploads-encryption" in drifted.stdout
    assert "uploads-access-block" in drifted.stdout
    stack.refresh()
    stack.up()
    assert s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]["BucketKeyEnabled"] is True
    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]["BlockPublicAcls"] is True

    stack.destroy()
    there = {each["Name"] for each in s3.list_buckets()["Buckets"]}
    assert not there & {bucket, held["replica_name"]}
    assert client(laptop, "kms").describe_key(KeyId=held["kms_key_arn"])["KeyMetadata"]["KeyState"] == "PendingDeletion"


def test_a_bucket_that_holds_something_is_not_destroyed(laptop: Laptop, tmp_path: Path) -> None:
    stack = Stack(laptop, tmp_path / "program", source("dev", None), stack="dev", name="holding")
    stack.up()
    bucket = stack.outputs()["bucket_name"]
    client(laptop).put_object(Bucket=bucket, Key="a", Body=b"data")
    refused = stack.run("destroy", "--yes", "--skip-preview", check=False)
    assert refused.returncode != 0
    assert "BucketNotEmpty" in refused.stdout + refused.stderr
    assert client(laptop).get_object(Bucket=bucket, Key="a")["Body"].read() == b"data"


def test_a_refusal_reaches_the_user_without_a_traceback_and_before_anything_is_made(laptop: Laptop, tmp_path: Path) -> None:
    stack = Stack(laptop, tmp_path / "program", source(more="retention_days=0"), stack="prod", name="refused")
    refused = stack.run("preview", check=False)
    told = refused.stdout + refused.stderr
    assert refused.returncode != 0
    assert 'Bucket "uploads": retention_days = 0 is refused' in told
    assert "Traceback" not in told
    assert stack.resources() == {}


def test_an_existing_bucket_is_adopted_and_keeps_what_it_holds(laptop: Laptop, tmp_path: Path) -> None:
    s3, name = client(laptop), f"acme-{tmp_path.name.replace('_', '-')}"[:50]
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": HOME})
    s3.put_object(Bucket=name, Key="a", Body=b"data")
    stack = Stack(laptop, tmp_path / "program", source("dev", None, f"import_id={name!r}"), stack="dev", name="adopting")
    stack.up()
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    assert s3.get_object(Bucket=name, Key="a")["Body"].read() == b"data"
    stack.program(source("dev", None, f"bucket_name={name!r}"))
    assert "replace" not in stack.preview()["changeSummary"]
    stack.up()
    tags = {each["Key"]: each["Value"] for each in s3.get_bucket_tagging(Bucket=name)["TagSet"]}
    assert tags["recoverable:component"] == "uploads"
    stack.run("preview", "--expect-no-changes")

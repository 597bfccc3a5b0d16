"""The stand-in provider for AWS under the real engine: a program of plain pulumi_aws, read back with boto3."""

from __future__ import annotations

import json
import re
import uuid
from pathlib import Path
from typing import Any

import pytest

from recoverable.sandbox.aws.cloud import AwsCloud
from recoverable.sandbox.laptop import Laptop
from tests.support.stacks import PulumiError, Stack

pytestmark = pytest.mark.engine
REGION, FAR = "eu-west-1", "eu-central-1"
PROGRAM = """
import json
import pulumi
import pulumi_aws as aws

name = "{name}"
me, here, partition = aws.get_caller_identity(), aws.get_region(), aws.get_partition()
key = aws.kms.Key("key", description="{description}", enable_key_rotation=True, rotation_period_in_days=180)
far_key = aws.kms.Key("far-key", region="{far}")
aws.kms.Alias("alias", name=f"alias/{{name}}", target_key_id=key.id)


def bucket(label, region, key):
    made = aws.s3.Bucket(label, bucket=f"{{name}}-{{label}}", region=region, object_lock_enabled=True, tags={{"owner": "shop"}})
    versioning = aws.s3.BucketVersioning(label, bucket=made.bucket, region=region, versioning_configuration={{"status": "Enabled"}})
    aws.s3.BucketServerSideEncryptionConfiguration(
        label,
        bucket=made.bucket,
        region=region,
        rules=[{{
            "apply_server_side_encryption_by_default": {{"sse_algorithm": "aws:kms", "kms_master_key_id": key.arn}},
            "bucket_key_enabled": True,
        }}],
    )
    return made, versioning


data, versioned = bucket("data", "{region}", key)
copy, copy_versioned = bucket("copy", "{far}", far_key)
aws.s3.BucketPublicAccessBlock("data", bucket=data.bucket, block_public_acls=True, block_public_policy=True)
tls = aws.iam.get_policy_document_output(statements=[{{
    "effect": "Deny",
    "principals": [{{"type": "*", "identifiers": ["*"]}}],
    "actions": ["s3:*"],
    "resources": [data.arn, pulumi.Output.concat(data.arn, "/*")],
    "conditions": [{{"test": "Bool", "variable": "aws:SecureTransport", "values": ["false"]}}],
}}])
aws.s3.BucketPolicy("data", bucket=data.bucket, policy=tls.json)
aws.s3.BucketLifecycleConfiguration("data", bucket=data.bucket, rules=[{{
    "id": "old", "status": "Enabled", "noncurrent_version_expiration": {{"noncurrent_days": 30}},
}}], opts=pulumi.ResourceOptions(depends_on=[versioned]))
aws.s3.BucketObjectLockConfiguration("data", bucket=data.bucket, rule={{"default_retention": {{"mode": "GOVERNANCE", "days": 30}}}})
trust = {{"Effect": "Allow", "Principal": {{"Service": "s3.amazonaws.com"}}, "Action": "sts:AssumeRole"}}
role = aws.iam.Role("role", name=name, assume_role_policy=json.dumps({{"Version": "2012-10-17", "Statement": [trust]}}))
aws.iam.RolePolicy("role", role=role.name, policy=data.arn.apply(lambda arn: json.dumps({{
    "Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{{arn}}/*"}}],
}})))
aws.s3.BucketReplicationConfig("data", bucket=data.bucket, role=role.arn, rules=[{{
    "id": "all",
    "priority": 1,
    "status": "Enabled",
    "filter": {{"prefix": ""}},
    "delete_marker_replication": {{"status": "Enabled"}},
    "source_selection_criteria": {{"sse_kms_encrypted_objects": {{"status": "Enabled"}}}},
    "destination": {{
        "bucket": copy.arn,
        "encryption_configuration": {{"replica_kms_key_id": far_key.arn}},
        "replication_time": {{"status": "Enabled", "time": {{"minutes": 15}}}},
        "metrics": {{"status": "Enabled", "event_threshold": {{"minutes": 15}}}},
    }},
}}], opts=pulumi.ResourceOptions(depends_on=[versioned, copy_versioned]))
aws.dynamodb.Table(
    "locks", name=name, billing_mode="PAY_PER_REQUEST", hash_key="LockID", attributes=[{{"name": "LockID", "type": "S"}}],
    point_in_time_recovery={{"enabled": True}}, server_side_encryption={{"enabled": True, "kms_key_arn": key.arn}},
)
pulumi.export("account", me.account_id)
pulumi.export("region", here.region)
pulumi.export("key", key.key_id)
"""


@pytest.fixture(scope="module")
def name() -> str:
    return f"e-{uuid.uuid4().hex[:8]}"


def program(name: str, description: str = "first") -> str:
    return PROGRAM.format(name=name, description=description, region=REGION, far=FAR)


@pytest.fixture(scope="module")
def stack(laptop: Laptop, tmp_path_factory: pytest.TempPathFactory, name: str) -> Stack:
    """The program, brought up once; its tests run in the order of the file."""
    tags = json.dumps({"tags": {"team": "ops"}})
    made = Stack(laptop, tmp_path_factory.mktemp("plain"), program(name), config={"aws:region": REGION, "aws:defaultTags": tags})
    made.up()
    return made


@pytest.fixture
def cloud(stack: Stack) -> AwsCloud:
    return AwsCloud(stack.environment["RECOVERABLE_SANDBOX_ENDPOINT"], REGION)


def test_everything_is_really_there(stack: Stack, cloud: AwsCloud, name: str) -> None:
    s3, outputs = cloud.client("s3"), stack.outputs()
    assert (outputs["account"], outputs["region"]) == ("123456789012", REGION)
    assert s3.get_bucket_versioning(Bucket=f"{name}-copy")["Status"] == "Enabled"
    assert s3.get_bucket_location(Bucket=f"{name}-copy")["LocationConstraint"] == FAR
    rule: dict[str, Any] = s3.get_bucket_encryption(Bucket=f"{name}-data")["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"].endswith(outputs["key"])
    assert rule["BucketKeyEnabled"] is True
    tags = {each["Key"]: each["Value"] for each in s3.get_bucket_tagging(Bucket=f"{name}-data")["TagSet"]}
    assert tags == {"owner": "shop", "team": "ops"}
    statement = json.loads(s3.get_bucket_policy(Bucket=f"{name}-data")["Policy"])["Statement"][0]
    assert statement["Resource"] == [f"arn:aws:s3:::{name}-data", f"arn:aws:s3:::{name}-data/*"]
    assert cloud.client("kms").describe_key(KeyId=f"alias/{name}")["KeyMetadata"]["KeyId"] == outputs["key"]
    assert cloud.client("dynamodb").describe_table(TableName=name)["Table"]["SSEDescription"]["KMSMasterKeyArn"].endswith(outputs["key"])


def test_fake_replication_is_there_with_all_that_it_needs(stack: Stack, cloud: AwsCloud, name: str) -> None:
    rule = cloud.client("s3").get_bucket_replication(Bucket=f"{name}-data")["ReplicationConfiguration"]["Rules"][0]
    assert rule["SourceSelectionCriteria"] == {"SseKmsEncryptedObjects": {"Status": "Enabled"}}
    assert rule["DeleteMarkerReplication"] == {"Status": "Enabled"}
    assert rule["Destination"]["ReplicationTime"]["Time"] == {"Minutes": 15}


def test_fake_a_second_up_and_a_refresh_change_nothing(stack: Stack) -> None:
    stack.up("--expect-no-changes")
    stack.refresh("--expect-no-changes")
    stack.up("--expect-no-changes")


def test_fake_drift_shows_and_the_next_up_mends_it(stack: Stack, cloud: AwsCloud, name: str) -> None:
    s3 = cloud.client("s3")
    s3.delete_public_access_block(Bucket=f"{name}-data")
    s3.delete_bucket_encryption(Bucket=f"{name}-copy")
    cloud.client("kms").disable_key_rotation(KeyId=stack.outputs()["key"])
    seen = stack.run("refresh", "--preview-only", "--diff", "--expect-no-changes", check=False)
    assert seen.returncode == 7
    assert re.search(r"enableKeyRotation *: true => false", seen.stdout)
    assert "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock: (delete)" in seen.stdout
    stack.refresh()
    stack.up()
    assert s3.get_public_access_block(Bucket=f"{name}-data")["PublicAccessBlockConfiguration"]["BlockPublicAcls"] is True
    assert cloud.client("kms").get_key_rotation_status(KeyId=stack.outputs()["key"])["KeyRotationEnabled"] is True
    stack.refresh("--expect-no-changes")


def test_an_update_changes_only_what_changed(stack: Stack, cloud: AwsCloud, name: str) -> None:
    stack.program(program(name, "second"))
    steps = [(step["op"], step["urn"].split("::")[-1]) for step in stack.preview()["steps"] if step["op"] != "same"]
    assert steps == [("update", "key")]
    stack.up()
    assert cloud.client("kms").describe_key(KeyId=stack.outputs()["key"])["KeyMetadata"]["Description"] == "second"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (
            'aws.kms.Key("bad", deletion_window_in_days=3)',
            "aws:kms/key:Key resource 'bad' has a problem: `deletionWindowInDays`: 3 is not in 7 to 30 days",
        ),
        (
            'aws.s3.Bucket("bad", tags=pulumi.Output.secret("hunter2"))',
            "aws:s3/bucket:Bucket resource 'bad' has a problem: `tags`: wants a map, and is text",
        ),
        ('aws.efs.FileSystem("bad")', "the laptop cloud's stand-in for aws has no aws:efs/fileSystem:FileSystem"),
    ],
)
def test_what_is_refused_stops_the_preview_by_name_and_shows_no_secret(laptop: Laptop, tmp_path: Path, bad: str, reason: str) -> None:
    made = Stack(laptop, tmp_path, f"import pulumi\nimport pulumi_aws as aws\n\n{bad}\n", config={"aws:region": REGION})
    refused = made.run("preview", check=False)
    assert refused.returncode == 1
    assert reason in refused.stdout
    assert "hunter2" not in refused.stdout + refused.stderr


def test_a_bucket_made_by_hand_is_imported_and_what_differs_is_shown(laptop: Laptop, cloud: AwsCloud, tmp_path: Path) -> None:
    by_hand = f"h-{uuid.uuid4().hex[:8]}"
    cloud.client("s3").create_bucket(Bucket=by_hand, CreateBucketConfiguration={"LocationConstraint": REGION})
    source = """
    import pulumi
    import pulumi_aws as aws

    aws.s3.Bucket("b", bucket="{0}", {1}opts=pulumi.ResourceOptions(import_="{0}"))
    """
    made = Stack(laptop, tmp_path, source.format(by_hand, 'tags={"new": "tag"}, '), config={"aws:region": REGION})
    steps = [(each["op"], sorted(each.get("detailedDiff") or {})) for each in made.preview()["steps"] if each["urn"].endswith("::b")]
    assert steps == [("import", []), ("update", ["tags", "tagsAll.new"])]
    made.program(source.format(by_hand, ""))
    made.up()
    assert made.resources()["b"]["id"] == by_hand
    made.up("--expect-no-changes")
    made.destroy()


def test_what_was_made_in_part_stays_in_the_state_and_is_finished_by_the_next_up(laptop: Laptop, cloud: AwsCloud, tmp_path: Path) -> None:
    half = f"p-{uuid.uuid4().hex[:8]}"
    source = 'import pulumi_aws as aws\n\naws.s3.Bucket("b", bucket="{0}", tags={{"{1}": "x"}})\n'
    made = Stack(laptop, tmp_path, source.format(half, "aws:mine"), config={"aws:region": REGION})
    with pytest.raises(PulumiError, match="InvalidTag"):
        made.up()
    assert made.resources()["b"]["id"] == half
    made.program(source.format(half, "mine"))
    made.up()
    assert cloud.client("s3").get_bucket_tagging(Bucket=half)["TagSet"] == [{"Key": "mine", "Value": "x"}]
    made.destroy()


def test_destroy_leaves_nothing(stack: Stack, cloud: AwsCloud, name: str) -> None:
    stack.destroy()
    assert [each["Name"] for each in cloud.client("s3").list_buckets()["Buckets"] if each["Name"].startswith(name)] == []
    assert name not in cloud.client("dynamodb").list_tables()["TableNames"]

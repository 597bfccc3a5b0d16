"""StateBackend on AWS with the real engine: made on a file backend, moved into its own bucket, and read back with boto3."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

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
ADMIN = "arn:aws:iam::123456789012:root"
SECRET = "correct-horse-battery-staple"
PROGRAM = """
import os
import pulumi
from recoverable.components.policy import ProtectionPolicy
from recoverable.components.state_backend import StateBackend, StateBackendArgs

policy = ProtectionPolicy(environment="{environment}", alert_address="ops@acme.example", replica_region={region!r}, owner="infra")
made = StateBackend("infra", StateBackendArgs(policy=policy, endpoint=os.environ["AWS_ENDPOINT_URL"]{more}))
for name in StateBackend.__annotations__:
    pulumi.export(name, getattr(made, name, None))
pulumi.export("secret", pulumi.Config().get_secret("token"))
"""


def source(environment: str = "prod", region: str | None = FAR, more: str = f'trusted_principals=["{ADMIN}"]') -> str:
    return PROGRAM.format(environment=environment, region=region, more=f", {more}" if more else "")


def client(laptop: Laptop, service: str = "s3", region: str = HOME) -> Any:
    return AwsCloud(laptop.environment()["AWS_ENDPOINT_URL"], region).client(service)


class Moved:
    """The stack on its file backend, and on the bucket that it made."""

    def __init__(self, laptop: Laptop, folder: Path) -> None:
        self.first = Stack(laptop, folder, source(), stack="prod", name="ownstate")
        self.first.run("config", "set", "--secret", "token", SECRET)
        self.first.up()
        self.held = self.first.outputs()
        # docs/state-backend.md, step by step.
        self.first.run("stack", "change-secrets-provider", self.held["pulumi_secrets_provider"])
        self.first.run("stack", "export", "--file", "state.json")
        self.exported = (folder / "state.json").read_text()
        url = {"PULUMI_BACKEND_URL": self.held["pulumi_login_url"], "PULUMI_CONFIG_PASSPHRASE": "", "PULUMI_CONFIG_PASSPHRASE_FILE": ""}
        self.now = copy.copy(self.first)
        self.now.environment = {**self.first.environment, **url}
        self.now.run("stack", "init", "prod", "--secrets-provider", self.held["pulumi_secrets_provider"])
        self.now.run("stack", "import", "--file", "state.json")


@pytest.fixture(scope="module")
def moved(laptop: Laptop, tmp_path_factory: pytest.TempPathFactory) -> Moved:
    """A production state backend whose state lies in itself."""
    return Moved(laptop, tmp_path_factory.mktemp("state") / "program")


def test_the_stack_goes_on_from_the_bucket_that_it_made(moved: Moved) -> None:
    moved.now.run("preview", "--expect-no-changes")
    assert moved.now.outputs()["bucket_name"] == moved.held["bucket_name"]


def test_recoverable_check_passes_the_engines_own_preview(laptop: Laptop, tmp_path: Path) -> None:
    """All rules, no waiver; RCV090 is answered by BackupAlerts beside it."""
    stack = Stack(laptop, tmp_path / "program", source(), stack="prod", name="checkedstate")
    stack.run("config", "set", "--secret", "token", SECRET)
    found = findings_of([read_preview(stack.preview(), "preview.json", wanted)])
    assert {"RCV040", "RCV046", "RCV048", "RCV053", "RCV055", "RCV056", "RCV120"} <= {item.rule for item in found}
    assert [item for item in found if item.verdict is not Verdict.PASS and item.rule != "RCV090"] == []


def test_secrets_are_under_the_backends_key_and_nowhere_in_clear(laptop: Laptop, moved: Moved) -> None:
    assert moved.now.outputs()["secret"] == SECRET
    assert SECRET not in moved.exported
    s3, bucket = client(laptop), moved.held["bucket_name"]
    for item in s3.list_objects_v2(Bucket=bucket)["Contents"]:
        assert SECRET.encode() not in s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read(), item["Key"]
    assert json.loads(moved.exported)["deployment"]["secrets_providers"]["type"] == "cloud"


def test_everything_that_pulumi_writes_lies_below_its_folder_and_is_encrypted_under_the_key(laptop: Laptop, moved: Moved) -> None:
    s3, bucket = client(laptop), moved.held["bucket_name"]
    items = s3.list_objects_v2(Bucket=bucket)["Contents"]
    assert any(item["Key"].startswith(".pulumi/stacks/ownstate/prod.json") for item in items)
    for item in items:
        assert item["Key"].startswith(".pulumi/"), item["Key"]
        head = s3.head_object(Bucket=bucket, Key=item["Key"])
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", moved.held["kms_key_arn"]), item["Key"]


@pytest.mark.parametrize(("name", "region"), [("bucket_name", HOME), ("replica_name", FAR)])
def test_lifecycle_of_both_sides_as_the_cloud_holds_it(laptop: Laptop, moved: Moved, name: str, region: str) -> None:
    rules = client(laptop, region=region).get_bucket_lifecycle_configuration(Bucket=moved.held[name])["Rules"]
    versions = {rule["Filter"]["Prefix"]: rule["NoncurrentVersionExpiration"] for rule in rules if "NoncurrentVersionExpiration" in rule}
    assert {prefix: each["NoncurrentDays"] for prefix, each in versions.items()} == {
        "": 30,
        ".pulumi/locks/": 7,
        "terraform.tfstate.tflock": 7,
    }
    (backups,) = (rule for rule in rules if rule["ID"] == "pulumi-backups")
    assert (backups["Filter"]["Prefix"], backups["Expiration"]["Days"]) == (".pulumi/backups/", 30)
    moved_to = {each["StorageClass"] for rule in rules for each in rule.get("Transitions", [])}
    assert moved_to == {"INTELLIGENT_TIERING"}


def test_the_lock_table_is_recoverable_protected_and_encrypted_as_the_cloud_holds_it(laptop: Laptop, moved: Moved) -> None:
    dynamodb, name = client(laptop, "dynamodb"), moved.held["lock_table_name"]
    table = dynamodb.describe_table(TableName=name)["Table"]
    assert table["KeySchema"] == [{"AttributeName": "LockID", "KeyType": "HASH"}]
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert table["DeletionProtectionEnabled"] is True
    assert table["SSEDescription"]["KMSMasterKeyArn"] == moved.held["kms_key_arn"]
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_state_is_copied_to_the_second_region_as_the_cloud_holds_it(laptop: Laptop, moved: Moved) -> None:
    (rule,) = client(laptop).get_bucket_replication(Bucket=moved.held["bucket_name"])["ReplicationConfiguration"]["Rules"]
    assert rule["Destination"]["Bucket"] == moved.held["replica_arn"]
    assert rule["Destination"]["ReplicationTime"] == {"Status": "Enabled", "Time": {"Minutes": 15}}


@pytest.mark.parametrize("tool", ["terraform", "pulumi"])
def test_roles_hold_the_policies_that_the_outputs_show(laptop: Laptop, moved: Moved, tool: str) -> None:
    iam, role = client(laptop, "iam"), moved.held[f"{tool}_role_arn"].rpartition("/")[2]
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    assert iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] == json.loads(moved.held[f"{tool}_policy"])


def test_state_and_its_secrets_outlive_the_first_region(laptop: Laptop, moved: Moved, tmp_path: Path) -> None:
    """Moto replicates nothing, so the test copies the objects; everything else is as docs/state-backend.md says."""
    near, far = client(laptop), client(laptop, region=FAR)
    for item in near.list_objects_v2(Bucket=moved.held["bucket_name"])["Contents"]:
        body = near.get_object(Bucket=moved.held["bucket_name"], Key=item["Key"])["Body"].read()
        far.put_object(Bucket=moved.held["replica_name"], Key=item["Key"], Body=body)
    client(laptop, "kms").disable_key(KeyId=moved.held["kms_key_arn"].rpartition("/")[2])  # as good as lost
    try:
        there = copy.copy(moved.now)
        there.folder = tmp_path / "program"
        shutil.copytree(moved.now.folder, there.folder)
        there.environment = {**moved.now.environment, "PULUMI_BACKEND_URL": moved.held["replica_login_url"]}
        there.run("stack", "select", "prod")
        there.run("stack", "export", "--file", "state.json")
        for name in ("state.json", "Pulumi.prod.yaml"):
            text = (there.folder / name).read_text()
            assert moved.held["pulumi_secrets_provider"] in text
            (there.folder / name).write_text(text.replace(moved.held["pulumi_secrets_provider"], moved.held["replica_secrets_provider"]))
        there.run("stack", "import", "--file", "state.json")
        assert there.outputs()["secret"] == SECRET
        assert there.run("config", "get", "token").stdout.strip() == SECRET
    finally:
        client(laptop, "kms").enable_key(KeyId=moved.held["kms_key_arn"].rpartition("/")[2])


def test_an_earlier_state_is_brought_back_as_the_instructions_say(laptop: Laptop, moved: Moved) -> None:
    """Last, for it changes the stack: an update through the bucket, then the version before it again."""
    s3, bucket, key = client(laptop), moved.held["bucket_name"], ".pulumi/stacks/ownstate/prod.json"
    before = moved.now.export()["deployment"]["resources"]
    version = s3.head_object(Bucket=bucket, Key=key)["VersionId"]
    moved.now.program(source(more=f'trusted_principals=["{ADMIN}"], retention_days=90'))
    moved.now.up()
    assert moved.now.export()["deployment"]["resources"] != before
    assert "copy-object" in moved.held["restore_instructions"]
    s3.copy_object(Bucket=bucket, Key=key, CopySource={"Bucket": bucket, "Key": key, "VersionId": version})
    assert moved.now.export()["deployment"]["resources"] == before
    moved.now.refresh()
    moved.now.up()
    moved.now.run("preview", "--expect-no-changes")
    assert not [item for item in s3.list_objects_v2(Bucket=bucket)["Contents"] if "/locks/" in item["Key"]]


@pytest.mark.terraform
@pytest.mark.skipif(shutil.which("terraform") is None, reason="there is no terraform on this machine")
@pytest.mark.parametrize("block", ["backend_hcl", "backend_hcl_with_table"])
def test_terraform_keeps_locked_state_by_the_blocks_of_the_outputs(laptop: Laptop, moved: Moved, tmp_path: Path, block: str) -> None:
    s3, bucket = client(laptop), moved.held["bucket_name"]
    (tmp_path / "backend.tf").write_text(moved.held[block]["terraform.tfstate"])
    (tmp_path / "main.tf").write_text(f'resource "terraform_data" "one" {{\n  input = "{block}"\n}}\n')
    for command in (["init", "-input=false"], ["apply", "-auto-approve", "-input=false"]):
        done = subprocess.run(["terraform", *command], cwd=tmp_path, env=moved.now.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    head = s3.head_object(Bucket=bucket, Key="terraform.tfstate")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", moved.held["kms_key_arn"])
    assert block in s3.get_object(Bucket=bucket, Key="terraform.tfstate")["Body"].read().decode()
    found = s3.list_object_versions(Bucket=bucket, Prefix="terraform.tfstate.tflock")
    digests = client(laptop, "dynamodb").scan(TableName=moved.held["lock_table_name"])["Items"]
    if block == "backend_hcl":
        assert len(found["Versions"]) == 1
        assert [marker["IsLatest"] for marker in found["DeleteMarkers"]] == [True]
        assert digests == []
    else:
        assert [item["LockID"]["S"] for item in digests] == [f"{bucket}/terraform.tfstate-md5"]


def test_dev_without_a_copy_is_up_unchanged_drifts_and_is_destroyed(laptop: Laptop, tmp_path: Path) -> None:
    stack = Stack(laptop, tmp_path / "program", source("dev", None, 'mfa_to_delete_versions=True, state_keys=["a"]'), name="devstate")
    stack.up()
    held, s3 = stack.outputs(), client(laptop)
    stack.run("preview", "--expect-no-changes")
    sids = [each["Sid"] for each in json.loads(s3.get_bucket_policy(Bucket=held["bucket_name"])["Policy"])["Statement"]]
    assert "DenyVersionDeletionWithoutMfa" in sids
    assert urlsplit(held["pulumi_login_url"]).netloc == held["bucket_name"]

    s3.delete_bucket_policy(Bucket=held["bucket_name"])
    s3.delete_bucket_lifecycle(Bucket=held["bucket_name"])
    drifted = stack.run("refresh", "--preview-only", "--diff", "--expect-no-changes", check=False)
    assert drifted.returncode == 7
    assert "infra-policy" in drifted.stdout
    assert "infra-lifecycle" in drifted.stdout

    stack.destroy()
    assert held["bucket_name"] not in {each["Name"] for each in s3.list_buckets()["Buckets"]}
    assert held["lock_table_name"] not in client(laptop, "dynamodb").list_tables()["TableNames"]

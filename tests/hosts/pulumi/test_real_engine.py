"""The pack in the real engine: what it refuses, what it lets pass, and that nothing refused is made."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest

from recoverable.sandbox.laptop import Laptop
from tests.support.policy_runs import CONFIG, POLICIES, REVIEWED, Run, messages, standard_of, with_pack
from tests.support.stacks import Stack

pytestmark = pytest.mark.engine

BREACHING = """
import pulumi
import pulumi_aws as aws
import pulumi_gcp as gcp

prod = {"environment": "prod"}
secret = pulumi.Config().require_secret("password")
aws.rds.Instance("orders", identifier="pack-orders", engine="postgres", instance_class="db.t4g.micro", allocated_storage=20,
    username="app", password=secret, backup_retention_period=7, storage_encrypted=False, skip_final_snapshot=True, tags=prod)
uploads = aws.s3.Bucket("uploads", bucket="pack-uploads", tags=prod)
aws.s3.BucketVersioning("uploads", bucket=uploads.id, versioning_configuration={"status": "Suspended"})
gcp.sql.DatabaseInstance("ledger", name="pack-ledger", database_version="POSTGRES_16", settings={
    "tier": "db-custom-2-8192", "edition": "ENTERPRISE", "user_labels": prod,
    "backup_configuration": {"enabled": True, "backup_retention_settings": {"retained_backups": 5}}})
"""
BASE = """
import pulumi

pulumi.export("days", 3)
"""
# The name of the other stack is known after `up` only, and with it everything that comes from there.
FROM_ANOTHER_STACK = """
import pulumi
import pulumi_aws as aws

key = aws.kms.Key("key", deletion_window_in_days=30)
base = pulumi.StackReference("base", stack_name=key.arn.apply(lambda _: "organization/pack-base/dev"))
aws.rds.Instance("orders", engine="postgres", instance_class="db.t4g.micro", allocated_storage=20, username="app",
    manage_master_user_password=True, backup_retention_period=base.get_output("days").apply(lambda days: int(days)),
    skip_final_snapshot=True, tags={"environment": "prod"})
"""
ONLY_RETENTION = {"all": "advisory", "retention-too-short": "mandatory"}


@pytest.fixture(scope="module")
def breaching(laptop: Laptop, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    made = Stack(laptop, tmp_path_factory.mktemp("breaching"), BREACHING, name="pack-breaching", config=CONFIG)
    standard_of(made.folder)
    made.run("config", "set", "--secret", "password", "hunter2-and-more")
    return made


@pytest.fixture(scope="module")
def previewed(breaching: Stack) -> Run:
    return with_pack(breaching, "preview")


def client(stack: Stack, service: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=stack.environment["AWS_ENDPOINT_URL"],
        region_name="eu-west-1",
        aws_access_key_id="sandbox",
        aws_secret_access_key="sandbox",
    )


def made_of(stack: Stack) -> tuple[list[str], list[str]]:
    """The databases and buckets of this test that are really there."""
    databases = [item["DBInstanceIdentifier"] for item in client(stack, "rds").describe_db_instances()["DBInstances"]]
    buckets = [item["Name"] for item in client(stack, "s3").list_buckets()["Buckets"]]
    return [name for name in databases if name.startswith("pack-")], [name for name in buckets if name.startswith("pack-")]


def test_a_preview_of_a_breaching_stack_fails_with_the_number_found_and_wanted(previewed: Run) -> None:
    done, found = previewed

    assert done.returncode == 1
    assert "backups are kept 7 days, the standard demands 30" in done.stdout
    assert "found: 7 days; wanted: at least 30 days" in done.stdout
    assert "fix: Set backupRetentionPeriod = 30." in done.stdout
    assert "fix in Python: Set backup_retention_period = 30." in done.stdout
    assert {item["policyName"] for item in found if item["enforcementLevel"] == "mandatory"} >= {
        "retention-too-short",
        "versioning-off",
        "database-unencrypted",
        "pitr-disabled",
    }


def test_the_same_rule_speaks_about_google_cloud(previewed: Run) -> None:
    told = [item["message"] for item in previewed[1] if item["policyName"] == "retention-too-short" and "ledger" in item["resourceUrn"]]

    assert len(told) == 1
    assert "found: 5" in told[0]
    assert "settings.backupConfiguration.backupRetentionSettings { retainedBackups = 30 }" in told[0]


def test_no_secret_reaches_the_output_or_the_event_log(previewed: Run, breaching: Stack) -> None:
    done, _ = previewed

    assert "hunter2" not in done.stdout + done.stderr
    assert "hunter2" not in (breaching.folder / "events.json").read_text()


def test_nothing_is_told_twice(previewed: Run) -> None:
    keys = [(item["policyName"], item["resourceUrn"], item["message"]) for item in previewed[1]]

    assert len(keys) == len(set(keys))


def test_up_refuses_in_its_preview_and_makes_nothing(breaching: Stack) -> None:
    done, _ = with_pack(breaching, "up", "--yes")

    assert done.returncode == 1
    assert "backups are kept 7 days, the standard demands 30" in done.stdout
    assert made_of(breaching) == ([], [])


def test_without_a_preview_up_withholds_the_resource_that_is_refused_for_itself(breaching: Stack) -> None:
    done, found = with_pack(breaching, "up", "--yes", "--skip-preview")
    databases, _ = made_of(breaching)

    assert done.returncode == 1
    assert databases == []
    assert messages(found, "database-unencrypted")[0][0] == "mandatory"
    assert "orders" not in breaching.resources()


def test_what_comes_from_another_stack_is_unknown_and_fails_when_strict(laptop: Laptop, tmp_path: Path) -> None:
    Stack(laptop, tmp_path / "base", BASE, name="pack-base").up()
    stack = Stack(laptop, tmp_path / "user", FROM_ANOTHER_STACK, name="pack-user", config=CONFIG)
    standard_of(stack.folder)

    lenient, told = with_pack(stack, "preview", config=ONLY_RETENTION)
    strict, told_strictly = with_pack(stack, "preview", config={**ONLY_RETENTION, "recoverable": {"strict": True}})

    assert "[unknown] How long backups are kept cannot be known before apply" in lenient.stdout
    assert [level for level, _ in messages(told, "retention-too-short")] == ["advisory"]
    assert "can't run policy" not in lenient.stdout
    assert (lenient.returncode, strict.returncode) == (0, 1)
    assert [level for level, _ in messages(told_strictly, "retention-too-short")] == ["mandatory"]


MENDED = dict.fromkeys(
    ("retention-too-short", "backups-disabled", "deletion-protection-off", "versioning-off", "bucket-public"), "remediate"
)
MENDING = """
import pulumi_aws as aws

prod = {"environment": "prod"}
aws.rds.Instance("users", identifier="mended-users", engine="postgres", instance_class="db.t4g.micro", allocated_storage=20,
    username="app", manage_master_user_password=True, backup_retention_period=7, skip_final_snapshot=True, tags=prod)
uploads = aws.s3.Bucket("uploads", bucket="mended-uploads", tags=prod)
aws.s3.BucketVersioning("uploads", bucket=uploads.id, versioning_configuration={"status": "Suspended"})
aws.s3.BucketPublicAccessBlock("uploads", bucket=uploads.id, block_public_acls=False, block_public_policy=True)
"""


def test_remediations_mend_what_they_say_and_are_in_the_output(laptop: Laptop, tmp_path: Path) -> None:
    stack = Stack(laptop, tmp_path / "mended", MENDING, name="pack-mended", config=CONFIG)
    standard_of(stack.folder)
    done, found = with_pack(stack, "up", "--yes", "--skip-preview", config={"all": "advisory", **MENDED})
    database = client(stack, "rds").describe_db_instances(DBInstanceIdentifier="mended-users")["DBInstances"][0]
    s3 = client(stack, "s3")
    blocked = s3.get_public_access_block(Bucket="mended-uploads")["PublicAccessBlockConfiguration"]

    assert done.returncode == 0, done.stdout
    assert "[remediate]  retention-too-short  (1 resource)" in done.stdout
    assert "mended by the policy pack: backupRetentionPeriod: 7 => 30" in done.stdout
    assert "mended by the policy pack: ignorePublicAcls: not set => true; restrictPublicBuckets: not set => true" not in done.stdout
    assert (database["BackupRetentionPeriod"], database["DeletionProtection"]) == (30, True)
    assert s3.get_bucket_versioning(Bucket="mended-uploads")["Status"] == "Enabled"
    assert set(blocked.values()) == {True}
    assert {level for name in MENDED for level, _ in messages(found, name)} == {"advisory"}


def test_analyze_says_of_a_stack_what_check_says_of_its_export(laptop: Laptop, tmp_path: Path) -> None:
    stack = Stack(laptop, tmp_path / "state", MENDING.replace("mended-", "state-"), name="pack-state", config=CONFIG)
    standard_of(stack.folder, REVIEWED)
    stack.up()
    (stack.folder / "stack.json").write_text(json.dumps(stack.export()))

    done = stack.run("policy", "analyze", "--policy-pack", str(POLICIES), "--file", "stack.json", "--json", check=False)
    checked = subprocess.run(
        [sys.executable, "-m", "recoverable", "check", "stack.json", "--format", "json"], cwd=stack.folder, capture_output=True, text=True
    )
    found = [event["policyEvent"] for line in done.stdout.splitlines() if "policyEvent" in (event := json.loads(line))]
    told = {(item["policyName"], item["resourceUrn"] if "pulumi:pulumi:Stack" not in item["resourceUrn"] else "") for item in found}
    expected = {(item["name"], item["address"]) for item in json.loads(checked.stdout)["results"] if item["verdict"] != "pass"}

    assert (done.returncode != 0, checked.returncode) == (True, 1)
    assert told == expected


def test_a_broken_standard_and_a_wrong_setting_end_the_run(breaching: Stack, tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text("[environments.prod]\nbackup_retention_days = 'thirty'\n")
    broken, _ = with_pack(breaching, "preview", config={"recoverable": {"standard": str(tmp_path / "broken.toml")}})
    misspelt, _ = with_pack(breaching, "preview", config={"retention-to-short": "advisory"})
    mistyped, _ = with_pack(breaching, "preview", config={"recoverable": {"strict": "yes"}})

    told = [item.stdout + item.stderr for item in (broken, misspelt, mistyped)]
    assert 0 not in [item.returncode for item in (broken, misspelt, mistyped)]
    assert 'backup_retention_days is "thirty", not a whole number' in told[0]
    assert "Did you mean 'retention-too-short'?" in told[1]
    assert "recoverable: strict: Invalid type. Expected: boolean, given: string" in told[2]

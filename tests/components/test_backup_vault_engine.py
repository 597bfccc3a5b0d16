"""BackupVault with the real engine: what the laptop cloud then holds, read back with boto3.

Vaults, locks and plans are moto's own. Vault policies and selections are held by our stand-in on the wire: those tests are named fake.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from recoverable.sandbox.laptop import Laptop
from tests.components.backup_stacks import FAR, HOME, client, lives, made, source, store
from tests.support.stacks import Stack

pytestmark = pytest.mark.engine


def vault(more: str = "", environment: str = "dev", region: str | None = None) -> str:
    return source("backup_vault", f'BackupVault("main", BackupVaultArgs(policy=policy{more}))', environment, region)


@pytest.fixture(scope="module")
def prod(laptop: Laptop, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """A production vault with copies and continuous backup, which is up."""
    stack = made(laptop, tmp_path_factory.mktemp("vault"), "vaults", vault(", continuous=True", "prod", FAR), "prod")
    stack.up()
    return stack


@pytest.fixture(scope="module")
def held(prod: Stack) -> dict[str, Any]:
    """The outputs of the production vault."""
    return prod.outputs()


def plans(laptop: Laptop, held: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = client(laptop, "backup").get_backup_plan(BackupPlanId=held["plan_id"])["BackupPlan"]
    return {rule["RuleName"]: rule for rule in found["Rules"]}


def test_both_vaults_are_locked_and_have_a_key_of_their_region(laptop: Laptop, held: dict[str, Any]) -> None:
    for arn, region in ((held["vault_arn"], HOME), (held["copy_vault_arn"], FAR)):
        found = client(laptop, "backup", region).describe_backup_vault(BackupVaultName=arn.rpartition(":")[2])
        assert found["BackupVaultArn"] == arn
        assert (found["Locked"], found["MinRetentionDays"]) == (True, 30)
        key = client(laptop, "kms", region).describe_key(KeyId=found["EncryptionKeyArn"])["KeyMetadata"]
        assert (key["KeyManager"], key["Enabled"], key["Arn"].split(":")[3]) == ("CUSTOMER", True, region)


def test_the_plan_keeps_30_days_and_copies_to_the_other_region(laptop: Laptop, held: dict[str, Any]) -> None:
    rule = plans(laptop, held)["snapshots"]
    assert rule["Lifecycle"]["DeleteAfterDays"] == 30
    assert (rule["TargetBackupVaultName"], rule["ScheduleExpression"]) == (held["vault_name"], "cron(0 3 ? * * *)")
    (copy,) = rule["CopyActions"]
    assert (copy["DestinationBackupVaultArn"], copy["Lifecycle"]["DeleteAfterDays"]) == (held["copy_vault_arn"], 30)


def test_the_role_may_back_up_and_restore(laptop: Laptop, held: dict[str, Any]) -> None:
    attached = client(laptop, "iam").list_attached_role_policies(RoleName=held["role_arn"].rpartition("/")[2])["AttachedPolicies"]
    assert sorted(each["PolicyName"] for each in attached) == [
        "AWSBackupServiceRolePolicyForBackup",
        "AWSBackupServiceRolePolicyForRestores",
        "AWSBackupServiceRolePolicyForS3Backup",
        "AWSBackupServiceRolePolicyForS3Restore",
    ]


def test_fake_vault_policy_denies_deletion_and_selection_is_by_tag(laptop: Laptop, held: dict[str, Any]) -> None:
    backup = client(laptop, "backup")
    (denied,) = json.loads(backup.get_backup_vault_access_policy(BackupVaultName=held["vault_name"])["Policy"])["Statement"]
    assert (denied["Effect"], "backup:DeleteRecoveryPoint" in denied["Action"]) == ("Deny", True)
    (listed,) = backup.list_backup_selections(BackupPlanId=held["plan_id"])["BackupSelectionsList"]
    chosen = backup.get_backup_selection(BackupPlanId=held["plan_id"], SelectionId=listed["SelectionId"])["BackupSelection"]
    (tag,) = chosen["ListOfTags"]
    assert (tag["ConditionKey"], tag["ConditionValue"]) == ("recoverable:backup", "daily")
    (here,) = chosen["Conditions"]["StringEquals"]
    assert (here["ConditionKey"], here["ConditionValue"]) == ("aws:ResourceTag/recoverable:environment", "prod")


def test_a_destroy_is_refused_and_names_what_is_protected(laptop: Laptop, prod: Stack, held: dict[str, Any]) -> None:
    refused = prod.run("destroy", "--yes", "--skip-preview", check=False)
    assert refused.returncode != 0
    assert "main-vault" in refused.stdout + refused.stderr
    assert client(laptop, "backup").describe_backup_vault(BackupVaultName=held["vault_name"])["Locked"] is True


def test_it_is_updated_and_drift_is_seen_and_it_goes(laptop: Laptop, tmp_path: Path) -> None:
    """A lock that changes is replaced: afterwards the vault must be locked, not unlocked by the deletion of the old one."""
    stack = made(laptop, tmp_path, "vaultlife", vault())
    stack.up()
    name = stack.outputs()["vault_name"]
    backup = client(laptop, "backup")

    def check() -> None:
        found = backup.describe_backup_vault(BackupVaultName=name)
        assert (found["Locked"], found["MinRetentionDays"]) == (True, 20)
        assert plans(laptop, stack.outputs())["snapshots"]["Lifecycle"]["DeleteAfterDays"] == 20

    lives(
        stack,
        vault(", retention_days=20"),
        check,
        lambda: backup.put_backup_vault_lock_configuration(BackupVaultName=name, MinRetentionDays=5),
    )


def test_fake_google_vault_enforces_its_retention(laptop: Laptop, tmp_path: Path) -> None:
    program = source(
        "backup_vault",
        'BackupVault("main", BackupVaultArgs(policy=policy, resources=[pulumi.Output.concat("projects/acme/instances/", database.name)]))',
        "dev",
        cloud="GCP",
    ).replace("made = ", DATABASE)
    stack = made(laptop, tmp_path, "gcpvault", program)
    stack.up()
    outputs = stack.outputs()
    found = store(laptop).get("gcp:backupdisasterrecovery/backupVault:BackupVault", outputs["vault_arn"]) or {}
    assert found["backupMinimumEnforcedRetentionDuration"] == f"{14 * 86400}s"
    plan = store(laptop).get("gcp:backupdisasterrecovery/backupPlan:BackupPlan", outputs["plan_id"]) or {}
    assert plan["backupRules"][0]["backupRetentionDays"] == 14
    stack.run("preview", "--expect-no-changes")


DATABASE = """import pulumi_gcp
database = pulumi_gcp.sql.DatabaseInstance(
    "orders", database_version="POSTGRES_17", region="europe-west1", deletion_protection=False, settings={"tier": "db-custom-2-8192", "edition": "ENTERPRISE"}
)
made = """

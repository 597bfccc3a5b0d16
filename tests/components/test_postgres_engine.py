"""Postgres on RDS and Aurora with the real engine: what the laptop cloud then holds, read back with boto3.

moto keeps settings and has no database behind them: that a restore brings data back is not claimed here.
"""

from __future__ import annotations

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
from recoverable.components.policy import ProtectionPolicy
from recoverable.components.postgres import Postgres, PostgresArgs, PostgresEngine

policy = ProtectionPolicy(environment="{environment}", alert_address="ops@acme.example", replica_region="eu-central-1", owner="shop")
made = Postgres("{name}", PostgresArgs(policy=policy{more}))
for name in ("identifier", "arn", "endpoint", "port", "master_secret_arn", "kms_key_arn", "final_snapshot_identifier", "second_copy",
             "restore_command", "evidence"):
    pulumi.export(name, getattr(made, name))
"""


def source(environment: str, name: str, more: str = "") -> str:
    return PROGRAM.format(environment=environment, name=name, more=f", {more}" if more else "")


def client(laptop: Laptop, service: str = "rds", region: str = HOME) -> Any:
    return AwsCloud(laptop.environment()["AWS_ENDPOINT_URL"], region).client(service)


def instance(laptop: Laptop, identifier: str) -> dict[str, Any]:
    (found,) = client(laptop).describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"]
    return dict(found)


@pytest.fixture(scope="module")
def prod(laptop: Laptop, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """A production instance, which is up."""
    stack = Stack(laptop, tmp_path_factory.mktemp("rds") / "program", source("prod", "orders"), name="rds", stack="prod")
    stack.up()
    return stack


@pytest.fixture(scope="module")
def held(prod: Stack) -> dict[str, Any]:
    """Its outputs."""
    return prod.outputs()


def test_the_instance_has_every_protection(laptop: Laptop, held: dict[str, Any]) -> None:
    found = instance(laptop, held["identifier"])
    assert found["BackupRetentionPeriod"] == 30
    assert (found["StorageEncrypted"], found["KmsKeyId"]) == (True, held["kms_key_arn"])
    assert (found["DeletionProtection"], found["MultiAZ"], found["CopyTagsToSnapshot"]) == (True, True, True)
    assert (found["PubliclyAccessible"], found["AutoMinorVersionUpgrade"]) == (False, True)
    assert (found["PreferredBackupWindow"], found["PreferredMaintenanceWindow"]) == ("02:00-03:00", "sun:04:00-sun:05:00")
    assert sorted(found["EnabledCloudwatchLogsExports"]) == ["postgresql", "upgrade"]
    assert found["MasterUserSecret"]["SecretArn"] == held["master_secret_arn"]
    tags = {each["Key"]: each["Value"] for each in found["TagList"]}
    assert tags == {"recoverable:environment": "prod", "recoverable:owner": "shop", "recoverable:component": "orders"}


def test_connections_without_tls_are_refused_by_the_parameters(laptop: Laptop, held: dict[str, Any]) -> None:
    (group,) = instance(laptop, held["identifier"])["DBParameterGroups"]
    found = client(laptop).describe_db_parameters(DBParameterGroupName=group["DBParameterGroupName"])["Parameters"]
    assert {each["ParameterName"]: each["ParameterValue"] for each in found if each["ParameterName"] == "rds.force_ssl"} == {
        "rds.force_ssl": "1"
    }
    assert held["final_snapshot_identifier"] == f"{group['DBParameterGroupName']}-final"


def test_fake_automated_backups_are_replicated_to_the_second_region(laptop: Laptop, held: dict[str, Any]) -> None:
    found = client(laptop, region=FAR).describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"]
    (copy,) = [each for each in found if each["DBInstanceArn"] == held["arn"] and each["Region"] == HOME]
    assert (copy["BackupRetentionPeriod"], copy["Encrypted"]) == (30, True)
    assert copy["KmsKeyId"].split(":")[3] == FAR
    assert held["second_copy"]


def test_the_evidence_and_the_state_hold_no_password(prod: Stack, held: dict[str, Any]) -> None:
    assert held["evidence"]["achievedRpoMinutes"] == 5
    assert held["restore_command"].startswith("aws rds restore-db-instance-to-point-in-time")
    inputs = prod.resources()["orders-db"]["inputs"]
    assert "password" not in inputs
    assert inputs["manageMasterUserPassword"] is True


def test_a_second_up_changes_nothing(prod: Stack) -> None:
    prod.run("preview", "--expect-no-changes")
    prod.run("refresh", "--preview-only", "--expect-no-changes")


def test_destroy_is_refused_in_production_and_names_what_is_protected(prod: Stack) -> None:
    refused = prod.run("destroy", "--yes", "--skip-preview", check=False)
    assert refused.returncode != 0
    told = refused.stdout + refused.stderr
    assert "orders-db" in told
    assert "protect" in told


def test_recoverable_check_passes_the_engines_own_preview(laptop: Laptop, tmp_path: Path) -> None:
    """All rules, no waiver; RCV090 and RCV110 are answered by BackupAlerts and RestoreTest beside it."""
    stack = Stack(laptop, tmp_path / "program", source("prod", "orders"), name="judged", stack="prod")
    found = findings_of([read_preview(stack.preview(), "preview.json", wanted)])
    assert {"RCV001", "RCV002", "RCV005", "RCV007", "RCV009", "RCV015"} <= {item.rule for item in found}
    assert [item for item in found if item.verdict is not Verdict.PASS and item.rule not in ("RCV090", "RCV110")] == []


def test_in_production_a_longer_retention_reaches_the_second_region_too(laptop: Laptop, tmp_path: Path) -> None:
    """RDS takes no other retention for a replication: it is replaced, which no protection may stand against."""
    stack = Stack(laptop, tmp_path / "program", source("prod", "growing"), name="growing", stack="prod")
    stack.up()
    arn = stack.outputs()["arn"]
    stack.program(source("prod", "growing", "retention_days=35"))
    stack.up()
    assert stack.outputs()["arn"] == arn
    assert instance(laptop, stack.outputs()["identifier"])["BackupRetentionPeriod"] == 35
    found = client(laptop, region=FAR).describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"]
    assert 35 in [each["BackupRetentionPeriod"] for each in found if each["DBInstanceArn"] == arn]


def test_dev_is_updated_shows_drift_and_is_destroyed_twice_with_a_last_snapshot_each(laptop: Laptop, tmp_path: Path) -> None:
    stack = Stack(laptop, tmp_path / "program", source("dev", "drifting"), name="drifting", stack="dev")
    stack.up()
    held, rds = stack.outputs(), client(laptop)
    identifier, first = held["identifier"], held["final_snapshot_identifier"]

    stack.program(source("dev", "drifting", "retention_days=20"))
    stack.up()
    assert stack.outputs()["identifier"] == identifier
    assert instance(laptop, identifier)["BackupRetentionPeriod"] == 20

    rds.modify_db_instance(DBInstanceIdentifier=identifier, BackupRetentionPeriod=1, ApplyImmediately=True)
    drifted = stack.run("refresh", "--preview-only", "--diff", "--expect-no-changes", check=False)
    assert drifted.returncode == 7
    assert "backupRetentionPeriod" in drifted.stdout
    stack.refresh()
    stack.up()
    assert instance(laptop, identifier)["BackupRetentionPeriod"] == 20

    stack.program(source("dev", "drifting", "deletion_protection=False"))
    stack.up()
    stack.destroy()
    stack.up()
    second = stack.outputs()["final_snapshot_identifier"]
    stack.destroy()
    kept = {each["DBSnapshotIdentifier"] for each in rds.describe_db_snapshots()["DBSnapshots"]}
    assert {first, second} <= kept
    assert first != second


def test_the_cloud_itself_refuses_to_delete_a_protected_database(laptop: Laptop, tmp_path: Path) -> None:
    stack = Stack(laptop, tmp_path / "program", source("dev", "guarded"), name="guarded", stack="dev")
    stack.up()
    refused = stack.run("destroy", "--yes", "--skip-preview", check=False)
    assert refused.returncode != 0
    assert instance(laptop, stack.outputs()["identifier"])["DeletionProtection"] is True


def test_an_aurora_cluster_has_every_protection_and_a_second_up_changes_nothing(laptop: Laptop, tmp_path: Path) -> None:
    more = "engine=PostgresEngine.AURORA, backup_plan=True"
    stack = Stack(laptop, tmp_path / "program", source("prod", "ledger", more), name="aurora", stack="prod")
    stack.up()
    held = stack.outputs()
    (found,) = client(laptop).describe_db_clusters(DBClusterIdentifier=held["identifier"])["DBClusters"]
    assert (found["BackupRetentionPeriod"], found["StorageEncrypted"], found["KmsKeyId"]) == (30, True, held["kms_key_arn"])
    assert (found["DeletionProtection"], found["CopyTagsToSnapshot"]) == (True, True)
    assert found["MasterUserSecret"]["SecretArn"] == held["master_secret_arn"]
    assert len(found["DBClusterMembers"]) == 2
    stack.run("preview", "--expect-no-changes")


def test_an_existing_instance_is_adopted_as_it_is_and_then_brought_up_to_the_standard(laptop: Laptop, tmp_path: Path) -> None:
    rds, identifier = client(laptop), "orders-production"
    rds.create_db_instance(
        DBInstanceIdentifier=identifier,
        Engine="postgres",
        EngineVersion="17",
        DBInstanceClass="db.t4g.medium",
        AllocatedStorage=20,
        MasterUsername="postgres",
        ManageMasterUserPassword=True,
        DBName="adopted",
        StorageEncrypted=True,
        BackupRetentionPeriod=1,
    )
    adopt = 'import_id="orders-production", customer_managed_key=False'
    stack = Stack(laptop, tmp_path / "program", source("dev", "adopted", adopt), name="adopting-database", stack="dev")
    stack.up()
    assert instance(laptop, identifier)["BackupRetentionPeriod"] == 1

    stack.program(source("dev", "adopted", 'identifier="orders-production", customer_managed_key=False'))
    steps = {step["urn"].rpartition("::")[2]: step["op"] for step in stack.preview()["steps"]}
    assert steps["adopted-db"] == "update"
    stack.up()
    found = instance(laptop, identifier)
    assert (found["BackupRetentionPeriod"], found["DeletionProtection"]) == (14, True)


def test_aurora_in_dev_is_updated_shows_drift_and_is_destroyed_with_a_last_snapshot(laptop: Laptop, tmp_path: Path) -> None:
    aurora = "engine=PostgresEngine.AURORA"
    stack = Stack(laptop, tmp_path / "program", source("dev", "books", aurora), name="aurora-drift", stack="dev")
    stack.up()
    held, rds = stack.outputs(), client(laptop)

    def kept() -> int:
        (found,) = rds.describe_db_clusters(DBClusterIdentifier=held["identifier"])["DBClusters"]
        return int(found["BackupRetentionPeriod"])

    stack.program(source("dev", "books", f"{aurora}, retention_days=20"))
    stack.up()
    assert (stack.outputs()["identifier"], kept()) == (held["identifier"], 20)
    rds.modify_db_cluster(DBClusterIdentifier=held["identifier"], BackupRetentionPeriod=1, ApplyImmediately=True)
    drifted = stack.run("refresh", "--preview-only", "--diff", "--expect-no-changes", check=False)
    assert drifted.returncode == 7
    assert "backupRetentionPeriod" in drifted.stdout
    stack.refresh()
    stack.up()
    assert kept() == 20

    stack.program(source("dev", "books", f"{aurora}, retention_days=20, deletion_protection=False"))
    stack.up()
    stack.destroy()
    snapshots = {each["DBClusterSnapshotIdentifier"] for each in rds.describe_db_cluster_snapshots()["DBClusterSnapshots"]}
    assert held["final_snapshot_identifier"] in snapshots
    assert held["identifier"] not in {each["DBClusterIdentifier"] for each in rds.describe_db_clusters()["DBClusters"]}


def test_what_aws_backup_sets_as_the_owner_is_left_alone(laptop: Laptop, tmp_path: Path) -> None:
    stack = Stack(laptop, tmp_path / "program", source("dev", "owned", 'backup_owner="aws_backup"'), name="owned", stack="dev")
    stack.up()
    identifier = stack.outputs()["identifier"]
    client(laptop).modify_db_instance(DBInstanceIdentifier=identifier, BackupRetentionPeriod=35, ApplyImmediately=True)
    stack.refresh()
    stack.run("preview", "--expect-no-changes")
    stack.up()
    assert instance(laptop, identifier)["BackupRetentionPeriod"] == 35

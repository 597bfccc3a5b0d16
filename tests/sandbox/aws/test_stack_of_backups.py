"""Databases, vaults, restore tests, alarms and secrets of one program, through the real engine, read back with plain boto3."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
import pytest

from recoverable.sandbox.laptop import Laptop
from tests.support.stacks import PulumiError, Stack

pytestmark = pytest.mark.engine

HERE, THERE = "eu-west-1", "eu-central-1"
PROGRAM = """
import json
import pulumi
import pulumi_aws as aws

config = pulumi.Config()
days = config.require_int("days")
protected = config.require_bool("protected")
tags = {"owner": "x"}
key = aws.kms.Key("key", deletion_window_in_days=7)
far = aws.kms.Key("far", deletion_window_in_days=7, region="eu-central-1")
database = aws.rds.Instance(
    "stk-orders", identifier="stk-orders", engine="postgres", engine_version="16.3", instance_class="db.t4g.micro", allocated_storage=20,
    username="app", manage_master_user_password=True, backup_retention_period=days, storage_encrypted=True, kms_key_id=key.arn,
    deletion_protection=protected, delete_automated_backups=False, copy_tags_to_snapshot=True,
    final_snapshot_identifier="stk-orders-final", enabled_cloudwatch_logs_exports=["postgresql"], tags=tags,
)
aws.rds.InstanceAutomatedBackupsReplication(
    "copy", source_db_instance_arn=database.arn, kms_key_id=far.arn, retention_period=days, region="eu-central-1",
    opts=pulumi.ResourceOptions(delete_before_replace=True),  # RDS keeps one replication of an instance in a region
)
vault = aws.backup.Vault("vault", name="stk-vault", kms_key_arn=key.arn, tags=tags)
aws.backup.VaultLockConfiguration("lock", backup_vault_name=vault.name, min_retention_days=7, max_retention_days=365)
plan = aws.backup.Plan(
    "plan", name="stk-plan", tags=tags,
    rules=[{"rule_name": "daily", "target_vault_name": vault.name, "schedule": "cron(0 3 * * ? *)", "lifecycle": {"delete_after": days}}],
)
aws.backup.Selection(
    "selection", name="by-tag", plan_id=plan.id, iam_role_arn="arn:aws:iam::123456789012:role/backup",
    selection_tags=[{"type": "STRINGEQUALS", "key": "owner", "value": "x"}],
)
test = aws.backup.RestoreTestingPlan(
    "test", name="stk_monthly", schedule_expression="cron(0 3 1 * ? *)",
    recovery_point_selection={
        "algorithm": "LATEST_WITHIN_WINDOW", "include_vaults": [vault.arn], "recovery_point_types": ["SNAPSHOT"], "selection_window_days": 7
    },
)
aws.backup.RestoreTestingSelection(
    "tested", name="rds", restore_testing_plan_name=test.name, protected_resource_type="RDS",
    iam_role_arn="arn:aws:iam::123456789012:role/restore",
    protected_resource_conditions={"string_equals": [{"key": "aws:ResourceTag/owner", "value": "x"}]},
)
topic = aws.sns.Topic("alerts", name="stk-alerts", kms_master_key_id=key.id)
aws.sns.TopicSubscription("ops", topic=topic.arn, protocol="email", endpoint="ops@example.com")
rule = aws.cloudwatch.EventRule("failed", name="stk-failed", event_pattern=json.dumps({"source": ["aws.backup"]}))
dead = aws.sqs.Queue("dead", name="stk-dead", sqs_managed_sse_enabled=True)
aws.cloudwatch.EventTarget("told", rule=rule.name, target_id="topic", arn=topic.arn, dead_letter_config={"arn": dead.arn})
aws.cloudwatch.MetricAlarm(
    "stale", name="stk-stale", namespace="Recoverable", metric_name="LastProvenRestoreAgeMinutes", statistic="Maximum", period=86400,
    evaluation_periods=1, threshold=53280, comparison_operator="GreaterThanThreshold", treat_missing_data="breaching",
    dimensions={"store": "orders"}, alarm_actions=[topic.arn],
)
secret = aws.secretsmanager.Secret(
    "secret", name="stk-secret", recovery_window_in_days=0, kms_key_id=key.arn,
    replicas=[{"region": "eu-central-1", "kms_key_id": far.arn}],
)
aws.secretsmanager.SecretVersion("value", secret_id=secret.id, secret_string=config.require_secret("value"))
aws.scheduler.Schedule(
    "drill", name="stk-drill", schedule_expression="cron(0 4 1 * ? *)", flexible_time_window={"mode": "OFF"},
    target={"arn": topic.arn, "role_arn": "arn:aws:iam::123456789012:role/drill"},
)
pulumi.export("endpoint", database.endpoint)
"""
CONFIG = {"aws:region": HERE, "days": "30", "protected": "true"}


@pytest.fixture
def stack(laptop: Laptop, tmp_path: Path) -> Stack:
    made = Stack(laptop, tmp_path / "project", PROGRAM, name="backups", config=CONFIG)
    made.run("config", "set", "--secret", "value", "postgres://app:xyzzy@db")
    return made


def client(stack: Stack, service: str, region: str = HERE) -> Any:
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=stack.environment["AWS_ENDPOINT_URL"],
        aws_access_key_id="sandbox",
        aws_secret_access_key="sandbox",
    )


def test_fake_a_protected_estate_goes_up_stays_changes_drifts_and_is_taken_down(stack: Stack) -> None:
    """Up, read back, no changes, update, drift, a refused deletion, destroy; restore testing and the copies are our own answers."""
    shown = stack.up()
    rds, backup = client(stack, "rds"), client(stack, "backup")
    held = rds.describe_db_instances(DBInstanceIdentifier="stk-orders")["DBInstances"][0]
    assert (held["BackupRetentionPeriod"], held["DeletionProtection"], held["StorageEncrypted"]) == (30, True, True)
    copies = client(stack, "rds", THERE).describe_db_instance_automated_backups(DBInstanceIdentifier="stk-orders")
    assert [each["Status"] for each in copies["DBInstanceAutomatedBackups"]] == ["replicating"]
    assert backup.describe_backup_vault(BackupVaultName="stk-vault")["MinRetentionDays"] == 7
    assert backup.get_restore_testing_selection(RestoreTestingPlanName="stk_monthly", RestoreTestingSelectionName="rds")
    assert client(stack, "secretsmanager", THERE).get_secret_value(SecretId="stk-secret")["SecretString"] == "postgres://app:xyzzy@db"
    assert "xyzzy" not in shown + str(stack.export())

    assert stack.run("preview", "--expect-no-changes").returncode == 0
    assert stack.run("preview", "--refresh", "--expect-no-changes").returncode == 0

    stack.run("config", "set", "days", "35")
    stack.up()
    assert rds.describe_db_instances(DBInstanceIdentifier="stk-orders")["DBInstances"][0]["BackupRetentionPeriod"] == 35
    assert stack.run("preview", "--refresh", "--expect-no-changes").returncode == 0

    rds.modify_db_instance(DBInstanceIdentifier="stk-orders", BackupRetentionPeriod=1, ApplyImmediately=True)
    backup.update_restore_testing_plan(RestoreTestingPlanName="stk_monthly", RestoreTestingPlan={"ScheduleExpression": "cron(0 3 1 1 ? *)"})
    drift = stack.run("refresh", "--preview-only", "--diff", "--expect-no-changes", check=False)
    assert drift.returncode == 7
    assert "backupRetentionPeriod" in drift.stdout
    assert "scheduleExpression" in drift.stdout

    with pytest.raises(PulumiError, match="Cannot delete protected DB Instance"):
        stack.destroy()
    assert rds.describe_db_instances(DBInstanceIdentifier="stk-orders")["DBInstances"][0]["DBInstanceStatus"] == "available"
    stack.run("config", "set", "protected", "false")
    stack.up("--refresh")
    stack.destroy()
    assert rds.describe_db_snapshots(DBSnapshotIdentifier="stk-orders-final")["DBSnapshots"]
    left = [each["RestoreTestingPlanName"] for each in backup.list_restore_testing_plans()["RestoreTestingPlans"]]
    assert "stk_monthly" not in left


def test_an_illegal_program_is_refused_at_preview_before_anything_is_made(laptop: Laptop, tmp_path: Path) -> None:
    source = """
    import pulumi_aws as aws

    aws.backup.VaultLockConfiguration("lock", backup_vault_name="v", min_retention_days=60, max_retention_days=30)
    """
    refused = Stack(laptop, tmp_path / "project", source, name="illegal", config={"aws:region": HERE})
    with pytest.raises(PulumiError, match="`minRetentionDays`: 60 days is above `maxRetentionDays` of 30"):
        refused.up()

"""RestoreTest under the mocks: what it asks the engine for, and that the rules pass it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recoverable.components.backup_alerts import BackupAlerts, BackupAlertsArgs
from recoverable.components.backup_vault import BackupVault, BackupVaultArgs
from recoverable.components.policy import ProtectionPolicy
from recoverable.components.restore_test import (
    Cadence,
    DrillTargetArgs,
    RestoredType,
    RestoreSelectionArgs,
    RestoreTest,
    RestoreTestArgs,
    WhichPoint,
)
from tests.components.backup_samples import made, questions, statements

LAMBDA = DrillTargetArgs(
    "arn:aws:lambda:eu-west-1:123456789012:function:drill", "arn:aws:iam::123456789012:role/drill", input='{"store": "orders"}'
)
TASK = DrillTargetArgs(
    "arn:aws:ecs:eu-west-1:123456789012:cluster/drills",
    "arn:aws:iam::123456789012:role/drill",
    task_definition="arn:aws:ecs:eu-west-1:123456789012:task-definition/drill:1",
    subnets=["subnet-1"],
    security_groups=["sg-1"],
)
EVERY = "".join(f"[environments.{name}]\nrestore_test_days = {{days}}\n" for name in ("prod", "staging", "dev"))


def proof(**more: Any) -> Callable[[ProtectionPolicy], RestoreTest]:
    return lambda policy: RestoreTest("proof", RestoreTestArgs(policy=policy, **more))


@pytest.mark.parametrize(
    ("days", "cron", "cadence"),
    [
        (1, "0 6 ? * * *", 1),
        (6, "0 6 ? * * *", 1),
        (7, "0 6 ? * MON *", 7),
        (30, "0 6 ? * MON *", 7),
        (31, "0 6 1 * ? *", 31),
        (92, "0 6 1 1,4,7,10 ? *", 92),
        (184, "0 6 1 1,7 ? *", 184),
        (366, "0 6 1 1 ? *", 366),
    ],
)
def test_the_schedule_is_never_rarer_than_the_standard_and_the_rule_agrees(tmp_path: Path, days: int, cron: str, cadence: int) -> None:
    def program(policy: ProtectionPolicy) -> None:
        proof()(policy)
        BackupVault("main", BackupVaultArgs(policy=policy))
        BackupAlerts("alerts", BackupAlertsArgs(policy=policy))

    built = made(tmp_path, program, "dev", EVERY.format(days=days))
    plan = built.one("RestoreTestingPlan").inputs
    assert plan["scheduleExpression"] == f"cron({cron})"
    assert plan["recoveryPointSelection"]["selectionWindowDays"] == min(cadence, 365)
    assert questions(built, tmp_path) == []


def test_a_rule_of_backup_plans_alone_counts(tmp_path: Path) -> None:
    standard = '[environments.prod.kinds."backup-plan"]\nrestore_test_days = 7\n'
    assert made(tmp_path, proof(), standard=standard).one("RestoreTestingPlan").inputs["scheduleExpression"] == "cron(0 6 ? * MON *)"


def test_more_often_than_demanded_is_taken(tmp_path: Path) -> None:
    built = made(tmp_path, proof(cadence=Cadence.WEEKLY))
    assert built.one("RestoreTestingPlan").inputs["scheduleExpression"] == "cron(0 6 ? * MON *)"


def test_the_plan_restores_the_latest_of_both_kinds_of_recovery_point(tmp_path: Path) -> None:
    plan = made(tmp_path, proof()).one("RestoreTestingPlan").inputs
    assert plan["recoveryPointSelection"] == {
        "algorithm": "LATEST_WITHIN_WINDOW",
        "includeVaults": ["*"],
        "recoveryPointTypes": ["CONTINUOUS", "SNAPSHOT"],
        "selectionWindowDays": 31,
    }
    assert (plan["name"], plan["startWindowHours"]) == ("proof_prod_1e0341b9", 24)


def test_other_vaults_points_and_windows_are_taken(tmp_path: Path) -> None:
    vault = "arn:aws:backup:eu-west-1:123456789012:backup-vault:main"
    plan = made(
        tmp_path, proof(vault_arns=[vault], which=WhichPoint.RANDOM, window_days=60, start_window_hours=8, plan_name="monthly")
    ).one("RestoreTestingPlan")
    assert plan.inputs["recoveryPointSelection"]["includeVaults"] == [vault]
    assert plan.inputs["recoveryPointSelection"]["algorithm"] == "RANDOM_WITHIN_WINDOW"
    assert (plan.inputs["name"], plan.inputs["startWindowHours"]) == ("monthly", 8)


def test_each_kind_is_selected_by_tag_and_by_the_restoring_role(tmp_path: Path) -> None:
    """Not by ARN: the provider does not see that a list of ARNs changed."""
    built = made(tmp_path, proof(), "staging")
    selections = built.of("RestoreTestingSelection")
    assert [child.inputs["protectedResourceType"] for child in sorted(selections, key=lambda child: child.name)] == ["Aurora", "RDS", "S3"]
    for child in selections:
        tag = {"key": "aws:ResourceTag/recoverable:environment", "value": "staging"}
        assert child.inputs["protectedResourceConditions"] == {"stringEquals": [tag]}
        assert "protectedResourceArns" not in child.inputs
        assert {each.urn for each in built.of("RolePolicyAttachment")} <= set(child.depends)
    attached = sorted(child.inputs["policyArn"].rpartition("/")[2] for child in built.of("RolePolicyAttachment"))
    assert attached == ["AWSBackupServiceRolePolicyForRestores", "AWSBackupServiceRolePolicyForS3Restore"]


def test_a_selection_takes_metadata_and_a_role_of_the_callers(tmp_path: Path) -> None:
    chosen = RestoreSelectionArgs(RestoredType.RDS, validation_window_hours=4, overrides={"dbSubnetGroupName": "drills"})
    role = "arn:aws:iam::123456789012:role/restore"
    built = made(tmp_path, proof(selections=[chosen], role_arn=role, any_environment=True))
    inputs = built.one("RestoreTestingSelection").inputs
    assert inputs["restoreMetadataOverrides"] == {"dbSubnetGroupName": "drills"}
    assert (inputs["validationWindowHours"], inputs["iamRoleArn"], inputs["protectedResourceArns"]) == (4, role, ["*"])
    assert built.of("Role") == []


def test_without_a_target_there_is_no_schedule_but_a_command(tmp_path: Path) -> None:
    built = made(tmp_path, proof(), preview=False)
    assert built.of("Schedule") == []
    assert built.of("Queue") == []
    assert built.outputs["proof"]["drill_command"] == "recoverable drill run --environment prod"
    assert built.outputs["proof"].get("drill_schedule") is None


def test_a_target_is_started_as_often_and_what_fails_is_kept(tmp_path: Path) -> None:
    built = made(tmp_path, proof(drill=LAMBDA), preview=False)
    inputs = built.one("Schedule").inputs
    queue = built.one("Queue")
    assert inputs["scheduleExpression"] == built.one("RestoreTestingPlan").inputs["scheduleExpression"]
    assert (inputs["state"], inputs["flexibleTimeWindow"]) == ("ENABLED", {"mode": "OFF"})
    assert inputs["target"] == {
        "arn": LAMBDA.target,
        "roleArn": LAMBDA.caller,
        "input": '{"store": "orders"}',
        "deadLetterConfig": {"arn": f"arn:aws:sqs:eu-west-1:123456789012:{queue.name}"},
        "retryPolicy": {"maximumEventAgeInSeconds": 86400, "maximumRetryAttempts": 185},
    }
    assert (queue.inputs["sqsManagedSseEnabled"], queue.inputs["messageRetentionSeconds"]) == (True, 1209600)
    allowed = statements(built.one("QueuePolicy"))["Undelivered"]
    assert (allowed["Principal"], allowed["Action"]) == ({"AWS": LAMBDA.caller}, "sqs:SendMessage")


def test_a_task_runs_on_fargate_without_a_public_address(tmp_path: Path) -> None:
    assert made(tmp_path, proof(drill=TASK)).one("Schedule").inputs["target"]["ecsParameters"] == {
        "taskDefinitionArn": TASK.task_definition,
        "launchType": "FARGATE",
        "taskCount": 1,
        "networkConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"], "assignPublicIp": False},
    }


def test_nothing_of_it_holds_data_so_nothing_is_protected(tmp_path: Path) -> None:
    assert [child.name for child in made(tmp_path, proof(drill=LAMBDA)).children if child.protect or child.retain] == []


def test_names_are_stable(tmp_path: Path) -> None:
    assert sorted(child.name for child in made(tmp_path, proof(drill=LAMBDA)).children) == [
        "proof",
        "proof-aurora",
        "proof-dead-letters",
        "proof-dead-letters-policy",
        "proof-drill",
        "proof-plan",
        "proof-rds",
        "proof-role",
        "proof-role-restores",
        "proof-role-s3-restore",
        "proof-s3",
    ]


JOB = "https://run.googleapis.com/v2/projects/acme/locations/europe-west1/jobs/drill:run"
CALLER = "drill@acme.iam.gserviceaccount.com"


def test_google_cloud_calls_a_job_with_an_oauth_token(tmp_path: Path) -> None:
    built = made(tmp_path, proof(drill=DrillTargetArgs(JOB, CALLER, input='{"a": 1}')), cloud="gcp")
    inputs = built.one("Job").inputs
    assert (inputs["schedule"], inputs["timeZone"], inputs["region"]) == ("0 6 1 * *", "Etc/UTC", "europe-west1")
    assert inputs["httpTarget"] == {
        "uri": JOB,
        "httpMethod": "POST",
        "oauthToken": {"serviceAccountEmail": CALLER, "scope": "https://www.googleapis.com/auth/cloud-platform"},
        "body": "eyJhIjogMX0=",
        "headers": {"Content-Type": "application/json"},
    }


@pytest.mark.parametrize("url", ["https://drill.example.com/", "https://evilgoogleapis.com/"])
def test_google_cloud_calls_a_service_with_an_identity_token(tmp_path: Path, url: str) -> None:
    """An access token of Google's own interfaces must never reach another host."""
    target = made(tmp_path, proof(drill=DrillTargetArgs(url, CALLER)), cloud="gcp").one("Job").inputs["httpTarget"]
    assert target["oidcToken"] == {"serviceAccountEmail": CALLER, "audience": url}
    assert "oauthToken" not in target


def test_google_cloud_without_a_target_makes_nothing(tmp_path: Path) -> None:
    built = made(tmp_path, proof(), "dev", cloud="gcp")
    assert [child.name for child in built.children] == ["proof"]
    assert built.outputs["proof"]["drill_command"] == "recoverable drill run --environment dev"

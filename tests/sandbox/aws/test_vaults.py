"""AWS Backup through the stand-in provider: vaults and plans on moto, what moto lacks by our own answers (``fake_``)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from recoverable.sandbox.aws.cloud import ACCOUNT, AwsCloud
from tests.support.provider import REGION, Aborted, Calls, urn_of

VAULT = "aws:backup/vault:Vault"
LOCK = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
POLICY = "aws:backup/vaultPolicy:VaultPolicy"
NOTIFICATIONS = "aws:backup/vaultNotifications:VaultNotifications"
PLAN = "aws:backup/plan:Plan"
SELECTION = "aws:backup/selection:Selection"
SETTINGS = "aws:backup/regionSettings:RegionSettings"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/backup"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:alerts"


@pytest.fixture
def backup(cloud: AwsCloud) -> Any:
    return cloud.client("backup")


@pytest.fixture
def vault(backup: Any, name: str) -> str:
    backup.create_backup_vault(BackupVaultName=name)
    return name


def daily(vault: str, **more: Any) -> dict[str, Any]:
    """A rule as a production plan has it."""
    copy = {"destinationVaultArn": f"arn:aws:backup:us-east-1:{ACCOUNT}:backup-vault:{vault}", "lifecycle": {"deleteAfter": 35}}
    rule = {
        "ruleName": "daily",
        "targetVaultName": vault,
        "schedule": "cron(0 3 * * ? *)",
        "lifecycle": {"deleteAfter": 35},
        "copyActions": [copy],
        "recoveryPointTags": {"owner": "x"},
    }
    return rule | more


def test_a_vault_has_its_key_and_its_tags(aws: Calls, cloud: AwsCloud, backup: Any, name: str) -> None:
    key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    made = aws.up(VAULT, "v", name=name, kmsKeyArn=key, tags={"owner": "x"})
    data = backup.describe_backup_vault(BackupVaultName=name)
    assert (data["EncryptionKeyArn"], made.outputs["arn"], made.outputs["recoveryPoints"]) == (key, data["BackupVaultArn"], 0)
    assert aws.refresh(made) == []
    aws.update(made, name=name, kmsKeyArn=key, tags={"team": "y"})
    assert backup.list_tags(ResourceArn=data["BackupVaultArn"])["Tags"] == {"team": "y"}
    backup.tag_resource(ResourceArn=data["BackupVaultArn"], Tags={"team": "z"})
    assert "tags.team" in aws.refresh(made)
    other = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    assert aws.diff(made, name=name, kmsKeyArn=other).replaces == ["kmsKeyArn"]
    aws.delete(made)
    assert aws.refresh(made) == ["gone"]
    assert aws.check(urn_of(VAULT, "v"), {"name": "a.b"})[1] == ["`name`: must be 2 to 50 letters, digits, hyphens and underscores"]


def test_a_lock_is_governance_or_compliance(aws: Calls, backup: Any, vault: str, name: str) -> None:
    made = aws.up(LOCK, "lock", backupVaultName=vault, minRetentionDays=30, maxRetentionDays=365)
    data = backup.describe_backup_vault(BackupVaultName=vault)
    assert (data["Locked"], data["MinRetentionDays"], data["MaxRetentionDays"], "LockDate" in data) == (True, 30, 365, False)
    assert aws.refresh(made) == []
    assert aws.diff(made, backupVaultName=vault, minRetentionDays=60, maxRetentionDays=365).replaces == ["minRetentionDays"]
    backup.delete_backup_vault_lock_configuration(BackupVaultName=vault)
    assert aws.refresh(made) == ["gone"]
    strict = aws.up(LOCK, "lock", backupVaultName=vault, minRetentionDays=30, changeableForDays=3)
    assert "LockDate" in backup.describe_backup_vault(BackupVaultName=vault)
    assert aws.refresh(strict) == []
    aws.delete(strict)
    assert backup.describe_backup_vault(BackupVaultName=vault)["Locked"] is False


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"minRetentionDays": 60, "maxRetentionDays": 30}, "`minRetentionDays`: 60 days is above `maxRetentionDays` of 30"),
        ({"minRetentionDays": 0}, "`minRetentionDays`: 0 is below 1 day"),
        ({"maxRetentionDays": 36501}, "`maxRetentionDays`: 36501 is not in 1 to 36500 days"),
        ({"changeableForDays": 2}, "`changeableForDays`: 2 is below 3 days: a compliance lock can be taken back that long at least"),
    ],
)
def test_an_illegal_lock_is_refused(aws: Calls, more: dict[str, Any], reason: str) -> None:
    assert aws.check(urn_of(LOCK, "lock"), {"backupVaultName": "v1"} | more)[1] == [reason]


def test_fake_a_vault_policy_is_kept_changed_and_removed(aws: Calls, backup: Any, vault: str) -> None:
    deny = {"Effect": "Deny", "Principal": "*", "Action": "backup:DeleteRecoveryPoint", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    made = aws.up(POLICY, "p", backupVaultName=vault, policy=policy)
    assert backup.get_backup_vault_access_policy(BackupVaultName=vault)["Policy"] == policy
    assert aws.refresh(made) == []
    other = json.dumps({"Version": "2012-10-17", "Statement": []})
    backup.put_backup_vault_access_policy(BackupVaultName=vault, Policy=other)
    assert aws.refresh(made) == ["policy"]
    aws.update(made, backupVaultName=vault, policy=policy)
    aws.delete(made)
    with pytest.raises(backup.exceptions.ResourceNotFoundException):
        backup.get_backup_vault_access_policy(BackupVaultName=vault)
    with pytest.raises(Aborted, match="ResourceNotFoundException: Backup vault no-such does not exist"):
        aws.up(POLICY, "p", backupVaultName="no-such", policy=policy)


def test_fake_notifications_are_kept_and_removed(aws: Calls, backup: Any, vault: str) -> None:
    events = ["BACKUP_JOB_FAILED", "COPY_JOB_FAILED"]
    made = aws.up(NOTIFICATIONS, "n", backupVaultName=vault, snsTopicArn=TOPIC, backupVaultEvents=events)
    data = backup.get_backup_vault_notifications(BackupVaultName=vault)
    assert (data["SNSTopicArn"], data["BackupVaultEvents"]) == (TOPIC, events)
    assert aws.refresh(made) == []
    assert aws.diff(made, backupVaultName=vault, snsTopicArn=TOPIC, backupVaultEvents=events[:1]).replaces == ["backupVaultEvents"]
    backup.put_backup_vault_notifications(BackupVaultName=vault, SNSTopicArn=TOPIC, BackupVaultEvents=events[:1])
    assert aws.refresh(made) == ["backupVaultEvents[1]"]
    aws.delete(made)
    assert aws.refresh(made) == ["gone"]
    fifo = {"backupVaultName": vault, "snsTopicArn": f"{TOPIC}.fifo", "backupVaultEvents": events}
    assert aws.check(urn_of(NOTIFICATIONS, "n"), fifo)[1] == ["`snsTopicArn`: is a FIFO topic: backup vaults write to standard topics only"]


@pytest.mark.parametrize(
    ("topic", "events", "message"),
    [
        (f"{TOPIC}.fifo", ["BACKUP_JOB_FAILED"], "FIFO topics are not supported"),
        (f"arn:aws:sns:{REGION}:999999999999:alerts", ["BACKUP_JOB_FAILED"], "The topic must be in the account of the backup vault"),
        (TOPIC, ["BACKUP_JOB_MADE_UP"], "BackupVaultEvents"),
        (TOPIC, [], "BackupVaultEvents must be among"),
    ],
)
def test_fake_notifications_that_aws_refuses_are_refused_on_the_wire(
    backup: Any, vault: str, topic: str, events: list[str], message: str
) -> None:
    with pytest.raises(backup.exceptions.InvalidParameterValueException, match=message):
        backup.put_backup_vault_notifications(BackupVaultName=vault, SNSTopicArn=topic, BackupVaultEvents=events)


def test_a_plan_is_what_is_stated_of_it(aws: Calls, backup: Any, vault: str, name: str) -> None:
    made = aws.up(PLAN, "p", name=name, rules=[daily(vault)], tags={"owner": "x"})
    rule = backup.get_backup_plan(BackupPlanId=made.id)["BackupPlan"]["Rules"][0]
    assert (rule["RuleName"], rule["Lifecycle"], rule["StartWindowMinutes"], rule["CompletionWindowMinutes"]) == (
        "daily",
        {"DeleteAfterDays": 35},
        60,
        180,
    )
    assert rule["CopyActions"][0]["Lifecycle"] == {"DeleteAfterDays": 35}
    assert aws.refresh(made) == []
    assert aws.changed(made, name=name, rules=[daily(vault)], tags={"owner": "x"}) == []
    aws.delete(made)
    assert aws.refresh(made) == ["gone"]


def test_fake_the_name_of_a_deleted_plan_is_free_again(aws: Calls, vault: str, name: str) -> None:
    aws.delete(aws.up(PLAN, "p", name=name, rules=[daily(vault)]))
    made = aws.up(PLAN, "p", name=name, rules=[daily(vault)])
    with pytest.raises(Aborted, match="AlreadyExistsException"):
        aws.up(PLAN, "again", name=name, rules=[daily(vault)])
    assert aws.refresh(made) == []


def test_fake_a_plan_is_changed_in_place(aws: Calls, backup: Any, vault: str, name: str) -> None:
    made = aws.up(PLAN, "p", name=name, rules=[daily(vault)], tags={"owner": "x"})
    before = made.outputs["version"]
    stated = [daily(vault, lifecycle={"deleteAfter": 60})]
    assert aws.diff(made, name=name, rules=stated).replaces == []
    aws.update(made, name=name, rules=stated, tags={"team": "y"})
    got = backup.get_backup_plan(BackupPlanId=made.id)
    assert got["BackupPlan"]["Rules"][0]["Lifecycle"] == {"DeleteAfterDays": 60}
    assert got["VersionId"] != before
    assert backup.list_tags(ResourceArn=got["BackupPlanArn"])["Tags"] == {"team": "y"}
    weaker = got["BackupPlan"] | {"Rules": [{"RuleName": "daily", "TargetBackupVaultName": vault, "Lifecycle": {"DeleteAfterDays": 1}}]}
    backup.update_backup_plan(BackupPlanId=made.id, BackupPlan=weaker)
    assert "rules[0].lifecycle.deleteAfter" in aws.refresh(made)


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (
            {"lifecycle": {"coldStorageAfter": 30, "deleteAfter": 119}},
            "`rules[0].lifecycle.deleteAfter`: 119 is below coldStorageAfter + 90 = 120 days",
        ),
        (
            {"enableContinuousBackup": True, "lifecycle": {"deleteAfter": 36}},
            "`rules[0].lifecycle.deleteAfter`: 36 is not in 1 to 35 days, the bounds of continuous backups",
        ),
        (
            {"enableContinuousBackup": True, "lifecycle": None},
            "`rules[0].lifecycle`: continuous backups need deleteAfter in 1 to 35 days",
        ),
        ({"startWindow": 30}, "`rules[0].startWindow`: 30 is below 60 minutes"),
        ({"completionWindow": 90}, "`rules[0].completionWindow`: 90 is below startWindow + 60 = 120 minutes"),
    ],
)
def test_an_illegal_rule_is_refused_by_name(aws: Calls, rule: dict[str, Any], reason: str) -> None:
    stated = {key: value for key, value in daily("v1", copyActions=[], **rule).items() if value is not None}
    assert aws.check(urn_of(PLAN, "p"), {"name": "p1", "rules": [stated]})[1] == [reason]


def test_an_illegal_copy_is_refused_by_name(aws: Calls) -> None:
    copy = {"destinationVaultArn": "arn:x", "lifecycle": {"coldStorageAfter": 1, "deleteAfter": 90}}
    reasons = aws.check(urn_of(PLAN, "p"), {"name": "p1", "rules": [daily("v1", copyActions=[copy])]})[1]
    assert reasons == ["`rules[0].copyActions[0].lifecycle.deleteAfter`: 90 is below coldStorageAfter + 90 = 91 days"]


def test_fake_a_plan_that_aws_refuses_is_refused_on_the_wire(backup: Any, vault: str, name: str) -> None:
    bad: list[dict[str, Any]] = [
        {"TargetBackupVaultName": "no-such"},
        {"TargetBackupVaultName": vault, "Lifecycle": {"MoveToColdStorageAfterDays": 30, "DeleteAfterDays": 119}},
        {"TargetBackupVaultName": vault, "EnableContinuousBackup": True, "Lifecycle": {"DeleteAfterDays": 36}},
        {"TargetBackupVaultName": vault, "EnableContinuousBackup": True},
    ]
    for rule in bad:
        with pytest.raises(backup.exceptions.InvalidParameterValueException):
            backup.create_backup_plan(BackupPlan={"BackupPlanName": name, "Rules": [{"RuleName": "r", **rule}]})
    edge = {"TargetBackupVaultName": vault, "Lifecycle": {"MoveToColdStorageAfterDays": 30, "DeleteAfterDays": 120}}
    assert backup.create_backup_plan(BackupPlan={"BackupPlanName": name, "Rules": [{"RuleName": "r", **edge}]})["BackupPlanId"]


def test_fake_a_selection_says_what_a_plan_backs_up(aws: Calls, backup: Any, vault: str, name: str) -> None:
    plan = aws.up(PLAN, "p", name=name, rules=[daily(vault)])
    tag = {"type": "STRINGEQUALS", "key": "backup", "value": "daily"}
    conditions = [{"stringEquals": [{"key": "aws:ResourceTag/env", "value": "prod"}]}]
    stated = {"planId": plan.id, "name": "by-tag", "iamRoleArn": ROLE, "selectionTags": [tag], "conditions": conditions}
    made = aws.up(SELECTION, "s", **stated)
    data = backup.get_backup_selection(BackupPlanId=plan.id, SelectionId=made.id)["BackupSelection"]
    assert data["ListOfTags"] == [{"ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": "daily"}]
    assert data["Conditions"]["StringEquals"] == [{"ConditionKey": "aws:ResourceTag/env", "ConditionValue": "prod"}]
    assert backup.list_backup_selections(BackupPlanId=plan.id)["BackupSelectionsList"][0]["SelectionName"] == "by-tag"
    assert aws.refresh(made) == []
    assert aws.diff(made, **(stated | {"iamRoleArn": f"{ROLE}2"})).replaces == ["iamRoleArn"]
    assert aws.adopt(SELECTION, "s", f"{plan.id}|{made.id}").inputs["name"] == "by-tag"
    with pytest.raises(Aborted, match="InvalidRequestException: Related backup plan selections must be deleted prior"):
        aws.delete(plan)
    aws.delete(made)
    assert aws.refresh(made) == ["gone"]
    aws.delete(plan)


def test_a_selection_of_nothing_is_refused(aws: Calls) -> None:
    reasons = aws.check(urn_of(SELECTION, "s"), {"planId": "p", "name": "s", "iamRoleArn": ROLE})[1]
    assert reasons == ["`resources`: nothing is selected: `resources`, `selectionTags` or `conditions` must be stated"]


def test_fake_the_region_s_opt_ins_are_set_and_others_stay(aws: Calls, cloud: AwsCloud) -> None:
    here = cloud.client("backup", "ap-south-1")
    made = aws.up(SETTINGS, "r", resourceTypeOptInPreference={"RDS": True, "Aurora": True}, region="ap-south-1")
    opted = here.describe_region_settings()["ResourceTypeOptInPreference"]
    assert (opted["RDS"], opted["Aurora"], opted["EBS"]) == (True, True, False)
    assert made.id == "ap-south-1"
    assert aws.refresh(made) == []
    here.update_region_settings(ResourceTypeOptInPreference={"RDS": False})
    assert aws.refresh(made) == ["resourceTypeOptInPreference.RDS"]
    with pytest.raises(ClientError, match="Unknown resource types in ResourceTypeOptInPreference: Rds"):
        here.update_region_settings(ResourceTypeOptInPreference={"Rds": True})
    aws.delete(made)
    assert here.describe_region_settings()["ResourceTypeOptInPreference"]["Aurora"] is True

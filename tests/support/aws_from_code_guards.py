"""The part of ``aws_from_code.py`` that makes what protects stores: AWS Backup, keys, secrets."""

from __future__ import annotations

import json
from typing import Any

Json = dict[str, Any]


def one(blocks: Any) -> Json:
    """The one nested block."""
    found: Json = blocks[0] if isinstance(blocks, list) else blocks
    return found


def pairs(tags: Json | None, key: str = "Key", value: str = "Value") -> list[Json]:
    """Tags as most services take them."""
    return [{key: name, value: text} for name, text in (tags or {}).items()]


def trail(here: Any, attrs: Json) -> Json:
    found = here.clients("cloudtrail").create_trail(Name=attrs.pop("name"), S3BucketName=attrs.pop("s3_bucket_name"))
    return {"arn": found["TrailARN"]}


def vault(here: Any, attrs: Json) -> Json:
    name = attrs.pop("name")
    found = here.clients("backup").create_backup_vault(
        BackupVaultName=name,
        BackupVaultTags=attrs.pop("tags", {}),
        **({"EncryptionKeyArn": attrs.pop("kms_key_arn")} if "kms_key_arn" in attrs else {}),
    )
    return {"arn": found["BackupVaultArn"], "name": name, "id": name}


def vault_lock(here: Any, attrs: Json) -> Json:
    here.clients("backup").put_backup_vault_lock_configuration(
        BackupVaultName=attrs.pop("backup_vault_name"),
        MinRetentionDays=attrs.pop("min_retention_days"),
        MaxRetentionDays=attrs.pop("max_retention_days"),
    )
    return {}


def vault_notifications(here: Any, attrs: Json) -> Json:
    topic = here.clients("sns").create_topic(Name="backups")["TopicArn"]
    attrs.pop("sns_topic_arn")
    here.clients("backup").put_backup_vault_notifications(
        BackupVaultName=attrs.pop("backup_vault_name"), SNSTopicArn=topic, BackupVaultEvents=attrs.pop("backup_vault_events")
    )
    return {}


def plan(here: Any, attrs: Json) -> Json:
    rules = [
        {
            "RuleName": rule["rule_name"],
            "TargetBackupVaultName": rule["target_vault_name"],
            "ScheduleExpression": rule["schedule"],
            "EnableContinuousBackup": rule.get("enable_continuous_backup", False),
            "Lifecycle": {"DeleteAfterDays": one(rule["lifecycle"])["delete_after"]},
        }
        for rule in attrs.pop("rule")
    ]
    found = here.clients("backup").create_backup_plan(
        BackupPlan={"BackupPlanName": attrs.pop("name"), "Rules": rules}, BackupPlanTags=attrs.pop("tags", {})
    )
    return {"arn": found["BackupPlanArn"], "id": found["BackupPlanId"]}


def selection(here: Any, attrs: Json) -> Json:
    here.clients("backup").create_backup_selection(
        BackupPlanId=attrs.pop("plan_id"),
        BackupSelection={"SelectionName": attrs.pop("name"), "IamRoleArn": attrs.pop("iam_role_arn"), "Resources": attrs.pop("resources")},
    )
    return {}


def restore_test(here: Any, attrs: Json) -> Json:
    chosen = one(attrs.pop("recovery_point_selection"))
    name = attrs.pop("name")
    found = here.clients("backup").create_restore_testing_plan(
        RestoreTestingPlan={
            "RestoreTestingPlanName": name,
            "ScheduleExpression": attrs.pop("schedule_expression"),
            "RecoveryPointSelection": {
                "Algorithm": chosen["algorithm"],
                "IncludeVaults": chosen["include_vaults"],
                "RecoveryPointTypes": chosen["recovery_point_types"],
            },
        }
    )
    return {"arn": found["RestoreTestingPlanArn"], "name": name, "id": name}


def restore_test_selection(here: Any, attrs: Json) -> Json:
    here.clients("backup").create_restore_testing_selection(
        RestoreTestingPlanName=attrs.pop("restore_testing_plan_name"),
        RestoreTestingSelection={
            "RestoreTestingSelectionName": attrs.pop("name"),
            "ProtectedResourceType": attrs.pop("protected_resource_type"),
            "IamRoleArn": attrs.pop("iam_role_arn"),
            "ProtectedResourceArns": attrs.pop("protected_resource_arns"),
        },
    )
    return {}


def key(here: Any, attrs: Json) -> Json:
    client = here.clients("kms")
    found = client.create_key(Description=attrs.pop("description", ""), Tags=pairs(attrs.pop("tags", None), "TagKey", "TagValue"))[
        "KeyMetadata"
    ]
    if attrs.pop("enable_key_rotation", False):
        client.enable_key_rotation(KeyId=found["KeyId"])
    if attrs.pop("is_enabled", True) is False:
        client.disable_key(KeyId=found["KeyId"])
    attrs.pop("deletion_window_in_days", None)
    return {"arn": found["Arn"], "id": found["KeyId"], "key_id": found["KeyId"]}


def secret(here: Any, attrs: Json) -> Json:
    attrs.pop("recovery_window_in_days", None)
    found = here.clients("secretsmanager").create_secret(
        Name=attrs.pop("name"), SecretString=json.dumps({"password": "marked-secret-of-the-manager"}), Tags=pairs(attrs.pop("tags", None))
    )
    return {"arn": found["ARN"], "id": found["ARN"]}

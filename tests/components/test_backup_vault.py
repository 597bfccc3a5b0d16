"""BackupVault under the mocks: what it asks the engine for, and that the rules pass it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recoverable.components.backup_alerts import BackupAlerts, BackupAlertsArgs
from recoverable.components.backup_vault import BackupVault, BackupVaultArgs, VaultLockArgs, VaultLockMode
from recoverable.components.bucket_checks import CANNOT_BE_UNDONE
from recoverable.components.policy import ProtectionPolicy
from recoverable.components.restore_test import RestoreTest, RestoreTestArgs
from tests.components.backup_samples import made, questions, statements
from tests.components.harness import Built

BESIDE = ("RCV109", "RCV110")  # answered by BackupAlerts and RestoreTest beside it
PLANS = {"prod": 30, "staging": 21, "dev": 14}
LONG = "[environments.prod]\nbackup_retention_days = 400\n"
COMPLIANCE = VaultLockArgs(mode=VaultLockMode.COMPLIANCE, changeable_for_days=3, acknowledgement=CANNOT_BE_UNDONE)


def vault(**more: Any) -> Callable[[ProtectionPolicy], BackupVault]:
    return lambda policy: BackupVault("main", BackupVaultArgs(policy=policy, **more))


def rules(built: Built, name: str = "main-daily-plan") -> dict[str, dict[str, Any]]:
    return {rule["ruleName"]: rule for rule in built.one("Plan", name).inputs["rules"]}


def selected(built: Built, name: str = "main-daily-selection") -> dict[str, Any]:
    return built.one("Selection", name).inputs


@pytest.mark.parametrize("environment", PLANS)
@pytest.mark.parametrize(
    "more", [{}, {"continuous": True}, {"every_hours": 6, "resources": ["arn:aws:rds:eu-west-1:123456789012:db:orders"]}]
)
def test_every_rule_passes_it_in_every_environment(tmp_path: Path, environment: str, more: dict[str, Any]) -> None:
    assert questions(made(tmp_path, vault(**more), environment), tmp_path, *BESIDE) == []


@pytest.mark.parametrize("environment", PLANS)
def test_with_alerts_and_a_restore_test_no_question_is_open(tmp_path: Path, environment: str) -> None:
    def program(policy: ProtectionPolicy) -> None:
        vault()(policy)
        BackupAlerts("alerts", BackupAlertsArgs(policy=policy))
        RestoreTest("proof", RestoreTestArgs(policy=policy))

    assert questions(made(tmp_path, program, environment), tmp_path) == []


def test_the_retention_is_the_environments(tmp_path: Path) -> None:
    kept = {name: rules(made(tmp_path, vault(), name))["snapshots"]["lifecycle"]["deleteAfter"] for name in PLANS}
    assert kept == PLANS


def test_a_longer_standard_lengthens_plan_lock_and_copy(tmp_path: Path) -> None:
    built = made(tmp_path, vault(), standard=LONG)
    rule = rules(built)["snapshots"]
    assert rule["lifecycle"] == {"deleteAfter": 400}
    assert rule["copyActions"][0]["lifecycle"] == {"deleteAfter": 400}
    assert {child.inputs["minRetentionDays"] for child in built.of("VaultLockConfiguration")} == {400}


def test_a_kind_of_its_own_may_demand_more(tmp_path: Path) -> None:
    built = made(tmp_path, vault(), standard='[environments.prod.kinds."backup-plan"]\nbackup_retention_days = 60\n')
    assert rules(built)["snapshots"]["lifecycle"]["deleteAfter"] == 60


def test_copies_go_to_a_locked_vault_of_their_own_in_the_replica_region(tmp_path: Path) -> None:
    built = made(tmp_path, vault())
    copy = built.one("Vault", "main-copy-vault")
    assert copy.inputs["region"] == "eu-central-1"
    (action,) = rules(built)["snapshots"]["copyActions"]
    assert action["destinationVaultArn"] == f"arn:aws:backup:eu-central-1:123456789012:backup-vault:{copy.inputs['name']}"
    for name in ("main-copy-lock", "main-copy-vault-policy", "main-copy-key"):
        assert [child.inputs["region"] for child in built.children if child.name == name] == ["eu-central-1"]


def test_a_vault_of_another_account_takes_the_copies(tmp_path: Path) -> None:
    arn = "arn:aws:backup:eu-central-1:210987654321:backup-vault:copies"
    built = made(tmp_path, vault(copy_vault_arn=arn))
    assert rules(built)["snapshots"]["copyActions"][0]["destinationVaultArn"] == arn
    assert [child.name for child in built.of("Vault")] == ["main-vault"]


def test_dev_copies_nothing_unless_it_is_asked_to(tmp_path: Path) -> None:
    assert "copyActions" not in rules(made(tmp_path, vault(), "dev"))["snapshots"]
    assert "copyActions" in rules(made(tmp_path, vault(copy_region="eu-north-1"), "dev"))["snapshots"]


def test_the_lock_is_governance_unless_it_is_acknowledged(tmp_path: Path) -> None:
    lock = made(tmp_path, vault(), "dev").one("VaultLockConfiguration").inputs
    assert (lock["minRetentionDays"], lock.get("maxRetentionDays"), lock.get("changeableForDays")) == (14, None, None)
    lock = made(tmp_path, vault(lock=COMPLIANCE), "dev").one("VaultLockConfiguration").inputs
    assert lock["changeableForDays"] == 3


def test_a_preview_warns_of_a_compliance_lock_and_an_update_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr("pulumi.log.warn", lambda text, *_, **__: told.append(text))
    made(tmp_path, vault(lock=COMPLIANCE), "dev", preview=False)
    assert told == []
    made(tmp_path, vault(lock=COMPLIANCE), "dev")
    assert told == [
        'BackupVault "main": the lock is COMPLIANCE. 3 days after it is made nobody can lift it, and recovery points stay for 14 days at least.'
    ]


def test_the_standards_maximum_is_the_locks(tmp_path: Path) -> None:
    built = made(tmp_path, vault(), "dev", "[environments.dev]\nbackup_retention_days_max = 90\n")
    assert built.one("VaultLockConfiguration").inputs["maxRetentionDays"] == 90


def test_nobody_deletes_recovery_points_but_the_service_and_break_glass(tmp_path: Path) -> None:
    built = made(tmp_path, vault(break_glass_roles=["arn:aws:iam::123456789012:role/fire"]), "dev")
    denied = statements(built.one("VaultPolicy"))["NobodyDeletesRecoveryPoints"]
    assert (denied["Effect"], denied["Principal"]) == ("Deny", "*")
    assert denied["Action"] == ["backup:DeleteRecoveryPoint", "backup:DisassociateRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"]
    assert denied["Condition"]["ArnNotLike"]["aws:PrincipalArn"] == [
        "arn:aws:iam::*:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
        "arn:aws:iam::123456789012:role/fire",
    ]


def test_the_role_has_the_four_policies_of_aws_and_selections_wait_for_them(tmp_path: Path) -> None:
    built = made(tmp_path, vault(), "dev")
    attached = built.of("RolePolicyAttachment")
    assert sorted(child.inputs["policyArn"].split("policy/")[1] for child in attached) == [
        "AWSBackupServiceRolePolicyForS3Backup",
        "AWSBackupServiceRolePolicyForS3Restore",
        "service-role/AWSBackupServiceRolePolicyForBackup",
        "service-role/AWSBackupServiceRolePolicyForRestores",
    ]
    assert {child.urn for child in attached} <= set(built.one("Selection").depends)


def test_stores_of_other_environments_are_not_selected(tmp_path: Path) -> None:
    chosen = selected(made(tmp_path, vault(), "dev"))
    assert chosen["selectionTags"] == [{"type": "STRINGEQUALS", "key": "recoverable:backup", "value": "daily"}]
    assert chosen["conditions"] == [{"stringEquals": [{"key": "aws:ResourceTag/recoverable:environment", "value": "dev"}]}]
    assert "conditions" not in selected(made(tmp_path, vault(any_environment=True), "dev"))


def test_arns_are_a_selection_of_their_own(tmp_path: Path) -> None:
    arn = "arn:aws:rds:eu-west-1:123456789012:db:orders"
    built = made(tmp_path, vault(resources=[arn], excluded=[f"{arn}-scratch"]), "dev")
    assert selected(built, "main-resources")["resources"] == [arn]
    assert selected(built)["notResources"] == [f"{arn}-scratch"]


def test_continuous_backup_has_a_plan_and_a_tag_of_its_own(tmp_path: Path) -> None:
    """What keeps its own backups is tagged daily, so that a database never gets two owners of its retention."""
    built = made(tmp_path, vault(continuous=True), standard=LONG)
    assert list(rules(built)) == ["snapshots"]
    both = rules(built, "main-continuous-plan")
    assert both["continuous"]["enableContinuousBackup"] is True
    assert both["continuous"]["lifecycle"] == {"deleteAfter": 35}
    assert both["snapshots"]["lifecycle"] == {"deleteAfter": 400}
    assert selected(built, "main-continuous-selection")["selectionTags"][0]["value"] == "continuous"
    assert built.one("VaultLockConfiguration", "main-lock").inputs["minRetentionDays"] == 35
    assert questions(built, tmp_path, *BESIDE) == []


def test_cold_storage_is_for_copies_too(tmp_path: Path) -> None:
    rule = rules(made(tmp_path, vault(retention_days=120, cold_storage_after_days=30)))["snapshots"]
    assert rule["lifecycle"] == {"coldStorageAfter": 30, "deleteAfter": 120}
    assert rule["copyActions"][0]["lifecycle"] == {"coldStorageAfter": 30, "deleteAfter": 120}


@pytest.mark.parametrize(
    ("hours", "start", "cron"), [(24, 5, "0 5 ? * * *"), (6, 3, "0 3/6 ? * * *"), (4, 5, "0 1/4 ? * * *"), (1, 3, "0 0/1 ? * * *")]
)
def test_backups_are_evenly_over_the_day(tmp_path: Path, hours: int, start: int, cron: str) -> None:
    built = made(tmp_path, vault(every_hours=hours, start_hour=start))
    assert rules(built)["snapshots"]["schedule"] == f"cron({cron})"
    assert questions(built, tmp_path, *BESIDE) == []


def test_optional_children_are_there_only_when_they_are_asked_for(tmp_path: Path) -> None:
    plain = made(tmp_path, vault(), "dev")
    assert plain.of("VaultNotifications") == []
    assert plain.of("RegionSettings") == []
    built = made(tmp_path, vault(notify_topic="arn:aws:sns:eu-west-1:123456789012:ops", opt_in={"Aurora": True}), "dev")
    assert "BACKUP_JOB_COMPLETED" in built.one("VaultNotifications").inputs["backupVaultEvents"]
    assert built.one("RegionSettings").inputs["resourceTypeOptInPreference"] == {"Aurora": True}


def test_a_key_of_the_callers_is_used(tmp_path: Path) -> None:
    arn = "arn:aws:kms:eu-west-1:123456789012:key/1"
    built = made(tmp_path, vault(kms_key=arn), "dev")
    assert built.one("Vault").inputs["kmsKeyArn"] == arn
    assert built.of("Key") == []


@pytest.mark.parametrize(("environment", "protect", "retain"), [("prod", True, True), ("staging", True, False), ("dev", False, False)])
def test_what_holds_data_is_protected_and_helpers_are_not(tmp_path: Path, environment: str, protect: bool, retain: bool) -> None:
    built = made(tmp_path, vault(), environment)
    for child in built.children:
        if child.token.endswith((":Vault", ":Key")):
            assert (child.protect, child.retain) == (protect, retain), child.name
        else:
            assert not child.protect, child.name
        guards = child.token.endswith((":VaultLockConfiguration", ":VaultPolicy"))
        assert child.retain is (retain if guards or child.token.endswith((":Vault", ":Key")) else False), child.name


def test_the_plan_waits_for_the_lock(tmp_path: Path) -> None:
    built = made(tmp_path, vault())
    assert {child.urn for child in built.of("VaultLockConfiguration")} <= set(built.one("Plan").depends)


def test_every_child_that_takes_tags_has_them_and_recovery_points_too(tmp_path: Path) -> None:
    built = made(tmp_path, vault(tags={"cost": "42"}))
    expected = {
        "cost": "42",
        "recoverable:environment": "prod",
        "recoverable:owner": "shop-team",
        "recoverable:component": "main",
    }
    for token in ("Vault", "Key", "Plan", "Role"):
        assert [child.inputs["tags"] for child in built.of(token)] == [expected] * len(built.of(token)), token
    assert rules(built)["snapshots"]["recoveryPointTags"] == expected


def test_names_are_stable(tmp_path: Path) -> None:
    assert sorted(child.name for child in made(tmp_path, vault(continuous=True)).children) == [
        "main",
        "main-continuous-plan",
        "main-continuous-selection",
        "main-copy-key",
        "main-copy-lock",
        "main-copy-vault",
        "main-copy-vault-policy",
        "main-daily-plan",
        "main-daily-selection",
        "main-key",
        "main-lock",
        "main-role",
        "main-role-backup",
        "main-role-restores",
        "main-role-s3-backup",
        "main-role-s3-restore",
        "main-vault",
        "main-vault-policy",
    ]


def test_outputs_say_what_protects(tmp_path: Path) -> None:
    outputs = made(tmp_path, vault(continuous=True), preview=False).outputs["main"]
    assert outputs["selected_by"] == {"recoverable:backup": "daily"}
    entry = outputs["evidence"]
    assert (entry["kind"], entry["retentionDays"], entry["achievedRpoMinutes"], entry["pitrWindowDays"]) == ("backup-vault", 30, 1440, 30)
    assert entry["protectedBy"] == [
        "own KMS key",
        "vault lock GOVERNANCE",
        "deletion denied by the vault's policy",
        "copy in eu-central-1",
        "continuous backup 30 days",
    ]
    assert entry["restoreCommand"].startswith("aws backup list-recovery-points-by-backup-vault --backup-vault-name main-vault-1a2b3c4 && ")


@pytest.mark.parametrize("environment", ["dev", "staging"])
def test_every_rule_passes_a_vault_on_google_cloud_without_a_lock_that_cannot_be_undone(tmp_path: Path, environment: str) -> None:
    locked = "".join(f"[environments.{each}]\nobject_lock = true\n" for each in ("prod", "staging", "dev"))
    built = made(tmp_path, vault(resources=["projects/acme/instances/orders"]), environment, locked, cloud="gcp")
    assert questions(built, tmp_path, *BESIDE) == []

"""AWS Backup: plans, selections, vaults, restore tests and the region's opt-ins, as declared in the running account."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from recoverable.audit.asking import Region
from recoverable.audit.databases import minutes
from recoverable.audit.jobs import doubt_stores
from recoverable.audit.resources import Found, Json, KeyNames, block, made
from recoverable.model.raw import RawResource
from recoverable.model.values import Unknown

WHOLE = "COMPLETED"
"""A recovery point that can be restored; one of continuous backup (AVAILABLE) tells when it began."""
AIR_GAPPED = "LOGICALLY_AIR_GAPPED_BACKUP_VAULT"
OPERATORS = {
    "string_equals": "StringEquals",
    "string_like": "StringLike",
    "string_not_equals": "StringNotEquals",
    "string_not_like": "StringNotLike",
}


def read_plans(region: Region, found: Found) -> None:
    """Every plan with its selections; a list that cannot be read is a selection of which nothing is known."""
    listed = region.pages("backup", "ListBackupPlans", "BackupPlansList")
    for item in listed:
        found.add(*_plan(region, item))
    if listed.gap is not None:
        found.add(_unread_selection(region, "plans", listed.gap))
    settings = region.one("backup", "DescribeRegionSettings")
    chosen = settings if isinstance(settings, Unknown) else (settings or {}).get("ResourceTypeOptInPreference")
    if chosen is not None:
        found.add(made(region.name, "aws_backup_region_settings", region.arn("backup", "settings"), resource_type_opt_in_preference=chosen))


def _plan(region: Region, item: Json) -> Iterator[RawResource]:
    name, arn = item["BackupPlanId"], item["BackupPlanArn"]
    answer = region.one("backup", "GetBackupPlan", str(item.get("BackupPlanName", name)), BackupPlanId=name)
    rules: Any = answer if isinstance(answer, Unknown) else [_rule(rule) for rule in (answer or {}).get("BackupPlan", {}).get("Rules", ())]
    yield made(region.name, "aws_backup_plan", arn, arn=arn, id=name, name=item.get("BackupPlanName"), rule=rules, tags=_tags(region, arn))
    listed = region.pages("backup", "ListBackupSelections", "BackupSelectionsList", name, BackupPlanId=name)
    for entry in listed:
        yield _selection(region, arn, name, entry["SelectionId"])
    if listed.gap is not None:
        yield _unread_selection(region, name, listed.gap)


def _rule(rule: Json) -> Json:
    return block(
        rule_name=rule.get("RuleName"),
        target_vault_name=rule.get("TargetBackupVaultName"),
        schedule=rule.get("ScheduleExpression"),
        enable_continuous_backup=bool(rule.get("EnableContinuousBackup")),
        lifecycle=_lifecycle(rule.get("Lifecycle")),
        copy_action=[
            block(destination_vault_arn=each.get("DestinationBackupVaultArn"), lifecycle=_lifecycle(each.get("Lifecycle")))
            for each in rule.get("CopyActions") or ()
        ],
    )


def _lifecycle(said: Json | None) -> list[Json] | None:
    if not said:
        return None
    return [block(cold_storage_after=said.get("MoveToColdStorageAfterDays"), delete_after=said.get("DeleteAfterDays"))]


def _selection(region: Region, plan: str, plan_id: str, name: str) -> RawResource:
    answer = region.one("backup", "GetBackupSelection", name, BackupPlanId=plan_id, SelectionId=name)
    if not isinstance(answer, dict):
        return _unread_selection(region, plan_id, answer or Unknown("backup:GetBackupSelection"))
    said = answer["BackupSelection"]
    conditions = {
        name: [{"key": each["ConditionKey"], "value": each["ConditionValue"]} for each in (said.get("Conditions") or {}).get(word) or ()]
        for name, word in OPERATORS.items()
    }
    marks = [
        {"type": each.get("ConditionType"), "key": each["ConditionKey"], "value": each["ConditionValue"]}
        for each in said.get("ListOfTags") or ()
    ]
    return made(
        region.name,
        "aws_backup_selection",
        f"{plan}#{name}",
        plan_id=plan_id,
        name=said.get("SelectionName"),
        resources=said.get("Resources") or [],
        not_resources=said.get("NotResources") or [],
        selection_tag=marks,
        condition=[{name: items for name, items in conditions.items() if items}] if any(conditions.values()) else None,
    )


def _unread_selection(region: Region, name: str, gap: Unknown) -> RawResource:
    return made(region.name, "aws_backup_selection", region.arn("backup", f"selections-of-{name}"), plan_id=gap, resources=gap)


def read_vaults(region: Region, found: Found, keys: KeyNames, now: datetime.datetime) -> None:
    """Every vault with lock, notifications, and its recovery points counted."""
    listed = region.pages("backup", "ListBackupVaults", "BackupVaultList")
    for item in listed:
        found.add(*_vault(region, found, item, keys, now))
    if listed.gap is not None:
        doubt_stores(region, found, point_minutes=listed.gap)


def _vault(region: Region, found: Found, item: Json, keys: KeyNames, now: datetime.datetime) -> Iterator[RawResource]:
    name, arn = item["BackupVaultName"], item["BackupVaultArn"]
    gapped = item.get("VaultType") == AIR_GAPPED
    bounds = {"min_retention_days": item.get("MinRetentionDays"), "max_retention_days": item.get("MaxRetentionDays")}
    key = keys.name(item.get("EncryptionKeyArn"))
    own = {"encryption_key_arn": key, **bounds} if gapped else {"kms_key_arn": key}
    kind = "aws_backup_logically_air_gapped_vault" if gapped else "aws_backup_vault"
    yield made(region.name, kind, arn, arn=arn, name=name, tags=_tags(region, arn), **own)
    if item.get("Locked") and not gapped:
        left = max(0, (item["LockDate"] - now).days) if item.get("LockDate") else None
        lock = "aws_backup_vault_lock_configuration"
        yield made(region.name, lock, f"{arn}#lock", backup_vault_name=arn, changeable_for_days=left, **bounds)
    told = region.one("backup", "GetBackupVaultNotifications", name, BackupVaultName=name)
    if told is not None:
        events = told if isinstance(told, Unknown) else told.get("BackupVaultEvents", [])
        yield made(region.name, "aws_backup_vault_notifications", f"{arn}#notifications", backup_vault_name=arn, backup_vault_events=events)
    yield _recovery_points(region, found, name, arn, now)


def _recovery_points(region: Region, found: Found, name: str, arn: str, now: datetime.datetime) -> RawResource:
    """What lies in a vault, as a count, for there may be millions; and the newest of each store, which jobs tell of for 30 days only."""
    seen: Json = {"total": 0, "unencrypted": 0, "untold": 0}
    example: list[str] = []
    newest: dict[str, datetime.datetime] = {}

    def count(item: Json) -> None:
        seen["total"] += 1
        seen["untold"] += "IsEncrypted" not in item
        if item.get("IsEncrypted") is False:
            seen["unencrypted"] += 1
            if not example:
                example.append(str(item.get("RecoveryPointArn", "")))
        time, store = item.get("CompletionDate") or item.get("CreationDate"), item.get("ResourceArn")
        if (
            time and store and item.get("Status") == WHOLE and not item.get("SourceBackupVaultArn")
        ):  # a copy may be younger than what it holds
            newest[store] = max(time, newest.get(store, time))

    gap = region.each("backup", "ListRecoveryPointsByBackupVault", "RecoveryPoints", count, name, BackupVaultName=name)
    if gap is not None:  # of half a list nobody knows what is newest
        doubt_stores(region, found, point_minutes=gap)
    else:
        for store, time in newest.items():
            found.tell_newest(store, "point_minutes", minutes(now - time))
    if gap is None and seen["untold"]:
        gap = Unknown("backup:ListRecoveryPointsByBackupVault", f"it does not say of {seen['untold']} points whether they are encrypted")
    bare = gap if gap is not None and not seen["unencrypted"] else seen["unencrypted"]
    return made(
        region.name,
        "audit_copies",
        f"{arn}#points",
        holder=arn,
        total=seen["total"],
        unencrypted=bare,
        example=example[0] if example else None,
    )


def read_restore_tests(region: Region, found: Found) -> None:
    """Every restore-testing plan with its selections."""
    listed = region.pages("backup", "ListRestoreTestingPlans", "RestoreTestingPlans")
    for item in listed:
        name, arn = item["RestoreTestingPlanName"], item["RestoreTestingPlanArn"]
        found.add(
            made(region.name, "aws_backup_restore_testing_plan", arn, arn=arn, name=name, schedule_expression=item["ScheduleExpression"])
        )
        chosen = region.pages("backup", "ListRestoreTestingSelections", "RestoreTestingSelections", name, RestoreTestingPlanName=name)
        places = [each["RestoreTestingSelectionName"] for each in chosen]
        kind = "aws_backup_restore_testing_selection"
        found.add(*(made(region.name, kind, f"{arn}#{place}", restore_testing_plan_name=arn) for place in places))
        if chosen.gap is not None:
            found.add(made(region.name, kind, f"{arn}#?", restore_testing_plan_name=chosen.gap))
    if listed.gap is not None:
        arn = region.arn("backup", "restore-testing-plans")
        found.add(made(region.name, "aws_backup_restore_testing_plan", arn, arn=arn, schedule_expression=listed.gap))
        found.add(made(region.name, "aws_backup_restore_testing_selection", f"{arn}#?", restore_testing_plan_name=arn))


def _tags(region: Region, arn: str) -> Json | Unknown:
    answer = region.one("backup", "ListTags", arn, ResourceArn=arn)
    return answer if isinstance(answer, Unknown) else dict((answer or {}).get("Tags") or {})

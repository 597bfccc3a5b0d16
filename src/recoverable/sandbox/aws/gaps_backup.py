"""AWS Backup: vault policies and notifications, plan updates, selections and the region's opt-ins, which moto lacks.

No backup job runs: vaults have no recovery points, and ``ListRecoveryPointsByBackupVault`` says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from recoverable.sandbox.aws.gaps_table import fills
from recoverable.sandbox.aws.gaps_wire import Answer, Call
from recoverable.sandbox.provider.handler import Values

BAD = "InvalidParameterValueException"
GONE = "ResourceNotFoundException"
COLD_STAY = 90  # days that AWS Backup bills cold storage for at least: delete must be later by that (API_Lifecycle)
CONTINUOUS = 35  # days that continuous backups are kept at most (point-in-time-recovery.html)
LENIENT = "moto takes any document, and no name that a deleted plan had"
SERVICES = (
    *("Aurora", "CloudFormation", "DocumentDB", "DynamoDB", "EBS", "EC2", "EFS", "FSx", "Neptune", "RDS", "Redshift"),
    *("Redshift Serverless", "S3", "SAP HANA on Amazon EC2", "Storage Gateway", "Timestream", "VirtualMachine"),
)
"""The resource types of the opt-in settings; a region starts with none opted in, the strictest beginning."""


def vault_of(call: Call) -> Any:
    """Moto's vault that a call names."""
    name = call.given["BackupVaultName"]
    vault = call.backend.vaults.get(name)
    return vault or call.refuse(GONE, f"Backup vault {name} does not exist")


def plan_of(call: Call) -> Any:
    """Moto's plan that a call names, if it was not deleted."""
    plan = call.backend.plans.get(call.given["BackupPlanId"])
    if plan is None or plan.deletion_date is not None:
        call.refuse(GONE, f"Backup plan {call.given['BackupPlanId']} does not exist")
    return plan


@fills("backup", "DeleteBackupVault", "moto does not know the policy and the notifications that go with a vault")
def delete_vault(call: Call) -> Answer:
    """The vault with all that hangs on it."""
    answer = call.forward()
    if answer.well:
        for shelf in ("policies", "notifications"):
            call.shelf(shelf).pop(call.given["BackupVaultName"], None)
    return answer


@fills("backup", "PutBackupVaultAccessPolicy")
def put_policy(call: Call) -> Values:
    """The resource policy of a vault."""
    vault_of(call)
    policy = call.given.get("Policy", "")
    try:
        json.loads(policy)
    except ValueError:
        call.refuse(BAD, "Policy is not valid JSON")
    call.shelf("policies")[call.given["BackupVaultName"]] = policy
    return {}


@fills("backup", "GetBackupVaultAccessPolicy")
def get_policy(call: Call) -> Values:
    """The resource policy of a vault."""
    vault, policy = vault_of(call), call.shelf("policies").get(call.given["BackupVaultName"])
    if policy is None:
        call.refuse(GONE, f"Backup vault {call.given['BackupVaultName']} has no access policy")
    return {"BackupVaultName": vault.backup_vault_name, "BackupVaultArn": vault.backup_vault_arn, "Policy": policy}


@fills("backup", "DeleteBackupVaultAccessPolicy")
def delete_policy(call: Call) -> Values:
    """No policy any more."""
    vault_of(call)
    call.shelf("policies").pop(call.given["BackupVaultName"], None)
    return {}


@fills("backup", "PutBackupVaultNotifications")
def put_notifications(call: Call) -> Values:
    """Where the events of a vault go: a standard topic of the same account."""
    vault_of(call)
    topic, events = call.given["SNSTopicArn"], call.given["BackupVaultEvents"]
    if topic.endswith(".fifo"):
        call.refuse(BAD, "FIFO topics are not supported for backup vault notifications")
    if topic.split(":")[4:5] != [call.account]:
        call.refuse(BAD, "The topic must be in the account of the backup vault")
    allowed = call.operation.input_shape.members["BackupVaultEvents"].member.enum
    wrong = sorted(set(events) - set(allowed))
    if wrong or not events:
        call.refuse(BAD, f"BackupVaultEvents must be among {', '.join(allowed)}")
    call.shelf("notifications")[call.given["BackupVaultName"]] = {"SNSTopicArn": topic, "BackupVaultEvents": events}
    return {}


@fills("backup", "GetBackupVaultNotifications")
def get_notifications(call: Call) -> Values:
    """Where the events of a vault go."""
    vault, held = vault_of(call), call.shelf("notifications").get(call.given["BackupVaultName"])
    if held is None:
        call.refuse(GONE, f"Backup vault {call.given['BackupVaultName']} has no notifications")
    return {"BackupVaultName": vault.backup_vault_name, "BackupVaultArn": vault.backup_vault_arn, **held}


@fills("backup", "DeleteBackupVaultNotifications")
def delete_notifications(call: Call) -> Values:
    """No notifications any more."""
    vault_of(call)
    call.shelf("notifications").pop(call.given["BackupVaultName"], None)
    return {}


@fills("backup", "ListRecoveryPointsByBackupVault")
def recovery_points(call: Call) -> Values:
    """None: no backup job runs on a laptop."""
    vault_of(call)
    return {"RecoveryPoints": []}


def plan_faults(plan: Values, vaults: Any) -> Iterator[str]:
    """What AWS Backup refuses in the document of a plan."""
    for rule in plan.get("Rules") or []:
        name = rule["RuleName"]
        if rule["TargetBackupVaultName"] not in vaults:
            yield f"Rule {name}: backup vault {rule['TargetBackupVaultName']} does not exist"
        lifecycles = [rule.get("Lifecycle") or {}, *((each.get("Lifecycle") or {}) for each in rule.get("CopyActions") or [])]
        for lifecycle in lifecycles:
            cold, delete = lifecycle.get("MoveToColdStorageAfterDays"), lifecycle.get("DeleteAfterDays")
            if cold and delete and delete < cold + COLD_STAY:
                yield f"Rule {name}: DeleteAfterDays cannot be less than {COLD_STAY} days apart from MoveToColdStorageAfterDays"
        delete = lifecycles[0].get("DeleteAfterDays")
        if rule.get("EnableContinuousBackup") and (delete is None or not 1 <= delete <= CONTINUOUS):
            yield f"Rule {name}: continuous backups need DeleteAfterDays between 1 and {CONTINUOUS}"


@fills("backup", "CreateBackupPlan", LENIENT)
def create_plan(call: Call) -> Answer:
    """A plan, if AWS Backup would take it."""
    document, plans = call.given["BackupPlan"], call.backend.plans
    for fault in plan_faults(document, call.backend.vaults):
        call.refuse(BAD, fault)
    for identity, plan in list(plans.items()):
        if plan.deletion_date is not None and plan.backup_plan["BackupPlanName"] == document["BackupPlanName"]:
            del plans[identity]  # moto would let a deleted plan keep its name
    return call.forward()


@fills("backup", "UpdateBackupPlan")
def update_plan(call: Call) -> Values:
    """The next version of a plan."""
    plan = plan_of(call)
    for fault in plan_faults(call.given["BackupPlan"], call.backend.vaults):
        call.refuse(BAD, fault)
    fresh = type(plan)(backup_plan=call.given["BackupPlan"], creator_request_id=plan.creator_request_id, backend=call.backend)
    fresh.backup_plan_id, fresh.backup_plan_arn, fresh.creation_date = plan.backup_plan_id, plan.backup_plan_arn, plan.creation_date
    call.backend.plans[plan.backup_plan_id] = fresh
    return dict(fresh.to_dict())


@fills("backup", "DeleteBackupPlan", "moto does not know the selections of a plan")
def delete_plan(call: Call) -> Answer:
    """A plan without selections."""
    if call.shelf("selections").get(call.given["BackupPlanId"]):
        call.refuse("InvalidRequestException", "Related backup plan selections must be deleted prior to backup plan deletion")
    return call.forward()


@fills("backup", "CreateBackupSelection")
def create_selection(call: Call) -> Values:
    """What a plan backs up."""
    plan_of(call)
    selection = call.given["BackupSelection"]
    held = call.shelf("selections").setdefault(call.given["BackupPlanId"], {})
    if any(each["BackupSelection"]["SelectionName"] == selection["SelectionName"] for each in held.values()):
        call.refuse("AlreadyExistsException", f"Backup selection {selection['SelectionName']} already exists in the plan")
    if not any(selection.get(name) for name in ("Resources", "ListOfTags", "Conditions")):
        call.refuse(BAD, "A selection needs Resources, ListOfTags or Conditions")
    identity, now = str(uuid4()), datetime.now(UTC)
    held[identity] = {
        "BackupSelection": selection,
        "SelectionId": identity,
        "BackupPlanId": call.given["BackupPlanId"],
        "CreationDate": now,
        "CreatorRequestId": call.given.get("CreatorRequestId"),
    }
    return {"SelectionId": identity, "BackupPlanId": call.given["BackupPlanId"], "CreationDate": now}


def _selection(call: Call) -> Values:
    held: Values | None = call.shelf("selections").get(call.given["BackupPlanId"], {}).get(call.given["SelectionId"])
    return held or call.refuse(GONE, f"Cannot find Backup selection {call.given['SelectionId']}")


@fills("backup", "GetBackupSelection")
def get_selection(call: Call) -> Values:
    """One selection."""
    return _selection(call)


@fills("backup", "DeleteBackupSelection")
def delete_selection(call: Call) -> Values:
    """One selection less."""
    _selection(call)
    del call.shelf("selections")[call.given["BackupPlanId"]][call.given["SelectionId"]]
    return {}


@fills("backup", "ListBackupSelections")
def list_selections(call: Call) -> Values:
    """The selections of a plan."""
    plan_of(call)
    held = call.shelf("selections").get(call.given["BackupPlanId"], {}).values()
    found = [
        {**each, "SelectionName": each["BackupSelection"]["SelectionName"], "IamRoleArn": each["BackupSelection"]["IamRoleArn"]}
        for each in held
    ]
    return {"BackupSelectionsList": found}


@fills("backup", "DescribeRegionSettings")
def describe_region(call: Call) -> Values:
    """Which resource types tag-based selections reach in this region."""
    return {
        "ResourceTypeOptInPreference": {**dict.fromkeys(SERVICES, False), **call.shelf("opt-in")},
        "ResourceTypeManagementPreference": {"DynamoDB": False, "EFS": True, **call.shelf("management")},
    }


@fills("backup", "UpdateRegionSettings")
def update_region(call: Call) -> Values:
    """Change some of the region's opt-ins; the others stay."""
    for member, shelf in (("ResourceTypeOptInPreference", "opt-in"), ("ResourceTypeManagementPreference", "management")):
        stated = call.given.get(member) or {}
        unknown = sorted(set(stated) - set(SERVICES))
        if unknown:
            call.refuse(BAD, f"Unknown resource types in {member}: {', '.join(unknown)}")
        call.shelf(shelf).update(stated)
    return {}

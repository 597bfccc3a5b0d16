"""AWS Backup plans and what they select."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from recoverable.sandbox.aws.calls import found, said
from recoverable.sandbox.aws.cloud import AwsCloud
from recoverable.sandbox.aws.databases import known, parameters
from recoverable.sandbox.aws.vaults import GONE, retag
from recoverable.sandbox.provider.handler import Handler, Refusal, RefusedError, Values

COLD_STAY = 90  # days that AWS Backup keeps in cold storage at least (API_Lifecycle)
CONTINUOUS = 35  # days that continuous backups are kept at most (point-in-time-recovery.html)
LIFECYCLE = {
    "coldStorageAfter": "MoveToColdStorageAfterDays",
    "deleteAfter": "DeleteAfterDays",
    "optInToArchiveForSupportedResources": "OptInToArchiveForSupportedResources",
}
RULE = {
    "completionWindow": "CompletionWindowMinutes",
    "enableContinuousBackup": "EnableContinuousBackup",
    "recoveryPointTags": "RecoveryPointTags",
    "ruleName": "RuleName",
    "schedule": "ScheduleExpression",
    "scheduleExpressionTimezone": "ScheduleExpressionTimezone",
    "startWindow": "StartWindowMinutes",
    "targetLogicallyAirGappedBackupVaultArn": "TargetLogicallyAirGappedBackupVaultArn",
    "targetVaultName": "TargetBackupVaultName",
}
SCAN = {"malwareScanner": "MalwareScanner", "scanMode": "ScanMode"}
CONDITIONS = {
    "stringEquals": "StringEquals",
    "stringLikes": "StringLike",
    "stringNotEquals": "StringNotEquals",
    "stringNotLikes": "StringNotLike",
}


def back(table: Mapping[str, str], got: Mapping[str, Any]) -> Values:
    """What the API says, under the provider's names."""
    return {name: got[parameter] for name, parameter in table.items() if got.get(parameter) is not None}


def rule_sent(rule: Values) -> Values:
    """A rule as the API wants it."""
    sent = parameters(RULE, rule)
    if rule.get("lifecycle"):
        sent["Lifecycle"] = parameters(LIFECYCLE, rule["lifecycle"])
    copies = [
        {
            "DestinationBackupVaultArn": each["destinationVaultArn"],
            **({"Lifecycle": parameters(LIFECYCLE, each["lifecycle"])} if each.get("lifecycle") else {}),
        }
        for each in rule.get("copyActions") or []
    ]
    scans = [parameters(SCAN, each) for each in rule.get("scanActions") or []]
    return {**sent, **({"CopyActions": copies} if copies else {}), **({"ScanActions": scans} if scans else {})}


def rule_shown(got: Mapping[str, Any]) -> Values:
    """A rule as the provider shows it."""
    shown = back(RULE, got)
    if got.get("Lifecycle"):
        shown["lifecycle"] = back(LIFECYCLE, got["Lifecycle"])
    copies = [
        {
            "destinationVaultArn": each["DestinationBackupVaultArn"],
            **({"lifecycle": back(LIFECYCLE, each["Lifecycle"])} if each.get("Lifecycle") else {}),
        }
        for each in got.get("CopyActions") or []
    ]
    scans = [back(SCAN, each) for each in got.get("ScanActions") or []]
    return {**shown, **({"copyActions": copies} if copies else {}), **({"scanActions": scans} if scans else {})}


def rule_refusals(rule: Values, path: str) -> Iterable[Refusal]:
    """What AWS Backup refuses in a rule."""
    lifecycles = [(f"{path}.lifecycle", known(rule, "lifecycle") or {})]
    copies = rule.get("copyActions")
    for index, each in enumerate(copies if isinstance(copies, list) else []):
        if isinstance(each, dict):
            lifecycles.append((f"{path}.copyActions[{index}].lifecycle", known(each, "lifecycle") or {}))
    for where, lifecycle in lifecycles:
        cold, delete = lifecycle.get("coldStorageAfter"), lifecycle.get("deleteAfter")
        if cold and delete and delete < cold + COLD_STAY:
            yield Refusal(f"{where}.deleteAfter", f"{delete} is below coldStorageAfter + {COLD_STAY} = {cold + COLD_STAY} days")
    delete = lifecycles[0][1].get("deleteAfter")
    if rule.get("enableContinuousBackup") is True:
        if known(rule, "lifecycle") is not None and (delete is None or not 1 <= delete <= CONTINUOUS):
            yield Refusal(f"{path}.lifecycle.deleteAfter", f"{delete} is not in 1 to {CONTINUOUS} days, the bounds of continuous backups")
        if rule.get("lifecycle") is None:
            yield Refusal(f"{path}.lifecycle", f"continuous backups need deleteAfter in 1 to {CONTINUOUS} days")
    start, end = known(rule, "startWindow"), known(rule, "completionWindow")
    if start is not None and start < 60:
        yield Refusal(f"{path}.startWindow", f"{start} is below 60 minutes")
    if start is not None and end is not None and end < start + 60:
        yield Refusal(f"{path}.completionWindow", f"{end} is below startWindow + 60 = {start + 60} minutes")


class Plan(Handler[AwsCloud]):
    """``aws.backup.Plan``."""

    token = "aws:backup/plan:Plan"
    autoname = "name"
    replaces = frozenset({"name"})
    defaults: ClassVar[Mapping[str, Any]] = {
        "rules.completionWindow": 180,
        "rules.startWindow": 60,
        "rules.scheduleExpressionTimezone": "Etc/UTC",
    }
    filled = frozenset({"rules.schedule"})  # every day at 5:00: https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRule.html

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """What AWS Backup refuses in the rules, and rules of one name."""
        rules = inputs.get("rules")
        rules = [each for each in rules if isinstance(each, dict)] if isinstance(rules, list) else []
        if inputs.get("rules") == []:
            yield Refusal("rules", "a plan needs a rule")
        names = [each.get("ruleName") for each in rules]
        for name in sorted({str(each) for each in names if names.count(each) > 1}):
            yield Refusal("rules", f"two rules are called {name}")
        for index, rule in enumerate(rules):
            yield from rule_refusals(rule, f"rules[{index}]")

    def _document(self, inputs: Values) -> Values:
        advanced = [
            {"ResourceType": each["resourceType"], "BackupOptions": each["backupOptions"]}
            for each in inputs.get("advancedBackupSettings") or []
        ]
        scans = [
            {"MalwareScanner": each["malwareScanner"], "ResourceTypes": each["resourceTypes"], "ScannerRoleArn": each["scannerRoleArn"]}
            for each in inputs.get("scanSettings") or []
        ]
        return {
            "BackupPlanName": inputs["name"],
            "Rules": [rule_sent(each) for each in inputs["rules"]],
            **({"AdvancedBackupSettings": advanced} if advanced else {}),
            **({"ScanSettings": scans} if scans else {}),
        }

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Make it."""
        answer = cloud.client("backup").create_backup_plan(BackupPlan=self._document(inputs), BackupPlanTags=inputs.get("tags") or {})
        return str(answer["BackupPlanId"])

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The plan; a deleted one is still described, and counts as gone."""
        backup = cloud.client("backup")
        got = found(backup.get_backup_plan, *GONE, BackupPlanId=identity)
        if got is None or got.get("DeletionDate"):
            return None
        document = got["BackupPlan"]
        order = [each.get("ruleName") for each in held.get("rules") or []]
        rules = [rule_shown(each) for each in document["Rules"]]
        rules.sort(key=lambda each: order.index(each["ruleName"]) if each["ruleName"] in order else len(order))
        return {
            "advancedBackupSettings": [
                {"resourceType": each["ResourceType"], "backupOptions": each["BackupOptions"]}
                for each in document.get("AdvancedBackupSettings") or []
            ],
            "arn": got["BackupPlanArn"],
            "name": document["BackupPlanName"],
            "rules": rules,
            "tags": backup.list_tags(ResourceArn=got["BackupPlanArn"])["Tags"],
            "version": got["VersionId"],
        }

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """A new version of the document, and tags."""
        backup = cloud.client("backup")
        if self._document(old) != self._document(new):
            backup.update_backup_plan(BackupPlanId=identity, BackupPlan=self._document(new))
        retag(backup, cloud.arn("backup", f"backup-plan:{identity}"), old, new)

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Delete it; AWS Backup refuses while it has selections."""
        if self.read(cloud, identity, held) is not None:
            cloud.client("backup").delete_backup_plan(BackupPlanId=identity)


class Selection(Handler[AwsCloud]):
    """``aws.backup.Selection``; every change of it is a new one. Imported as ``PLAN|SELECTION``."""

    token = "aws:backup/selection:Selection"
    autoname = "name"
    replaces = frozenset({"conditions", "iamRoleArn", "name", "notResources", "planId", "resources", "selectionTags"})
    fake = True

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """A selection of nothing, and tag conditions that there are not."""
        if not any(inputs.get(name) for name in ("resources", "selectionTags", "conditions")):
            yield Refusal("resources", "nothing is selected: `resources`, `selectionTags` or `conditions` must be stated")
        tags = inputs.get("selectionTags")
        for index, each in enumerate(tags if isinstance(tags, list) else []):
            if isinstance(each, dict) and known(each, "type") not in (None, "STRINGEQUALS"):
                yield Refusal(f"selectionTags[{index}].type", "is not STRINGEQUALS, the only one there is; `conditions` can more")

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Select."""
        tags = [
            {"ConditionType": each["type"], "ConditionKey": each["key"], "ConditionValue": each["value"]}
            for each in inputs.get("selectionTags") or []
        ]
        conditions: Values = {}
        for block in inputs.get("conditions") or []:
            for name, parameter in CONDITIONS.items():
                for each in block.get(name) or []:
                    conditions.setdefault(parameter, []).append({"ConditionKey": each["key"], "ConditionValue": each["value"]})
        answer = cloud.client("backup").create_backup_selection(
            BackupPlanId=inputs["planId"],
            BackupSelection={
                "SelectionName": inputs["name"],
                "IamRoleArn": inputs["iamRoleArn"],
                "Resources": inputs.get("resources") or [],
                "NotResources": inputs.get("notResources") or [],
                **said(ListOfTags=tags or None, Conditions=conditions or None),
            },
        )
        return str(answer["SelectionId"])

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """What is selected."""
        plan, _, selection = identity.rpartition("|")
        backup = cloud.client("backup")
        got = found(backup.get_backup_selection, *GONE, BackupPlanId=plan or held.get("planId"), SelectionId=selection)
        if got is None:
            return None
        data = got["BackupSelection"]
        conditions = {
            name: [{"key": each["ConditionKey"], "value": each["ConditionValue"]} for each in data["Conditions"][parameter]]
            for name, parameter in CONDITIONS.items()
            if (data.get("Conditions") or {}).get(parameter)
        }
        return {
            "conditions": [conditions] if conditions else [],
            "iamRoleArn": data["IamRoleArn"],
            "name": data["SelectionName"],
            "notResources": data.get("NotResources", []),
            "planId": got["BackupPlanId"],
            "resources": data.get("Resources", []),
            "selectionTags": [
                {"type": each["ConditionType"], "key": each["ConditionKey"], "value": each["ConditionValue"]}
                for each in data.get("ListOfTags") or []
            ],
        }

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Every change is a new one."""
        raise RefusedError("a backup selection is replaced, never changed")

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Select no more."""
        plan, _, selection = identity.rpartition("|")
        found(cloud.client("backup").delete_backup_selection, *GONE, BackupPlanId=plan or held["planId"], SelectionId=selection)

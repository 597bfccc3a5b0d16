"""AWS Backup restore testing: plans and what of each resource type they restore. Our own answers: moto has none of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from recoverable.sandbox.aws.calls import found, said
from recoverable.sandbox.aws.cloud import AwsCloud
from recoverable.sandbox.aws.databases import known
from recoverable.sandbox.aws.vaults import GONE, retag
from recoverable.sandbox.provider.handler import Handler, Refusal, Values

NAME = re.compile(r"[A-Za-z0-9_]{1,50}")
CHOICE = {
    "algorithm": "Algorithm",
    "excludeVaults": "ExcludeVaults",
    "includeVaults": "IncludeVaults",
    "recoveryPointTypes": "RecoveryPointTypes",
    "selectionWindowDays": "SelectionWindowDays",
}
ALGORITHMS = ("LATEST_WITHIN_WINDOW", "RANDOM_WITHIN_WINDOW")
CONDITIONS = {"stringEquals": "StringEquals", "stringNotEquals": "StringNotEquals"}
MOST_ARNS = 30
WINDOW_DAYS = 30  # unless told otherwise


def _within(path: str, value: Any, lowest: int, highest: int, unit: str) -> Iterable[Refusal]:
    if value is not None and not lowest <= value <= highest:
        yield Refusal(path, f"{value} is not in {lowest} to {highest} {unit}")


def _named(inputs: Values) -> Iterable[Refusal]:
    name = known(inputs, "name")
    if name is not None and not NAME.fullmatch(str(name)):
        yield Refusal("name", "must be 1 to 50 letters, digits and underscores (no hyphens)")


class RestoreTestingPlan(Handler[AwsCloud]):
    """``aws.backup.RestoreTestingPlan``; its id is its name."""

    token = "aws:backup/restoreTestingPlan:RestoreTestingPlan"
    autoname = "name"
    replaces = frozenset({"name"})
    fake = True

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """Names and windows that AWS Backup refuses (API_RestoreTestingPlanForCreate)."""
        yield from _named(inputs)
        yield from _within("startWindowHours", known(inputs, "startWindowHours"), 1, 168, "hours")
        chosen = inputs.get("recoveryPointSelection")
        chosen = chosen if isinstance(chosen, dict) else {}
        yield from _within("recoveryPointSelection.selectionWindowDays", known(chosen, "selectionWindowDays"), 1, 365, "days")
        algorithm, kinds = known(chosen, "algorithm"), known(chosen, "recoveryPointTypes")
        if algorithm is not None and algorithm not in ALGORITHMS:
            yield Refusal("recoveryPointSelection.algorithm", f"{algorithm} is not one of {', '.join(ALGORITHMS)}")
        if kinds is not None and (not kinds or set(kinds) - {"CONTINUOUS", "SNAPSHOT"}):
            yield Refusal("recoveryPointSelection.recoveryPointTypes", "must be among CONTINUOUS, SNAPSHOT")
        if chosen.get("includeVaults") == []:
            yield Refusal("recoveryPointSelection.includeVaults", "names no vault; `*` means all")

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Make it."""
        document = {"RestoreTestingPlanName": inputs["name"], **self._document(inputs)}
        cloud.client("backup").create_restore_testing_plan(RestoreTestingPlan=document, Tags=inputs.get("tags") or {})
        return str(inputs["name"])

    def _document(self, inputs: Values) -> Values:
        chosen = inputs["recoveryPointSelection"]
        return {
            "ScheduleExpression": inputs["scheduleExpression"],
            "RecoveryPointSelection": {CHOICE[name]: value for name, value in chosen.items() if name in CHOICE and value is not None},
            **said(ScheduleExpressionTimezone=inputs.get("scheduleExpressionTimezone"), StartWindowHours=inputs.get("startWindowHours")),
        }

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The plan as AWS Backup would describe it."""
        backup = cloud.client("backup")
        got = found(backup.get_restore_testing_plan, *GONE, RestoreTestingPlanName=identity)
        if got is None:
            return None
        data = got["RestoreTestingPlan"]
        chosen = {name: data["RecoveryPointSelection"].get(member) for name, member in CHOICE.items()}
        if chosen["selectionWindowDays"] == WINDOW_DAYS and "selectionWindowDays" not in (held.get("recoveryPointSelection") or {}):
            chosen["selectionWindowDays"] = None  # AWS Backup's own, which no program stated
        return {
            "arn": data["RestoreTestingPlanArn"],
            "name": data["RestoreTestingPlanName"],
            "recoveryPointSelection": {name: value for name, value in chosen.items() if value is not None},
            "scheduleExpression": data["ScheduleExpression"],
            "scheduleExpressionTimezone": data.get("ScheduleExpressionTimezone"),
            "startWindowHours": data.get("StartWindowHours"),
            "tags": backup.list_tags(ResourceArn=data["RestoreTestingPlanArn"])["Tags"],
        }

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Schedule, windows, selection of recovery points, tags."""
        backup = cloud.client("backup")
        if self._document(old) != self._document(new):
            backup.update_restore_testing_plan(RestoreTestingPlanName=identity, RestoreTestingPlan=self._document(new))
        arn = backup.get_restore_testing_plan(RestoreTestingPlanName=identity)["RestoreTestingPlan"]["RestoreTestingPlanArn"]
        retag(backup, arn, old, new)

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Remove it."""
        found(cloud.client("backup").delete_restore_testing_plan, *GONE, RestoreTestingPlanName=identity)


class RestoreTestingSelection(Handler[AwsCloud]):
    """``aws.backup.RestoreTestingSelection``; its id is ``NAME:PLAN``, as an import names it."""

    token = "aws:backup/restoreTestingSelection:RestoreTestingSelection"
    autoname = "name"
    replaces = frozenset({"name", "protectedResourceType", "restoreTestingPlanName"})
    defaults: ClassVar[Mapping[str, Any]] = {}
    fake = True

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """Names, windows and selections that AWS Backup refuses (API_RestoreTestingSelectionForCreate)."""
        yield from _named(inputs)
        yield from _within("validationWindowHours", known(inputs, "validationWindowHours"), 1, 168, "hours")
        arns = known(inputs, "protectedResourceArns")
        if arns is not None and len(arns) > MOST_ARNS:
            yield Refusal("protectedResourceArns", f"{len(arns)} ARNs are more than {MOST_ARNS}; select by `protectedResourceConditions`")
        if not inputs.get("protectedResourceArns") and not inputs.get("protectedResourceConditions"):
            yield Refusal("protectedResourceArns", "nothing is selected: ARNs, `*` or `protectedResourceConditions` must be stated")
        if arns and arns != ["*"] and inputs.get("protectedResourceConditions"):
            yield Refusal("protectedResourceConditions", "conflicts with `protectedResourceArns`: AWS Backup takes one of the two")

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Make it."""
        cloud.client("backup").create_restore_testing_selection(
            RestoreTestingPlanName=inputs["restoreTestingPlanName"],
            RestoreTestingSelection={
                "RestoreTestingSelectionName": inputs["name"],
                "ProtectedResourceType": inputs["protectedResourceType"],
                **self._document(inputs),
            },
        )
        return f"{inputs['name']}:{inputs['restoreTestingPlanName']}"

    def _document(self, inputs: Values) -> Values:
        stated = inputs.get("protectedResourceConditions") or {}
        conditions = {
            member: [{"Key": each["key"], "Value": each["value"]} for each in stated[name]]
            for name, member in CONDITIONS.items()
            if stated.get(name)
        }
        return {
            "IamRoleArn": inputs["iamRoleArn"],
            **said(
                ProtectedResourceArns=inputs.get("protectedResourceArns") or None,
                ProtectedResourceConditions=conditions or None,
                RestoreMetadataOverrides=inputs.get("restoreMetadataOverrides"),
                ValidationWindowHours=inputs.get("validationWindowHours"),
            ),
        }

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The selection as AWS Backup would describe it."""
        name, _, plan = identity.partition(":")
        get = cloud.client("backup").get_restore_testing_selection
        got = found(get, *GONE, RestoreTestingPlanName=plan, RestoreTestingSelectionName=name)
        if got is None:
            return None
        data = got["RestoreTestingSelection"]
        conditions = {
            name: [{"key": each["Key"], "value": each["Value"]} for each in data["ProtectedResourceConditions"][member]]
            for name, member in CONDITIONS.items()
            if (data.get("ProtectedResourceConditions") or {}).get(member)
        }
        return {
            "iamRoleArn": data["IamRoleArn"],
            "name": data["RestoreTestingSelectionName"],
            "protectedResourceArns": data.get("ProtectedResourceArns", []),
            "protectedResourceConditions": conditions or None,
            "protectedResourceType": data["ProtectedResourceType"],
            "restoreMetadataOverrides": data.get("RestoreMetadataOverrides", {}),
            "restoreTestingPlanName": data["RestoreTestingPlanName"],
            "validationWindowHours": data.get("ValidationWindowHours"),
        }

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Role, conditions, overrides and window."""
        name, _, plan = identity.partition(":")
        cloud.client("backup").update_restore_testing_selection(
            RestoreTestingPlanName=plan, RestoreTestingSelectionName=name, RestoreTestingSelection=self._document(new)
        )

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Remove it."""
        name, _, plan = identity.partition(":")
        delete = cloud.client("backup").delete_restore_testing_selection
        found(delete, *GONE, RestoreTestingPlanName=plan, RestoreTestingSelectionName=name)

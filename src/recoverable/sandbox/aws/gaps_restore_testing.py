"""AWS Backup restore testing: plans and selections, which moto lacks. Nothing is restored: what is kept is what a program declares."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from recoverable.sandbox.aws.gaps_table import fills
from recoverable.sandbox.aws.gaps_wire import Call
from recoverable.sandbox.provider.handler import Values

BAD = "InvalidParameterValueException"
GONE = "ResourceNotFoundException"
NAME = re.compile(r"[A-Za-z0-9_]{1,50}")
START_WINDOW, VALIDATION_WINDOW, SELECTION_WINDOW = (1, 168), (1, 168), (1, 365)  # hours, hours, days (API_RestoreTestingPlanForCreate)
DEFAULTS = {"StartWindowHours": 24, "ScheduleExpressionTimezone": "Etc/UTC"}
MOST_ARNS = 30
TYPES = (
    *("Aurora", "DocumentDB", "DynamoDB", "EBS", "EC2", "EFS", "FSx", "Neptune", "RDS", "S3"),
    *("Redshift Serverless", "EKS", "VirtualMachine", "Storage Gateway"),
)
POINTS = ("CONTINUOUS", "SNAPSHOT")


def _within(call: Call, name: str, value: Any, bounds: tuple[int, int]) -> None:
    if value is not None and not bounds[0] <= value <= bounds[1]:
        call.refuse(BAD, f"{name} must be between {bounds[0]} and {bounds[1]}")


def _named(call: Call, name: str, text: str) -> None:
    if not NAME.fullmatch(text):
        call.refuse(BAD, f"{name} must be 1 to 50 letters, digits and underscores")


def _check_plan(call: Call, plan: Values) -> None:
    _within(call, "StartWindowHours", plan.get("StartWindowHours"), START_WINDOW)
    if not plan["ScheduleExpression"].startswith(("cron(", "at(")):
        call.refuse(BAD, "ScheduleExpression must be a cron or at expression")
    chosen = plan["RecoveryPointSelection"]
    for name in ("Algorithm", "IncludeVaults", "RecoveryPointTypes"):
        if not chosen.get(name):
            call.refuse("MissingParameterValueException", f"RecoveryPointSelection.{name} is required")
    _within(call, "SelectionWindowDays", chosen.get("SelectionWindowDays"), SELECTION_WINDOW)
    if set(chosen["RecoveryPointTypes"]) - set(POINTS):
        call.refuse(BAD, f"RecoveryPointTypes must be among {', '.join(POINTS)}")
    for vault in [*chosen["IncludeVaults"], *chosen.get("ExcludeVaults", [])]:
        if vault != "*" and not vault.startswith("arn:"):
            call.refuse(BAD, "IncludeVaults and ExcludeVaults take vault ARNs, or * for all")


def _plan(call: Call) -> Values:
    name = call.given["RestoreTestingPlanName"]
    held: Values | None = call.shelf("restore-testing").get(name)
    return held or call.refuse(GONE, f"Restore testing plan {name} does not exist")


def _selection(call: Call) -> Values:
    name = call.given["RestoreTestingSelectionName"]
    held: Values | None = _plan(call)["selections"].get(name)
    return held or call.refuse(GONE, f"Restore testing selection {name} does not exist")


def _shown(plan: Values) -> Values:
    return {name: value for name, value in plan.items() if name != "selections"}


def _told(plan: Values, *names: str, **more: Any) -> Values:
    return {**{name: plan[name] for name in ("RestoreTestingPlanArn", "RestoreTestingPlanName", *names)}, **more}


@fills("backup", "CreateRestoreTestingPlan")
def create_plan(call: Call) -> Values:
    """A plan; its tags are kept where moto keeps those of vaults, so ``ListTags`` finds them."""
    stated = call.given["RestoreTestingPlan"]
    name, held = stated["RestoreTestingPlanName"], call.shelf("restore-testing")
    _named(call, "RestoreTestingPlanName", name)
    if name in held:
        call.refuse("AlreadyExistsException", f"Restore testing plan {name} already exists")
    _check_plan(call, stated)
    chosen = {"SelectionWindowDays": 30, **stated["RecoveryPointSelection"]}
    arn = call.arn(f"restore-testing-plan:{name}-{uuid4()}")
    held[name] = {
        **DEFAULTS,
        **stated,
        "RecoveryPointSelection": chosen,
        "RestoreTestingPlanArn": arn,
        "CreationTime": datetime.now(UTC),
        "CreatorRequestId": call.given.get("CreatorRequestId"),
        "selections": {},
    }
    if call.given.get("Tags"):
        call.backend.tag_resource(arn, call.given["Tags"])
    return _told(held[name], "CreationTime")


@fills("backup", "GetRestoreTestingPlan")
def get_plan(call: Call) -> Values:
    """One plan."""
    return {"RestoreTestingPlan": _shown(_plan(call))}


@fills("backup", "ListRestoreTestingPlans")
def list_plans(call: Call) -> Values:
    """All plans of the region."""
    return {"RestoreTestingPlans": [_shown(plan) for plan in call.shelf("restore-testing").values()]}


@fills("backup", "UpdateRestoreTestingPlan")
def update_plan(call: Call) -> Values:
    """Change what is stated; the rest stays."""
    plan, stated = _plan(call), call.given["RestoreTestingPlan"]
    chosen = {**plan["RecoveryPointSelection"], **stated.get("RecoveryPointSelection", {})}
    after = {**plan, **stated, "RecoveryPointSelection": chosen}
    _check_plan(call, after)
    plan.update(after, LastUpdateTime=datetime.now(UTC))
    return _told(plan, "CreationTime", UpdateTime=plan["LastUpdateTime"])


@fills("backup", "DeleteRestoreTestingPlan")
def delete_plan(call: Call) -> Values:
    """A plan without selections."""
    if _plan(call)["selections"]:
        call.refuse("InvalidRequestException", "The restore testing plan has selections: delete them first")
    del call.shelf("restore-testing")[call.given["RestoreTestingPlanName"]]
    return {}


def _check_selection(call: Call, selection: Values) -> None:
    _within(call, "ValidationWindowHours", selection.get("ValidationWindowHours"), VALIDATION_WINDOW)
    arns = selection.get("ProtectedResourceArns") or []
    if selection["ProtectedResourceType"] not in TYPES:
        call.refuse(BAD, f"ProtectedResourceType must be one of {', '.join(TYPES)}")
    if len(arns) > MOST_ARNS:
        call.refuse(BAD, f"ProtectedResourceArns takes up to {MOST_ARNS} ARNs")
    if bool(arns) == bool(selection.get("ProtectedResourceConditions")) and arns != ["*"]:
        call.refuse(BAD, "Either ProtectedResourceArns or ProtectedResourceConditions must be stated")


@fills("backup", "CreateRestoreTestingSelection")
def create_selection(call: Call) -> Values:
    """What of one resource type a plan restores."""
    plan, stated = _plan(call), call.given["RestoreTestingSelection"]
    name = stated["RestoreTestingSelectionName"]
    _named(call, "RestoreTestingSelectionName", name)
    if name in plan["selections"]:
        call.refuse("AlreadyExistsException", f"Restore testing selection {name} already exists in the plan")
    _check_selection(call, stated)
    arns = stated.get("ProtectedResourceArns") or (["*"] if stated.get("ProtectedResourceConditions") else [])
    now = datetime.now(UTC)
    plan["selections"][name] = {
        "RestoreMetadataOverrides": {},
        "ValidationWindowHours": 0,
        **stated,
        "ProtectedResourceArns": arns,
        "RestoreTestingPlanName": plan["RestoreTestingPlanName"],
        "CreationTime": now,
        "CreatorRequestId": call.given.get("CreatorRequestId"),
    }
    return _told(plan, RestoreTestingSelectionName=name, CreationTime=now)


@fills("backup", "GetRestoreTestingSelection")
def get_selection(call: Call) -> Values:
    """One selection."""
    return {"RestoreTestingSelection": _selection(call)}


@fills("backup", "ListRestoreTestingSelections")
def list_selections(call: Call) -> Values:
    """The selections of a plan."""
    return {"RestoreTestingSelections": list(_plan(call)["selections"].values())}


@fills("backup", "UpdateRestoreTestingSelection")
def update_selection(call: Call) -> Values:
    """Change what is stated; the rest stays."""
    selection, stated = _selection(call), call.given["RestoreTestingSelection"]
    after = {**selection, **stated}
    _check_selection(call, after)
    selection.update(after)
    now = datetime.now(UTC)
    return _told(
        _plan(call),
        RestoreTestingSelectionName=selection["RestoreTestingSelectionName"],
        CreationTime=selection["CreationTime"],
        UpdateTime=now,
    )


@fills("backup", "DeleteRestoreTestingSelection")
def delete_selection(call: Call) -> Values:
    """One selection less."""
    _selection(call)
    del _plan(call)["selections"][call.given["RestoreTestingSelectionName"]]
    return {}

"""AWS Backup restore testing through the stand-in provider. All of it is our own answer: moto has none (``fake_``)."""

from __future__ import annotations

from typing import Any

import pytest

from recoverable.sandbox.aws.cloud import ACCOUNT, AwsCloud
from tests.support.provider import Aborted, Calls, urn_of

PLAN = "aws:backup/restoreTestingPlan:RestoreTestingPlan"
SELECTION = "aws:backup/restoreTestingSelection:RestoreTestingSelection"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/restore"
CHOICE = {"algorithm": "LATEST_WITHIN_WINDOW", "includeVaults": ["*"], "recoveryPointTypes": ["SNAPSHOT"], "selectionWindowDays": 7}
TAGGED = {"stringEquals": [{"key": "aws:ResourceTag/backup", "value": "daily"}]}


@pytest.fixture
def backup(cloud: AwsCloud) -> Any:
    return cloud.client("backup")


@pytest.fixture
def plan(name: str) -> dict[str, Any]:
    return {
        "name": name.replace("-", "_"),
        "scheduleExpression": "cron(0 3 1 * ? *)",
        "startWindowHours": 8,
        "recoveryPointSelection": dict(CHOICE),
        "tags": {"owner": "x"},
    }


def test_fake_a_plan_is_kept_as_stated_changed_and_removed(aws: Calls, backup: Any, plan: dict[str, Any]) -> None:
    made = aws.up(PLAN, "monthly", **plan)
    data = backup.get_restore_testing_plan(RestoreTestingPlanName=plan["name"])["RestoreTestingPlan"]
    assert (data["ScheduleExpression"], data["StartWindowHours"], data["ScheduleExpressionTimezone"]) == ("cron(0 3 1 * ? *)", 8, "Etc/UTC")
    assert data["RecoveryPointSelection"]["SelectionWindowDays"] == 7
    assert made.outputs["arn"] == data["RestoreTestingPlanArn"]
    assert backup.list_tags(ResourceArn=made.outputs["arn"])["Tags"] == {"owner": "x"}
    assert aws.refresh(made) == []
    assert aws.changed(made, **plan) == []
    aws.update(made, **(plan | {"startWindowHours": 4, "tags": {"team": "y"}}))
    assert made.outputs["startWindowHours"] == 4
    assert backup.list_tags(ResourceArn=made.outputs["arn"])["Tags"] == {"team": "y"}
    backup.update_restore_testing_plan(RestoreTestingPlanName=plan["name"], RestoreTestingPlan={"StartWindowHours": 100})
    assert aws.refresh(made) == ["startWindowHours"]
    aws.delete(made)
    assert aws.refresh(made) == ["gone"]
    aws.delete(made)


def test_fake_a_selection_is_kept_as_stated_changed_and_removed(aws: Calls, backup: Any, plan: dict[str, Any]) -> None:
    whole = aws.up(PLAN, "monthly", **plan)
    stated = {"name": "rds", "restoreTestingPlanName": plan["name"], "protectedResourceType": "RDS", "iamRoleArn": ROLE}
    stated |= {"protectedResourceConditions": TAGGED, "validationWindowHours": 4, "restoreMetadataOverrides": {"multiAz": "false"}}
    made = aws.up(SELECTION, "rds", **stated)
    get = {"RestoreTestingPlanName": plan["name"], "RestoreTestingSelectionName": "rds"}
    data = backup.get_restore_testing_selection(**get)["RestoreTestingSelection"]
    assert (data["ProtectedResourceType"], data["IamRoleArn"], data["ValidationWindowHours"]) == ("RDS", ROLE, 4)
    assert data["ProtectedResourceConditions"]["StringEquals"] == [{"Key": "aws:ResourceTag/backup", "Value": "daily"}]
    assert aws.refresh(made) == []
    assert aws.changed(made, **stated) == []
    aws.update(made, **(stated | {"validationWindowHours": 8}))
    assert backup.get_restore_testing_selection(**get)["RestoreTestingSelection"]["ValidationWindowHours"] == 8
    backup.update_restore_testing_selection(**get, RestoreTestingSelection={"ValidationWindowHours": 1})
    assert aws.refresh(made) == ["validationWindowHours"]
    assert aws.diff(made, **(stated | {"protectedResourceType": "S3"})).replaces == ["protectedResourceType"]
    with pytest.raises(Aborted, match="The restore testing plan has selections"):
        aws.delete(whole)
    assert aws.adopt(SELECTION, "again", made.id).inputs["protectedResourceType"] == "RDS"
    aws.delete(made)
    aws.delete(whole)
    assert aws.refresh(made) == ["gone"]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"name": "monthly-test"}, "`name`: must be 1 to 50 letters, digits and underscores (no hyphens)"),
        ({"name": "m" * 51}, "`name`: must be 1 to 50 letters, digits and underscores (no hyphens)"),
        ({"startWindowHours": 0}, "`startWindowHours`: 0 is not in 1 to 168 hours"),
        ({"startWindowHours": 169}, "`startWindowHours`: 169 is not in 1 to 168 hours"),
        (
            {"recoveryPointSelection": CHOICE | {"selectionWindowDays": 366}},
            "`recoveryPointSelection.selectionWindowDays`: 366 is not in 1 to 365 days",
        ),
        (
            {"recoveryPointSelection": CHOICE | {"algorithm": "NEWEST"}},
            "`recoveryPointSelection.algorithm`: NEWEST is not one of LATEST_WITHIN_WINDOW, RANDOM_WITHIN_WINDOW",
        ),
        (
            {"recoveryPointSelection": CHOICE | {"recoveryPointTypes": ["LOGICAL"]}},
            "`recoveryPointSelection.recoveryPointTypes`: must be among CONTINUOUS, SNAPSHOT",
        ),
        (
            {"recoveryPointSelection": CHOICE | {"includeVaults": []}},
            "`recoveryPointSelection.includeVaults`: names no vault; `*` means all",
        ),
    ],
)
def test_an_illegal_plan_is_refused_by_name(aws: Calls, plan: dict[str, Any], more: dict[str, Any], reason: str) -> None:
    assert aws.check(urn_of(PLAN, "monthly"), plan | more)[1] == [reason]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"name": "by-tag"}, "`name`: must be 1 to 50 letters, digits and underscores (no hyphens)"),
        ({"validationWindowHours": 169}, "`validationWindowHours`: 169 is not in 1 to 168 hours"),
        (
            {"protectedResourceConditions": None},
            "`protectedResourceArns`: nothing is selected: ARNs, `*` or `protectedResourceConditions` must be stated",
        ),
        (
            {"protectedResourceArns": ["arn:x"] * 31, "protectedResourceConditions": None},
            "`protectedResourceArns`: 31 ARNs are more than 30; select by `protectedResourceConditions`",
        ),
        (
            {"protectedResourceArns": ["arn:x"]},
            "`protectedResourceConditions`: conflicts with `protectedResourceArns`: AWS Backup takes one of the two",
        ),
    ],
)
def test_an_illegal_selection_is_refused_by_name(aws: Calls, more: dict[str, Any], reason: str) -> None:
    stated = {"name": "rds", "restoreTestingPlanName": "p", "protectedResourceType": "RDS", "iamRoleArn": ROLE}
    stated = {key: value for key, value in ({**stated, "protectedResourceConditions": TAGGED} | more).items() if value is not None}
    assert aws.check(urn_of(SELECTION, "rds"), stated)[1] == [reason]


def on_the_wire(name: str, **more: Any) -> dict[str, Any]:
    choice = {"Algorithm": "LATEST_WITHIN_WINDOW", "IncludeVaults": ["*"], "RecoveryPointTypes": ["SNAPSHOT"]}
    return {"RestoreTestingPlanName": name, "ScheduleExpression": "cron(0 3 1 * ? *)", "RecoveryPointSelection": choice} | more


def test_fake_a_plan_that_aws_refuses_is_refused_on_the_wire(backup: Any, plan: dict[str, Any]) -> None:
    name = plan["name"]
    bad: list[dict[str, Any]] = [
        on_the_wire("with-hyphen"),
        on_the_wire(name, StartWindowHours=169),
        on_the_wire(name, ScheduleExpression="monthly"),
        on_the_wire(name, RecoveryPointSelection=on_the_wire(name)["RecoveryPointSelection"] | {"SelectionWindowDays": 366}),
        on_the_wire(name, RecoveryPointSelection=on_the_wire(name)["RecoveryPointSelection"] | {"IncludeVaults": ["prod"]}),
    ]
    for document in bad:
        with pytest.raises(backup.exceptions.InvalidParameterValueException):
            backup.create_restore_testing_plan(RestoreTestingPlan=document)
    lacking = on_the_wire(name, RecoveryPointSelection={"Algorithm": "LATEST_WITHIN_WINDOW", "IncludeVaults": ["*"]})
    with pytest.raises(backup.exceptions.MissingParameterValueException):
        backup.create_restore_testing_plan(RestoreTestingPlan=lacking)
    backup.create_restore_testing_plan(RestoreTestingPlan=on_the_wire(name))
    with pytest.raises(backup.exceptions.AlreadyExistsException):
        backup.create_restore_testing_plan(RestoreTestingPlan=on_the_wire(name))


def test_fake_a_selection_that_aws_refuses_is_refused_on_the_wire(backup: Any, plan: dict[str, Any]) -> None:
    name = plan["name"]
    backup.create_restore_testing_plan(RestoreTestingPlan=on_the_wire(name))
    good = {"RestoreTestingSelectionName": "rds", "IamRoleArn": ROLE, "ProtectedResourceType": "RDS", "ProtectedResourceArns": ["*"]}
    for more in (
        {"ProtectedResourceType": "Postgres"},
        {"ValidationWindowHours": 0},
        {"ProtectedResourceArns": []},
        {"ProtectedResourceArns": [f"arn:aws:rds:::db:{each}" for each in range(31)]},
    ):
        with pytest.raises(backup.exceptions.InvalidParameterValueException):
            backup.create_restore_testing_selection(RestoreTestingPlanName=name, RestoreTestingSelection=good | more)
    with pytest.raises(backup.exceptions.ResourceNotFoundException):
        backup.create_restore_testing_selection(RestoreTestingPlanName="no_such", RestoreTestingSelection=good)
    backup.create_restore_testing_selection(RestoreTestingPlanName=name, RestoreTestingSelection=good)
    listed = backup.list_restore_testing_selections(RestoreTestingPlanName=name)["RestoreTestingSelections"]
    assert [each["RestoreTestingSelectionName"] for each in listed] == ["rds"]


def test_fake_plans_of_one_region_are_not_those_of_another(cloud: AwsCloud, plan: dict[str, Any]) -> None:
    cloud.client("backup").create_restore_testing_plan(RestoreTestingPlan=on_the_wire(plan["name"]))
    listed = cloud.client("backup", "us-east-1").list_restore_testing_plans()["RestoreTestingPlans"]
    assert plan["name"] not in [each["RestoreTestingPlanName"] for each in listed]

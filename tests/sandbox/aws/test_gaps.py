"""The layer in front of moto: what it fills, how it refuses, and faults on demand."""

from __future__ import annotations

import importlib
import json
from typing import Any

import boto3
import pytest

from recoverable.sandbox.aws.cloud import AwsCloud
from recoverable.sandbox.aws.gaps import GAPS, NOT_HELD
from recoverable.sandbox.provider.family import family
from recoverable.sandbox.provider.types_of_sdk import kind
from tests.support.provider import REGION
from tests.support.signed_requests import fetch, send

WHOLLY_OURS = {
    "backup": (
        *("CreateBackupSelection", "CreateRestoreTestingPlan", "CreateRestoreTestingSelection", "DeleteBackupSelection"),
        *("DeleteBackupVaultAccessPolicy", "DeleteBackupVaultNotifications", "DeleteRestoreTestingPlan", "DeleteRestoreTestingSelection"),
        *("DescribeRegionSettings", "GetBackupSelection", "GetBackupVaultAccessPolicy", "GetBackupVaultNotifications"),
        *("GetRestoreTestingPlan", "GetRestoreTestingSelection", "ListBackupSelections", "ListRecoveryPointsByBackupVault"),
        *("ListRestoreTestingPlans", "ListRestoreTestingSelections", "PutBackupVaultAccessPolicy", "PutBackupVaultNotifications"),
        *("UpdateBackupPlan", "UpdateRegionSettings", "UpdateRestoreTestingPlan", "UpdateRestoreTestingSelection"),
    ),
    "logs": ("AssociateKmsKey", "DisassociateKmsKey"),
    "rds": (
        *("AddSourceIdentifierToSubscription", "ModifyEventSubscription", "ModifyGlobalCluster", "RemoveSourceIdentifierFromSubscription"),
        *("ResetDBClusterParameterGroup", "ResetDBParameterGroup"),
        *("StartDBInstanceAutomatedBackupsReplication", "StopDBInstanceAutomatedBackupsReplication"),
    ),
}
CORRECTED = {
    "backup": ("CreateBackupPlan", "DeleteBackupPlan", "DeleteBackupVault"),
    "cloudwatch": ("PutMetricAlarm",),
    "rds": (
        *("CreateDBCluster", "CreateDBInstance", "DeleteDBCluster", "DeleteDBInstance", "DeleteGlobalCluster"),
        *("DescribeDBInstanceAutomatedBackups", "DescribeGlobalClusters", "ModifyDBCluster", "ModifyDBInstance", "ModifyDBSubnetGroup"),
        *("RestoreDBInstanceFromDBSnapshot", "RestoreDBInstanceToPointInTime"),
    ),
    "secretsmanager": ("CreateSecret", "DescribeSecret", "ReplicateSecretToRegions", "RotateSecret"),
    "sqs": ("SetQueueAttributes",),
}
MINE = frozenset({*WHOLLY_OURS, *CORRECTED})


def by_service(whole: bool) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for gap in GAPS.values():
        if gap.service in MINE and gap.whole is whole:
            found.setdefault(gap.service, []).append(gap.operation)
    return {service: tuple(sorted(operations)) for service, operations in found.items()}


def test_the_list_of_gaps_is_this_one() -> None:
    assert by_service(True) == {service: tuple(sorted(operations)) for service, operations in WHOLLY_OURS.items()}
    assert by_service(False) == {service: tuple(sorted(operations)) for service, operations in CORRECTED.items()}


@pytest.mark.parametrize("service", sorted(MINE))
def test_moto_has_what_we_only_correct_and_lacks_what_is_wholly_ours(service: str) -> None:
    """When moto learns a call, this fails, and ours can go."""
    from moto.core.responses import BaseResponse
    from moto.core.utils import camelcase_to_underscores, method_names_from_class

    module = importlib.import_module(f"moto.{service}.responses")
    classes = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, BaseResponse)]
    has = {name for each in classes for name in method_names_from_class(each)}
    for gap in GAPS.values():
        if gap.service == service:
            assert (camelcase_to_underscores(gap.operation) in has) is not gap.whole, gap


def test_every_gap_says_why_and_names_a_real_call() -> None:
    for gap in GAPS.values():
        assert gap.why
        if gap.service in MINE:
            assert gap.operation in boto3.client(gap.service, region_name=REGION).meta.service_model.operation_names


def test_handlers_that_live_on_our_answers_alone_say_so() -> None:
    fakes = {
        token for token, handler in family("aws").handlers.items() if handler.fake and token.split("/")[0] in ("aws:backup", "aws:rds")
    }
    assert fakes == {
        "aws:backup/regionSettings:RegionSettings",
        "aws:backup/restoreTestingPlan:RestoreTestingPlan",
        "aws:backup/restoreTestingSelection:RestoreTestingSelection",
        "aws:backup/selection:Selection",
        "aws:backup/vaultNotifications:VaultNotifications",
        "aws:backup/vaultPolicy:VaultPolicy",
        "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
    }


def test_what_is_not_held_is_listed_under_names_of_the_sdk() -> None:
    for token, properties in NOT_HELD.items():
        known = kind(token)
        assert known, token
        assert token in family("aws").handlers
        for name, why in properties.items():
            assert name.split(".")[0].removesuffix("[]") in {*known.inputs, *known.outputs}, (token, name)
            assert why


def test_what_is_refused_as_not_there_is_listed_as_not_held_or_said_in_words() -> None:
    """`lacks` of a handler is a refusal, so it needs no entry; an entry that says refused must really be one."""
    for token, properties in NOT_HELD.items():
        refused = [name for name, why in properties.items() if "refused" in why and "." not in name]
        lacks = getattr(family("aws").handlers[token], "lacks", {})
        for name in refused:
            reasons = [each.property for each in family("aws").handlers[token].refuse({name: True})]
            assert name in lacks or name in reasons, (token, name)


PLAN = {
    "RestoreTestingPlanName": "p",
    "ScheduleExpression": "cron(0 3 1 * ? *)",
    "RecoveryPointSelection": {"Algorithm": "LATEST_WITHIN_WINDOW", "IncludeVaults": ["*"], "RecoveryPointTypes": ["SNAPSHOT"]},
}


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (
            {"RestoreTestingPlan": PLAN | {"Colour": "red"}},
            "InvalidParameterValueException",
            "Unknown parameter: RestoreTestingPlan.Colour",
        ),
        ({}, "MissingParameterValueException", "Missing required parameter: RestoreTestingPlan"),
        (
            {"RestoreTestingPlan": {"RestoreTestingPlanName": "p", "ScheduleExpression": "x"}},
            "MissingParameterValueException",
            "Missing required parameter: RestoreTestingPlan.RecoveryPointSelection",
        ),
        ({"RestoreTestingPlan": PLAN | {"StartWindowHours": "8"}}, "InvalidParameterValueException", "must be of type integer"),
        ({"RestoreTestingPlan": PLAN | {"StartWindowHours": True}}, "InvalidParameterValueException", "must be of type integer"),
        (
            {"RestoreTestingPlan": PLAN | {"RecoveryPointSelection": PLAN["RecoveryPointSelection"] | {"Algorithm": "NEWEST"}}},  # type: ignore[operator]
            "InvalidParameterValueException",
            "must be one of LATEST_WITHIN_WINDOW, RANDOM_WITHIN_WINDOW",
        ),
    ],
)
def test_fake_a_request_that_the_service_model_forbids_gets_the_api_s_own_error(
    moto: str, body: dict[str, Any], code: str, message: str
) -> None:
    status, headers, text = send(moto, "backup", "PUT", "/restore-testing/plans", json.dumps(body), **{"Content-Type": "application/json"})
    assert status == 400
    assert headers["x-recoverable-stand-in"] == "fake"
    assert headers.get("x-amzn-errortype", json.loads(text).get("__type", "")).startswith(code)
    assert message in text


def test_fake_a_query_with_an_unknown_or_missing_parameter_gets_the_api_s_own_error(moto: str) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    start = "Action=StartDBInstanceAutomatedBackupsReplication&Version=2014-10-31"
    status, headers, text = send(moto, "rds", "POST", "/", f"{start}&SourceDBInstanceArn=a&Colour=red", **form)
    assert (status, headers["x-recoverable-stand-in"]) == (400, "fake")
    assert "<Code>InvalidParameterValue</Code>" in text
    assert "Unknown parameter: Colour" in text
    status, _, text = send(moto, "rds", "POST", "/", start, **form)
    assert status == 400
    assert "<Code>MissingParameter</Code>" in text


def test_fake_a_body_that_is_no_json_is_refused(moto: str) -> None:
    status, _, text = send(moto, "backup", "PUT", "/restore-testing/plans", "{", **{"Content-Type": "application/json"})
    assert status == 400, text


def test_no_message_repeats_a_value_that_may_be_a_secret(moto: str) -> None:
    body = json.dumps({"SecretId": "s" * 3000, "AddReplicaRegions": [{"Region": "xyzzy"}]})
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "secretsmanager.ReplicateSecretToRegions"}
    status, _, text = send(moto, "secretsmanager", "POST", "/", body, **headers)
    assert status == 400
    assert "s" * 100 not in text
    assert "xyzzy" not in text


def test_what_moto_answers_carries_no_mark_of_ours(cloud: AwsCloud, name: str) -> None:
    made = cloud.client("backup").create_backup_vault(BackupVaultName=name)
    assert "x-recoverable-stand-in" not in made["ResponseMetadata"]["HTTPHeaders"]
    listed = cloud.client("backup").list_recovery_points_by_backup_vault(BackupVaultName=name)
    assert listed["ResponseMetadata"]["HTTPHeaders"]["x-recoverable-stand-in"] == "fake"


def test_a_request_that_nobody_signed_goes_to_moto(moto: str) -> None:
    status, headers, text = fetch(f"{moto}/moto-api/", "GET", None, {})
    assert status == 200
    assert "moto" in text.lower()
    assert "x-recoverable-stand-in" not in headers


def test_a_big_object_passes_through_unharmed(cloud: AwsCloud, name: str) -> None:
    s3, body = cloud.client("s3"), b"x" * 3_000_000
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=name, Key="big", Body=body)
    assert s3.get_object(Bucket=name, Key="big")["Body"].read() == body


def test_fake_what_is_kept_belongs_to_its_account(cloud: AwsCloud, moto: str, name: str) -> None:
    plan = PLAN | {"RestoreTestingPlanName": name.replace("-", "_")}
    cloud.client("backup").create_restore_testing_plan(RestoreTestingPlan=plan)
    status, _, text = send(moto, "backup", "GET", "/restore-testing/plans", "", **{"x-moto-account-id": "222222222222"})
    assert status == 200
    assert json.loads(text) == {"RestoreTestingPlans": []}

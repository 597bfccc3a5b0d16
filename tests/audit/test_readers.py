"""What the readers make of single answers that no seeded account gives."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from recoverable.audit import backups, buckets, jobs
from recoverable.audit.bucket_rules import lifecycle
from recoverable.audit.databases import minutes, whole_minutes
from recoverable.audit.facts import store_facts
from recoverable.audit.resources import Found, KeyNames, made
from recoverable.model.values import Unknown
from tests.audit.answered import Answered

NOW = datetime.datetime(2026, 12, 2, 12, 0, tzinfo=datetime.UTC)
STORE = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"
ON = {"BlockPublicAcls": True, "BlockPublicPolicy": True, "IgnorePublicAcls": True, "RestrictPublicBuckets": True}
OPEN = {**ON, "RestrictPublicBuckets": False}
GAP = Unknown("s3:GetAccountPublicAccessBlock", "denied")


def test_an_age_counts_the_minute_that_has_begun_and_a_window_does_not() -> None:
    span = datetime.timedelta(minutes=15, seconds=1)

    assert (minutes(span), whole_minutes(span)) == (16, 15)
    assert (minutes(-span), whole_minutes(-span)) == (0, 0)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (None, None),
        ("arn:aws:kms:eu-west-1:123456789012:key/of-aws", "arn:aws:kms:eu-west-1:123456789012:alias/aws/rds"),
        ("arn:aws:kms:eu-west-1:123456789012:key/ours", "arn:aws:kms:eu-west-1:123456789012:key/ours"),
        ("alias/ours", "arn:aws:kms:eu-west-1:123456789012:key/ours"),
        ("arn:aws:kms:eu-west-1:123456789012:alias/ours", "arn:aws:kms:eu-west-1:123456789012:key/ours"),
        ("alias/aws/s3", "alias/aws/s3"),
    ],
)
def test_a_key_that_aws_manages_is_told_from_one_of_the_customer(key: str | None, name: str | None) -> None:
    aliases = [
        {"AliasName": "alias/aws/rds", "AliasArn": "arn:aws:kms:eu-west-1:123456789012:alias/aws/rds", "TargetKeyId": "of-aws"},
        {"AliasName": "alias/ours", "AliasArn": "arn:aws:kms:eu-west-1:123456789012:alias/ours", "TargetKeyId": "ours"},
        {"AliasName": "alias/aws/ebs", "AliasArn": "arn:aws:kms:eu-west-1:123456789012:alias/aws/ebs"},
    ]

    assert KeyNames(Answered({"ListAliases": aliases})).name(key) == name


def test_whose_key_it_is_is_unknown_where_aliases_may_not_be_listed() -> None:
    assert KeyNames(Answered({}, GAP)).name("arn:aws:kms:eu-west-1:123456789012:key/any") is GAP


@pytest.mark.parametrize(
    ("own", "above", "flag"),
    [
        (ON, None, True),
        (OPEN, None, False),
        (OPEN, ON, True),
        (None, ON, True),
        (None, None, False),
        (OPEN, GAP, GAP),
        (GAP, ON, True),
        (GAP, OPEN, GAP),
        (ON, GAP, True),
    ],
)
def test_a_bucket_is_shut_by_its_own_block_or_by_the_accounts(own: Any, above: Any, flag: Any) -> None:
    def answer(found: Any) -> Any:
        return found if found is None or isinstance(found, Unknown) else {"PublicAccessBlockConfiguration": found}

    account = buckets.AccountBlock(Answered({"GetPublicAccessBlock": answer(above)}))

    assert buckets._flags(answer(own), account)["restrict_public_buckets"] == flag


def job(state: str, hours: int, **more: Any) -> dict[str, Any]:
    return {"ResourceArn": STORE, "State": state, "CreationDate": NOW - datetime.timedelta(hours=hours), **more}


@pytest.mark.parametrize(
    ("listed", "last", "good"),
    [
        ([job("COMPLETED", 2), job("FAILED", 1)], "FAILED", 120),
        ([job("FAILED", 2), job("COMPLETED", 1)], "COMPLETED", 60),
        ([job("COMPLETED", 2), job("RUNNING", 1)], "COMPLETED", 120),
        ([job("COMPLETED", 30, CompletionDate=NOW - datetime.timedelta(hours=1)), job("EXPIRED", 5)], "COMPLETED", 60),
        ([job("ABORTED", 2)], "ABORTED", None),
    ],
)
def test_the_newest_job_that_ended_and_the_newest_good_one_are_told(listed: list[dict[str, Any]], last: str, good: int | None) -> None:
    for order in (listed, listed[::-1]):
        found = Found()
        jobs.read_jobs(Answered({"ListBackupJobs": order}), found, NOW)

        assert (found.facts[STORE]["job"], found.facts[STORE].get("job_backup_minutes")) == (last, good)


def test_of_half_a_list_of_jobs_nothing_is_told() -> None:
    found = Found()
    jobs.read_jobs(Answered({"ListBackupJobs": [job("COMPLETED", 1)]}, GAP), found, NOW)

    assert found.facts == {}
    assert found.doubts["arn:aws:dynamodb:eu-west-1:123456789012:"] == {"job": GAP, "job_backup_minutes": GAP}


def point(hours: int, status: str = "COMPLETED", **more: Any) -> dict[str, Any]:
    times = {"CreationDate": NOW - datetime.timedelta(hours=hours + 1), "CompletionDate": NOW - datetime.timedelta(hours=hours)}
    return {"ResourceArn": STORE, "Status": status, "IsEncrypted": True, **times, **more}


@pytest.mark.parametrize(
    ("points", "newest"),
    [
        ([point(900), point(1500)], 900 * 60),
        ([point(900), point(2, "PARTIAL"), point(3, "DELETING"), point(4, "AVAILABLE")], 900 * 60),
        ([point(900), point(2, SourceBackupVaultArn="arn:aws:backup:us-east-1:123456789012:backup-vault:main")], 900 * 60),
        ([point(900, CompletionDate=None)], 901 * 60),
        ([point(2, "EXPIRED")], None),
    ],
)
def test_the_newest_recovery_point_of_a_store_is_its_newest_backup_however_long_ago(
    points: list[dict[str, Any]], newest: int | None
) -> None:
    """Jobs are told of for 30 days: a monthly plan's newest may be older than the oldest job."""
    vaults = [
        {"BackupVaultName": name, "BackupVaultArn": f"arn:aws:backup:eu-west-1:123456789012:backup-vault:{name}"} for name in ("a", "b")
    ]
    for order in (points, points[::-1]):
        here, found = Answered({"ListBackupVaults": vaults, "ListRecoveryPointsByBackupVault": order}), Found()
        backups.read_vaults(here, found, KeyNames(here), NOW)
        (fact,) = store_facts(found, [made("eu-west-1", "aws_dynamodb_table", STORE, arn=STORE)])

        assert fact.attrs.get("backup_minutes") == newest


def test_the_newest_of_several_vaults_counts() -> None:
    found = Found()
    for age in (50, 40, 60):
        found.tell_newest(STORE, "point_minutes", age)

    assert found.facts[STORE] == {"point_minutes": 40}


def test_where_a_vault_is_read_to_half_its_newest_point_is_not_known() -> None:
    found, vaults = Found(), [{"BackupVaultName": "a", "BackupVaultArn": "arn:aws:backup:eu-west-1:123456789012:backup-vault:a"}]
    here = Answered({"ListBackupVaults": vaults, "ListRecoveryPointsByBackupVault": [point(2)]}, GAP)
    backups.read_vaults(here, found, KeyNames(here), NOW)

    assert found.facts == {}
    assert found.doubts["arn:aws:dynamodb:eu-west-1:123456789012:"] == {"point_minutes": GAP}


def test_a_lifecycle_rule_is_put_into_terraforms_words() -> None:
    rule = {
        "ID": "old",
        "Status": "Enabled",
        "Filter": {"And": {"Prefix": "a/", "Tags": [{"Key": "k", "Value": "v"}]}},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 30, "NewerNoncurrentVersions": 2},
        "Transitions": [{"Days": 7, "StorageClass": "GLACIER"}],
    }

    assert lifecycle(rule) == {
        "id": "old",
        "status": "Enabled",
        "filter": [{"and": [{"prefix": "a/", "tags": [{"Key": "k", "Value": "v"}]}]}],
        "noncurrent_version_expiration": [{"noncurrent_days": 30, "newer_noncurrent_versions": 2}],
        "transition": [{"days": 7, "storage_class": "GLACIER"}],
    }

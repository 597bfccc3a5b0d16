"""DynamoDB tables: every mapped attribute stated, absent, by default and unknown."""

from __future__ import annotations

from typing import Any

import pytest

from recoverable.model.estate import Database, PlanRule
from recoverable.model.finding import Verdict
from recoverable.model.raw import RawResource
from recoverable.model.values import Kind, absent, stated
from tests.clouds.aws_store_builders import ask, estate_of, hcl_estate, needs_corpus, plan_estate, res, shown, unk, verdicts

ADDRESS = "aws_dynamodb_table.orders"


def table(**attrs: Any) -> RawResource:
    """A table with a plain key."""
    return res(ADDRESS, **{"name": "orders", "hash_key": "id", **attrs})


def one(*resources: RawResource) -> Database:
    """The first table of these resources."""
    return estate_of(*resources).databases[0]


def pitr(enabled: Any = True, **attrs: Any) -> dict[str, Any]:
    """The attribute of a table with point-in-time recovery, as a plan shows it."""
    return {"point_in_time_recovery": [{"enabled": enabled, **attrs}]}


@pytest.mark.parametrize("shape", [pitr(), {"point_in_time_recovery": {"enabled": True}}], ids=["terraform", "pulumi"])
def test_recovery_stated(shape: dict[str, Any]) -> None:
    database = one(table(**shape))
    assert shown(database.pitr) == shown(database.backups) == (Kind.STATED, True)
    assert shown(database.pitr_days) == shown(database.retention_days) == (Kind.DEFAULT, 35)
    assert (database.limit_days, database.pitr_limit_days, database.mechanism_rpo) == (35, 35, 5)


def test_the_window_stated_is_the_retention() -> None:
    database = one(table(**pitr(recovery_period_in_days=7)))
    assert shown(database.retention_days) == (Kind.STATED, 7)
    assert verdicts("pitr-window-too-short", database) == [Verdict.PASS]
    answer = ask("retention-too-short", database)[0]
    assert (answer.verdict, answer.found) == (Verdict.FAIL, "7 days")
    assert answer.fix == "Set recovery_period_in_days = 30 in its point_in_time_recovery block."


@pytest.mark.parametrize("attrs", [{}, {"point_in_time_recovery": []}], ids=["absent", "empty dynamic block"])
def test_recovery_absent_is_off(attrs: dict[str, Any]) -> None:
    database = one(table(**attrs))
    assert shown(database.pitr) == (Kind.DEFAULT, False)
    assert shown(database.retention_days) == (Kind.DEFAULT, 0)
    for rule in ("backups-disabled", "pitr-disabled", "rpo-out-of-reach"):
        assert verdicts(rule, database) == [Verdict.FAIL], rule
    assert verdicts("pitr-window-too-short", database) == []
    assert verdicts("retention-too-short", database) == []


def test_recovery_turned_off() -> None:
    database = one(table(**pitr(False)))
    assert shown(database.pitr) == (Kind.STATED, False)
    assert shown(database.retention_days) == (Kind.STATED, 0)


@pytest.mark.parametrize("attrs", [pitr(unk()), {"point_in_time_recovery": unk()}, {"point_in_time_recovery": [unk()]}])
def test_recovery_unknown(attrs: dict[str, Any]) -> None:
    database = one(table(**attrs))
    assert database.pitr.unknown
    assert database.retention_days.unknown
    for rule in ("backups-disabled", "pitr-disabled", "rpo-out-of-reach", "retention-too-short"):
        answer = ask(rule, database)[0]
        assert (answer.verdict, "var.later" in answer.message) == (Verdict.UNKNOWN, True), rule


def test_an_unknown_window_is_an_unknown_retention() -> None:
    database = one(table(**pitr(recovery_period_in_days=unk())))
    assert database.pitr.is_true
    assert database.retention_days.unknown


def planned(**attrs: Any) -> PlanRule:
    """A rule of a backup plan."""
    return PlanRule(address="p", kind="backup-plan-rule", plan="aws_backup_plan.p", delete_days=absent(), **attrs)


def test_a_plan_backs_a_table_up_but_never_continuously() -> None:
    database = one(table())
    database.plans = [planned(continuous=stated(True), every_minutes=stated(720))]
    assert verdicts("backups-disabled", database) == [Verdict.PASS]
    assert verdicts("pitr-disabled", database) == [Verdict.FAIL]
    answer = ask("rpo-out-of-reach", database)[0]
    assert (answer.verdict, answer.found) == (Verdict.FAIL, "720 minutes")


def test_a_plan_that_may_select_it_is_unknown_not_off() -> None:
    database = one(table())
    database.plans_unknown = "aws_backup_selection.s may select it: var.tags"
    assert verdicts("backups-disabled", database) == [Verdict.UNKNOWN]
    assert verdicts("pitr-disabled", database) == [Verdict.FAIL]


@pytest.mark.parametrize(
    ("attrs", "kind", "data"),
    [
        ({}, Kind.ABSENT, None),
        ({"server_side_encryption": [{"enabled": False}]}, Kind.ABSENT, None),
        ({"server_side_encryption": [{"enabled": True}]}, Kind.DEFAULT, "alias/aws/dynamodb"),
        ({"server_side_encryption": [{"enabled": True, "kms_key_arn": "arn:k"}]}, Kind.STATED, "arn:k"),
        ({"server_side_encryption": [{"enabled": unk()}]}, Kind.UNKNOWN, None),
        ({"server_side_encryption": unk()}, Kind.UNKNOWN, None),
    ],
)
def test_a_table_is_always_encrypted_and_its_key_is_told_apart(attrs: dict[str, Any], kind: Kind, data: Any) -> None:
    database = one(table(**attrs))
    assert database.encrypted.is_true
    assert shown(database.kms_key) == (kind, data)
    assert verdicts("database-unencrypted", database) == [Verdict.PASS]


def test_the_key_of_aws_is_not_a_key_of_ones_own() -> None:
    wants = "[environments.prod]\ncustomer_managed_key = true\n"
    managed = one(table(server_side_encryption=[{"enabled": True}]))
    own = one(
        table(server_side_encryption=[{"enabled": True, "kms_key_arn": unk("aws_kms_key.k.arn", "aws_kms_key.k.arn", not_null=True)}])
    )
    assert verdicts("database-without-own-key", managed, standard=wants) == [Verdict.FAIL]
    assert verdicts("database-without-own-key", own, standard=wants) == [Verdict.PASS]


@pytest.mark.parametrize(
    ("attrs", "kind", "data"),
    [
        ({}, Kind.DEFAULT, False),
        ({"deletion_protection_enabled": True}, Kind.STATED, True),
        ({"deletion_protection_enabled": False}, Kind.STATED, False),
        ({"deletion_protection_enabled": unk()}, Kind.UNKNOWN, None),
    ],
)
def test_deletion_protection(attrs: dict[str, Any], kind: Kind, data: Any) -> None:
    assert shown(one(table(**attrs)).deletion_protection) == (kind, data)


@pytest.mark.parametrize(
    ("replica", "kind", "data"),
    [
        (None, Kind.ABSENT, None),
        ([{"region_name": "eu-central-1"}], Kind.STATED, True),
        ([{"region_name": "eu-west-1"}], Kind.ABSENT, None),
        ([{"region_name": unk()}, {"region_name": "eu-central-1"}], Kind.STATED, True),
        ([{"region_name": unk()}], Kind.UNKNOWN, None),
        (unk(), Kind.UNKNOWN, None),
    ],
)
def test_a_replica_block_is_a_copy_in_another_region(replica: Any, kind: Kind, data: Any) -> None:
    database = one(table(**({} if replica is None else {"replica": replica})))
    assert shown(database.second_region) == (kind, data)


def test_a_replica_resource_is_a_copy_in_another_region() -> None:
    arn = unk(f"{ADDRESS}.arn", f"{ADDRESS}.arn")
    far = one(table(), res("aws_dynamodb_table_replica.far", region="eu-central-1", global_table_arn=arn))
    nowhere = one(table(), res("aws_dynamodb_table_replica.far", region="", global_table_arn=arn))
    anyones = one(table(), res("aws_dynamodb_table_replica.far", global_table_arn=unk("var.arn")))
    assert far.second_region.is_true
    assert "aws_dynamodb_table_replica.far in eu-central-1" in far.second_region.note
    assert nowhere.second_region.unknown
    assert anyones.second_region.unknown


def test_a_table_that_was_restored_is_a_clone_and_still_needs_backups() -> None:
    database = one(table(restore_source_name="orders-old"))
    assert (database.role, database.role_reason) == ("clone", "restore_source_name is set")
    assert verdicts("pitr-disabled", database) == [Verdict.FAIL]


def test_a_table_of_locks_is_left_to_the_rules_about_state() -> None:
    database = one(table(hash_key="LockID"))
    assert database.role == "cache"
    for rule in (
        "backups-disabled",
        "retention-too-short",
        "pitr-disabled",
        "deletion-protection-off",
        "no-second-region-copy",
        "rpo-out-of-reach",
    ):
        assert verdicts(rule, database) == [], rule


@needs_corpus
def test_a_real_plan_with_a_key_made_in_it() -> None:
    database = plan_estate("terraform-compliance/test_dynamodb_kms_key_problem.tfplan.json").databases[0]
    # after_unknown says point_in_time_recovery = true, and nobody wrote it: off, not unknown.
    assert shown(database.pitr) == (Kind.DEFAULT, False)
    # Terraform 0.12 names the key, and not which of its attributes: one that may be null is not surely a key.
    assert (database.kms_key.unknown, "aws_kms_key.test" in database.kms_key.note) == (True, True)
    assert database.tags["Environment"] == "production"
    assert verdicts("backups-disabled", database) == [Verdict.FAIL]
    wants = "[environments.prod]\ncustomer_managed_key = true\n"
    assert verdicts("database-without-own-key", database, standard=wants) == [Verdict.UNKNOWN]


@needs_corpus
def test_the_lock_table_of_a_real_module() -> None:
    tables = [item for item in hcl_estate("terraform-aws-tfstate-backend").databases if item.kind == "dynamodb-table"]
    assert [item.role for item in tables] == ["cache"]
    assert tables[0].pitr.is_true

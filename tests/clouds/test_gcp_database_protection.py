"""What protects a Cloud SQL instance and where its copies lie; its role; real plans."""

from __future__ import annotations

from typing import Any

import pytest

from recoverable.model.raw import Provider
from recoverable.model.values import Kind
from tests.clouds.gcp_builders import SQL, backup, instance, one_database, plan_estate, replica, unk

BLOCK = "settings.backup_configuration"


def test_both_deletion_protections() -> None:
    database = one_database(instance())
    assert (database.deletion_protection.kind, database.deletion_protection.data) == (Kind.DEFAULT, True)
    assert (database.api_deletion_protection.kind, database.api_deletion_protection.data) == (Kind.DEFAULT, False)
    database = one_database(instance({"deletion_protection_enabled": True}, deletion_protection=False))
    assert database.deletion_protection.is_false
    assert database.api_deletion_protection.is_true
    database = one_database(instance({"deletion_protection_enabled": unk()}, deletion_protection=unk()))
    assert database.deletion_protection.unknown
    assert database.api_deletion_protection.unknown


@pytest.mark.parametrize(("policy", "protected"), [("PREVENT", True), ("ABANDON", True), ("DELETE", False)])
def test_a_deletion_policy_protects_too(policy: str, protected: bool) -> None:
    assert one_database(instance(deletion_protection=False, deletion_policy=policy)).deletion_protection.is_true is protected


def test_backups_after_deletion() -> None:
    assert one_database(instance()).backups_die_with_store.is_true
    assert one_database(instance({"retain_backups_on_delete": True})).backups_die_with_store.is_false
    assert one_database(instance({"retain_backups_on_delete": unk()})).backups_die_with_store.unknown
    assert one_database(instance()).final_snapshot.is_false
    assert one_database(instance({"final_backup_config": [{"enabled": True}]})).final_snapshot.is_true
    assert one_database(instance({"final_backup_config": unk()})).final_snapshot.unknown


def test_zones() -> None:
    assert one_database(instance()).multi_zone.kind is Kind.DEFAULT
    assert one_database(instance()).multi_zone.is_false
    assert one_database(instance({"availability_type": "REGIONAL"})).multi_zone.is_true
    assert one_database(instance({"availability_type": unk()})).multi_zone.unknown


@pytest.mark.parametrize(
    ("location", "data"),
    [("eu", True), ("US", True), ("europe-west4", True), ("europe-west1", False), ("EUROPE-WEST1", False), (unk(), None)],
)
def test_where_backups_lie(location: Any, data: bool | None) -> None:
    value = one_database(instance(backup(location=location))).second_region
    assert value.data is data
    assert value.path == f"{BLOCK}.location"


def test_backups_lie_in_a_multi_region_by_default_where_there_are_any() -> None:
    value = one_database(instance(backup())).second_region
    assert (value.kind, value.data) == (Kind.DEFAULT, True)
    assert one_database(instance()).second_region.is_false
    assert one_database(instance({"backup_configuration": [{"enabled": unk()}]})).second_region.unknown


@pytest.mark.parametrize("master", ["db", unk("google_sql_database_instance.db.name", f"{SQL}.name")])
def test_a_replica_in_another_region_is_a_second_region(master: Any) -> None:
    near = backup(location="europe-west1")
    assert one_database(instance(near), replica("europe-west4", master)).second_region.is_true
    assert one_database(instance(near), replica("europe-west1", master)).second_region.is_false
    assert one_database(instance(near), replica(unk(), master)).second_region.unknown


def test_encryption_is_on_and_the_key_is_named() -> None:
    database = one_database(instance())
    assert (database.encrypted.kind, database.encrypted.data) == (Kind.DEFAULT, True)
    assert database.kms_key.absent
    assert one_database(instance(encryption_key_name="projects/p/k")).kms_key.data == "projects/p/k"
    assert one_database(instance(encryption_key_name=unk())).kms_key.unknown


def test_password() -> None:
    assert one_database(instance()).password.absent
    assert one_database(instance(root_password="x")).password.data == "x"
    assert one_database(instance(root_password=unk())).password.unknown
    assert one_database(instance(root_password_wo_version="1")).password_kind == "write-only"


@pytest.mark.parametrize(
    ("attrs", "role"),
    [
        ({}, "primary"),
        ({"master_instance_name": "other"}, "read-replica"),
        ({"master_instance_name": ""}, "primary"),
        ({"master_instance_name": unk("google_sql_database_instance.x.name", "google_sql_database_instance.x.name")}, "read-replica"),
        ({"master_instance_name": unk("var.master")}, "primary"),
        ({"instance_type": "READ_REPLICA_INSTANCE"}, "read-replica"),
        ({"instance_type": "READ_POOL_INSTANCE"}, "read-replica"),
        ({"instance_type": "CLOUD_SQL_INSTANCE"}, "primary"),
        ({"clone": [{"source_instance_name": "a"}]}, "clone"),
        ({"clone": []}, "primary"),
        ({"restore_backup_context": [{"backup_run_id": 1}]}, "clone"),
        ({"point_in_time_restore_context": [{"datasource": "d"}]}, "clone"),
        ({"backupdr_backup": "projects/p/backup"}, "clone"),
    ],
)
def test_roles(attrs: dict[str, Any], role: str) -> None:
    assert one_database(instance(**attrs)).role == role


def test_a_clone_takes_its_backup_configuration_over() -> None:
    assert one_database(instance(clone=[{"source_instance_name": "a"}])).backups.unknown
    assert one_database(instance(backup(), clone=[{"source_instance_name": "a"}])).backups.is_true
    assert one_database(instance(restore_backup_context=[{"backup_run_id": 1}])).backups.is_false


def test_labels_and_default_labels() -> None:
    raw = instance({"user_labels": {"environment": "prod"}})
    raw.provider = Provider("google", attrs={"default_labels": {"team": "a", "environment": "dev"}})
    assert one_database(raw).tags == {"team": "a", "environment": "prod"}
    assert one_database(instance({"user_labels": unk()})).tags_unknown


def test_fixes_take_the_number() -> None:
    database = one_database(instance(backup()))
    assert "retained_backups = 30" in database.fixes["retention"].format(need=30)
    assert "= 14" in database.fixes["pitr-window"].format(need=14)
    assert "ENTERPRISE_PLUS" in database.fixes["pitr-window"]


def test_real_plan_own_g1() -> None:
    found = {item.tags["environment"]: item for item in plan_estate("pairs/own-g1/plan.json").databases}
    prod, dev = found["prod"], found["dev"]
    assert (prod.retention_days.data, prod.pitr.data, prod.pitr_days.data, prod.pitr_limit_days) == (30, True, 7, 7)
    assert prod.deletion_protection.is_true
    assert prod.api_deletion_protection.is_false
    assert (dev.backups.kind, dev.backups.data, dev.retention_days.data) == (Kind.DEFAULT, False, 0)
    assert dev.deletion_protection.is_false
    assert {prod.region.data, dev.region.data} == {"europe-west1"}


def test_real_plan_mysql_public() -> None:
    database = plan_estate("pairs/mysql-public/plan.json").databases[0]
    assert (database.retention_days.data, database.pitr.data, database.pitr_days.data) == (8, True, 7)
    assert database.pitr.path.endswith("binary_log_enabled")
    assert database.multi_zone.is_true
    assert database.backups_die_with_store.is_true


def test_real_plan_mysql_psc() -> None:
    primary, copy = plan_estate("pairs/mysql-psc/plan.json").databases
    assert (primary.retention_days.data, primary.pitr_limit_days, primary.role) == (365, 35, "primary")
    assert copy.role == "read-replica"


def test_real_plan_mssql_replica_in_another_region() -> None:
    primary, copy = plan_estate("pairs/mssql-failover-replica/plan.json").databases
    assert (primary.role, copy.role) == ("primary", "read-replica")
    assert primary.backups.is_false
    assert primary.second_region.is_true
    assert "us-east1" in primary.second_region.note


def test_real_plan_of_terraform_validator() -> None:
    estate = plan_estate("plans/terraform-validator/tf1_0plan.allcoverage.tfplan.json")
    assert [item.kind for item in estate.databases] == ["cloudsql-instance"]
    assert estate.databases[0].backups.is_false
    assert estate.buckets[0].multi_region.is_true

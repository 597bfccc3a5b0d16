"""Backups and point-in-time recovery of Cloud SQL: stated, absent, by default and unknown."""

from __future__ import annotations

from typing import Any

import pytest

from recoverable.model.values import Kind
from tests.clouds.gcp_builders import SQL, backup, instance, one_database, res, retained, unk

BLOCK = "settings.backup_configuration"


@pytest.mark.parametrize("shape", ["terraform", "pulumi"])
def test_backups_stated(shape: str) -> None:
    database = one_database(instance(retained(30), shape))
    assert database.backups.kind is Kind.STATED
    assert database.backups.is_true
    assert (database.retention_days.kind, database.retention_days.data) == (Kind.STATED, 30)
    assert database.retention_days.path == f"{BLOCK}.backup_retention_settings.retained_backups"
    assert (database.limit_days, database.retention_unit) == (365, "daily backups")


def test_backups_absent_are_off() -> None:
    database = one_database(instance())
    assert database.backups.kind is Kind.DEFAULT
    assert database.backups.is_false
    assert database.retention_days.data == 0
    assert database.pitr.is_false
    assert database.mechanism_rpo is None
    assert "backup_configuration" in database.fixes["backups"]


@pytest.mark.parametrize("settings", [{"backup_configuration": [{"start_time": "02:00"}]}, {"backup_configuration": [{"enabled": False}]}])
def test_backups_off_in_a_block(settings: dict[str, Any]) -> None:
    database = one_database(instance(settings))
    assert database.backups.is_false
    assert database.retention_days.data == 0


@pytest.mark.parametrize(
    "settings", [{"backup_configuration": unk()}, {"backup_configuration": [unk()]}, {"backup_configuration": [{"enabled": unk()}]}]
)
def test_backups_unknown_make_the_retention_unknown(settings: dict[str, Any]) -> None:
    database = one_database(instance(settings))
    assert database.backups.unknown
    assert "var.later" in database.backups.note
    assert database.retention_days.unknown
    assert database.pitr.unknown or database.pitr.is_false
    assert database.second_region.unknown


def test_settings_unknown() -> None:
    database = one_database(res(SQL, database_version="POSTGRES_16", settings=unk()))
    assert database.backups.unknown
    assert database.pitr.unknown
    assert database.multi_zone.unknown
    assert database.api_deletion_protection.unknown


@pytest.mark.parametrize(
    ("settings", "days"),
    [(backup(), 7), ({**backup(), "edition": "ENTERPRISE_PLUS"}, 15), ({**backup(), "tier": "db-perf-optimized-N-2"}, 15)],
)
def test_retention_default_by_edition(settings: dict[str, Any], days: int) -> None:
    value = one_database(instance(settings)).retention_days
    assert (value.kind, value.data) == (Kind.DEFAULT, days)
    assert "edition" in value.note


def test_retention_unknown() -> None:
    value = one_database(instance(retained(unk("var.days")))).retention_days
    assert value.unknown
    assert "var.days" in value.note


def test_retention_in_another_unit_is_not_counted_as_days() -> None:
    assert one_database(instance(retained(30, retention_unit="COUNT"))).retention_days.data == 30
    assert one_database(instance(retained(30, retention_unit="MONTHS"))).retention_days.unknown


def test_edition_unknown_leaves_defaults_unknown() -> None:
    database = one_database(instance({"tier": unk(), **backup()}))
    assert database.retention_days.unknown
    assert database.pitr_days.unknown
    assert database.pitr_limit_days is None
    assert one_database(instance({"tier": unk()})).backups.unknown


def test_machine_type_tells_the_edition_where_it_is_unknown() -> None:
    assert one_database(instance({"edition": unk(), "tier": "db-perf-optimized-N-2"})).pitr_limit_days == 35
    assert one_database(instance({"edition": unk()})).pitr_limit_days == 7


def test_enterprise_plus_without_a_block_has_backups_and_pitr() -> None:
    database = one_database(instance({"edition": "ENTERPRISE_PLUS"}))
    assert database.backups.kind is Kind.DEFAULT
    assert database.backups.is_true
    assert database.pitr.is_true
    assert (database.retention_days.data, database.pitr_days.data) == (15, 14)


def test_enterprise_plus_with_a_block_that_leaves_pitr_out_has_none_database() -> None:
    assert one_database(instance({"edition": "ENTERPRISE_PLUS", **backup()})).pitr.is_false


@pytest.mark.parametrize(
    ("engine", "switch", "on"),
    [
        ("POSTGRES_16", "point_in_time_recovery_enabled", True),
        ("POSTGRES_16", "binary_log_enabled", False),
        ("SQLSERVER_2022_ENTERPRISE", "point_in_time_recovery_enabled", True),
        ("SQLSERVER_2022_ENTERPRISE", "binary_log_enabled", False),
        ("MYSQL_8_4", "binary_log_enabled", True),
        ("MYSQL_8_4", "point_in_time_recovery_enabled", False),
    ],
)
@pytest.mark.parametrize("shape", ["terraform", "pulumi"])
def test_the_engine_decides_which_switch_is_pitr(engine: str, switch: str, on: bool, shape: str) -> None:
    database = one_database(instance(backup(**{switch: True}), shape, database_version=engine))
    assert database.pitr.is_true is on
    assert (database.mechanism, database.mechanism_rpo) == (("point-in-time recovery", 5) if on else ("daily backups", 1440))
    right = "binary_log_enabled" if engine.startswith("MYSQL") else "point_in_time_recovery_enabled"
    assert database.pitr.path == f"{BLOCK}.{right}"
    assert right in database.fixes["pitr"]


def test_pitr_needs_backups() -> None:
    settings = {"backup_configuration": [{"enabled": False, "binary_log_enabled": True}]}
    value = one_database(instance(settings, database_version="MYSQL_8_0")).pitr
    assert value.is_false
    assert "automated backups" in value.note


@pytest.mark.parametrize("switch", [unk(), None])
def test_pitr_unknown_and_absent(switch: Any) -> None:
    value = one_database(instance(backup(**({"point_in_time_recovery_enabled": switch} if switch else {})))).pitr
    assert (value.unknown, value.is_false) == ((True, False) if switch else (False, True))


def test_pitr_with_unknown_engine() -> None:
    assert one_database(instance(backup(point_in_time_recovery_enabled=True), database_version=unk())).pitr.unknown
    assert one_database(instance(backup(), database_version=unk())).pitr.is_false


@pytest.mark.parametrize(
    ("edition", "default", "limit", "name"), [("ENTERPRISE", 7, 7, "Enterprise edition"), ("ENTERPRISE_PLUS", 14, 35, "Enterprise Plus")]
)
def test_log_days_default_and_limit_name_the_edition(edition: str, default: int, limit: int, name: str) -> None:
    database = one_database(instance({"edition": edition, **retained(30)}))
    assert (database.pitr_days.kind, database.pitr_days.data) == (Kind.DEFAULT, default)
    assert database.pitr_limit_days == limit
    assert name in database.pitr_limit_note


def test_log_days_stated_and_unknown() -> None:
    assert (
        one_database(
            instance(retained(30) | {"backup_configuration": [{"enabled": True, "transaction_log_retention_days": 3}]})
        ).pitr_days.data
        == 3
    )
    assert one_database(instance(backup(transaction_log_retention_days=unk()))).pitr_days.unknown


def test_logs_reach_no_further_than_the_oldest_backup() -> None:
    value = one_database(instance(retained(2))).pitr_days
    assert value.data == 2
    assert value.path.endswith("retained_backups")

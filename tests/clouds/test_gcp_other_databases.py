"""Spanner, AlloyDB, Firestore, BigQuery, and the plans of Backup and DR."""

from __future__ import annotations

from typing import Any

import pytest

from recoverable.model.estate import Database
from recoverable.model.raw import RawResource
from recoverable.model.values import Kind
from tests.clouds.gcp_builders import as_pulumi, estate_of, res, unk

SPANNER = "google_spanner_database.d"
INSTANCE = res("google_spanner_instance.i", name="main", config="regional-europe-west1", labels={"environment": "prod"})


def spanner(**attrs: Any) -> RawResource:
    """A Spanner database in the instance ``main``."""
    return res(SPANNER, name="orders", instance="main", **attrs)


def schedule(retention: Any, database: Any = "orders", name: str = "s") -> RawResource:
    """A backup schedule of it."""
    return res(f"google_spanner_backup_schedule.{name}", instance="main", database=database, retention_duration=retention)


def one(*resources: RawResource) -> Database:
    """The first database of these resources."""
    return estate_of(*resources).databases[0]


def test_spanner_schedules() -> None:
    database = one(spanner(), INSTANCE, schedule("2592000s"), schedule("86400s", name="t"))
    assert (database.retention_days.data, database.backups.data, database.limit_days) == (30, True, 366)
    assert database.tags == {"environment": "prod"}
    assert database.address == SPANNER
    joined = one(spanner(), INSTANCE, schedule("604800s", unk("google_spanner_database.d.name", f"{SPANNER}.name")))
    assert joined.retention_days.data == 7
    assert one(spanner(), INSTANCE, schedule(unk())).retention_days.unknown
    assert one(spanner(), INSTANCE, schedule("604800s", unk())).retention_days.unknown


def test_spanner_default_schedule_is_the_instances() -> None:
    assert one(spanner(), INSTANCE).backups.is_false
    automatic = res("google_spanner_instance.i", name="main", config="regional-europe-west1", default_backup_schedule_type="AUTOMATIC")
    assert (one(spanner(), automatic).retention_days.kind, one(spanner(), automatic).retention_days.data) == (Kind.DEFAULT, 7)
    assert one(spanner()).retention_days.unknown


@pytest.mark.parametrize(
    ("period", "days"), [(None, 0), ("7d", 7), ("24h", 1), ("1440m", 1), ("86400s", 1), ("36h", 1), (unk(), None), ("soon", None)]
)
def test_spanner_versions(period: Any, days: int | None) -> None:
    database = one(spanner(**({} if period is None else {"version_retention_period": period})), INSTANCE)
    assert database.pitr_days.data == days
    assert database.pitr_days.unknown is (days is None)
    assert database.pitr_limit_days == 7


def test_spanner_protection_and_place() -> None:
    database = one(spanner(), INSTANCE)
    assert (database.deletion_protection.data, database.api_deletion_protection.data) == (True, False)
    assert one(spanner(enable_drop_protection=True), INSTANCE).api_deletion_protection.is_true
    assert one(spanner(enable_drop_protection=unk()), INSTANCE).api_deletion_protection.unknown
    assert (database.second_region.data, database.region.data) == (False, "europe-west1")
    assert one(spanner(), res("google_spanner_instance.i", name="main", config="nam3")).second_region.is_true
    assert one(spanner()).second_region.unknown


def alloydb(**attrs: Any) -> RawResource:
    """An AlloyDB cluster."""
    return res("google_alloydb_cluster.c", cluster_id="c", location="europe-west1", **attrs)


def test_alloydb_defaults() -> None:
    database = one(alloydb())
    assert (database.pitr.kind, database.pitr.data, database.pitr_days.data) == (Kind.DEFAULT, True, 14)
    assert (database.retention_days.data, database.backups.data) == (14, True)
    assert database.deletion_protection.is_true
    assert database.multi_zone.unknown
    assert database.second_region.is_false


@pytest.mark.parametrize("pulumi", [False, True])
def test_alloydb_stated(pulumi: bool) -> None:
    attrs: dict[str, Any] = {
        "continuous_backup_config": [{"enabled": True, "recovery_window_days": 21}],
        "automated_backup_policy": [{"enabled": True, "time_based_retention": [{"retention_period": "2592000s"}]}],
        "labels": {"environment": "prod"},
    }
    database = one(alloydb(**(as_pulumi(attrs) if pulumi else attrs)))
    assert (database.pitr_days.data, database.retention_days.data) == (21, 30)
    assert database.tags["environment"] == "prod"


def test_alloydb_off_and_unknown() -> None:
    off = one(alloydb(continuous_backup_config=[{"enabled": False}]))
    assert (off.pitr.data, off.retention_days.data, off.backups.data) == (False, 0, False)
    assert one(alloydb(continuous_backup_config=unk())).pitr.unknown
    assert one(alloydb(continuous_backup_config=[{"enabled": unk()}])).retention_days.unknown
    assert one(alloydb(automated_backup_policy=unk())).retention_days.unknown


@pytest.mark.parametrize(
    ("policy", "days"),
    [
        ({"enabled": True}, 14),
        ({}, 14),
        ({"enabled": False, "time_based_retention": [{"retention_period": "2592000s"}]}, 0),
        ({"quantity_based_retention": [{"count": 30}]}, 30),
        (
            {
                "quantity_based_retention": [{"count": 8}],
                "weekly_schedule": [{"days_of_week": ["MONDAY"], "start_times": [{"hours": 1}, {"hours": 13}]}],
            },
            28,
        ),
    ],
)
def test_alloydb_policies(policy: dict[str, Any], days: int) -> None:
    assert one(alloydb(continuous_backup_config=[{"enabled": False}], automated_backup_policy=[policy])).retention_days.data == days


def test_alloydb_zones_and_secondary() -> None:
    primary = res("google_alloydb_instance.p", cluster=unk("c", "google_alloydb_cluster.c.name"), instance_type="PRIMARY")
    assert one(alloydb(), primary).multi_zone.is_true
    primary.attrs["availability_type"] = "ZONAL"
    assert one(alloydb(), primary).multi_zone.is_false
    secondary = res(
        "google_alloydb_cluster.s",
        cluster_id="s",
        location="europe-west4",
        cluster_type="SECONDARY",
        secondary_config=[{"primary_cluster_name": unk("c", "google_alloydb_cluster.c.name")}],
    )
    estate = estate_of(alloydb(), secondary)
    assert estate.databases[0].second_region.is_true
    assert estate.databases[1].role == "read-replica"
    assert one(alloydb(restore_backup_source=[{"backup_name": "b"}])).role == "clone"


def firestore(**attrs: Any) -> RawResource:
    """A Firestore database."""
    return res("google_firestore_database.f", **({"name": "orders", "location_id": "eur3", "type": "FIRESTORE_NATIVE"} | attrs))


def test_firestore() -> None:
    database = one(firestore())
    assert (database.pitr.data, database.pitr_days.data, database.backups.data, database.deletion_protection.data) == (
        False,
        0,
        False,
        False,
    )
    assert database.second_region.is_true
    on = one(
        firestore(
            point_in_time_recovery_enablement="POINT_IN_TIME_RECOVERY_ENABLED",
            delete_protection_state="DELETE_PROTECTION_ENABLED",
            location_id="europe-west1",
        )
    )
    assert (on.pitr.data, on.pitr_days.data, on.deletion_protection.data, on.second_region.data) == (True, 7, True, False)
    doubt = one(firestore(point_in_time_recovery_enablement=unk(), delete_protection_state=unk(), location_id=unk()))
    assert (doubt.pitr.unknown, doubt.deletion_protection.unknown, doubt.second_region.unknown) == (True, True, True)


def test_firestore_schedules() -> None:
    daily = res("google_firestore_backup_schedule.d", database="orders", retention="8467200s")
    assert one(firestore(), daily).retention_days.data == 98
    unnamed = res("google_firestore_backup_schedule.d", retention="604800s")
    assert one(firestore(name="(default)"), unnamed).retention_days.data == 7
    assert one(firestore(), unnamed).backups.is_false
    daily.attrs["database"] = unk()
    assert one(firestore(), daily).retention_days.unknown


@pytest.mark.parametrize(("hours", "days"), [(None, 7), ("48", 2), (168.0, 7), (unk(), None)])
def test_bigquery_time_travel(hours: Any, days: int | None) -> None:
    dataset = one(res("google_bigquery_dataset.d", dataset_id="d", **({} if hours is None else {"max_time_travel_hours": hours})))
    assert dataset.pitr_days.data == days
    assert "retention" not in dataset.features


def test_bigquery_protection() -> None:
    assert one(res("google_bigquery_dataset.d", dataset_id="d")).deletion_protection.is_true
    assert one(res("google_bigquery_dataset.d", delete_contents_on_destroy=True)).deletion_protection.is_false
    assert one(res("google_bigquery_table.t", table_id="t")).deletion_protection.is_true
    assert one(res("google_bigquery_table.t", deletion_protection=False)).deletion_protection.is_false
    assert one(res("google_bigquery_table.t", deletion_protection=unk())).deletion_protection.unknown
    assert estate_of(res("google_bigquery_table.v", view=[{"query": "select 1"}])).databases == []


VAULT = res(
    "google_backup_dr_backup_vault.v", backup_vault_id="v", location="europe-west1", backup_minimum_enforced_retention_duration="2592000s"
)


def plan(kept: Any = 40, **schedule: Any) -> RawResource:
    """A plan for Cloud SQL."""
    rule = {
        "rule_id": "r",
        "backup_retention_days": kept,
        "standard_schedule": [{"recurrence_type": "DAILY", "time_zone": "UTC"} | schedule],
    }
    return res(
        "google_backup_dr_backup_plan.p",
        backup_plan_id="p",
        location="europe-west1",
        backup_vault=unk("v", "google_backup_dr_backup_vault.v.id"),
        log_retention_days=7,
        backup_rules=[rule],
    )


def association(resource: Any, backup_plan: Any = None) -> RawResource:
    """It puts a resource under the plan."""
    return res(
        "google_backup_dr_backup_plan_association.a",
        resource=resource,
        backup_plan=backup_plan or unk("p", "google_backup_dr_backup_plan.p.name"),
    )


DATABASE = res("google_sql_database_instance.db", name="db", database_version="POSTGRES_16", settings=[{"tier": "db-custom-2-8192"}])


@pytest.mark.parametrize("target", [unk("db", "google_sql_database_instance.db.id"), "projects/p/instances/db"])
def test_backup_plan_selects_the_database(target: Any) -> None:
    estate = estate_of(DATABASE, VAULT, plan(), association(target))
    rule = estate.databases[0].plans[0]
    assert (rule.delete_days.data, rule.every_minutes.data, rule.continuous.data) == (40, 1440, True)
    assert rule.vault == VAULT.address
    assert estate.plans[0].selects == [DATABASE.address]
    assert (estate.vaults[0].lock_min_days.data, estate.vaults[0].locked.data, len(estate.vaults[0].rules)) == (30, False, 1)


@pytest.mark.parametrize(
    ("enforced", "kept", "locked"),
    [
        ("2592000s", 30, True),
        ("2592000s", 31, False),
        ("2592000s", unk(), None),
        ("86400s", unk(), None),
        (unk(), 30, None),
        (None, 30, False),
        ("2592000s", None, True),
    ],
)
@pytest.mark.parametrize("lock", [{}, {"effective_time": "2030-01-31T00:00:00Z"}])
def test_a_vault_is_locked_where_it_enforces_what_its_plans_keep(
    enforced: Any, kept: Any, locked: bool | None, lock: dict[str, str]
) -> None:
    """As under a governance lock on AWS, which can be lifted, too: a time from which nobody can lower it is not asked for."""
    vault = res("google_backup_dr_backup_vault.v", backup_vault_id="v", backup_minimum_enforced_retention_duration=enforced, **lock)
    plans = [] if kept is None else [plan(kept)]
    (found,) = estate_of(vault, *plans).vaults
    assert found.locked.unknown if locked is None else found.locked.data is locked


def test_backup_plan_that_is_not_here_or_unknown() -> None:
    database = estate_of(DATABASE, association(unk("db", "google_sql_database_instance.db.id"), "projects/p/backupPlans/other")).databases[
        0
    ]
    assert database.plans == []
    assert "its plan is not in this input" in database.plans_unknown
    estate = estate_of(DATABASE, plan(), association(unk()))
    assert estate.databases[0].plans == []
    assert "var.later" in estate.plans[0].selection_unknown


@pytest.mark.parametrize(
    ("schedule", "minutes"),
    [
        ({"recurrence_type": "HOURLY", "hourly_frequency": 6}, 360),
        ({"recurrence_type": "HOURLY", "hourly_frequency": 2, "backup_window": [{"start_hour_of_day": 12, "end_hour_of_day": 18}]}, 1200),
        ({"recurrence_type": "WEEKLY"}, 10080),
        ({"recurrence_type": unk()}, None),
    ],
)
def test_how_often_a_plan_backs_up(schedule: dict[str, Any], minutes: int | None) -> None:
    assert estate_of(plan(**schedule)).plans[0].rules[0].every_minutes.data == minutes

"""Puts into the fake AlloyDB, Spanner, Firestore and BigQuery what a piece of Terraform declares: the attributes that the audit's tests use."""

from __future__ import annotations

from typing import Any

from tests.fakes.fake_google_databases import FakeGoogleDatabases
from tests.fakes.fake_google_guards import NUMBER, PROJECT

Json = dict[str, Any]
ORDER = (
    "google_alloydb_cluster", "google_alloydb_instance", "google_spanner_instance", "google_spanner_database", "google_spanner_backup_schedule",
    "google_firestore_database", "google_firestore_backup_schedule", "google_bigquery_dataset",
)  # fmt: skip
POLICY = {"enabled": True, "timeBasedRetention": {"retentionPeriod": "1209600s"}}
"""Google's own, where none is given."""


def make(fake: FakeGoogleDatabases, kind: str, attrs: Json, block: Any, camel: Any) -> Json:
    """Put one resource there; what other resources may refer to."""
    return {
        "google_alloydb_cluster": _cluster,
        "google_alloydb_instance": _instance,
        "google_spanner_instance": _spanner_instance,
        "google_spanner_database": _spanner_database,
        "google_spanner_backup_schedule": _schedule,
        "google_firestore_database": _firestore,
        "google_firestore_backup_schedule": _schedule,
        "google_bigquery_dataset": _dataset,
    }[kind](fake, attrs, block, camel)


def _cluster(fake: FakeGoogleDatabases, attrs: Json, block: Any, camel: Any) -> Json:
    short = attrs.pop("cluster_id")
    name = f"projects/{PROJECT}/locations/{attrs.pop('location')}/clusters/{short}"
    kept = block(attrs, "automated_backup_policy")
    continuous = {"enabled": True, "recoveryWindowDays": 14, **camel(block(attrs, "continuous_backup_config"))}
    other = block(attrs, "secondary_config")
    item: Json = {
        "name": name,
        "state": "READY",
        "clusterType": attrs.pop("cluster_type", "PRIMARY"),
        "databaseVersion": "POSTGRES_16",
        "labels": attrs.pop("labels", {}),
        "continuousBackupConfig": continuous,
        "automatedBackupPolicy": camel(kept) if kept else POLICY,
    }
    if other:  # Google calls the project by its number here
        primary = fake.clusters[other["primary_cluster_name"]]
        primary.setdefault("primaryConfig", {}).setdefault("secondaryClusterNames", []).append(name.replace(f"/{PROJECT}/", f"/{NUMBER}/"))
        item["secondaryConfig"] = {"primaryClusterName": other["primary_cluster_name"].replace(f"/{PROJECT}/", f"/{NUMBER}/")}
    fake.clusters[name] = item
    for each in ("network_config", "deletion_protection"):
        attrs.pop(each, None)
    return {"name": name, "id": name}


def _instance(fake: FakeGoogleDatabases, attrs: Json, block: Any, camel: Any) -> Json:
    name = f"{attrs.pop('cluster')}/instances/{attrs.pop('instance_id')}"
    told = {"instanceType": attrs.pop("instance_type"), "availabilityType": attrs.pop("availability_type", "REGIONAL")}
    fake.instances[name] = {"name": name, "state": "READY", **told}
    return {"name": name}


def _spanner_instance(fake: FakeGoogleDatabases, attrs: Json, block: Any, camel: Any) -> Json:
    short = attrs.pop("name")
    name, config = f"projects/{PROJECT}/instances/{short}", f"projects/{PROJECT}/instanceConfigs/{attrs.pop('config')}"
    item = {
        "config": config,
        "displayName": attrs.pop("display_name"),
        "nodeCount": attrs.pop("num_nodes"),
        "labels": attrs.pop("labels", {}),
    }
    item["defaultBackupScheduleType"] = attrs.pop("default_backup_schedule_type", "NONE")
    fake.spanner[name] = {"name": name, "state": "READY", **item}
    return {"name": short}


def _spanner_database(fake: FakeGoogleDatabases, attrs: Json, block: Any, camel: Any) -> Json:
    short = attrs.pop("name")
    name = f"projects/{PROJECT}/instances/{attrs.pop('instance')}/databases/{short}"
    item = {"name": name, "state": "READY", "versionRetentionPeriod": attrs.pop("version_retention_period", "1h")}
    item |= {"enableDropProtection": True} if attrs.pop("enable_drop_protection", False) else {}
    fake.databases[name] = {**item, "databaseDialect": "GOOGLE_STANDARD_SQL"}
    attrs.pop("deletion_protection", None)
    return {"name": short}


def _firestore(fake: FakeGoogleDatabases, attrs: Json, block: Any, camel: Any) -> Json:
    short = attrs.pop("name")
    name = f"projects/{PROJECT}/databases/{short}"
    item = {"name": name, "locationId": attrs.pop("location_id"), "type": attrs.pop("type")}
    for key, word in (
        ("point_in_time_recovery_enablement", "POINT_IN_TIME_RECOVERY_DISABLED"),
        ("delete_protection_state", "DELETE_PROTECTION_DISABLED"),
    ):
        item[camel({key: 0}).popitem()[0]] = attrs.pop(key, word)
    fake.firestore[name] = item
    return {"name": short}


def _schedule(fake: FakeGoogleDatabases, attrs: Json, block: Any, camel: Any) -> Json:
    """Of Spanner where it names an instance, else of Firestore."""
    instance, database = attrs.pop("instance", ""), attrs.pop("database")
    above = f"projects/{PROJECT}/{f'instances/{instance}/' if instance else ''}databases/{database}"
    held = fake.schedules.setdefault(above, [])
    key = "retention_duration" if instance else "retention"
    held.append({"name": f"{above}/backupSchedules/{len(held)}", **camel({key: attrs.pop(key)})})
    for each in ("name", "spec", "full_backup_spec", "daily_recurrence"):
        attrs.pop(each, None)
    return {}


def _dataset(fake: FakeGoogleDatabases, attrs: Json, block: Any, camel: Any) -> Json:
    """Whole numbers of 64 bits are texts in Google's JSON."""
    name = attrs.pop("dataset_id")
    place = {"datasetId": name, "projectId": PROJECT}
    own = {"location": attrs.pop("location"), "labels": attrs.pop("labels", {}), "type": "DEFAULT"}
    hours = {"maxTimeTravelHours": str(attrs.pop("max_time_travel_hours"))} if "max_time_travel_hours" in attrs else {}
    fake.datasets[name] = {"kind": "bigquery#dataset", "id": f"{PROJECT}:{name}", "datasetReference": place, **own, **hours}
    return {"dataset_id": name}

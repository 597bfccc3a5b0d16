"""AlloyDB clusters, Spanner and Firestore databases and BigQuery datasets as code: a good one of each, and twins that differ from it in one attribute or companion."""

from __future__ import annotations

from tests.audit.google.twins import CHANNEL, LABELS, inner
from tests.audit.twins import Twin, text

ALLOYDB, SPANNER, FIRESTORE = "google_alloydb_cluster", "google_spanner_database", "google_firestore_database"
MONTH, LESS = '"2592000s"', '"2505600s"'


HEARD = text(
    "google_monitoring_alert_policy",
    "alloydb-failures",
    {"display_name": '"failed backups of AlloyDB"', "combiner": '"OR"', "notification_channels": f'["{CHANNEL}"]'},
    inner(
        "conditions",
        {"display_name": '"failed"'},
        inner(
            "condition_matched_log",
            {"filter": '"resource.type=\\"alloydb.googleapis.com/Cluster\\" protoPayload.methodName:\\"Backup\\" severity>=ERROR"'},
        ),
    ),
)
"""Somebody hears of AlloyDB's failures."""


def cluster(
    name: str,
    *wrong: str,
    kept: str = MONTH,
    automated: str = "true",
    window: str = "14",
    on: str = "true",
    zones: str = '"REGIONAL"',
    away: str = "europe-west4",
) -> Twin:
    """With its primary instance, and a secondary cluster in another region."""
    retention = inner("time_based_retention", {"retention_period": kept})
    policy = inner("automated_backup_policy", {"enabled": automated}, retention)
    continuous = inner("continuous_backup_config", {"enabled": on, "recovery_window_days": window})
    attrs = {"cluster_id": f'"{name}"', "location": '"europe-west1"', "labels": LABELS}
    code = text(ALLOYDB, name, attrs, policy, continuous)
    first = {"cluster": f"{ALLOYDB}.{name}.name", "instance_id": '"one"', "instance_type": '"PRIMARY"', "availability_type": zones}
    code += text("google_alloydb_instance", name, first)
    second = {"cluster_id": f'"{name}-far"', "location": f'"{away}"', "cluster_type": '"SECONDARY"', "labels": LABELS}
    copies = inner("secondary_config", {"primary_cluster_name": f"{ALLOYDB}.{name}.name"})
    code += text(ALLOYDB, f"{name}-far", second, continuous, copies) if away else ""
    code += HEARD
    return Twin(name, f"{ALLOYDB}.{name}", code, frozenset(wrong))


def spanner(
    name: str, *wrong: str, kept: str = MONTH, versions: str = '"7d"', drop: str = "true", config: str = "eur3", more: str = ""
) -> Twin:
    """In an instance of its own: a database and an instance of one name have a full name each."""
    instance = {"name": f'"{name}"', "config": f'"{config}"', "display_name": '"orders"', "num_nodes": "1", "labels": LABELS}
    code = text("google_spanner_instance", name, instance, *([more] if more else []))
    attrs = {"name": f'"{name}"', "instance": f"google_spanner_instance.{name}.name", "version_retention_period": versions}
    code += text(SPANNER, name, {**attrs, "enable_drop_protection": drop})
    if kept:
        place = {"instance": f"google_spanner_instance.{name}.name", "database": f"{SPANNER}.{name}.name"}
        spec = inner("spec", {}, inner("cron_spec", {"text": '"0 2 * * *"'}))
        code += text("google_spanner_backup_schedule", name, {**place, "name": '"daily"', "retention_duration": kept}, spec)
    return Twin(name, f"{SPANNER}.{name}", code, frozenset(wrong))


def firestore(
    name: str, *wrong: str, kept: str = MONTH, place: str = "eur3", recovery: str = "ENABLED", kind: str = "FIRESTORE_NATIVE"
) -> Twin:
    """With a daily schedule."""
    attrs = {
        "name": f'"{name}"',
        "location_id": f'"{place}"',
        "type": f'"{kind}"',
        "delete_protection_state": '"DELETE_PROTECTION_ENABLED"',
    }
    attrs["point_in_time_recovery_enablement"] = f'"POINT_IN_TIME_RECOVERY_{recovery}"'
    code = text(FIRESTORE, name, attrs)
    if kept:
        every = {"database": f"{FIRESTORE}.{name}.name", "retention": kept}
        code += text("google_firestore_backup_schedule", name, every, inner("daily_recurrence", {}))
    return Twin(name, f"{FIRESTORE}.{name}", code, frozenset(wrong))


def dataset(name: str, *wrong: str, hours: str = "168") -> Twin:
    """A dataset; without a number Google's time travel reaches back a week."""
    travel = {"max_time_travel_hours": hours} if hours else {}
    code = text("google_bigquery_dataset", name, {"dataset_id": f'"{name}"', "location": '"EU"', "labels": LABELS, **travel})
    return Twin(name, f"google_bigquery_dataset.{name}", code, frozenset(wrong))


DATABASE_TWINS = (
    dataset("data_good"),
    dataset("data_default", hours=""),
    dataset("data_travel", "RCV005", hours="144"),
    cluster("alloy-good"),
    cluster("alloy-kept", "RCV002", kept=LESS),
    cluster("alloy-automated", "RCV002", automated="false"),
    cluster("alloy-window", "RCV005", window="6"),
    cluster("alloy-pitr", "RCV004", "RCV006", on="false"),
    cluster("alloy-zone", "RCV014", zones='"ZONAL"'),
    cluster("alloy-near", "RCV015", away="europe-west1"),
    cluster("alloy-alone", "RCV015", away=""),
    spanner("spanner-good"),
    spanner("spanner-kept", "RCV002", kept=LESS),
    spanner("spanner-none", "RCV001", kept=""),
    spanner("spanner-automatic", kept='"2592000s"', more='default_backup_schedule_type = "AUTOMATIC"'),
    spanner("spanner-window", "RCV005", versions='"6d"'),
    spanner("spanner-drop", "RCV031", drop="false"),
    spanner("spanner-region", "RCV015", config="regional-europe-west1"),
    firestore("fire-good"),
    firestore("fire-datastore", kind="DATASTORE_MODE"),
    firestore("fire-kept", "RCV002", kept=LESS),
    firestore("fire-none", "RCV001", kept=""),
    firestore("fire-pitr", "RCV004", "RCV006", recovery="DISABLED"),
    firestore("fire-region", "RCV015", place="europe-west1"),
)

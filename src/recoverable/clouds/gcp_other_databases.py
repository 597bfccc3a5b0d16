"""Spanner, AlloyDB, Firestore and BigQuery, each with the features that it has.

Defaults: terraform-provider-google 7.x documentation of the resource named in each note.
"""

from __future__ import annotations

from recoverable.clouds.common import different_regions, lifecycle_meta
from recoverable.clouds.gcp_common import (
    AT_REST,
    google_fields,
    guarded,
    is_set,
    location_of,
    longest,
    own_key,
    target_of,
    whole_days,
)
from recoverable.clouds.index import Index
from recoverable.model.estate import Database, Estate
from recoverable.model.raw import RawResource
from recoverable.model.values import Unknown, Value, absent, default, stated, unknown

SPANNER, SPANNER_INSTANCE, SPANNER_SCHEDULE = "google_spanner_database", "google_spanner_instance", "google_spanner_backup_schedule"
ALLOYDB, ALLOYDB_INSTANCE = "google_alloydb_cluster", "google_alloydb_instance"
FIRESTORE, FIRESTORE_SCHEDULE = "google_firestore_database", "google_firestore_backup_schedule"
DATASET, TABLE = "google_bigquery_dataset", "google_bigquery_table"
TYPES = frozenset({SPANNER, SPANNER_INSTANCE, SPANNER_SCHEDULE, ALLOYDB, ALLOYDB_INSTANCE, FIRESTORE, FIRESTORE_SCHEDULE, DATASET, TABLE})
SPANNER_FEATURES = frozenset(
    {"retention", "pitr", "encryption", "deletion-protection", "api-deletion-protection", "backups-die", "multi-zone", "second-region"}
)
ALLOYDB_FEATURES = frozenset(
    {"retention", "pitr", "encryption", "deletion-protection", "backups-die", "multi-zone", "second-region", "password"}
)
FIRESTORE_FEATURES = frozenset({"retention", "pitr", "encryption", "deletion-protection", "backups-die", "multi-zone", "second-region"})
DATASET_FEATURES = frozenset({"pitr", "encryption", "deletion-protection"})
TABLE_FEATURES = frozenset({"encryption", "deletion-protection"})
SPANNER_LIMIT, ALLOYDB_LIMIT, FIRESTORE_LIMIT = 366, 365, 98
SURVIVE = "backups are kept after the database is deleted, until they expire"
REGIONAL = "Google keeps it in three zones"


def add_other_databases(index: Index, estate: Estate) -> None:
    """Map the databases that are not Cloud SQL."""
    estate.databases.extend(_spanner(index, raw) for raw in index.of_type(SPANNER))
    estate.databases.extend(_alloydb(index, raw) for raw in index.of_type(ALLOYDB))
    estate.databases.extend(_firestore(index, raw) for raw in index.of_type(FIRESTORE))
    estate.databases.extend(_dataset(raw) for raw in index.of_type(DATASET))
    estate.databases.extend(_table(raw) for raw in index.of_type(TABLE) if not _holds_nothing(raw))


def _kept(database: Database, days: Value[int], limit: int, note: str) -> None:
    """Retention, and whether there are backups at all, from one number of days."""
    database.retention_days = days
    database.backups = days.map(lambda count: count > 0)
    database.limit_days, database.limit_note = limit, note


def _recovers(database: Database, days: Value[int], on: Value[bool], limit: int, note: str, minutes: int) -> None:
    database.pitr, database.pitr_days = on, days
    database.pitr_limit_days, database.pitr_limit_note = limit, note
    if on.is_true:
        database.mechanism, database.mechanism_rpo = "point-in-time recovery", minutes
    elif database.backups.is_true:
        database.mechanism, database.mechanism_rpo = "daily backups", 1440


def _spanner(index: Index, raw: RawResource) -> Database:
    instance = target_of(index, raw, "instance", SPANNER_INSTANCE)
    config = instance.text("config") if instance else unknown("the instance is not in this input", "instance", raw.where)
    name = config.map(lambda text: str(text).rsplit("/", 1)[-1])
    regional = name.map(lambda text: text.startswith("regional-"))
    database = Database(
        kind="spanner-database",
        engine=raw.text("database_dialect", "GOOGLE_STANDARD_SQL", f"{SPANNER}: default GOOGLE_STANDARD_SQL"),
        features=SPANNER_FEATURES,
        encrypted=default(True, "encryption_config", raw.where, AT_REST),
        kms_key=own_key(raw, "encryption_config.kms_key_name", "encryption_config.kms_key_names"),
        deletion_protection=guarded(raw, raw.boolean("deletion_protection", True, f"{SPANNER}: default true")),
        api_deletion_protection=raw.boolean("enable_drop_protection", False, f"{SPANNER}: default false"),
        backups_die_with_store=default(False, SPANNER_SCHEDULE, raw.where, SURVIVE),
        multi_zone=default(True, "instance", raw.where, REGIONAL),
        second_region=_not(regional, "a multi-region instance configuration"),
        prevent_destroy=lifecycle_meta(raw),
        **google_fields(instance or raw, region=name.map(lambda text: text.removeprefix("regional-")))
        | {"address": raw.address, "where": raw.where, "raw": raw},
    )
    _kept(database, _spanner_schedules(index, raw, instance), SPANNER_LIMIT, "Spanner keeps backups 366 days at most")
    window = raw.text("version_retention_period", "1h", f"{SPANNER}: default 1h")
    on: Value[bool] = default(True, "version_retention_period", window.where, "Spanner always keeps versions, one hour by default")
    _recovers(database, whole_days(window), on, 7, "Spanner keeps versions 7 days at most", 0)
    database.fixes = {
        "backups": f"Add a {SPANNER_SCHEDULE} for it.",
        "retention": "Set retention_duration of its backup schedule to {need} days in seconds.",
        "pitr-window": 'Set version_retention_period = "{need}d".',
        "second-region": "Use a multi-region instance configuration.",
    }
    return database


def _not(value: Value[bool], note: str) -> Value[bool]:
    if not value.known:
        return value
    return Value(value.kind, not value.data, value.path, value.where, note if not value.data else "a regional configuration")


def _spanner_schedules(index: Index, raw: RawResource, instance: RawResource | None) -> Value[int]:
    joined = index.companions(raw, SPANNER_SCHEDULE, "database", ("name",))
    longest_kept = longest(whole_days(schedule.text("retention_duration")) for schedule in joined.found)
    if longest_kept is not None:
        return longest_kept
    if joined.doubt:
        return unknown(joined.doubt, SPANNER_SCHEDULE, raw.where)
    if instance is None:
        return unknown("its instance, which may have a default backup schedule, is not in this input", "instance", raw.where)
    kind = instance.text("default_backup_schedule_type", "NONE", f"{SPANNER_INSTANCE}: unset means no default schedule")
    if kind.data == "AUTOMATIC":
        return default(7, "default_backup_schedule_type", kind.where, "the default backup schedule keeps daily backups 7 days")
    return kind.map(lambda _: 0)


def _alloydb(index: Index, raw: RawResource) -> Database:
    role, reason = "primary", ""
    if is_set(raw, "secondary_config") or raw.text("cluster_type").data == "SECONDARY":
        role, reason = "read-replica", "it is a secondary cluster"
    else:
        for path in (
            "restore_backup_source",
            "restore_continuous_backup_source",
            "restore_backupdr_backup_source",
            "restore_backupdr_pitr_source",
        ):
            if is_set(raw, path):
                role, reason = "clone", f"{path} is set"
    database = Database(
        kind="alloydb-cluster",
        role=role,
        role_reason=reason,
        engine=raw.text("database_version", "POSTGRES", "AlloyDB is PostgreSQL"),
        features=ALLOYDB_FEATURES,
        encrypted=default(True, "encryption_config", raw.where, AT_REST),
        kms_key=own_key(raw, "encryption_config.kms_key_name"),
        deletion_protection=guarded(raw, raw.boolean("deletion_protection", True, f"{ALLOYDB}: unset protects")),
        backups_die_with_store=default(False, "automated_backup_policy", raw.where, SURVIVE),
        multi_zone=_alloydb_zones(index, raw),
        second_region=_alloydb_secondary(index, raw),
        password=raw.value("initial_user.password"),
        password_kind="write-only" if is_set(raw, "initial_user.password_wo_version") else "",
        prevent_destroy=lifecycle_meta(raw),
        **google_fields(raw, region=location_of(raw)),
    )
    because = f"{ALLOYDB}: continuous backup is on by default and reaches back 14 days"
    on = raw.boolean("continuous_backup_config.enabled", True, because)
    window = raw.number("continuous_backup_config.recovery_window_days", 14, because)
    if on.is_false:
        window = Value(on.kind, 0, window.path, on.where, on.note)
    elif on.unknown:
        window = unknown(on.note, on.path, on.where)
    kept = longest([window, _alloydb_policy(raw)]) or window
    _kept(database, kept, ALLOYDB_LIMIT, "AlloyDB keeps automated backups one year at most")
    _recovers(database, window, on, 35, "AlloyDB's recovery window is 35 days at most", 0)
    database.fixes = {
        "backups": "Set continuous_backup_config { enabled = true }.",
        "retention": "Set automated_backup_policy.time_based_retention.retention_period to {need} days in seconds, with automated_backup_policy.enabled = true.",
        "pitr-window": "Set continuous_backup_config.recovery_window_days = {need}.",
        "second-region": "Add a secondary cluster in another region (cluster_type SECONDARY).",
        "multi-zone": 'Set availability_type = "REGIONAL" on its primary instance.',
        "password": "Use initial_user.password_wo (write-only), or IAM database authentication.",
    }
    return database


def _alloydb_policy(raw: RawResource) -> Value[int]:
    """How long automated backups are kept; without the block the provider leaves them off."""
    blocks = raw.blocks("automated_backup_policy")
    path = "automated_backup_policy"
    if isinstance(blocks, Unknown):
        return unknown(blocks.expression, path, raw.where)
    on = raw.boolean(f"{path}.enabled", bool(blocks), f"{ALLOYDB}: automated_backup_policy is disabled by default")
    if not on.is_true:
        return on.map(lambda _: 0)
    count = raw.number(f"{path}.quantity_based_retention.count")
    if count.absent:
        return whole_days(raw.text(f"{path}.time_based_retention.retention_period", "14d", f"{ALLOYDB}: default 14 days"))
    days, times = raw.raw(f"{path}.weekly_schedule.days_of_week"), raw.blocks(f"{path}.weekly_schedule.start_times")
    if isinstance(days, Unknown) or isinstance(times, Unknown):
        return unknown("the schedule decides how long so many backups last", f"{path}.weekly_schedule", raw.where)
    weekly = (len(days) if isinstance(days, list) and days else 7) * (len(times) or 1)
    return count.map(lambda backups: backups * 7 // weekly)


def _alloydb_zones(index: Index, raw: RawResource) -> Value[bool]:
    joined = index.companions(raw, ALLOYDB_INSTANCE, "cluster", ("name", "cluster_id"))
    for instance in joined.found:
        if instance.text("instance_type").data == "PRIMARY":
            kind = instance.text("availability_type", "REGIONAL", f"{ALLOYDB_INSTANCE}: a primary instance is REGIONAL by default")
            return kind.map(lambda word: word == "REGIONAL")
    return unknown(joined.doubt or "its primary instance is not in this input", "availability_type", raw.where)


def _alloydb_secondary(index: Index, raw: RawResource) -> Value[bool]:
    joined = index.companions(raw, ALLOYDB, "secondary_config.primary_cluster_name", ("name",))
    for other in joined.found:
        apart = different_regions(location_of(raw), location_of(other))
        if not apart.is_false:
            return Value(apart.kind, apart.data, "location", other.where, f"{other.address} ({apart.note})")
    return unknown(joined.doubt, "secondary_config", raw.where) if joined.doubt else absent("secondary_config", raw.where)


def _firestore(index: Index, raw: RawResource) -> Database:
    place = location_of(raw, "location_id")
    state = raw.text("delete_protection_state", "DELETE_PROTECTION_DISABLED", f"{FIRESTORE}: default disabled")
    database = Database(
        kind="firestore-database",
        engine=raw.text("type"),
        features=FIRESTORE_FEATURES,
        encrypted=default(True, "cmek_config", raw.where, AT_REST),
        kms_key=own_key(raw, "cmek_config.kms_key_name"),
        deletion_protection=guarded(raw, state.map(lambda word: word == "DELETE_PROTECTION_ENABLED")),
        backups_die_with_store=default(False, FIRESTORE_SCHEDULE, raw.where, SURVIVE),
        multi_zone=default(True, "location_id", raw.where, REGIONAL),
        second_region=place.map(lambda name: name in ("nam5", "nam7", "eur3")),
        prevent_destroy=lifecycle_meta(raw),
        **google_fields(raw, region=place),
    )
    schedules = index.companions(raw, FIRESTORE_SCHEDULE, "database", ("name",))
    found = list(schedules.found)
    if raw.attrs.get("name") == "(default)":
        found += [item for item in index.of_type(FIRESTORE_SCHEDULE) if item.value("database").absent]
    kept = longest(whole_days(schedule.text("retention")) for schedule in found)
    if kept is None:
        kept = (
            unknown(schedules.doubt, FIRESTORE_SCHEDULE, raw.where)
            if schedules.doubt
            else default(0, FIRESTORE_SCHEDULE, raw.where, "Firestore takes no backups without a schedule")
        )
    _kept(database, kept, FIRESTORE_LIMIT, "Firestore keeps backups 14 weeks at most")
    word = raw.text("point_in_time_recovery_enablement", "POINT_IN_TIME_RECOVERY_DISABLED", f"{FIRESTORE}: default disabled")
    on = word.map(lambda text: text == "POINT_IN_TIME_RECOVERY_ENABLED")
    _recovers(database, on.map(lambda enabled: 7 if enabled else 0), on, 7, "Firestore's recovery window is 7 days", 1)
    database.fixes = {
        "backups": f"Add a {FIRESTORE_SCHEDULE} for it.",
        "retention": "Set retention of its backup schedule to {need} days in seconds.",
        "pitr": 'Set point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED".',
        "deletion-protection": 'Set delete_protection_state = "DELETE_PROTECTION_ENABLED".',
        "second-region": "A Firestore database cannot move: export to a bucket in another region, or create it in nam5 or eur3.",
    }
    return database


def _dataset(raw: RawResource) -> Database:
    hours = raw.number("max_time_travel_hours", 168, f"{DATASET}: time travel reaches back 168 hours by default")
    deletes = raw.boolean("delete_contents_on_destroy", False, f"{DATASET}: default false, a dataset with tables cannot be destroyed")
    database = Database(
        kind="bigquery-dataset",
        engine=stated("BigQuery", "", raw.where),
        features=DATASET_FEATURES,
        encrypted=default(True, "default_encryption_configuration", raw.where, AT_REST),
        kms_key=own_key(raw, "default_encryption_configuration.kms_key_name"),
        deletion_protection=guarded(raw, deletes.map(lambda on: not on)),
        prevent_destroy=lifecycle_meta(raw),
        **google_fields(raw, region=location_of(raw)),
    )
    window = hours.map(lambda count: count // 24)
    _recovers(database, window, hours.map(lambda count: count > 0), 7, "BigQuery's time travel reaches back 7 days at most", 0)
    database.fixes = {"pitr-window": "Set max_time_travel_hours = 168, and keep table snapshots for longer."}
    return database


def _holds_nothing(raw: RawResource) -> bool:
    return any(is_set(raw, name) for name in ("view", "external_data_configuration", "materialized_view", "table_replication_info"))


def _table(raw: RawResource) -> Database:
    return Database(
        kind="bigquery-table",
        engine=stated("BigQuery", "", raw.where),
        features=TABLE_FEATURES,
        encrypted=default(True, "encryption_configuration", raw.where, AT_REST),
        kms_key=own_key(raw, "encryption_configuration.kms_key_name"),
        deletion_protection=guarded(raw, raw.boolean("deletion_protection", True, f"{TABLE}: default true")),
        prevent_destroy=lifecycle_meta(raw),
        **google_fields(raw),
    )

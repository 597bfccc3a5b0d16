"""Google databases. Cloud SQL instances here, with the provider's real defaults; the others beside it.

Defaults: terraform-provider-google 7.x documentation of ``google_sql_database_instance``, and
https://cloud.google.com/sql/docs/postgres/backup-recovery/backups where the API decides.
"""

from __future__ import annotations

from recoverable.clouds import gcp_backup_plans, gcp_other_databases
from recoverable.clouds.common import apart, different_regions, key_of, lifecycle_meta, region_of
from recoverable.clouds.gcp_common import AT_REST, MULTI_REGIONS, google_fields, guarded, is_set
from recoverable.clouds.given import is_given, perhaps_replica
from recoverable.clouds.index import Index
from recoverable.model.estate import Database, Estate
from recoverable.model.raw import RawResource
from recoverable.model.values import Unknown, Value, absent, default, stated, unknown

INSTANCE = "google_sql_database_instance"
TYPES = frozenset({INSTANCE}) | gcp_other_databases.TYPES | gcp_backup_plans.TYPES
FEATURES = frozenset(
    {
        "retention",
        "pitr",
        "encryption",
        "deletion-protection",
        "api-deletion-protection",
        "backups-die",
        "final-snapshot",
        "multi-zone",
        "second-region",
        "password",
    }
)
PLUS, ENTERPRISE = "ENTERPRISE_PLUS", "ENTERPRISE"
PLUS_TIERS = ("db-perf-optimized-", "db-memory-optimized-", "db-c4a-")
ENTERPRISE_TIERS = ("db-custom-", "db-f1-", "db-g1-", "db-n1-", "db-standard-", "db-highmem-", "db-lightweight-")
RETAINED_DEFAULT = {ENTERPRISE: 7, PLUS: 15}
LOG_DEFAULT = {ENTERPRISE: 7, PLUS: 14}
LOG_LIMIT = {ENTERPRISE: 7, PLUS: 35}
EDITION_NAME = {ENTERPRISE: "Enterprise", PLUS: "Enterprise Plus"}
RETAINED_LIMIT = 365
PITR_RPO_MINUTES = 5
"""Transaction logs go to Cloud Storage every 5 minutes or less (https://cloud.google.com/sql/docs/postgres/backup-recovery/pitr)."""
DAILY_MINUTES = 1440
BLOCK = "settings.backup_configuration"
NO_BLOCK = "google_sql_database_instance: without backup_configuration automated backups are off on Enterprise edition"
PLUS_BLOCK = "Cloud SQL turns backups and point-in-time recovery on for a new Enterprise Plus instance"
IN_BLOCK = "google_sql_database_instance sends false for what backup_configuration leaves out"
CLOSEST = "backups lie in the closest multi-region unless backup_configuration.location says otherwise"


def add_databases(index: Index, estate: Estate) -> None:
    """Map every Google database of the input, then the backup plans that select them."""
    for raw in index.of_type(INSTANCE):
        estate.databases.append(_instance(index, raw))
    gcp_other_databases.add_other_databases(index, estate)
    gcp_backup_plans.add_backup_plans(index, estate)


def _instance(index: Index, raw: RawResource) -> Database:
    replica, perhaps = is_given(index, raw, "master_instance_name")
    role, reason = ("read-replica", "master_instance_name is set") if replica else _role(raw)
    edition = edition_of(raw)
    database = Database(
        kind="cloudsql-instance",
        role=role,
        role_reason=reason,
        engine=raw.text("database_version"),
        features=FEATURES,
        encrypted=default(True, "encryption_key_name", raw.where, AT_REST),
        kms_key=key_of(raw, "encryption_key_name"),
        multi_zone=raw.text("settings.availability_type", "ZONAL", f"{INSTANCE}: default ZONAL").map(lambda word: word == "REGIONAL"),
        prevent_destroy=lifecycle_meta(raw),
        display=str(raw.attrs.get("name") or "") if isinstance(raw.attrs.get("name"), str) else "",
        **google_fields(raw, "settings.user_labels"),
    )
    _backups(database, raw, edition, perhaps)
    _window(database, raw, edition)
    _protections(database, raw)
    database.second_region = _second_region(index, raw, database)
    database.fixes = _fixes(database, raw)
    return perhaps_replica(database, perhaps, "api_deletion_protection")


def _role(raw: RawResource) -> tuple[str, str]:
    kind = raw.text("instance_type")
    if kind.known and str(kind.data) in ("READ_REPLICA_INSTANCE", "READ_POOL_INSTANCE"):
        return "read-replica", f"instance_type is {kind.data}"
    for path in ("clone", "point_in_time_restore_context", "restore_backup_context", "backupdr_backup"):
        if is_set(raw, path):
            return "clone", f"{path} is set"
    return "primary", ""


def edition_of(raw: RawResource) -> Value[str]:
    """The edition: stated, or the only one the machine type belongs to."""
    path = "settings.edition"
    own = raw.text(path)
    if own.known:
        return own.map(str.upper)
    tier = raw.text("settings.tier")
    for name, tiers in ((PLUS, PLUS_TIERS), (ENTERPRISE, ENTERPRISE_TIERS)):
        if tier.known and str(tier.data).lower().startswith(tiers):
            return default(name, path, raw.where, f"machine type {tier.data} is of {EDITION_NAME[name]} edition")
    return unknown(own.note or tier.note or "the edition is not stated", path, raw.where)


def _by_edition(raw: RawResource, path: str, edition: Value[str], numbers: dict[str, int], what: str) -> Value[int]:
    """A number as stated, else the default of the edition."""
    own = raw.number(path)
    if not own.absent:
        return own
    if edition.unknown:
        return unknown(f"the edition decides the default: {edition.note}", path, raw.where)
    name = str(edition.data)
    if name not in numbers:
        return unknown(f"edition {name} is not known", path, raw.where)
    return default(numbers[name], path, raw.where, f"{what} on {EDITION_NAME[name]} edition")


def _backups(database: Database, raw: RawResource, edition: Value[str], perhaps: str) -> None:
    """Automated backups: one a day, kept by count. ``perhaps`` says why it may be a read replica, which has none."""
    enabled = f"{BLOCK}.enabled"
    blocks = raw.blocks(BLOCK)
    if blocks != []:
        database.backups = raw.boolean(enabled, False, IN_BLOCK)
    elif database.role == "clone" and database.role_reason.startswith("clone"):
        database.backups = unknown("backup_configuration is taken over from the source instance (clone)", enabled, raw.where)
    elif perhaps:
        database.backups = unknown(f"it may be a read replica: {perhaps}", enabled, raw.where)
    elif edition.unknown:
        database.backups = unknown(f"the edition decides whether backups are on: {edition.note}", enabled, raw.where)
    elif edition.data == PLUS and database.role != "read-replica":
        database.backups = default(True, enabled, raw.where, PLUS_BLOCK)
    else:
        database.backups = default(False, enabled, raw.where, NO_BLOCK)
    path = f"{BLOCK}.backup_retention_settings.retained_backups"
    retained = _by_edition(raw, path, edition, RETAINED_DEFAULT, "Cloud SQL keeps so many daily backups by default")
    if database.backups.is_false:
        retained = Value(database.backups.kind, 0, path, database.backups.where, database.backups.note)
    elif database.backups.unknown:
        retained = unknown(database.backups.note, path, database.backups.where)
    unit = raw.text(f"{BLOCK}.backup_retention_settings.retention_unit", "COUNT")
    if unit.unknown or (unit.known and unit.data not in ("COUNT", "RETENTION_UNIT_UNSPECIFIED")):
        retained = unknown(f"retention_unit is {unit.data or unit.note}", path, unit.where)
    database.retention_days = retained
    database.retention_unit = "daily backups"
    database.limit_days = RETAINED_LIMIT
    database.limit_note = "Cloud SQL keeps 365 automated backups at most, one a day"


def _window(database: Database, raw: RawResource, edition: Value[str]) -> None:
    """Point-in-time recovery: binary logs on MySQL, its own switch on PostgreSQL and SQL Server."""
    database.pitr = _pitr(database, raw, edition)
    path = f"{BLOCK}.transaction_log_retention_days"
    days = _by_edition(raw, path, edition, LOG_DEFAULT, "Cloud SQL keeps transaction logs so many days by default")
    kept = database.retention_days
    if kept.unknown and not database.backups.is_false:
        days = kept if days.known else days
    elif days.known and kept.known and database.backups.is_true and (kept.data or 0) < (days.data or 0):
        days = Value(kept.kind, kept.data, kept.path, kept.where, "logs without a backup to start from do not help")
    database.pitr_days = days
    if edition.known and str(edition.data) in LOG_LIMIT:
        name = str(edition.data)
        database.pitr_limit_days = LOG_LIMIT[name]
        database.pitr_limit_note = f"Cloud SQL {EDITION_NAME[name]} edition keeps transaction logs {LOG_LIMIT[name]} days at most"
    if database.pitr.is_true:
        database.mechanism, database.mechanism_rpo = "point-in-time recovery", PITR_RPO_MINUTES
    elif database.backups.is_true:
        database.mechanism, database.mechanism_rpo = "daily backups", DAILY_MINUTES


def _pitr(database: Database, raw: RawResource, edition: Value[str]) -> Value[bool]:
    engine = database.engine
    if engine.unknown or engine.absent:
        log, own = (_flag(raw, name) for name in ("binary_log_enabled", "point_in_time_recovery_enabled"))
        if not (log.is_false and own.is_false):
            return unknown(engine.note or "database_version is not stated", "database_version", raw.where)
        flag = own
    else:
        flag = _flag(raw, "binary_log_enabled" if str(engine.data).upper().startswith("MYSQL") else "point_in_time_recovery_enabled")
    backups = database.backups
    if raw.blocks(BLOCK) == []:
        return Value(backups.kind, backups.data, flag.path, backups.where, backups.note)
    if flag.is_false or flag.unknown or backups.is_true:
        return flag
    if backups.unknown:
        return unknown(backups.note, backups.path, backups.where)
    return Value(backups.kind, False, backups.path, backups.where, "it needs automated backups, and they are off")


def _flag(raw: RawResource, name: str) -> Value[bool]:
    return raw.boolean(f"{BLOCK}.{name}", False, IN_BLOCK)


def _protections(database: Database, raw: RawResource) -> None:
    database.deletion_protection = guarded(raw, raw.boolean("deletion_protection", True, f"{INSTANCE}: default true"))
    database.api_deletion_protection = raw.boolean("settings.deletion_protection_enabled", False, f"{INSTANCE}: default false")
    kept = raw.boolean("settings.retain_backups_on_delete", False, f"{INSTANCE}: default false, backups go with the instance")
    database.backups_die_with_store = kept.map(lambda keep: not keep)
    database.final_snapshot = raw.boolean("settings.final_backup_config.enabled", False, f"{INSTANCE}: default false")
    database.final_snapshot_name = raw.text("final_backup_description")
    database.password = raw.value("root_password")
    write_only = not raw.value("root_password_wo").absent or not raw.value("root_password_wo_version").absent
    database.password_kind = "write-only" if write_only else ""


def _second_region(index: Index, raw: RawResource, database: Database) -> Value[bool]:
    """Backups in another region or a multi-region, or a replica in another region."""
    home = region_of(raw)
    doubts: list[Value[bool]] = []
    replicas = index.companions(raw, INSTANCE, "master_instance_name", ("name",))
    for replica in replicas.found:
        away = apart(raw, replica)
        if away.is_true:
            return stated(True, "region", replica.where, f"{replica.address} ({away.note})")
        if away.unknown:
            doubts.append(unknown(f"{replica.address}: {away.note}", "region", replica.where))
    if replicas.doubt:
        doubts.append(unknown(replicas.doubt, "master_instance_name", raw.where))
    stored = _backup_location(raw, database, home)
    return stored if stored.is_true or not doubts else doubts[0]


def _backup_location(raw: RawResource, database: Database, home: Value[str]) -> Value[bool]:
    path = f"{BLOCK}.location"
    place = raw.text(path)
    if database.backups.is_false:
        return absent(path, raw.where)
    if database.backups.unknown:
        return unknown(database.backups.note, path, raw.where)
    if place.absent or (place.known and not place.data):
        return default(True, path, raw.where, CLOSEST)
    if place.unknown:
        return unknown(place.note, path, place.where)
    name = str(place.data).lower()
    if name in MULTI_REGIONS:
        return stated(True, path, place.where, f"backups lie in multi-region {name}")
    apart = different_regions(home, place.map(str.lower))
    return Value(apart.kind, apart.data, path, place.where, f"backups lie in {name}" if apart.known else apart.note)


def _fixes(database: Database, raw: RawResource) -> dict[str, str]:
    engine = str(database.engine.data or "").upper()
    switch = "binary_log_enabled" if engine.startswith("MYSQL") else "point_in_time_recovery_enabled"
    blocks = raw.blocks(BLOCK)
    missing = not isinstance(blocks, Unknown) and not blocks
    return {
        "backups": "Add backup_configuration { enabled = true } to settings." if missing else f"Set {BLOCK}.enabled = true.",
        "retention": "Set settings.backup_configuration.backup_retention_settings {{ retained_backups = {need} }} (one backup a day).",
        "pitr": f"Set enabled = true and {switch} = true in settings.backup_configuration.",
        "pitr-window": "Set settings.backup_configuration.transaction_log_retention_days = {need}"
        + (', with edition = "ENTERPRISE_PLUS" for more than 7.' if database.pitr_limit_days == LOG_LIMIT[ENTERPRISE] else "."),
        "backups-die": "Set settings.retain_backups_on_delete = true.",
        "final-snapshot": "Add a final_backup_config block with enabled = true and retention_days = 30 to settings.",
        "multi-zone": 'Set settings.availability_type = "REGIONAL".',
        "second-region": "Set settings.backup_configuration.location to a multi-region (us, eu, asia) or another region, or add a replica in another region.",
        "password": "Use root_password_wo (write-only), or IAM database authentication.",
        "kms-key": "Set encryption_key_name to a Cloud KMS key in the instance's region.",
    }

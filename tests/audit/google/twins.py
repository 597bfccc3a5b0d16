"""Google's stores as code: a good one of each kind, and twins that differ from it in one attribute or companion.

``wrong`` are the rules that a twin breaks, in code as in the project. A rule that always fires, or never, loses.
"""

from __future__ import annotations

from recoverable.rules.registry.samples import resource
from tests.audit.twins import Twin, text

LABELS = '{ environment = "prod", owner = "orders" }'
SQL, BUCKET, KEY = "google_sql_database_instance", "google_storage_bucket", "google_kms_crypto_key"
CHANNEL = "projects/acme-prod/notificationChannels/1"
SETTINGS = {
    "tier": '"db-perf-optimized-N-2"',
    "edition": '"ENTERPRISE_PLUS"',
    "availability_type": '"REGIONAL"',
    "deletion_protection_enabled": "true",
    "retain_backups_on_delete": "true",
    "user_labels": LABELS,
}
BACKUPS = {"enabled": "true", "point_in_time_recovery_enabled": "true", "transaction_log_retention_days": "14", "location": '"eu"'}
MYSQL = {"enabled": "true", "binary_log_enabled": "true", "transaction_log_retention_days": "14", "location": '"eu"'}


def inner(name: str, attrs: dict[str, str], *blocks: str) -> str:
    """A nested block."""
    lines = "\n".join([*(f"  {key} = {value}" for key, value in attrs.items()), *blocks])
    return f"{name} {{\n{lines}\n}}"


def instance(
    name: str,
    *wrong: str,
    live: str = "",
    backups: dict[str, str] | None = None,
    retained: int = 30,
    final: str = "true",
    key: str = "",
    version: str = "POSTGRES_16",
    **settings: str,
) -> Twin:
    kept = inner("backup_retention_settings", {"retained_backups": str(retained)})
    backup = inner("backup_configuration", {**(MYSQL if version.startswith("MYSQL") else BACKUPS), **(backups or {})}, kept)
    last = inner("final_backup_config", {"enabled": final, "retention_days": "30"})
    attrs = {"name": f'"{name}"', "database_version": f'"{version}"', "region": '"europe-west1"'}
    attrs |= {"encryption_key_name": f"{KEY}.{key}.id"} if key else {}
    code = text(SQL, name, attrs, inner("settings", {**SETTINGS, **settings}, backup, last))
    return Twin(name, f"{SQL}.{name}", code, frozenset(wrong), frozenset({live} if live else ()))


def replica(name: str, live: str = "") -> Twin:
    """A read replica of sql-good, in the same region."""
    attrs = {
        "name": f'"{name}"',
        "database_version": '"POSTGRES_16"',
        "region": '"europe-west1"',
        "master_instance_name": f"{SQL}.sql-good.name",
    }
    plain = {key: value for key, value in SETTINGS.items() if key in ("tier", "edition", "user_labels")}
    code = instance("sql-good").code + text(SQL, name, attrs, inner("settings", plain))
    return Twin(name, f"{SQL}.{name}", code, frozenset(), frozenset({live} if live else ()))


def bucket(
    name: str,
    *wrong: str,
    location: str = "EU",
    versioning: str = "true",
    days: str = "days_since_noncurrent_time = 30",
    moved: bool = True,
    soft: int = 604800,
    labels: str = LABELS,
    prevention: str = "inherited",
    more: str = "",
) -> Twin:
    rules = [inner("lifecycle_rule", {}, inner("action", {"type": '"Delete"'}), inner("condition", {"with_state": '"ARCHIVED"'}, days))]
    move = inner("action", {"type": '"SetStorageClass"', "storage_class": '"NEARLINE"'})
    rules += [inner("lifecycle_rule", {}, move, inner("condition", {"age": "30"}))] if moved else []
    attrs = {"name": f'"{name}"', "location": f'"{location}"', "labels": labels, "public_access_prevention": f'"{prevention}"'}
    attrs["uniform_bucket_level_access"] = "true"
    soft_delete = inner("soft_delete_policy", {"retention_duration_seconds": str(soft)})
    code = text(BUCKET, name, attrs, inner("versioning", {"enabled": versioning}), soft_delete, *rules) + more
    return Twin(name, f"{BUCKET}.{name}", code, frozenset(wrong))


def granted(name: str, member: str) -> str:
    """Somebody may read a bucket."""
    attrs = {"bucket": f"{BUCKET}.{name}.name", "role": '"roles/storage.objectViewer"', "member": f'"{member}"'}
    return text("google_storage_bucket_iam_member", name, attrs)


def copied(name: str) -> str:
    """A transfer job copies a bucket to another region."""
    spec = [inner(f"gcs_data_{side}", {"bucket_name": f'"{one}"'}) for side, one in (("source", name), ("sink", "bucket-good"))]
    return text("google_storage_transfer_job", name, {"description": f'"{name}"'}, inner("replication_spec", {}, *spec))


def key(name: str, *wrong: str, live: str = "", **changes: str) -> Twin:
    """A key, with an instance of its own under it: a key that nothing uses is not looked at."""
    attrs = {"name": f'"{name}"', "key_ring": "google_kms_key_ring.main.id", "rotation_period": '"7776000s"', **changes}
    attrs = {"destroy_scheduled_duration": '"2592000s"', "labels": LABELS, **attrs}
    code = text(KEY, name, {each: value for each, value in attrs.items() if value}) + instance(f"sql-{name}", key=name).code
    return Twin(name, f"{KEY}.{name}", code, frozenset(wrong), frozenset({live} if live else ()))


def secret(name: str, *wrong: str, **changes: str) -> Twin:
    """A secret of which a destroyed version waits for a month."""
    kind = "google_secret_manager_secret"
    attrs = {"secret_id": f'"{name}"', "labels": LABELS, "version_destroy_ttl": '"2592000s"', **changes}
    code = text(kind, name, {each: value for each, value in attrs.items() if value}, inner("replication", {}, inner("auto", {})))
    return Twin(name, f"{kind}.{name}", code, frozenset(wrong))


def common() -> str:
    """What stands beside the twins: a ring of keys, and somebody who hears of failures."""
    ring = resource("google_kms_key_ring", "main", 'name = "main"\nlocation = "europe-west1"')
    heard = 'resource.type=\\"cloudsql_database\\" protoPayload.methodName=\\"cloudsql.instances.automatedBackup\\" severity>=ERROR'
    condition = inner("conditions", {"display_name": '"failed"'}, inner("condition_matched_log", {"filter": f'"{heard}"'}))
    attrs = {"display_name": '"failed backups"', "combiner": '"OR"', "notification_channels": f'["{CHANNEL}"]'}
    return ring + text("google_monitoring_alert_policy", "failures", attrs, condition)


OFF = {"enabled": "false", "point_in_time_recovery_enabled": "false"}
TWINS = (
    instance("sql-good"),
    instance("sql-mysql", version="MYSQL_8_0"),
    instance("sql-kept", "RCV002", retained=29),
    instance("sql-none", "RCV001", "RCV004", "RCV006", "RCV015", backups=OFF),
    instance("sql-pitr", "RCV004", "RCV006", backups={"point_in_time_recovery_enabled": "false"}),
    instance("sql-window", "RCV005", backups={"transaction_log_retention_days": "6"}),
    instance("sql-open", "RCV031", deletion_protection_enabled="false"),
    instance("sql-die", "RCV010", retain_backups_on_delete="false"),
    instance("sql-last", "RCV011", final="false"),
    instance("sql-zone", "RCV014", availability_type='"ZONAL"'),
    instance("sql-near", "RCV015", backups={"location": '"europe-west1"'}),
    instance("sql-stale", live="RCV201"),
    instance("sql-never", live="RCV201"),
    instance("sql-reach", live="RCV202"),
    instance("sql-lag", live="RCV203"),
    instance("sql-failed", live="RCV204"),
    instance("sql-skipped"),
    replica("sql-replica"),
    replica("sql-paused", live="RCV206"),
    bucket("bucket-good"),
    bucket("bucket-versions", "RCV040", versioning="false"),
    bucket("bucket-public", "RCV055", more=granted("bucket-public", "allUsers")),
    bucket("bucket-shut", prevention="enforced", more=granted("bucket-shut", "allUsers")),
    bucket("bucket-friend", more=granted("bucket-friend", "user:ann@example.com")),
    bucket("bucket-days", "RCV053", days="days_since_noncurrent_time = 29"),
    bucket("bucket-dear", "RCV054", moved=False),
    bucket("bucket-soft", "RCV050", soft=0),
    bucket("bucket-place", "RCV051", location="EUROPE-WEST1"),
    bucket("bucket-copied", location="EUROPE-WEST1", more=bucket("bucket-good").code + copied("bucket-copied")),
    secret("secret-good"),
    secret("secret-gone", "RCV123", version_destroy_ttl=""),
    key("key-good"),
    key("key-still", "RCV121", rotation_period=""),
    key("key-short", "RCV120", destroy_scheduled_duration='"86400s"'),
    key("key-off", live="RCV122"),
    key("key-old", live="RCV122"),
)

"""Alert policies that hear failed backups.

Cloud SQL writes each automated backup to the audit log as ``cloudsql.instances.automatedBackup``
(https://cloud.google.com/sql/docs/mysql/backup-recovery/view-audit-logs-for-automated-backups);
a policy hears it by a matched-log condition, or by a log-based metric.
"""

from __future__ import annotations

import re

from recoverable.clouds.gcp_common import google_fields
from recoverable.clouds.index import Index
from recoverable.model.estate import Alarm, Estate
from recoverable.model.raw import RawResource
from recoverable.model.values import Unknown, Value, absent, stated, unknown

POLICY, METRIC, CHANNEL = "google_monitoring_alert_policy", "google_logging_metric", "google_monitoring_notification_channel"
TYPES = frozenset({POLICY, METRIC, CHANNEL})
CONDITIONS = (
    "condition_matched_log.filter",
    "condition_threshold.filter",
    "condition_absent.filter",
    "condition_monitoring_query_language.query",
    "condition_prometheus_query_language.query",
    "condition_sql.query",
)
FAMILIES = (
    ("cloudsql", re.compile(r"cloud[-_ ]?sql|sql[-_ ]?(instance[-_ ]?)?backup|sqladmin", re.IGNORECASE)),
    ("alloydb", re.compile(r"alloydb", re.IGNORECASE)),
    ("spanner", re.compile(r"spanner", re.IGNORECASE)),
    ("firestore", re.compile(r"firestore", re.IGNORECASE)),
    ("backupdr", re.compile(r"backup[-_ ]?dr|bdr_", re.IGNORECASE)),
)
BACKUP = re.compile(r"back[-_ ]?up|backup[-_ ]?run", re.IGNORECASE)
USER_METRIC = re.compile(r"logging\.googleapis\.com/user/([\w.\-/]+)")
DATABASE_ID = re.compile(r"""database_id["']?\s*={1,2}~?\s*["']([^"']+)["']""")


def add_alarms(index: Index, estate: Estate) -> None:
    """Map the alert policies that hear something about backups, or may."""
    for raw in index.of_type(POLICY):
        alarm = _alarm(index, raw)
        if alarm.hears or alarm.hears_unknown:
            estate.alarms.append(alarm)


def _alarm(index: Index, raw: RawResource) -> Alarm:
    texts, doubt = _texts(index, raw)
    hears = frozenset(family for text in texts for family in families_of(text))
    return Alarm(
        kind="gcp-alert-policy",
        display=str(raw.attrs.get("display_name") or "") if isinstance(raw.attrs.get("display_name"), str) else "",
        hears=hears,
        hears_unknown="" if hears else doubt,
        sources=tuple(sorted({name for text in texts for name in DATABASE_ID.findall(text)})),
        sends=_sends(raw),
        **google_fields(raw, "user_labels"),
    )


def families_of(text: str) -> set[str]:
    """The families of stores whose backups a filter or query is about."""
    if BACKUP.search(text) is None:
        return set()
    return {family for family, words in FAMILIES if words.search(text)}


def _texts(index: Index, raw: RawResource) -> tuple[list[str], str]:
    """All filters and queries of a policy, with those of the log metrics they name."""
    conditions = raw.blocks("conditions")
    if isinstance(conditions, Unknown):
        return [], conditions.expression
    texts: list[str] = []
    doubt = ""
    for number, condition in enumerate(conditions):
        if "*" in condition:
            doubt = doubt or condition["*"].expression
            continue
        for name in CONDITIONS:
            found = raw.raw(f"conditions.{number}.{name}")
            if isinstance(found, str):
                texts.append(found)
                texts.extend(_metric_filters(index, USER_METRIC.findall(found)))
            elif isinstance(found, Unknown):
                metrics, _ = index.resolve(found.refs, METRIC)
                known = [text for metric in metrics if isinstance(text := metric.raw("filter"), str)]
                texts.extend(known)
                doubt = doubt or ("" if known else found.expression)
    return texts, doubt


def _metric_filters(index: Index, names: list[str]) -> list[str]:
    wanted = set(names)
    return [
        text for metric in index.of_type(METRIC) if metric.attrs.get("name") in wanted and isinstance(text := metric.raw("filter"), str)
    ]


def _sends(raw: RawResource) -> Value[bool]:
    """A policy without notification channels opens an incident that nobody is told of."""
    on = raw.boolean("enabled", True, f"{POLICY}: default true")
    if on.is_false:
        return Value(on.kind, False, "enabled", on.where, "the policy is disabled")
    channels = raw.raw("notification_channels")
    where = raw.locate("notification_channels")
    if isinstance(channels, Unknown):
        if channels.refs or channels.not_null:
            return stated(True, "notification_channels", where)
        return unknown(channels.expression, "notification_channels", where)
    if not channels:
        return absent("notification_channels", where)
    if on.unknown:
        return unknown(on.note, "enabled", on.where)
    return stated(True, "notification_channels", where)

"""What listens to failed backups: RDS event subscriptions, EventBridge rules, metric alarms, vault and bucket notifications.

Families an alarm can hear: ``rds`` (instances), ``aurora`` (clusters of Aurora and RDS), ``docdb``,
``neptune``, ``redshift``, ``aws-backup`` and ``s3-replication``. An alarm whose ``sources`` are not
empty hears only those addresses or names.
"""

from __future__ import annotations

from typing import Any

from recoverable.clouds.aws_event_pattern import families_of_pattern
from recoverable.clouds.aws_vaults import VAULTS, events_tell_failures
from recoverable.clouds.common import subject_fields
from recoverable.clouds.given import is_made_of_references
from recoverable.clouds.index import CONDITIONAL, Index
from recoverable.model.estate import Alarm, Estate
from recoverable.model.raw import RawResource
from recoverable.model.values import Unknown, Value, default, stated, unknown

SUBSCRIPTIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "aws_db_event_subscription": {
        "": ("rds", "aurora"),
        "db-instance": ("rds",),
        "db-snapshot": ("rds",),
        "db-cluster": ("aurora",),
        "db-cluster-snapshot": ("aurora",),
    },
    "aws_docdb_event_subscription": {"": ("docdb",), "db-cluster": ("docdb",), "db-cluster-snapshot": ("docdb",)},
    "aws_neptune_event_subscription": {"": ("neptune",), "db-cluster": ("neptune",), "db-cluster-snapshot": ("neptune",)},
    "aws_redshift_event_subscription": {"": ("redshift",), "cluster": ("redshift",), "cluster-snapshot": ("redshift",)},
}
TYPES: frozenset[str] = frozenset(
    {
        *SUBSCRIPTIONS,
        "aws_cloudwatch_event_rule",
        "aws_cloudwatch_event_target",
        "aws_cloudwatch_metric_alarm",
        "aws_backup_vault_notifications",
        "aws_s3_bucket_notification",
    }
)
CATEGORIES = frozenset({"backup", "failure"})
METRICS = {
    ("AWS/Backup", "NumberOfBackupJobsFailed"): "aws-backup",
    ("AWS/Backup", "NumberOfBackupJobsAborted"): "aws-backup",
    ("AWS/Backup", "NumberOfBackupJobsExpired"): "aws-backup",
    ("AWS/Backup", "NumberOfBackupJobsCompleted"): "aws-backup",
    ("AWS/S3", "OperationsFailedReplication"): "s3-replication",
    ("AWS/S3", "ReplicationLatency"): "s3-replication",
    ("AWS/S3", "OperationsPendingReplication"): "s3-replication",
}
REPLICATION_EVENTS = ("s3:Replication:*", "s3:Replication:OperationFailedReplication", "s3:Replication:OperationMissedThreshold")


def add_alarms(index: Index, estate: Estate) -> None:
    """Map everything that listens to backup or replication failures."""
    for kind, sources in SUBSCRIPTIONS.items():
        estate.alarms.extend(_subscription(index, raw, sources) for raw in index.of_type(kind))
    estate.alarms.extend(_event_rule(index, raw) for raw in index.of_type("aws_cloudwatch_event_rule"))
    estate.alarms.extend(_metric_alarm(raw) for raw in index.of_type("aws_cloudwatch_metric_alarm"))
    estate.alarms.extend(_vault_notification(index, raw) for raw in index.of_type("aws_backup_vault_notifications"))
    estate.alarms.extend(_bucket_notification(index, raw) for raw in index.of_type("aws_s3_bucket_notification"))


def _alarm(raw: RawResource, kind: str, hears: frozenset[str], doubt: str, sends: Value[bool], sources: tuple[str, ...] = ()) -> Alarm:
    condition = raw.attrs.get(CONDITIONAL)
    if isinstance(condition, Unknown) and hears:
        hears, doubt = frozenset(), f"it is there only if {condition.expression}"
    return Alarm(kind=kind, hears=hears, hears_unknown=doubt, sends=sends, sources=sources, **subject_fields(raw))


def _subscription(index: Index, raw: RawResource, families: dict[str, tuple[str, ...]]) -> Alarm:
    kind = raw.text("source_type")
    categories = raw.raw("event_categories")
    listed = categories if isinstance(categories, list) else []
    hears = frozenset(families.get(str(kind.data or ""), ()))
    doubt = kind.note if kind.unknown else ""
    if isinstance(categories, Unknown) or (not CATEGORIES & _texts(listed) and any(isinstance(item, Unknown) for item in listed)):
        doubt = doubt or f"event_categories of {raw.address}"
    elif listed and not CATEGORIES & _texts(listed):
        hears = frozenset()
        doubt = ""
    sources, vague = _sources(index, raw.raw("source_ids"))
    if vague and hears:
        doubt = doubt or f"source_ids of {raw.address}"
    return _alarm(
        raw,
        "event-subscription",
        frozenset() if doubt else hears,
        doubt,
        raw.boolean("enabled", True, f"{raw.type}: default true"),
        sources,
    )


def _texts(items: Any) -> set[str]:
    return {item for item in items if isinstance(item, str)} if isinstance(items, list) else set()


def _sources(index: Index, found: Any) -> tuple[tuple[str, ...], bool]:
    """Names and addresses an alarm is limited to, and whether some are not known."""
    names: list[str] = []
    vague = False
    for item in found if isinstance(found, list) else ([] if found is None else [found]):
        if not isinstance(item, Unknown):
            names.append(str(item))
            continue
        targets, exact = index.resolve(item.refs)
        names.extend(target.address for target in targets)
        vague = vague or not targets or (not exact and len(targets) < 2)
    return tuple(dict.fromkeys(names)), vague


def _event_rule(index: Index, raw: RawResource) -> Alarm:
    pattern = raw.text("event_pattern")
    state, enabled = raw.text("state", "ENABLED"), raw.boolean("is_enabled", True)
    targets = index.companions(raw, "aws_cloudwatch_event_target", "rule", ("name",))
    sends: Value[bool] = default(False, "aws_cloudwatch_event_target", raw.where, "it has no target")
    if targets.first:
        sends = stated(True, "aws_cloudwatch_event_target", targets.first.where)
    elif targets.doubt:
        sends = unknown(targets.doubt, "aws_cloudwatch_event_target", raw.where)
    if state.data == "DISABLED" or enabled.is_false:
        sends = stated(False, "state", raw.locate("state"), "it is disabled")
    elif state.unknown or enabled.unknown:
        sends = unknown(state.note or enabled.note, "state", raw.locate("state"))
    if pattern.unknown:
        return _alarm(raw, "event-rule", frozenset(), f"event_pattern comes from {pattern.note}", sends)
    return _alarm(raw, "event-rule", families_of_pattern(str(pattern.data or "")), "", sends)


def _metric_alarm(raw: RawResource) -> Alarm:
    pairs = [("namespace", "metric_name")]
    queries = raw.blocks("metric_query")
    pairs += [
        (f"metric_query.{number}.metric.namespace", f"metric_query.{number}.metric.metric_name")
        for number in range(0 if isinstance(queries, Unknown) else len(queries))
    ]
    hears: set[str] = set()
    doubt = queries.expression if isinstance(queries, Unknown) else ""
    for namespace, metric in ((raw.text(first), raw.text(second)) for first, second in pairs):
        if namespace.unknown or metric.unknown:
            doubt = doubt or namespace.note or metric.note
        elif (family := METRICS.get((str(namespace.data), str(metric.data)))) is not None:
            hears.add(family)
    actions = {name: raw.raw(name) for name in ("alarm_actions", "insufficient_data_actions")}
    sends: Value[bool] = stated(
        any(value not in (None, []) for value in actions.values()), "alarm_actions", raw.locate("alarm_actions"), "it has no alarm_actions"
    )
    settled = raw.planned or raw.engine == "pulumi"
    if any(isinstance(value, Unknown) and not (value.refs and (settled or is_made_of_references(value))) for value in actions.values()):
        sends = unknown("alarm_actions", "alarm_actions", raw.locate("alarm_actions"))
    on = raw.boolean("actions_enabled", True)
    if not on.is_true:
        sends = on
    return _alarm(raw, "metric-alarm", frozenset(hears), doubt, sends)


def _vault_notification(index: Index, raw: RawResource) -> Alarm:
    tells = events_tell_failures(raw)
    names = [str(raw.attrs["backup_vault_name"])] if isinstance(raw.attrs.get("backup_vault_name"), str) else []
    target = index.target(raw, "backup_vault_name", *VAULTS)
    sources = tuple([target.address] if target else names)
    doubt = tells.note if tells.unknown else ("" if sources else f"backup_vault_name of {raw.address}")
    hears = frozenset({"aws-backup"}) if tells.is_true and sources else frozenset()
    return _alarm(raw, "vault-notification", hears, doubt if not tells.is_false else "", stated(True, "sns_topic_arn", raw.where), sources)


def _bucket_notification(index: Index, raw: RawResource) -> Alarm:
    hears: set[str] = set()
    doubt = ""
    for name in ("topic", "queue", "lambda_function"):
        blocks = raw.blocks(name)
        if isinstance(blocks, Unknown):
            doubt = doubt or blocks.expression
            continue
        for block in blocks:
            events = block.get("events")
            if isinstance(events, Unknown):
                doubt = doubt or events.expression
            elif _texts(events) & set(REPLICATION_EVENTS):
                hears.add("s3-replication")
    target = index.target(raw, "bucket", "aws_s3_bucket")
    literal = raw.attrs.get("bucket")
    sources = (target.address,) if target else ((literal,) if isinstance(literal, str) else ())
    if hears and not sources:
        hears, doubt = set(), f"bucket of {raw.address}"
    return _alarm(raw, "bucket-notification", frozenset(hears), "" if hears else doubt, stated(True, "topic", raw.where), sources)

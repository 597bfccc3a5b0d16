"""Builds BackupAlerts on Google Cloud: channels, and alert policies on failed backups and stale proofs.

Failed backups: https://cloud.google.com/sql/docs/mysql/backup-recovery/view-audit-logs-for-automated-backups. An absence is told after
23.5 hours at most (https://cloud.google.com/monitoring/alerts/policies-in-api), and only where a value was seen once.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulumi_gcp import logging, monitoring

from recoverable.components.backup_alerts_checks import AlertPlan, Stale
from recoverable.components.unique_names import unique

if TYPE_CHECKING:
    from recoverable.components.backup_alerts import BackupAlerts, BackupAlertsArgs

METRIC = "custom.googleapis.com/recoverable/last_proven_restore_age_minutes"
ABSENT = "84600s"
"""23.5 hours, the longest that an absence condition waits."""
FAILED_SQL = (
    'resource.type="cloudsql_database" AND log_id("cloudaudit.googleapis.com/system_event") AND '
    'protoPayload.methodName="cloudsql.instances.automatedBackup" AND NOT protoPayload.metadata.windowStatus:"succe"'
)
"""Whatever is no success: a failed backup, a skipped one, and an entry of a form that we do not know."""
FAILED_DR = 'log_id("backupdr.googleapis.com/bdr_backup_restore_jobs") AND jsonPayload.jobStatus="FAILED"'
FAILURES = {
    "cloudsql": ("An automated backup of Cloud SQL failed", FAILED_SQL),
    "backupdr": ("A backup of Backup and DR failed", FAILED_DR),
}
LONGEST_NAME = 60
"""A log metric's name has 100 characters at most, with what is put around it."""
RATE = {"notification_rate_limit": {"period": "300s"}, "auto_close": "604800s"}
"""A matched-log policy needs a rate limit; an incident closes itself after a week."""


@dataclass(frozen=True)
class GoogleAlertParts:
    """What was made. The children are escape hatches."""

    channels: list[monitoring.NotificationChannel]
    metrics: list[logging.Metric]
    descriptor: monitoring.MetricDescriptor | None
    alarms: dict[str, monitoring.AlertPolicy]
    outputs: dict[str, Any]


def build(component: "BackupAlerts", given: "BackupAlertsArgs", plan: AlertPlan) -> GoogleAlertParts:
    """Channels first: every policy names them."""
    name, project = component.short, component.policy.project
    channels = [
        monitoring.NotificationChannel(
            f"{name}-channel-{number}",
            display_name=f"{name}: {component.policy.tier}",
            type="email",
            labels={"email_address": address},
            project=project,
            user_labels=component.labels(),
            opts=component.helper(),
        )
        for number, address in enumerate(plan.addresses)
    ]
    maker = _Policies(component, [each.id for each in channels])
    metrics = [_count(component, suffix, says, words) for suffix, (says, words) in FAILURES.items()]
    for suffix, (says, words) in FAILURES.items():
        maker.make(f"failed-{suffix}", says, [{"display_name": says, "condition_matched_log": {"filter": words}}], RATE)
    descriptor = _describe_age(component) if plan.stale else None
    for stale in plan.stale:
        maker.stale(stale, descriptor)
    outputs = {
        "topic_arn": None,
        "topic_key_arn": None,
        "dead_letter_queue_arn": None,
        "channels": [each.id for each in channels],
        "alarms": {suffix: made.name for suffix, made in maker.made.items()},
        "proof_metric": {"name": METRIC, "labels": "store,environment", "environment": component.policy.tier},
    }
    return GoogleAlertParts(channels, metrics, descriptor, maker.made, outputs)


def _count(component: "BackupAlerts", suffix: str, says: str, words: str) -> logging.Metric:
    """How many backups failed, for a chart."""
    return logging.Metric(
        f"{component.short}-failed-{suffix}-count",
        name=f"recoverable/{unique(component, LONGEST_NAME, '-')}/failed_{suffix}_backups",
        description=says,
        filter=words,
        metric_descriptor={"metric_kind": "DELTA", "value_type": "INT64", "unit": "1"},
        project=component.policy.project,
        opts=component.helper(ignore_changes=["name"]),
    )


def _describe_age(component: "BackupAlerts") -> monitoring.MetricDescriptor:
    """The metric that drills publish: a policy on a metric that does not exist is refused.

    A project has one, which several stacks may describe in the same words; so it stays when one of them goes.
    """
    return monitoring.MetricDescriptor(
        f"{component.short}-proof-age",
        type=METRIC,
        display_name="Age of the last proven restore",
        description="Minutes since a drill last proved that the store can be restored",
        metric_kind="GAUGE",
        value_type="INT64",
        unit="min",
        labels=[{"key": "store", "value_type": "STRING"}, {"key": "environment", "value_type": "STRING"}],
        project=component.policy.project,
        opts=component.helper(retain_on_delete=True),
    )


class _Policies:
    """Makes alert policies that notify the channels."""

    def __init__(self, component: "BackupAlerts", channels: list[Any]) -> None:
        self.component, self.channels = component, channels
        self.made: dict[str, monitoring.AlertPolicy] = {}

    def stale(self, stale: Stale, descriptor: monitoring.MetricDescriptor | None) -> None:
        """No restore was proven for too long, or its age is no longer published."""
        words = (
            f'metric.type="{METRIC}" AND resource.type="global" AND metric.labels.store="{stale.store}" AND '
            f'metric.labels.environment="{self.component.policy.tier}"'
        )
        daily = [{"alignment_period": "86400s", "per_series_aligner": "ALIGN_MAX"}]
        old = {
            "filter": words,
            "comparison": "COMPARISON_GT",
            "threshold_value": stale.minutes,
            "duration": "0s",
            "aggregations": daily,
            "trigger": {"count": 1},
        }
        silent = {"filter": words, "duration": ABSENT, "trigger": {"count": 1}}
        says = f"No restore of {stale.store} was proven for {stale.minutes} minutes"
        conditions = [
            {"display_name": says, "condition_threshold": old},
            {"display_name": f"The age of the last proof of {stale.store} is not published", "condition_absent": silent},
        ]
        self.make(f"stale-proof-{stale.store.replace('/', '-')}", says, conditions, {"auto_close": RATE["auto_close"]}, [descriptor])

    def make(self, suffix: str, says: str, conditions: list[dict[str, Any]], strategy: dict[str, Any], waits: Any = None) -> None:
        """One policy, told to every channel."""
        self.made[suffix] = monitoring.AlertPolicy(
            f"{self.component.short}-{suffix}",
            display_name=f"{says} ({self.component.policy.tier})",
            combiner="OR",
            conditions=conditions,
            alert_strategy=strategy,
            notification_channels=self.channels,
            enabled=True,
            project=self.component.policy.project,
            user_labels=self.component.labels(),
            opts=self.component.helper(depends_on=waits),
        )

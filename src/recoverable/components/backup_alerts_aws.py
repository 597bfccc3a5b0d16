"""Builds BackupAlerts on AWS: topic, rules, and the alarms on what is missing, late or stale."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulumi_aws import cloudwatch

from recoverable.components.backup_alerts_checks import AlertPlan, ReplicationAlertArgs
from recoverable.components.backup_alerts_events import Events
from recoverable.components.backup_alerts_topic import AlertTopic
from recoverable.components.bucket_aws_replication import RULE_ID

if TYPE_CHECKING:
    from recoverable.components.backup_alerts import BackupAlerts, BackupAlertsArgs

DAY, FIVE_MINUTES = 86400, 300
NAMESPACE, AGE = "Recoverable", "LastProvenRestoreAgeMinutes"


@dataclass(frozen=True)
class AlertParts:
    """What was made. The children are escape hatches."""

    topic: AlertTopic
    events: Events
    alarms: dict[str, cloudwatch.MetricAlarm]
    outputs: dict[str, Any]


def build(component: "BackupAlerts", given: "BackupAlertsArgs", plan: AlertPlan) -> AlertParts:
    """The topic first: everything else publishes to it."""
    topic = AlertTopic(component, plan.addresses)
    events = Events(component, topic)
    alarms = _Alarms(component, topic)
    alarms.undelivered(events)
    for stale in plan.stale:
        alarms.stale(stale.store, stale.minutes)
    for number, vault in enumerate(given.vault_names or ()):
        alarms.vault(number, vault)
    for name, each in replications(component, given).items():
        buckets = {"SourceBucket": each.source_bucket, "DestinationBucket": each.destination_bucket, "RuleId": each.rule_id or RULE_ID}
        alarms.replication(name, buckets, plan.late_minutes)
    outputs = {
        "topic_arn": topic.topic.arn,
        "topic_key_arn": topic.key.arn,
        "dead_letter_queue_arn": events.dead_letters.queue.arn,
        "channels": [each.arn for each in topic.subscriptions],
        "alarms": {name: alarm.arn for name, alarm in alarms.made.items()},
        "proof_metric": {
            "namespace": NAMESPACE,
            "name": AGE,
            "dimensions": "store,environment",
            "environment": component.policy.tier,
        },
    }
    return AlertParts(topic, events, alarms.made, outputs)


def replications(component: "BackupAlerts", given: "BackupAlertsArgs") -> dict[str, ReplicationAlertArgs]:
    """What the caller names, by number, or what components with the same policy made before, by their names."""
    if given.replications is not None:
        return {str(number): each for number, each in enumerate(given.replications)}
    return {name: ReplicationAlertArgs(source, copy) for name, (source, copy) in component.policy.replications.items()}


class _Alarms:
    """Makes alarms that publish to the topic when they ring and when they are quiet again."""

    def __init__(self, component: "BackupAlerts", topic: AlertTopic) -> None:
        self.component, self.topic = component, topic
        self.made: dict[str, cloudwatch.MetricAlarm] = {}

    def stale(self, store: str, minutes: int) -> None:
        """No restore of the store was proven for too long. Drills publish the age once a day; a day without it rings as well.

        Two days of two: a publication that slips over midnight is no alarm.
        """
        self._alarm(
            f"stale-proof-{store.replace('/', '-')}",
            f"No restore of {store} was proven for {minutes} minutes, or its age is not published.",
            namespace=NAMESPACE,
            metric_name=AGE,
            dimensions={"store": store, "environment": self.component.policy.tier},
            statistic="Maximum",
            period=DAY,
            evaluation_periods=2,
            datapoints_to_alarm=2,
            comparison_operator="GreaterThanThreshold",
            threshold=minutes,
            treat_missing_data="breaching",
        )

    def vault(self, number: int, vault: Any) -> None:
        """Backups into the vault failed, or none was completed in a day."""
        common = {"namespace": "AWS/Backup", "dimensions": {"BackupVaultName": vault}, "statistic": "Sum", "evaluation_periods": 1}
        self._alarm(
            f"no-backup-{number}",
            "No backup was completed in a day.",
            **common,
            metric_name="NumberOfBackupJobsCompleted",
            period=DAY,
            comparison_operator="LessThanThreshold",
            threshold=1,
            treat_missing_data="breaching",
        )
        self._alarm(
            f"failed-backup-{number}",
            "A backup job failed.",
            **common,
            metric_name="NumberOfBackupJobsFailed",
            period=FIVE_MINUTES,
            comparison_operator="GreaterThanThreshold",
            threshold=0,
            treat_missing_data="notBreaching",
        )

    def replication(self, name: str, dimensions: dict[str, Any], minutes: int) -> None:
        """A copy is late, or an object could not be copied. S3 publishes nothing where nothing is to be copied."""
        common = {
            "namespace": "AWS/S3",
            "dimensions": dimensions,
            "period": FIVE_MINUTES,
            "evaluation_periods": 1,
            "comparison_operator": "GreaterThanThreshold",
            "treat_missing_data": "notBreaching",
        }
        late = {"metric_name": "ReplicationLatency", "statistic": "Maximum", "threshold": minutes * 60}
        self._alarm(f"late-replication-{name}", f"The copy is more than {minutes} minutes late.", **common, **late)
        failed = {"metric_name": "OperationsFailedReplication", "statistic": "Sum", "threshold": 0}
        self._alarm(f"failed-replication-{name}", "An object could not be copied.", **common, **failed)

    def undelivered(self, events: Events) -> None:
        """An alert could not be delivered."""
        self._alarm(
            "undelivered-alerts",
            "An alert could not be delivered: read it in the dead-letter queue.",
            namespace="AWS/SQS",
            metric_name="ApproximateNumberOfMessagesVisible",
            dimensions={"QueueName": events.dead_letters.queue.name},
            statistic="Maximum",
            period=FIVE_MINUTES,
            evaluation_periods=1,
            comparison_operator="GreaterThanThreshold",
            threshold=0,
            treat_missing_data="notBreaching",
        )

    def _alarm(self, suffix: str, says: str, **settings: Any) -> None:
        self.made[suffix] = cloudwatch.MetricAlarm(
            f"{self.component.short}-{suffix}",
            alarm_description=says,
            alarm_actions=[self.topic.topic.arn],
            ok_actions=[self.topic.topic.arn],
            region=self.component.policy.primary_region,
            tags=self.component.tags(),
            **settings,
            opts=self.component.helper(depends_on=[self.topic.topic_policy]),
        )

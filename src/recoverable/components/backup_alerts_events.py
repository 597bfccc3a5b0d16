"""EventBridge rules for failed backups. Events are best effort, so alarms on what is missing stand beside them.

Events: https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html (some carry ``state``, others ``status``) and
https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-rds.html. S3 sends failed and late replication to topics only, not here.
"""

import json
from typing import Any

from pulumi_aws import cloudwatch

from recoverable.components.backup_alerts_queue import EVENTBRIDGE_RETRY, DeadLetters
from recoverable.components.backup_alerts_topic import EVENTS, AlertTopic
from recoverable.components.backup_vault_key import account_of
from recoverable.components.base import Component

BAD = ["FAILED", "ABORTED", "EXPIRED", "PARTIAL"]
JOBS = ["Backup Job State Change", "Copy Job State Change", "Restore Job State Change"]
RDS = ["RDS DB Instance Event", "RDS DB Snapshot Event", "RDS DB Cluster Event", "RDS DB Cluster Snapshot Event"]
PATTERNS: dict[str, tuple[str, dict[str, Any]]] = {
    "backup-jobs": (
        "AWS Backup: a backup, copy or restore job failed, was aborted, expired, or is partial",
        {"source": ["aws.backup"], "detail-type": JOBS, "detail": {"$or": [{"state": BAD}, {"status": BAD}]}},
    ),
    "databases": (
        "RDS and Aurora: a failure of an instance, a cluster or a snapshot",
        {"source": ["aws.rds"], "detail-type": RDS, "detail": {"EventCategories": ["failure"]}},
    ),
}


class Events:
    """The rules, their targets, and the queue of what could not be delivered."""

    def __init__(self, component: Component, topic: AlertTopic) -> None:
        region, name = component.policy.primary_region, component.short
        ours = {"StringEquals": {"aws:SourceAccount": account_of(component)}}
        self.dead_letters = DeadLetters(component, name, {"Service": EVENTS}, ours)
        self.rules: dict[str, cloudwatch.EventRule] = {}
        self.targets: list[cloudwatch.EventTarget] = []
        for suffix, (says, pattern) in PATTERNS.items():
            rule = cloudwatch.EventRule(
                f"{name}-{suffix}",
                description=says,
                event_pattern=json.dumps(pattern),
                state="ENABLED",
                region=region,
                tags=component.tags(),
                opts=component.helper(),
            )
            self.rules[suffix] = rule
            self.targets.append(
                cloudwatch.EventTarget(
                    f"{name}-{suffix}-target",
                    rule=rule.name,
                    arn=topic.topic.arn,
                    target_id="topic",
                    dead_letter_config={"arn": self.dead_letters.queue.arn},
                    retry_policy=EVENTBRIDGE_RETRY,
                    region=region,
                    opts=component.helper(depends_on=[topic.topic_policy, self.dead_letters.queue_policy]),
                )
            )

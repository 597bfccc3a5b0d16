"""BackupAlerts: somebody hears when backups fail, when none are made, and when no restore was proven for too long."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from recoverable.components import backup_alerts_aws, backup_alerts_gcp
from recoverable.components.backup_alerts_checks import ReplicationAlertArgs, StoreAlertArgs, plan_of
from recoverable.components.base import Component
from recoverable.components.policy import ProtectionPolicy

__all__ = ["BackupAlerts", "BackupAlertsArgs", "ReplicationAlertArgs", "StoreAlertArgs"]


@dataclass
class BackupAlertsArgs:
    """What is heard beyond failed backups, which always are."""

    policy: ProtectionPolicy
    """Whose alert_address hears, and whose cadence makes a proof stale."""
    stores: list[StoreAlertArgs] | None = None
    """The stores whose restore is proven by drills: an alarm each, when the last proof is too old or unknown."""
    vault_names: list[pulumi.Input[str]] | None = None
    """Names of AWS Backup vaults: an alarm each, when no backup was completed in a day. AWS only."""
    replications: list[ReplicationAlertArgs] | None = None
    """Replications of S3: an alarm each, when the copy is late or an object failed. They need replication metrics. Default: those of
    the components that took the same policy before this one. AWS only."""
    replication_threshold_minutes: int | None = None
    """How late a copy may be. Default: the RPO, else 15 minutes."""
    more_addresses: list[str] | None = None
    """Further e-mail addresses that hear of everything."""
    tags: Mapping[str, str] | None = None
    """More tags (labels on Google Cloud) for everything that is made."""


class BackupAlerts(Component):
    """An encrypted topic with its subscribers, and the rules and alarms that publish to it.

    On AWS every e-mail address has to confirm its subscription once: until then it hears nothing.

    Raises RefusedError where nobody would hear, or an alarm could not do what it says.
    """

    topic_arn: pulumi.Output[str | None]
    """The topic: for BucketArgs.replication_topic, BackupVaultArgs.notify_topic and alarms of your own. None on Google Cloud."""
    topic_key_arn: pulumi.Output[str | None]
    """The topic's key. None on Google Cloud."""
    dead_letter_queue_arn: pulumi.Output[str | None]
    """Queue of the alerts that could not be delivered; it has an alarm itself. None on Google Cloud."""
    channels: pulumi.Output[list[str]]
    """Notification channels on Google Cloud, for alert policies of your own; subscriptions on AWS."""
    alarms: pulumi.Output[Mapping[str, str]]
    """Every alarm: what it hears, and its ARN (on Google Cloud its name)."""
    proof_metric: pulumi.Output[Mapping[str, str]]
    """The metric that drills publish and the stale-proof alarms read."""

    def __init__(self, name: str, args: BackupAlertsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("BackupAlerts", name, args, BackupAlertsArgs, opts)
        build: Any = backup_alerts_aws.build if self.on_aws else backup_alerts_gcp.build
        self.parts = build(self, self.settings, self.plan)
        self.finish(**self.parts.outputs)

    def check(self) -> None:
        """Refuse alerts that nobody hears, and alarms that could never ring, or always would."""
        self.plan = plan_of(self, self.settings)

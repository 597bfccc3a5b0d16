"""The calls that moto 5.2.5 lacks or gets wrong and that the laptop cloud fills in, each with the reason; and what nobody holds.

A gap is filled by a function under ``@fills``; ``gaps.wrap`` puts them in front of moto's server. Whatever is refused, is refused with
the API's own error code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

LACKS = "moto has no such call"


@dataclass(frozen=True)
class Gap:
    """One call that is not moto's own work alone, and why."""

    service: str
    operation: str
    why: str

    @property
    def whole(self) -> bool:
        """Whether the answer is wholly ours; else moto answers, and we add to what it holds or refuse what it lets through."""
        return self.why == LACKS


GAPS: dict[tuple[str, str], Gap] = {}
FILLED: dict[tuple[str, str], Callable[[Any], Any]] = {}

NOT_HELD: dict[str, dict[str, str]] = {
    "aws:rds/instance:Instance": {
        "hostedZoneId": "moto returns none for an instance; the output is absent",
        "listenerEndpoints": "SQL Server's always-on listeners: moto has none",
        "upgradeRolloutOrder": "moto has no rollout order",
        "applyImmediately": "a wish of one change: RDS holds none, and moto applies everything at once",
        "latestRestorableTime": "moto says the present moment while backups are on; RDS is up to five minutes behind",
    },
    "aws:rds/cluster:Cluster": {
        "clusterScalabilityType": "moto has no such property",
        "caCertificateIdentifier": "moto has none for a cluster",
        "dbSystemId": "RDS Custom only: moto has none",
    },
    "aws:rds/globalCluster:GlobalCluster": {"databaseName": "moto does not keep it: refused"},
    "aws:rds/snapshot:Snapshot": {"sourceRegion": "moto copies nothing between regions for instances"},
    "aws:backup/vault:Vault": {
        "kmsKeyArn": "without a key of one's own AWS names its aws/backup key; moto names none, and the output is absent",
        "recoveryPoints": "always 0: moto runs no backup jobs",
    },
    "aws:backup/plan:Plan": {"scanSettings": "moto keeps the text of a plan; nothing scans"},
    "aws:cloudwatch/logGroup:LogGroup": {
        "logGroupClass": "moto does not return it",
        "deletionProtectionEnabled": "moto has no such call: true is refused",
    },
    "aws:cloudwatch/metricAlarm:MetricAlarm": {"evaluationCriteria": "moto has no PromQL alarms: refused"},
    "aws:sns/topicSubscription:TopicSubscription": {
        "pendingConfirmation": "moto confirms an e-mail address at once; SNS waits for a click",
    },
    "aws:secretsmanager/secret:Secret": {
        "replicas[].status": "the state of a replica is not shown: the SDK lists it among the inputs, and it would look like drift",
    },
    "aws:secretsmanager/secretRotation:SecretRotation": {
        "rotationRules.scheduleExpression": "moto keeps days only: refused",
        "rotationRules.duration": "moto keeps days only: refused",
    },
    "aws:secretsmanager/secretPolicy:SecretPolicy": {"blockPublicPolicy": "moto does not look into the policy"},
    "aws:sqs/queue:Queue": {"redriveAllowPolicy": "moto takes it and does not enforce it"},
}
"""By type: properties that neither moto nor the stand-in holds as AWS would, and what that means."""


def fills(service: str, operation: str, why: str = LACKS) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
    """Mark a function as what fills one gap: it gets a ``gaps_wire.Call`` and returns the result, or what moto answered."""

    def mark(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        key = (service, operation)
        if key in GAPS:
            raise ValueError(f"{service} {operation} is filled twice")
        GAPS[key] = Gap(service, operation, why)
        FILLED[key] = function
        return function

    return mark

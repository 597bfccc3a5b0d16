"""Whom alerts reach and when an alarm rings, after it was checked.

CloudWatch: period x evaluations are 7 days at most (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html),
so that no alarm can wait a month for a missing proof: drills publish the age of the last proof every day, and the value is judged.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from recoverable.components.backup_vault_checks import demands_for, leave_out, own_name, whole
from recoverable.components.base import Component
from recoverable.components.policy import ADDRESS

if TYPE_CHECKING:
    from recoverable.components.backup_alerts import BackupAlertsArgs

DAY_MINUTES = 1440
LATE_MINUTES = 15
"""What Replication Time Control promises."""
STORE = re.compile(r"[A-Za-z0-9._/-]{1,100}")
MOST_MINUTES = 7 * DAY_MINUTES
AWS_ONLY = {
    "vault_names": "Vaults of Backup and DR are heard without it.",
    "replications": "Cloud Storage has no alert of that kind for two regions.",
    "replication_threshold_minutes": "Cloud Storage has no alert of that kind for two regions.",
}


@dataclass
class StoreAlertArgs:
    """A store whose restore is proven by drills."""

    store: str
    """The store's name, as the drill publishes it."""
    kind: str | None = None
    """Its kind as the standard knows it (``rds-instance``, ``cloudsql-instance``), where the standard has numbers for it."""
    max_age_days: int | None = None
    """How old the last proof may be. Default: the standard's restore test cadence and its grace. It may only be shorter."""


@dataclass
class ReplicationAlertArgs:
    """A replication of S3 with metrics."""

    source_bucket: pulumi.Input[str]
    """Name of the bucket."""
    destination_bucket: pulumi.Input[str]
    """Name of its copy."""
    rule_id: str | None = None
    """The rule. Default: ``second-region``, as Bucket names it."""


@dataclass(frozen=True)
class Stale:
    """When the proof of one store is stale."""

    store: str
    minutes: int


@dataclass(frozen=True)
class AlertPlan:
    """What is going to be built."""

    addresses: list[str]
    stale: list[Stale]
    late_minutes: int


def plan_of(component: Component, given: "BackupAlertsArgs") -> AlertPlan:
    """What is asked for; refuses what nobody would hear."""
    own_name(component, r"[A-Za-z0-9-]+", 40, "letters, digits and dashes")
    if not component.on_aws:
        leave_out(component, "Google Cloud", AWS_ONLY)
    return AlertPlan(
        addresses=_addresses(component, given.more_addresses or ()),
        stale=_stale(component, given.stores or ()),
        late_minutes=_late(component, given),
    )


def _addresses(component: Component, more: Sequence[str]) -> list[str]:
    first = component.policy.alert_address
    if first is None:
        component.refuse("policy.alert_address", None, "name who hears of a failed backup", "An alarm that nobody reads is none.")
    found = [(f"more_addresses[{number}]", each) for number, each in enumerate(more)]
    found.insert(0, ("policy.alert_address", str(first)))
    for field, address in found:
        if not ADDRESS.fullmatch(address):
            component.refuse(field, address, "an e-mail address", "Nobody would hear.")
    twice = next((each for number, each in enumerate(more) if each in [address for _, address in found[: number + 1]]), None)
    if twice is not None:
        component.refuse("more_addresses", twice, "each address once", "It would hear everything twice.")
    return [address for _, address in found]


def _stale(component: Component, stores: Sequence[StoreAlertArgs]) -> list[Stale]:
    made: list[Stale] = []
    for number, each in enumerate(stores):
        where = f"stores[{number}]"
        if not STORE.fullmatch(each.store):
            component.refuse(f"{where}.store", each.store, "1 to 100 letters, digits and . _ / -", "It is a dimension of the metric.")
        if each.store in [before.store for before in made]:
            component.refuse(f"{where}.store", each.store, "each store once", "Its alarm would have two thresholds.")
        demand = demands_for(component, [each.kind or ""])[0]
        allowed = demand.restore_test_days.value + demand.restore_test_grace_days.value
        days = allowed if each.max_age_days is None else each.max_age_days
        whole(component, f"{where}.max_age_days", days, 1, 3650, "It is a number of days.")
        if days > allowed:
            component.refuse(
                f"{where}.max_age_days",
                days,
                f"{component.policy.tier} demands a restore test every {demand.restore_test_days.value} days "
                f"({demand.restore_test_days.source}) with {demand.restore_test_grace_days.value} days of grace "
                f"({demand.restore_test_grace_days.source})",
                "An overdue test would not be heard.",
            )
        made.append(Stale(each.store, days * DAY_MINUTES))
    return made


def _late(component: Component, given: "BackupAlertsArgs") -> int:
    rpo = min((each.rpo_minutes for each in demands_for(component, ["s3-bucket"])), key=lambda item: item.value or MOST_MINUTES)
    minutes = given.replication_threshold_minutes
    if minutes is None:
        return min(rpo.value or LATE_MINUTES, MOST_MINUTES)
    whole(component, "replication_threshold_minutes", minutes, 1, MOST_MINUTES, "It is a number of minutes, a week at most.")
    if rpo.value is not None and minutes > rpo.value:
        component.refuse(
            "replication_threshold_minutes",
            minutes,
            f"{component.policy.tier} has an RPO of {rpo.value} minutes ({rpo.source})",
            "The alarm would ring when the RPO is broken already.",
        )
    return minutes

"""What every bucket of ours has to meet, and the refusals of what does not: retention, lock, second region, key.

Each function takes the component that asks, so that its name stands in the refusal, and gives the effective value. A number of
the standard may be strengthened by an argument, never weakened.
"""

import enum
from dataclasses import dataclass
from typing import Any, TypeVar

from recoverable.components import regions
from recoverable.components.base import Component
from recoverable.standard.demands import Demands

E = TypeVar("E", bound=enum.Enum)
CONTROL_MINUTES = 15
"""What Replication Time Control (S3) and turbo replication (Cloud Storage) promise; the only number that either offers."""
LONGEST_LOCK = 36500
"""Days of an S3 object lock at most: 100 years, https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html"""
CANNOT_BE_UNDONE = "nobody can delete or shorten this, and it cannot be undone"
"""What has to be written to get a COMPLIANCE lock."""


class LockMode(str, enum.Enum):
    """Who may delete a locked version before its time."""

    GOVERNANCE = "GOVERNANCE"
    """Whoever holds s3:BypassGovernanceRetention."""
    COMPLIANCE = "COMPLIANCE"
    """Nobody, the root user included."""


@dataclass
class ObjectLockArgs:
    """A lock that keeps every version from deletion for a number of days after it was written."""

    enabled: bool | None = None
    """False asks for no lock; refused where the standard demands one. Default true."""
    days: int | None = None
    """At least the retention, which is the default."""
    mode: LockMode | None = None
    """GOVERNANCE (the default) or COMPLIANCE, which nobody can undo."""
    acknowledgement: str | None = None
    """Needed for COMPLIANCE, word by word: ``nobody can delete or shorten this, and it cannot be undone``."""


@dataclass(frozen=True)
class Lock:
    """The effective lock."""

    days: int
    mode: LockMode


def demands_of(component: Component, kind: str) -> Demands:
    """What the standard demands of this component's store; its own tags count."""
    return component.policy.demands(kind, getattr(component.settings, "tags", None))


def member(component: Component, field: str, cls: type[E], value: Any) -> E:
    """A member of an enumeration, given as itself or as its text."""
    known = [str(each.value) for each in cls]
    if getattr(value, "value", value) not in known:
        component.refuse(field, value, f"it is one of {', '.join(known)}", "There is no other.")
    return cls(value)


def whole(component: Component, field: str, value: Any, least: int, most: int, what: str) -> int:
    """A whole number within bounds."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        component.refuse(field, value, f"a whole number from {least} to {most}", what)
    return int(value)


def retention(component: Component, kind: str, given: Any) -> int:
    """How many days replaced and deleted versions are kept."""
    demand = demands_of(component, kind)
    need, most = demand.backup_retention_days, demand.backup_retention_days_max
    if given is None:
        return need.value
    days = whole(component, "retention_days", given, 1, LONGEST_LOCK, "Versions are kept for a number of days.")
    if days < need.value:
        component.refuse(
            "retention_days",
            days,
            f"{component.policy.tier} demands at least {need.value} days ({need.source})",
            "A version that is deleted sooner cannot be restored.",
        )
    if most.value is not None and days > most.value:
        component.refuse(
            "retention_days",
            days,
            f"{component.policy.tier} allows {most.value} days at most ({most.source})",
            "Data that had to be deleted would live on.",
        )
    return days


def lock(component: Component, kind: str, given: ObjectLockArgs | None, kept: int, *, chosen: bool) -> Lock | None:
    """The lock that is asked for or demanded. ``kept`` is the retention, ``chosen`` whether the caller gave it."""
    demand = demands_of(component, kind)
    wanted = demand.object_lock
    if given is None and not wanted.value:
        return None
    given = given or ObjectLockArgs()
    if given.enabled is False:
        if wanted.value:
            component.refuse(
                "object_lock.enabled",
                False,
                f"{component.policy.tier} demands object lock ({wanted.source})",
                "Without it whoever may delete versions may delete the data.",
            )
        return None
    mode = member(component, "object_lock.mode", LockMode, given.mode or LockMode.GOVERNANCE)
    days = kept if given.days is None else whole(component, "object_lock.days", given.days, 1, LONGEST_LOCK, "S3 locks for days.")
    need = demand.backup_retention_days
    if days < need.value:
        component.refuse(
            "object_lock.days",
            days,
            f"{component.policy.tier} demands a retention of {need.value} days ({need.source})",
            "A lock that ends before the retention leaves the rest of it unprotected.",
        )
    most = demand.backup_retention_days_max
    if most.value is not None and days > most.value:
        component.refuse(
            "object_lock.days",
            days,
            f"{component.policy.tier} allows {most.value} days at most ({most.source})",
            "Data that had to be deleted would live on.",
        )
    if chosen and kept < days:
        component.refuse(
            "retention_days",
            kept,
            f"at least object_lock.days ({days})",
            "S3 does not delete a locked version: the lifecycle would promise what it cannot do.",
        )
    if mode is LockMode.COMPLIANCE and given.acknowledgement != CANNOT_BE_UNDONE:
        component.refuse(
            "object_lock.acknowledgement",
            given.acknowledgement,
            f'COMPLIANCE needs the words "{CANNOT_BE_UNDONE}"',
            f"For {days} days not even the root user can delete what was written, and every byte of it is paid for.",
        )
    return Lock(days, mode)


def replica_region(component: Component, kind: str, replicate: bool | None, given: str | None) -> str | None:
    """Where the second copy goes; None where there is none."""
    policy, wanted = component.policy, demands_of(component, kind).second_region
    if replicate is False:
        if wanted.value:
            component.refuse(
                "replicate", False, f"{policy.tier} demands a second region ({wanted.source})", "The loss of a region takes the only copy."
            )
        if given is not None:
            component.refuse("replica_region", given, "leave it out where replicate is false", "Nothing would go there.")
        return None
    if not (replicate or given or wanted.value):
        return None
    region, home = given or policy.replica_region, policy.primary_region
    if region is None:
        because = f"{policy.tier} demands a second region ({wanted.source})" if wanted.value else "replicate is true"
        component.refuse("replica_region", None, because, "Name it here or in the ProtectionPolicy.")
    if home is None:
        key = "aws:region" if component.on_aws else "gcp:region"
        component.refuse(
            "policy.region", None, f"set it, or {key}", "Whether the copy leaves the region cannot be told without knowing the region."
        )
    regions.check_region(component.refuse, "replica_region", str(region), on_aws=component.on_aws)
    if regions.same(region, home):
        component.refuse("replica_region", region, f"the bucket itself is in {home}", "A copy beside the original is lost with it.")
    return region


def time_control(component: Component, kind: str, given: bool | None, region: str | None) -> bool:
    """Whether the copy has a time limit. Without one replication carries no number, so an RPO needs it."""
    rpo, tier = demands_of(component, kind).rpo_minutes, component.policy.tier
    named = "Replication Time Control" if component.on_aws else "turbo replication"
    if region is None:
        if given:
            component.refuse("time_control", True, "there is no second copy here", "Set replicate = True or leave it out.")
        return False
    if rpo.value is None:
        return bool(given)
    bound = f"{tier} has an RPO of {rpo.value} minutes ({rpo.source})"
    if rpo.value < CONTROL_MINUTES:
        component.refuse("rpo_minutes", rpo.value, f"{named} promises {CONTROL_MINUTES} minutes", f"{bound}; no replication is faster.")
    if given is False:
        component.refuse("time_control", False, bound, f"Replication without {named} promises no time at all.")
    return True


def destroyable(component: Component, given: bool | None) -> bool:
    """Whether a destroy may delete what the bucket holds: never by default, never in production."""
    if given and component.policy.is_production:
        component.refuse("force_destroy", True, f"not in {component.policy.tier}", "A destroy would delete every object and version.")
    return bool(given)

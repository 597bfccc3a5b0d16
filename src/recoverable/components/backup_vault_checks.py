"""What vaults, restore tests, alerts and secrets check alike: the strictest number, the second region, names and ARNs.

A backup plan serves several kinds of store, and the standard may have numbers for each kind: the strictest one holds. Functions take
the component that asks, so that its name stands in the refusal.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from recoverable.components import regions
from recoverable.components.base import Component
from recoverable.components.bucket_checks import demands_of
from recoverable.standard.demands import Demands, Setting

_ARN = re.compile(r"arn:[a-z0-9-]+:([a-z0-9-]+):([a-z0-9-]*):([0-9]*):(.+)")


def demands_for(component: Component, kinds: Sequence[str]) -> list[Demands]:
    """What the standard demands of each of these kinds."""
    return [demands_of(component, kind) for kind in kinds]


def longest_retention(component: Component, kinds: Sequence[str]) -> Setting[int]:
    """The longest retention that any of the kinds demands, with its source."""
    return max((each.backup_retention_days for each in demands_for(component, kinds)), key=lambda setting: setting.value)


def shortest_maximum(component: Component, kinds: Sequence[str]) -> Setting[int | None]:
    """The shortest time after which any of the kinds has to be deleted; None where none has a maximum."""
    found = [each.backup_retention_days_max for each in demands_for(component, kinds)]
    return min(found, key=lambda setting: float("inf") if setting.value is None else setting.value)


def retention(component: Component, kinds: Sequence[str], field: str, given: Any, most: int) -> int:
    """Days that something is kept: the standard's by default; refused where they are weaker, or longer than it allows.

    ``most`` is the provider's own limit, which is beyond every number that the standard takes.
    """
    need, limit, tier = longest_retention(component, kinds), shortest_maximum(component, kinds), component.policy.tier
    if limit.value is not None and need.value > limit.value:
        component.refuse(
            field,
            need.value,
            f"{tier} allows {limit.value} days at most ({limit.source})",
            f"Another kind of store under this plan demands {need.value} ({need.source}).",
        )
    if given is None:
        return need.value
    days = whole(component, field, given, 1, most, "Backups are kept for a number of days.")
    if days < need.value:
        component.refuse(
            field, days, f"{tier} demands at least {need.value} days ({need.source})", "What is deleted sooner cannot be restored."
        )
    if limit.value is not None and days > limit.value:
        component.refuse(
            field, days, f"{tier} allows {limit.value} days at most ({limit.source})", "Data that had to be deleted would live on."
        )
    return days


def whole(component: Component, field: str, value: Any, least: int, most: int, what: str) -> int:
    """A whole number within bounds."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        component.refuse(field, value, f"a whole number from {least} to {most}", what)
    return int(value)


def second_region(
    component: Component, kinds: Sequence[str], switch: str, wanted: bool | None, field: str, given: str | None
) -> str | None:
    """Where a second copy goes; None where there is none. ``switch`` and ``field`` are the arguments' names."""
    policy = component.policy
    demanded = next((each.second_region for each in demands_for(component, kinds) if each.second_region.value), None)
    if wanted is False:
        if demanded is not None:
            component.refuse(
                switch, False, f"{policy.tier} demands a second region ({demanded.source})", "The loss of a region takes the only copy."
            )
        if given is not None:
            component.refuse(field, given, f"leave it out where {switch} is false", "Nothing would go there.")
        return None
    if not (wanted or given or demanded):
        return None
    region, home = given or policy.replica_region, policy.primary_region
    if region is None:
        because = f"{policy.tier} demands a second region ({demanded.source})" if demanded else f"{switch} is true"
        component.refuse(field, None, because, "Name it here or as replica_region of the ProtectionPolicy.")
    if home is None:
        key = "aws:region" if component.on_aws else "gcp:region"
        component.refuse(
            "policy.region", None, f"set it, or {key}", "Whether the copy leaves the region cannot be told without knowing the region."
        )
    regions.check_region(component.refuse, field, str(region), on_aws=component.on_aws)
    if regions.same(region, home):
        component.refuse(field, region, f"the original is in {home}", "A copy beside the original is lost with it.")
    return region


def arn_parts(component: Component, field: str, given: Any, service: str, example: str) -> tuple[str, str, str] | None:
    """Region, account and the rest of an ARN of a service; None where it is not known yet."""
    if not isinstance(given, str):
        return None
    found = _ARN.fullmatch(given)
    if found is None or (service and found[1] != service):
        component.refuse(field, given, f"an ARN such as {example}", "AWS takes no other here.")
    return (found[2], found[3], found[4]) if found else None


def own_name(component: Component, pattern: str, longest: int, says: str) -> None:
    """Refuse a component whose name cannot begin its children's names in the cloud."""
    if len(component.short) > longest or not re.fullmatch(pattern, component.short):
        component.refuse("name", component.short, f"at most {longest} characters: {says}", "The names of its children are made of it.")


def leave_out(component: Component, where: str, fields: Mapping[str, str]) -> None:
    """Refuse arguments that this cloud has no answer to; they would be dropped in silence."""
    for field, reason in fields.items():
        value = getattr(component.settings, field)
        if value is not None:
            shown = value if isinstance(value, str | bool | int) else "a value"
            component.refuse(field, shown, f"leave it out on {where}", reason)

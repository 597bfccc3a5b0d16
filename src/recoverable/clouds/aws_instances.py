"""Instances of a running account: what backs one up backs up the volumes that hang on it.

No provider has the type; in code nothing says which volume an instance will have.
"""

from __future__ import annotations

from collections.abc import Iterable

from recoverable.clouds.common import subject_fields
from recoverable.clouds.index import Index
from recoverable.model.estate import Estate, Plan, Volume
from recoverable.model.raw import RawResource

INSTANCE = "audit_instance"


def stand_ins(index: Index) -> list[Volume]:
    """One for each instance, to be selected by plans as a store is."""
    return [Volume(kind="ec2-instance", **subject_fields(raw)) for raw in index.of_type(INSTANCE)]


def instances_of(index: Index) -> dict[str, list[RawResource]]:
    """The instances that each volume hangs on, by the volume's ARN."""
    found: dict[str, list[RawResource]] = {}
    for raw in index.of_type(INSTANCE):
        for volume in raw.attrs.get("volumes") or ():
            found.setdefault(str(volume), []).append(raw)
    return found


def hand_down(stands: Iterable[Volume], plans: dict[str, Plan], estate: Estate) -> None:
    """Give the volumes of each instance the plans that select it, or may."""
    volumes = {str(volume.raw.attrs.get("arn")): volume for volume in estate.volumes if volume.raw is not None}
    for stand in stands:
        held = [volumes[arn] for arn in (stand.raw.attrs["volumes"] if stand.raw else ()) if arn in volumes]
        for plan in plans.values():
            if stand.address in plan.selects:
                plan.selects.remove(stand.address)
                new = [volume for volume in held if volume.address not in plan.selects]
                plan.selects.extend(volume.address for volume in new)
                for volume in new:
                    volume.plans.extend(plan.rules)
        for volume in held:
            volume.plans_unknown = volume.plans_unknown or stand.plans_unknown

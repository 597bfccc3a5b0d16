"""What Cloud Storage cannot do, refused; and where a bucket lies there.

Locations: https://cloud.google.com/storage/docs/locations, turbo replication: https://cloud.google.com/storage/docs/turbo-replication
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from recoverable.components.base import Component
from recoverable.components.bucket_checks import demands_of, whole
from recoverable.components.key_checks import check_key

if TYPE_CHECKING:
    from recoverable.components.bucket import BucketArgs

SOFT_LEAST, SOFT_MOST = 7, 90
"""Days of soft delete: https://cloud.google.com/storage/docs/soft-delete"""
AREAS = {"us": "US", "europe": "EU", "asia": "ASIA"}
"""A configurable dual-region takes two regions of one of these, by how their names begin."""
KEY_PLACES = {"US": "us", "EU": "europe", "ASIA": "asia"}
"""Where the key of a bucket in a multi-region or a configurable dual-region has to be: https://cloud.google.com/kms/docs/locations"""
VERSIONED = "Cloud Storage has no lock of versions, and its retention policy excludes versioning (https://rules.sonarsource.com/terraform/RSPEC-6412)"
AWS_ONLY = {
    "replica_kms_key": "A bucket in two regions has one key.",
    "replicate_deletes": "A bucket in two regions is one bucket.",
    "replication_topic": "Cloud Storage tells nobody of late replication.",
    "policy_statements": "Grant roles with storage.BucketIAMMember.",
}


@dataclass(frozen=True)
class Place:
    """Where a bucket lies: ``location`` as Cloud Storage names it, the two regions of a dual-region, and the place of its key."""

    location: str
    regions: tuple[str, str] | None
    key_location: str


def place_of(component: Component, region: str | None) -> Place:
    """The place of a bucket whose second region (or multi-region) is ``region``."""
    home = component.policy.primary_region
    if home is None:
        component.refuse("policy.region", None, "set it, or gcp:region", "The location of a bucket cannot be changed later.")
    home = str(home)
    if region is None:
        return Place(home.upper(), None, KEY_PLACES.get(home.upper(), home.lower()))
    if region.upper() in KEY_PLACES:
        if _area(home) != region.upper():
            component.refuse("replica_region", region, f"the multi-region of {home}", "The bucket would not lie in its own region.")
        return Place(region.upper(), None, KEY_PLACES[region.upper()])
    area, other = _area(home), _area(region)
    if area is None or area != other:
        component.refuse(
            "replica_region",
            region,
            f"a region of the same area as {home} (both us-, both europe-, or both asia-)",
            "Cloud Storage pairs no others; a bucket cannot be moved later.",
        )
    return Place(str(area), (home.upper(), region.upper()), KEY_PLACES[str(area)])


def _area(region: str) -> str | None:
    return AREAS.get(region.lower().split("-")[0])


def check(component: Component, kind: str, given: "BucketArgs", kept: int, region: str | None) -> int:
    """Refuse what Cloud Storage cannot do; the days of soft delete.

    Soft delete ends at 90 days. A longer retention is kept by versioning: old versions live until the lifecycle deletes them, and
    soft delete brings those back for as long again as it lasts.
    """
    for field, reason in AWS_ONLY.items():
        value = getattr(given, field)
        if value is not None:
            component.refuse(field, value if isinstance(value, str | bool) else "a value", "leave it out on Google Cloud", reason)
    refuse_lock(component, kind, given.object_lock is not None and given.object_lock.enabled is not False)
    place = place_of(component, region)
    check_key(component, "kms_key", given.kms_key, place.key_location)
    refuse_slow_pair(component, kind, given.time_control, place, region)
    most = demands_of(component, kind).backup_retention_days_max
    if given.soft_delete_days is not None and most.value is not None and given.soft_delete_days > most.value:
        component.refuse(
            "soft_delete_days",
            given.soft_delete_days,
            f"{component.policy.tier} allows {most.value} days at most ({most.source})",
            "Data that had to be deleted would live on.",
        )
    return soft_delete(component, given.soft_delete_days, kept)


def refuse_lock(component: Component, kind: str, asked: bool) -> None:
    """Refuse a lock, asked for or demanded: there is no parity with S3."""
    wanted = demands_of(component, kind).object_lock
    if asked:
        component.refuse("object_lock", "a lock", "leave it out on Google Cloud", VERSIONED + ".")
    if wanted.value:
        component.refuse(
            "object_lock", True, f"Google Cloud cannot do what {component.policy.tier} demands ({wanted.source})", VERSIONED + "."
        )


def refuse_slow_pair(component: Component, kind: str, given: bool | None, place: Place, region: str | None) -> None:
    """Refuse a time limit where there is no dual-region: a multi-region replicates without one."""
    rpo = demands_of(component, kind).rpo_minutes
    if region is None or place.regions is not None or not (given or rpo.value is not None):
        return
    because = (
        f"{component.policy.tier} has an RPO of {rpo.value} minutes ({rpo.source})" if rpo.value is not None else "time_control is true"
    )
    component.refuse("replica_region", region, because, "Turbo replication works between two named regions only, not in a multi-region.")


def soft_delete(component: Component, given: int | None, kept: int) -> int:
    """The days of soft delete: what is asked for, else the retention as far as Cloud Storage goes."""
    if given is None:
        return min(max(kept, SOFT_LEAST), SOFT_MOST)
    return whole(component, "soft_delete_days", given, SOFT_LEAST, SOFT_MOST, "Cloud Storage takes no other; longer is retention_days.")

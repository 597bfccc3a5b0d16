"""What can be known of a restore of objects before anything is made."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.drill.contract import Check, RestoreFailedError
from recoverable.drill.objects.buckets import Location, ReadableBucket
from recoverable.drill.verdict import RungVerdict


def checks(source: ReadableBucket, replica: ReadableBucket | None) -> Iterator[Check]:
    """Whether both buckets are there, in the regions that the settings say, and apart from each other."""
    regions: dict[str, Location] = {}
    for bucket in (source, replica):
        if bucket is None:
            continue
        name = f"{bucket.role}-bucket"
        try:
            regions[bucket.role] = bucket.location()
        except RestoreFailedError as error:
            yield Check(name, RungVerdict.FAIL, str(error))
            continue
        expiry = bucket.soonest_expiry()
        kept = "for ever" if expiry is None else f"for {expiry.days} days"
        yield Check(
            name,
            RungVerdict.PASS,
            f"{bucket.name} in {regions[bucket.role].name}: versioning {(bucket.versioning() or 'off').lower()}, noncurrent versions kept {kept}",
        )
    if replica is not None and len(regions) > 1:
        one, other = regions[source.role], regions[replica.role]
        same = one.name == other.name and not one.redundant
        told = f"source in {one.name}, replica in {other.name}"
        yield Check(
            "replica-elsewhere",
            RungVerdict.FAIL if same else RungVerdict.PASS,
            f"{told}: one region can lose both" if same else told,
        )

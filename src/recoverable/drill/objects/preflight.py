"""What can be known of a restore of objects before anything is made."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.drill.contract import Check, RestoreFailedError
from recoverable.drill.objects.settings_of_bucket import soonest_expiry, versioning
from recoverable.drill.objects.source_bucket import SourceBucket, region_of
from recoverable.drill.verdict import RungVerdict


def checks(source: SourceBucket, replica: SourceBucket | None) -> Iterator[Check]:
    """Whether both buckets are there, in the regions that the settings say, and apart from each other."""
    regions = {}
    for bucket in (source, replica):
        if bucket is None:
            continue
        name = f"{bucket.role}-bucket"
        try:
            regions[bucket.role] = region_of(bucket.name, bucket.s3.region, bucket.s3)
        except RestoreFailedError as error:
            yield Check(name, RungVerdict.FAIL, str(error))
            continue
        expiry = soonest_expiry(bucket)
        kept = "for ever" if expiry is None else f"for {expiry.days} days"
        yield Check(
            name,
            RungVerdict.PASS,
            f"{bucket.name} in {regions[bucket.role]}: versioning {(versioning(bucket) or 'off').lower()}, noncurrent versions kept {kept}",
        )
    if replica is not None and len(regions) > 1:
        same = regions[source.role] == regions[replica.role]
        told = f"source in {regions[source.role]}, replica in {regions[replica.role]}"
        yield Check(
            "replica-elsewhere",
            RungVerdict.FAIL if same else RungVerdict.PASS,
            f"{told}: one region can lose both" if same else told,
        )

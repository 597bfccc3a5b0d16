"""A Cloud Storage bucket lies in one region only."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Bucket
from recoverable.model.finding import Answer, Severity
from recoverable.model.regions import different_regions
from recoverable.model.values import Value
from recoverable.rules.registry.answers import cannot_tell, failed, passed
from recoverable.rules.registry.questions import is_original
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, gcs, resource

WANTED = "a multi-region, a dual-region, or a copy in another location"
DUAL = 'custom_placement_config {\n  data_locations = ["EUROPE-WEST1", "EUROPE-WEST4"]\n}'


def transfer(location: str, body: str = "") -> str:
    """A second bucket, and a job that replicates the first into it."""
    job = (
        "replication_spec {\n  gcs_data_source {\n    bucket_name = google_storage_bucket.uploads.name\n  }\n"
        "  gcs_data_sink {\n    bucket_name = google_storage_bucket.copy.name\n  }\n}"
    )
    return gcs(name="copy", location=location) + resource("google_storage_transfer_job", "copy", f'description = "copy"\n{body}\n{job}')


RULE = Rule(
    id="RCV051",
    name="bucket-single-location",
    title="The bucket's data lies in two regions",
    severity=Severity.MEDIUM,
    applies_to=Bucket,
    why="A region that is lost takes a bucket with it that lies nowhere else; and a bucket cannot be moved, only copied while it is still there.",
    facts=(
        (
            "A multi-region (US, EU, ASIA) or dual-region bucket keeps objects in at least two regions; a region keeps them in its zones.",
            "https://cloud.google.com/storage/docs/locations",
        ),
        (
            "The location of a bucket cannot be changed after its creation.",
            "https://cloud.google.com/storage/docs/moving-buckets",
        ),
    ),
    examples=(
        good(gcs(location="EU")),
        bad(gcs(location="EUROPE-WEST1")),
        good(gcs(DUAL, location="EU")),
        good(gcs(location="EUR4"), "other"),
        bad(gcs("custom_placement_config {\n  data_locations = []\n}", location="EUROPE-WEST1"), "absent"),
        good(gcs(location="EUROPE-WEST1") + transfer("EUROPE-NORTH1"), "default", subject="google_storage_bucket.uploads"),
        bad(
            gcs(location="EUROPE-WEST1") + transfer("EUROPE-NORTH1", 'status = "DISABLED"'),
            "other",
            subject="google_storage_bucket.uploads",
        ),
        bad(gcs(location="EUROPE-WEST1") + transfer("EUROPE-WEST1"), "other", subject="google_storage_bucket.uploads"),
        unsure(LATER + gcs().replace('location = "EU"', "location = terraform_data.later.id"), subject="google_storage_bucket.uploads"),
        good(gcs(location="EU") + gcs(environment="dev", name="scratch", location="EUROPE-WEST1")),
        unsure(
            LATER + gcs(location="EUROPE-WEST1") + transfer("EUROPE-NORTH1", "status = terraform_data.later.id"),
            subject="google_storage_bucket.uploads",
        ),
    ),
)


def check(bucket: Bucket, context: Context) -> Iterator[Answer]:
    """Asked where the standard demands a second region. A transfer job to another location counts."""
    if not context.demands.second_region.value or "location" not in bucket.features or not is_original(bucket):
        return
    value = bucket.multi_region
    if value.is_true:
        yield passed(f"its data lies in more than one region ({value.note})", value, found=value.note, wanted=WANTED)
        return
    doubt: Value[bool] | None = value if value.unknown else None
    for replica in bucket.replicas:
        apart = different_regions(bucket.region, replica.target_region)
        if replica.enabled.is_true and apart.is_true:
            yield passed(
                f"a transfer job copies it to {replica.target_region.data}", replica.target_region, found=apart.note, wanted=WANTED
            )
            return
        if not replica.enabled.is_false and not apart.is_false:
            doubt = doubt or (replica.enabled if replica.enabled.unknown else apart)
    if doubt is not None:
        yield cannot_tell("Whether its data lies in two regions", doubt, WANTED)
    else:
        yield failed(
            f"its data lies in one region only ({value.note})",
            value,
            found=str(bucket.region.data),
            wanted=WANTED,
            fix=bucket.fixes.get("location", ""),
        )

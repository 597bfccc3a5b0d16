"""A Cloud Storage bucket keeps nothing of what is deleted."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Bucket
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, days, failed, passed
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_NUMBER, gcs

WANTED = "at least 7 days"


def soft_delete(duration: str) -> str:
    """The block that sets it."""
    return f"soft_delete_policy {{\n  retention_duration_seconds = {duration}\n}}"


RULE = Rule(
    id="RCV050",
    name="soft-delete-off",
    title="Deleted objects and buckets can be brought back",
    severity=Severity.MEDIUM,
    applies_to=Bucket,
    why="Versioning does not survive the deletion of a bucket or of a version; soft delete does, and brings back what a wrong script or a stolen key removed.",
    facts=(
        (
            "Soft delete is on for new buckets with 7 days; a duration of 0 turns it off, and nothing deleted from then on comes back.",
            "https://cloud.google.com/storage/docs/soft-delete",
        ),
        (
            "retention_duration_seconds is 604800 by default; it is 0, or between 604800 (7 days) and 7776000 (90 days).",
            "https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/storage_bucket",
        ),
    ),
    examples=(
        good(gcs(soft_delete("2592000"))),
        bad(gcs(soft_delete("0"))),
        bad(gcs(soft_delete("0") + "\nversioning {\n  enabled = true\n}")),
        good(gcs(), "absent"),
        good(gcs("soft_delete_policy {\n}"), "default"),
        unsure(LATER + gcs(soft_delete(UNKNOWN_NUMBER)), subject="google_storage_bucket.uploads"),
        good(gcs(soft_delete("2592000") + '\nlogging {\n  log_bucket = "acme-logs"\n}') + gcs(soft_delete("0"), name="logs")),
    ),
)


def check(bucket: Bucket, context: Context) -> Iterator[Answer]:
    """Low where versioning keeps overwritten and deleted objects; log buckets are not asked."""
    if "soft-delete" not in bucket.features or bucket.role in ("log", "cache"):
        return
    value = bucket.soft_delete_days
    if value.unknown:
        yield cannot_tell("Whether soft delete is on", value, WANTED)
    elif value.is_false:
        versioned = bucket.versioning.is_true
        yield failed(
            "soft delete is off: a deleted version or bucket is gone" if versioned else "soft delete is off: what is deleted is gone",
            value,
            found="off",
            wanted=WANTED,
            fix=bucket.fixes.get("soft-delete", ""),
            severity=Severity.LOW if versioned else None,
        )
    else:
        yield passed(f"soft delete keeps deleted objects {days(value)}", value, days(value), WANTED)

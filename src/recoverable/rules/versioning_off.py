"""A bucket does not keep earlier versions of its objects."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Bucket
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.questions import must_be_on
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_FLAG, gcs, s3, s3_companion, versioned

LOGGED = s3_companion("logging", 'target_bucket = aws_s3_bucket.logs.id\ntarget_prefix = "log/"')

RULE = Rule(
    id="RCV040",
    name="versioning-off",
    title="Versioning is on",
    severity=Severity.HIGH,
    applies_to=Bucket,
    why="An object that is overwritten or deleted without versioning is gone at once; replication copies the loss.",
    facts=(
        (
            "S3 and Cloud Storage buckets are created without versioning.",
            "https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html",
        ),
        (
            "Object lock turns versioning on and it cannot be suspended afterwards.",
            "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html",
        ),
    ),
    examples=(
        good(s3(versioned())),
        bad(s3(versioned('"Suspended"'))),
        bad(s3(), "absent"),
        good(s3(body="object_lock_enabled = true"), "default"),
        unsure(LATER + s3(versioned(f'{UNKNOWN_FLAG} ? "Enabled" : "Suspended"')), subject="aws_s3_bucket.uploads"),
        good(gcs("versioning {\n  enabled = true\n}")),
        bad(gcs("versioning {\n  enabled = false\n}")),
        bad(gcs(), "absent"),
        good(s3(versioned()) + s3(name="logs") + LOGGED),
    ),
)


def check(bucket: Bucket, context: Context) -> Iterator[Answer]:
    """Log buckets are written once and not asked; replica targets are (replication needs it)."""
    if "versioning" not in bucket.features or bucket.role in ("log", "cache"):
        return
    yield must_be_on(bucket.versioning, "versioning", "what is overwritten or deleted is gone", fix=bucket.fixes.get("versioning", ""))

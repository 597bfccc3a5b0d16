"""A bucket is not encrypted at rest."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Bucket
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.questions import must_be_on
from recoverable.rules.registry.rule import Context, Rule, good
from recoverable.rules.registry.samples import LATER, gcs, s3, s3_companion

SSE = 'rule {\n  apply_server_side_encryption_by_default {\n    sse_algorithm = "AES256"\n  }\n}'

RULE = Rule(
    id="RCV041",
    name="bucket-unencrypted",
    title="The bucket is encrypted at rest",
    severity=Severity.HIGH,
    applies_to=Bucket,
    why="Whoever gets hold of the storage has the data.",
    facts=(
        (
            "S3 encrypts every new object with SSE-S3 since 2023-01-05, Cloud Storage always does.",
            "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingServerSideEncryption.html",
        ),
    ),
    examples=(
        good(s3(s3_companion("server_side_encryption_configuration", SSE))),
        good(s3(), "default"),
        good(s3(), "absent"),
        good(gcs(), "default"),
        good(
            LATER
            + s3(
                s3_companion(
                    "server_side_encryption_configuration",
                    SSE.replace('"aws:kms"', "terraform_data.later.id").replace('"AES256"', "terraform_data.later.id"),
                )
            ),
            "unknown",
            subject="aws_s3_bucket.uploads",
        ),
    ),
)


def check(bucket: Bucket, context: Context) -> Iterator[Answer]:
    """Nothing can turn encryption off any more; the answer says by what it is encrypted."""
    if "encryption" in bucket.features:
        yield must_be_on(bucket.encrypted, "encryption at rest", "its objects can be read by whoever gets hold of the storage")

"""A bucket is not encrypted with a customer-managed key where the standard demands one."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Bucket
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.questions import under_own_key
from recoverable.rules.registry.rule import Context, Rule, bad, good
from recoverable.rules.registry.samples import resource, s3, s3_companion

OWN_KEY = "[environments.prod]\ncustomer_managed_key = true\n"


def sse(key: str) -> str:
    """A KMS rule of the encryption companion."""
    return f'rule {{\n  apply_server_side_encryption_by_default {{\n    sse_algorithm = "aws:kms"\n    {key}\n  }}\n}}'


RULE = Rule(
    id="RCV042",
    name="bucket-without-own-key",
    title="The bucket is under a customer-managed key, where the standard demands one",
    severity=Severity.MEDIUM,
    applies_to=Bucket,
    why="Only a key of your own can be audited, disabled and shared with the account that keeps the copies.",
    facts=(
        (
            "SSE-KMS without kms_master_key_id uses the AWS-managed key aws/s3.",
            "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
        ),
    ),
    examples=(
        good(
            s3(
                s3_companion(
                    "server_side_encryption_configuration", sse('kms_master_key_id = "arn:aws:kms:eu-west-1:123456789012:key/0a1b"')
                )
            ),
            standard=OWN_KEY,
        ),
        bad(s3(s3_companion("server_side_encryption_configuration", sse(""))), "default", standard=OWN_KEY),
        bad(s3(), "absent", standard=OWN_KEY),
        good(
            resource("aws_kms_key", "data", "enable_key_rotation = true")
            + s3(s3_companion("server_side_encryption_configuration", sse("kms_master_key_id = aws_kms_key.data.arn"))),
            "unknown",
            subject="aws_s3_bucket.uploads",
            standard=OWN_KEY,
        ),
        good(
            s3(
                s3_companion(
                    "server_side_encryption_configuration", sse('kms_master_key_id = "arn:aws:kms:eu-west-1:123456789012:key/0a1b"')
                )
            )
            + s3(environment="dev", name="scratch"),
            standard=OWN_KEY,
        ),
    ),
    demand="customer_managed_key",
)


def check(bucket: Bucket, context: Context) -> Iterator[Answer]:
    """A key made in the same plan counts, although its ARN is not known yet."""
    if not context.demands.customer_managed_key.value or "encryption" not in bucket.features or bucket.role == "log":
        return
    yield under_own_key(bucket, "bucket")

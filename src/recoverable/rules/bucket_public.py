"""A bucket is open to the public, or not shut against it."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Bucket
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.questions import must_be_off
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_FLAG, s3, s3_companion

BLOCK = "block_public_acls = true\nblock_public_policy = true\nignore_public_acls = true\nrestrict_public_buckets = true"

RULE = Rule(
    id="RCV055",
    name="bucket-public",
    title="The bucket is not public",
    severity=Severity.HIGH,
    applies_to=Bucket,
    why="Public data is copied, and a public bucket of backups is a breach.",
    facts=(
        (
            "S3 blocks public access on new buckets since April 2023; a public access block with a setting at false opens it again.",
            "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
        ),
    ),
    examples=(
        good(s3(s3_companion("public_access_block", BLOCK))),
        bad(s3(s3_companion("public_access_block", BLOCK.replace("block_public_policy = true", "block_public_policy = false")))),
        good(s3(), "absent"),
        bad(s3(s3_companion("public_access_block", "block_public_acls = true")), "default"),
        bad(s3(s3_companion("acl", 'acl = "public-read"'))),
        unsure(
            LATER
            + s3(s3_companion("public_access_block", BLOCK.replace("block_public_acls = true", f"block_public_acls = {UNKNOWN_FLAG}"))),
            subject="aws_s3_bucket.uploads",
        ),
    ),
)


def check(bucket: Bucket, context: Context) -> Iterator[Answer]:
    """Log and replica buckets too: what they hold is as secret."""
    if "public" in bucket.features:
        yield must_be_off(
            bucket.public,
            "public access",
            f"{bucket.public.note or 'everyone can read it'}",
            wanted="blocked",
            fix=bucket.fixes.get("public", ""),
        )

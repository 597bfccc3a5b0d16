"""A bucket is deleted with everything in it when its code is."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Bucket
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.questions import must_be_off, severity_here
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_FLAG, gcs, s3

RULE = Rule(
    id="RCV057",
    name="force-destroy",
    title="The bucket cannot be destroyed while it holds data",
    severity=Severity.HIGH,
    applies_to=Bucket,
    why="One wrong destroy then deletes every object and every version.",
    facts=(
        (
            "force_destroy defaults to false: a bucket that holds objects cannot be destroyed.",
            "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket",
        ),
    ),
    examples=(
        good(s3("", "force_destroy = false")),
        bad(s3("", "force_destroy = true")),
        good(s3(), "absent"),
        good(gcs(), "default"),
        unsure(LATER + s3("", f"force_destroy = {UNKNOWN_FLAG}"), subject="aws_s3_bucket.uploads"),
        bad(s3("", "force_destroy = true", "dev")),
    ),
)


def check(bucket: Bucket, context: Context) -> Iterator[Answer]:
    """Low outside production, where buckets come and go."""
    if "force-destroy" in bucket.features:
        yield must_be_off(
            bucket.force_destroy,
            "force_destroy",
            "a destroy deletes every object and version",
            wanted="false",
            severity=severity_here(context, RULE.severity),
        )

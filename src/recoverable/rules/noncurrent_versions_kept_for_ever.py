"""A versioned bucket never deletes noncurrent versions."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Bucket
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, failed, passed
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_NUMBER, gcs, s3, s3_companion, versioned

MAYBE = (
    'dynamic "rule" {\n  for_each = terraform_data.later.id == "" ? [1] : []\n  content {\n    id = "maybe"\n    status = "Enabled"\n    filter {}\n'
    "    noncurrent_version_expiration {\n      noncurrent_days = 30\n    }\n  }\n}"
)


def lifecycle(body: str, more: str = "") -> str:
    """A versioned bucket with one lifecycle rule, and more."""
    return s3(
        versioned()
        + s3_companion("lifecycle_configuration", f'rule {{\n  id = "versions"\n  status = "Enabled"\n  filter {{}}\n  {body}\n}}\n{more}')
    )


RULE = Rule(
    id="RCV052",
    name="noncurrent-versions-kept-for-ever",
    title="Noncurrent versions expire",
    severity=Severity.LOW,
    applies_to=Bucket,
    why="Storage grows without end, and data that had to be deleted is still there.",
    facts=(
        (
            "Noncurrent versions stay until a lifecycle rule expires them.",
            "https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html",
        ),
    ),
    examples=(
        good(lifecycle("noncurrent_version_expiration {\n    noncurrent_days = 90\n  }")),
        bad(lifecycle("expiration {\n    days = 365\n  }")),
        bad(s3(versioned()), "absent"),
        good(
            LATER + lifecycle(f"noncurrent_version_expiration {{\n    noncurrent_days = {UNKNOWN_NUMBER}\n  }}"),
            "unknown",
            subject="aws_s3_bucket.uploads",
        ),
        bad(gcs("versioning {\n  enabled = true\n}"), "default"),
        good(lifecycle("noncurrent_version_expiration {\n    noncurrent_days = 90\n  }") + s3(name="scratch")),
        unsure(LATER + s3(versioned() + s3_companion("lifecycle_configuration", MAYBE)), subject="aws_s3_bucket.uploads"),
        good(
            LATER + lifecycle("noncurrent_version_expiration {\n    noncurrent_days = 90\n  }", MAYBE),
            "other",
            subject="aws_s3_bucket.uploads",
            only=("hcl",),
            why_only="a plan leaves out the rules beside one that may not be",
        ),
    ),
)


def check(bucket: Bucket, context: Context) -> Iterator[Answer]:
    """Asked of versioned buckets; how soon they expire is another rule's question."""
    if "noncurrent" not in bucket.features or not bucket.versioning.is_true or bucket.holds_state:
        return
    value, rules = bucket.noncurrent.expires_days, bucket.noncurrent.lifecycle
    if rules.unknown and (value.unknown or value.absent or bucket.noncurrent.partial):
        yield cannot_tell("Whether noncurrent versions expire", rules)
    elif value.absent:
        yield failed(
            "noncurrent versions are kept for ever", value, found="no expiry", wanted="an expiry", fix=bucket.fixes.get("noncurrent", "")
        )
    elif bucket.noncurrent.partial:
        yield failed(
            "noncurrent versions expire in a part of the bucket only",
            value,
            found="an expiry with a filter",
            wanted="an expiry",
            fix=bucket.fixes.get("noncurrent", ""),
        )
    else:
        yield passed("noncurrent versions expire", value, wanted="an expiry")

"""A bucket deletes noncurrent versions before its retention is over."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Bucket
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, days, failed, passed, set_to
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_NUMBER, gcs, s3, s3_companion, versioned


def lifecycle(body: str) -> str:
    """A versioned bucket with one lifecycle rule."""
    return s3(
        versioned()
        + s3_companion("lifecycle_configuration", f'rule {{\n  id = "versions"\n  status = "Enabled"\n  filter {{}}\n  {body}\n}}')
    )


SOON = s3_companion(
    "lifecycle_configuration",
    'rule {\n  id = "versions"\n  status = "Enabled"\n  filter {}\n  noncurrent_version_expiration {\n    noncurrent_days = 1\n  }\n}',
    "aws_s3_bucket.scratch.id",
    "scratch",
)

RULE = Rule(
    id="RCV053",
    name="noncurrent-versions-expire-too-soon",
    title="Noncurrent versions are kept as long as the retention",
    severity=Severity.HIGH,
    applies_to=Bucket,
    why="The version that undoes a mistake is gone before the mistake is noticed.",
    facts=(
        (
            "noncurrent_version_expiration deletes a version so many days after it became noncurrent.",
            "https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html",
        ),
    ),
    examples=(
        good(lifecycle("noncurrent_version_expiration {\n    noncurrent_days = 30\n  }")),
        bad(lifecycle("noncurrent_version_expiration {\n    noncurrent_days = 29\n  }")),
        good(s3(versioned()), "absent"),
        unsure(
            LATER + lifecycle(f"noncurrent_version_expiration {{\n    noncurrent_days = {UNKNOWN_NUMBER}\n  }}"),
            subject="aws_s3_bucket.uploads",
        ),
        good(lifecycle("noncurrent_version_expiration {\n    noncurrent_days = 30\n  }") + s3(name="scratch") + SOON),
        good(gcs("versioning {\n  enabled = true\n}"), "default"),
    ),
    demand="backup_retention_days",
)


def check(bucket: Bucket, context: Context) -> Iterator[Answer]:
    """Asked of versioned buckets; versions that never expire are kept long enough."""
    if "noncurrent" not in bucket.features or bucket.versioning.is_false or bucket.role in ("log", "cache"):
        return
    need = context.demands.backup_retention_days.value
    value, wanted = bucket.noncurrent.expires_days, f"at least {need} days"
    if value.known and (value.data or 0) < need:
        because = f" ({value.note})" if value.note else ""
        yield failed(
            f"noncurrent versions are deleted after {days(value)}{because}, the standard demands {need}",
            value,
            found=days(value),
            wanted=wanted,
            fix=set_to(value, str(need)),
        )
    elif value.unknown or bucket.noncurrent.lifecycle.unknown:
        yield cannot_tell("How long noncurrent versions are kept", value if value.unknown else bucket.noncurrent.lifecycle, wanted)
    else:
        kept = days(value) if value.known else "for ever"
        yield passed(f"noncurrent versions are kept {kept}", value, kept, wanted)

"""A bucket never moves anything to a cheaper storage class."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Bucket
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, failed, passed
from recoverable.rules.registry.questions import is_original
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, gcs, s3, s3_companion, versioned


def lifecycle(body: str) -> str:
    """A versioned bucket with one lifecycle rule."""
    return s3(
        versioned()
        + s3_companion("lifecycle_configuration", f'rule {{\n  id = "versions"\n  status = "Enabled"\n  filter {{}}\n  {body}\n}}')
    )


RULE = Rule(
    id="RCV054",
    name="no-cheaper-storage",
    title="Older data moves to cheaper storage",
    severity=Severity.ADVICE,
    applies_to=Bucket,
    why="Versions that are kept for a restore nobody hopes for need not lie in the dearest class.",
    facts=(
        (
            "Lifecycle rules move current and noncurrent versions to cheaper classes.",
            "https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html",
        ),
    ),
    examples=(
        good(lifecycle('noncurrent_version_transition {\n    noncurrent_days = 30\n    storage_class = "STANDARD_IA"\n  }')),
        bad(lifecycle("expiration {\n    days = 365\n  }")),
        bad(s3(versioned()), "absent"),
        good(
            lifecycle('noncurrent_version_transition {\n    noncurrent_days = 30\n    storage_class = "STANDARD_IA"\n  }')
            + s3(name="scratch")
        ),
        unsure(
            LATER
            + s3(
                versioned()
                + s3_companion(
                    "lifecycle_configuration",
                    'rule {\n  id = "versions"\n  status = terraform_data.later.id\n  filter {}\n  noncurrent_version_transition {\n    noncurrent_days = 30\n    storage_class = "STANDARD_IA"\n  }\n}',
                )
            ),
            subject="aws_s3_bucket.uploads",
        ),
        bad(gcs("versioning {\n  enabled = true\n}"), "default"),
    ),
)


def check(bucket: Bucket, context: Context) -> Iterator[Answer]:
    """Advice only. State buckets are not asked: their versions must never go to an archive class."""
    if "transition" not in bucket.features or not is_original(bucket) or bucket.holds_state or not bucket.versioning.is_true:
        return
    value = bucket.noncurrent.transition
    if value.unknown or bucket.noncurrent.lifecycle.unknown:
        yield cannot_tell("Whether data moves to cheaper storage", value if value.unknown else bucket.noncurrent.lifecycle)
    elif value.is_true:
        yield passed("older data moves to cheaper storage", value)
    else:
        yield failed(
            "nothing ever moves to cheaper storage", value, found="none", wanted="a transition", fix=bucket.fixes.get("transition", "")
        )

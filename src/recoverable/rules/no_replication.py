"""A bucket has no copy in a second region where the standard demands one."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Bucket
from recoverable.model.finding import Answer, Confidence, Severity
from recoverable.model.values import stated
from recoverable.rules.registry.answers import cannot_tell, failed, passed
from recoverable.rules.registry.questions import is_original
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, resource, s3, s3_companion, versioned

REPLICATED = (
    s3(versioned())
    + resource("aws_s3_bucket", "copy", 'bucket = "acme-copy"\nregion = "eu-central-1"')
    + s3_companion(
        "replication_configuration",
        'role = "arn:aws:iam::123456789012:role/replication"\nrule {\n  id = "all"\n  status = "Enabled"\n  destination {\n    bucket = aws_s3_bucket.copy.arn\n  }\n}',
    )
)

RULE = Rule(
    id="RCV046",
    name="no-replication",
    title="The bucket is replicated to a second region, where the standard demands it",
    severity=Severity.MEDIUM,
    applies_to=Bucket,
    why="The loss of a region, or of one account, then takes the only copy.",
    facts=(
        (
            "Replication needs versioning on both sides and copies only objects written after it was set up.",
            "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html",
        ),
    ),
    examples=(
        good(REPLICATED, subject="aws_s3_bucket.uploads"),
        bad(
            REPLICATED.replace('status = "Enabled"\n    destination', 'status = "Disabled"\n    destination'),
            subject="aws_s3_bucket.uploads",
        ),
        bad(s3(versioned()), "absent"),
        bad(s3(), "default"),
        unsure(
            LATER
            + s3(versioned())
            + s3_companion(
                "replication_configuration",
                'role = "arn:aws:iam::123456789012:role/r"\nrule {\n  id = "all"\n  status = terraform_data.later.id\n  destination {\n    bucket = "arn:aws:s3:::elsewhere"\n  }\n}',
            ),
            subject="aws_s3_bucket.uploads",
        ),
        good(REPLICATED + s3(environment="dev", name="scratch")),
    ),
    demand="second_region",
)


def check(bucket: Bucket, context: Context) -> Iterator[Answer]:
    """Replica targets and log buckets are not asked. Where the copy goes is ``same-region-replication``'s question."""
    if not context.demands.second_region.value or "replication" not in bucket.features or not is_original(bucket):
        return
    wanted = "a copy in a second region"
    value = bucket.replication
    enabled = [replica for replica in bucket.replicas if replica.enabled.is_true]
    doubtful = next((replica.enabled for replica in bucket.replicas if replica.enabled.unknown), None)
    whole = [replica for replica in enabled if replica.whole_bucket]
    if value.unknown:
        yield cannot_tell("Whether it is replicated", value, wanted)
    elif whole:
        yield passed(f"it replicates to {whole[0].target or 'another bucket'}", value, found="replicated", wanted=wanted)
    elif doubtful is not None:
        yield cannot_tell("Whether it is replicated", doubtful, wanted)
    elif enabled:
        yield failed(
            "only a part of it is replicated: its rules have a filter",
            stated(True, "filter", enabled[0].where),
            found="replicated in part",
            wanted=wanted,
            fix="Add a rule without prefix or tags.",
            confidence=Confidence.MEDIUM,
        )
    else:
        yield failed(
            "it is not replicated to a second region",
            value,
            found="no replication",
            wanted=wanted,
            fix=bucket.fixes.get("second-region", ""),
        )

"""A bucket's replication silently leaves its KMS-encrypted objects out."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Bucket
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, failed, passed
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, TARGETS, copied_by, copying, resource, s3, s3_companion, versioned

SELECTED = 'source_selection_criteria {\n    sse_kms_encrypted_objects {\n      status = "Enabled"\n    }\n  }'
TARGET_KEY = 'encryption_configuration {\n      replica_kms_key_id = "arn:aws:kms:eu-central-1:123456789012:key/0a1b"\n    }'
SSE = s3_companion(
    "server_side_encryption_configuration",
    'rule {\n  apply_server_side_encryption_by_default {\n    sse_algorithm = "aws:kms"\n    kms_master_key_id = "arn:aws:kms:eu-west-1:123456789012:key/0a1b"\n  }\n}',
)


def replicated(region: str, destination: str = "", rule: str = "", extra: str = "") -> str:
    """A bucket in eu-west-1 that replicates into a bucket in ``region``."""
    return (
        s3(versioned() + extra, 'region = "eu-west-1"')
        + resource("aws_s3_bucket", "copy", f'bucket = "acme-copy"\nregion = {region}')
        + s3_companion(
            "replication_configuration",
            'role = "arn:aws:iam::123456789012:role/replication"\n'
            f'rule {{\n  id = "all"\n  status = "Enabled"\n  {rule}\n  destination {{\n    bucket = aws_s3_bucket.copy.arn\n    {destination}\n  }}\n}}',
        )
    )


AWS_KEY = s3_companion(
    "server_side_encryption_configuration", 'rule {\n  apply_server_side_encryption_by_default {\n    sse_algorithm = "aws:kms"\n  }\n}'
)

RULE = Rule(
    id="RCV049",
    name="replication-skips-encrypted-objects",
    title="Replication includes objects encrypted with KMS",
    severity=Severity.HIGH,
    applies_to=Bucket,
    why="The replica looks alive and holds none of the objects that matter.",
    facts=(
        (
            "Objects encrypted with SSE-KMS replicate only with sse_kms_encrypted_objects and a replica_kms_key_id.",
            "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html",
        ),
    ),
    examples=(
        good(replicated('"eu-central-1"', TARGET_KEY, SELECTED, SSE), subject="aws_s3_bucket.uploads"),
        bad(replicated('"eu-central-1"', TARGET_KEY, SELECTED.replace("Enabled", "Disabled"), SSE), subject="aws_s3_bucket.uploads"),
        bad(replicated('"eu-central-1"', "", "", SSE), "absent", subject="aws_s3_bucket.uploads"),
        bad(replicated('"eu-central-1"', "", SELECTED, SSE), subject="aws_s3_bucket.uploads"),
        unsure(
            LATER + replicated('"eu-central-1"', TARGET_KEY, SELECTED.replace('"Enabled"', "terraform_data.later.id"), SSE),
            subject="aws_s3_bucket.uploads",
        ),
        bad(
            copied_by(copying("far", TARGET_KEY, SELECTED, "logs/"), copying("far", priority=2), extra=SSE) + TARGETS,
            subject="aws_s3_bucket.uploads",
        ),
        good(copied_by(copying("far", TARGET_KEY, SELECTED), extra=SSE) + copied_by(copying("far"), name="scratch") + TARGETS),
        bad(copied_by(copying("far"), extra=AWS_KEY) + TARGETS, "default", subject="aws_s3_bucket.uploads"),
    ),
)


def check(bucket: Bucket, context: Context) -> Iterator[Answer]:
    """Asked of replicating buckets with a KMS key."""
    enabled = [replica for replica in bucket.replicas if replica.enabled.is_true]
    enabled = [replica for replica in enabled if replica.whole_bucket] or enabled  # a rule with a filter promises nothing for the rest
    if "replication" not in bucket.features or not enabled or bucket.kms_key.absent:
        return
    wanted = "sse_kms_encrypted_objects and replica_kms_key_id"
    for replica in enabled:
        if replica.kms_selected.unknown:
            yield cannot_tell("Whether encrypted objects replicate", replica.kms_selected, wanted)
        elif replica.kms_selected.is_false:
            yield failed(
                "replication leaves out every object encrypted with KMS",
                replica.kms_selected,
                found="not selected",
                wanted=wanted,
                fix="Add source_selection_criteria with sse_kms_encrypted_objects, and replica_kms_key_id, to the rule.",
            )
        elif replica.kms_target_key.absent:
            yield failed(
                "replication of encrypted objects has no key in the destination's region, so it fails",
                replica.kms_target_key,
                found="no replica_kms_key_id",
                wanted=wanted,
                fix="Set replica_kms_key_id in the destination's encryption_configuration.",
            )
        else:
            yield passed(
                "encrypted objects replicate under a key of the destination", replica.kms_selected, found="selected", wanted=wanted
            )
        return

"""A bucket's lock cannot be undone by anyone, and nobody has acknowledged that."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Bucket
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, failed, passed
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_FLAG, gcs, s3, s3_companion

IRREVERSIBLE = ("COMPLIANCE", "LOCKED")
ACKNOWLEDGED = {"acknowledged", "true", "yes"}
TAGS = ("recoverable:compliance-lock", "recoverable-compliance-lock")


def lock(mode: str) -> str:
    """The companion with a default retention in a mode."""
    return s3_companion("object_lock_configuration", f"rule {{\n  default_retention {{\n    mode = {mode}\n    days = 30\n  }}\n}}")


RULE = Rule(
    id="RCV045",
    name="compliance-lock-unacknowledged",
    title="A COMPLIANCE lock is acknowledged in writing",
    severity=Severity.MEDIUM,
    applies_to=Bucket,
    why="In COMPLIANCE mode not even the root user can delete a version or shorten the lock; a wrong number is paid for until it runs out.",
    facts=(
        (
            "COMPLIANCE cannot be bypassed or shortened; a locked retention policy of Cloud Storage neither.",
            "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html",
        ),
    ),
    examples=(
        good(s3(lock('"GOVERNANCE"'), "object_lock_enabled = true")),
        bad(s3(lock('"COMPLIANCE"'), "object_lock_enabled = true")),
        good(
            s3(lock('"COMPLIANCE"'), "object_lock_enabled = true").replace(
                'environment = "prod"', 'environment = "prod", "recoverable:compliance-lock" = "acknowledged"'
            ),
            "other",
        ),
        unsure(
            LATER + s3(lock(f'{UNKNOWN_FLAG} ? "COMPLIANCE" : "GOVERNANCE"'), "object_lock_enabled = true"), subject="aws_s3_bucket.uploads"
        ),
        bad(s3(lock('"COMPLIANCE"'), "object_lock_enabled = true") + s3(body="object_lock_enabled = true", name="scratch"), "absent"),
        good(gcs("retention_policy {\n  retention_period = 2592000\n}"), "default"),
    ),
)


def check(bucket: Bucket, context: Context) -> Iterator[Answer]:
    """The tag ``recoverable:compliance-lock = acknowledged`` is the acknowledgement."""
    mode = bucket.lock.mode
    if "lock" not in bucket.features or mode.absent or bucket.lock.enabled.is_false:
        return
    wanted = "GOVERNANCE, or an acknowledgement"
    if mode.unknown:
        yield cannot_tell("The mode of the lock", mode, wanted)
    elif str(mode.data).upper() not in IRREVERSIBLE:
        yield passed(f"the lock's mode is {mode.data}", mode, wanted=wanted)
    elif ACKNOWLEDGED & {bucket.tags.get(name, "") for name in TAGS}:
        yield passed(f"the lock's mode is {mode.data}, and acknowledged", mode, wanted=wanted)
    else:
        yield failed(
            f"the lock's mode is {mode.data}: nobody can undo it",
            mode,
            wanted=wanted,
            fix="Tag the bucket recoverable:compliance-lock = acknowledged, or use GOVERNANCE.",
        )

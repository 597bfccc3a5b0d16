"""A bucket's object lock ends before its retention does."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Bucket
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, days, failed, passed, set_to
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_NUMBER, s3, s3_companion


def lock(period: str) -> str:
    """The companion with a default retention."""
    return s3_companion("object_lock_configuration", f'rule {{\n  default_retention {{\n    mode = "GOVERNANCE"\n    {period}\n  }}\n}}')


RULE = Rule(
    id="RCV044",
    name="object-lock-too-short",
    title="Object lock lasts as long as the retention",
    severity=Severity.MEDIUM,
    applies_to=Bucket,
    why="Between the end of the lock and the end of the retention a version can be deleted for good.",
    facts=(
        (
            "The default retention of a lock is given in days or years.",
            "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html",
        ),
    ),
    examples=(
        good(s3(lock("days = 30"), "object_lock_enabled = true")),
        bad(s3(lock("days = 29"), "object_lock_enabled = true")),
        good(s3(lock("years = 1"), "object_lock_enabled = true")),
        unsure(LATER + s3(lock(f"days = {UNKNOWN_NUMBER}"), "object_lock_enabled = true"), subject="aws_s3_bucket.uploads"),
        good(s3(lock("days = 30"), "object_lock_enabled = true") + s3(name="scratch"), "absent"),
    ),
    demand="backup_retention_days",
)


def check(bucket: Bucket, context: Context) -> Iterator[Answer]:
    """Asked of every lock with a default retention, whether or not the standard demands one."""
    if "lock" not in bucket.features or bucket.role == "log" or bucket.lock.enabled.is_false or bucket.lock.days.absent:
        return
    need = context.demands.backup_retention_days.value
    value, wanted = bucket.lock.days, f"at least {need} days"
    if value.unknown:
        yield cannot_tell("How long objects are locked", value, wanted)
    elif (value.data or 0) < need:
        yield failed(
            f"objects are locked for {days(value)}, the retention is {need}",
            value,
            found=days(value),
            wanted=wanted,
            fix=set_to(value, str(need)),
        )
    else:
        yield passed(f"objects are locked for {days(value)}", value, days(value), wanted)

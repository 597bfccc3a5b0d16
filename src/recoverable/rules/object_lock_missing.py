"""A bucket has no object lock where the standard demands one."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Bucket
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, days, failed, passed
from recoverable.rules.registry.questions import is_original
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_FLAG, UNKNOWN_NUMBER, s3, s3_companion

LOCKED = "[environments.prod]\nobject_lock = true\n"


def lock(days: object) -> str:
    """The companion with a default retention."""
    return s3_companion(
        "object_lock_configuration", f'rule {{\n  default_retention {{\n    mode = "GOVERNANCE"\n    days = {days}\n  }}\n}}'
    )


RULE = Rule(
    id="RCV043",
    name="object-lock-missing",
    title="Objects are locked against deletion, where the standard demands it",
    severity=Severity.HIGH,
    applies_to=Bucket,
    why="Versioning does not help against someone who may delete versions; a lock does.",
    facts=(
        (
            "Object lock needs versioning and a default retention, or each object has to be locked by itself.",
            "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html",
        ),
    ),
    examples=(
        good(s3(lock(30), "object_lock_enabled = true"), standard=LOCKED),
        bad(s3("", "object_lock_enabled = false"), standard=LOCKED),
        bad(s3(), "absent", standard=LOCKED),
        bad(s3("", "object_lock_enabled = true"), "default", standard=LOCKED),
        unsure(LATER + s3("", f"object_lock_enabled = {UNKNOWN_FLAG}"), subject="aws_s3_bucket.uploads", standard=LOCKED),
        good(s3(lock(30), "object_lock_enabled = true") + s3(environment="dev", name="scratch"), standard=LOCKED),
        good(LATER + s3(lock(UNKNOWN_NUMBER), "object_lock_enabled = true"), "unknown", subject="aws_s3_bucket.uploads", standard=LOCKED),
        unsure(
            LATER
            + s3(
                s3_companion(
                    "object_lock_configuration",
                    f"rule {{\n  default_retention {{\n    mode = terraform_data.later.id\n    days = {UNKNOWN_NUMBER}\n  }}\n}}",
                ),
                "object_lock_enabled = true",
            ),
            subject="aws_s3_bucket.uploads",
            standard=LOCKED,
        ),
    ),
    demand="object_lock",
)


def check(bucket: Bucket, context: Context) -> Iterator[Answer]:
    """A lock without a default retention locks nothing by itself. State buckets are not asked: locking their prefix would break writes."""
    if not context.demands.object_lock.value or "lock" not in bucket.features or not is_original(bucket) or bucket.holds_state:
        return
    lock, wanted = bucket.lock, "object lock with a default retention"
    doubt = next((value for value in (lock.enabled, lock.days) if value.unknown), None)
    if doubt is not None and not (doubt is lock.days and lock.enabled.is_true and lock.mode.known):
        yield cannot_tell("Whether objects are locked", doubt, wanted)
    elif lock.enabled.is_false:
        yield failed(
            "object lock is off: whoever may delete versions may delete the data",
            lock.enabled,
            found="off",
            wanted=wanted,
            fix=bucket.fixes.get("lock", ""),
        )
    elif lock.days.absent:
        yield failed(
            "object lock has no default retention, so it locks nothing by itself",
            lock.enabled,
            found="no default retention",
            wanted=wanted,
            fix=bucket.fixes.get("lock", ""),
        )
    else:
        yield passed(f"objects are locked for {days(lock.days)}", lock.days, days(lock.days), wanted)

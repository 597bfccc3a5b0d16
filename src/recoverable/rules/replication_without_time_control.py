"""A bucket's replication carries no time limit although an RPO binds."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Bucket
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, failed, passed
from recoverable.rules.registry.questions import is_original
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, TARGETS, copied_by, copying, resource, s3, s3_companion, versioned

RTC_MINUTES = 15
RTC = 'replication_time {\n      status = "Enabled"\n      time {\n        minutes = 15\n      }\n    }\n    metrics {\n      status = "Enabled"\n      event_threshold {\n        minutes = 15\n      }\n    }'


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


RULE = Rule(
    id="RCV048",
    name="replication-without-time-control",
    title="Replication has a time limit where an RPO binds",
    severity=Severity.MEDIUM,
    applies_to=Bucket,
    why="Plain replication is best effort: no number stands behind it, so it cannot keep an RPO.",
    facts=(
        (
            "Replication Time Control replicates 99.99 % of objects within 15 minutes and must have metrics on; plain replication promises nothing.",
            "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-time-control.html",
        ),
    ),
    examples=(
        good(replicated('"eu-central-1"', RTC), subject="aws_s3_bucket.uploads"),
        bad(replicated('"eu-central-1"', RTC.replace("Enabled", "Disabled")), subject="aws_s3_bucket.uploads"),
        bad(replicated('"eu-central-1"'), "absent", subject="aws_s3_bucket.uploads"),
        unsure(
            LATER + replicated('"eu-central-1"', RTC.replace('"Enabled"', "terraform_data.later.id", 1)), subject="aws_s3_bucket.uploads"
        ),
        bad(copied_by(copying("near"), copying("far", RTC, prefix="logs/", priority=2)) + TARGETS, subject="aws_s3_bucket.uploads"),
        good(copied_by(copying("near"), copying("far", RTC, priority=2)) + TARGETS, subject="aws_s3_bucket.uploads"),
        bad(replicated('"eu-central-1"', RTC), subject="aws_s3_bucket.uploads", standard="[environments.prod]\nrpo_minutes = 14\n"),
        good(copied_by(copying("far", RTC)) + copied_by(copying("far"), environment="dev", name="scratch") + TARGETS),
    ),
    demand="rpo_minutes",
)


def check(bucket: Bucket, context: Context) -> Iterator[Answer]:
    """Asked where an RPO binds and the bucket replicates."""
    rpo = context.demands.rpo_minutes.value
    enabled = [replica for replica in bucket.replicas if replica.enabled.is_true]
    enabled = [replica for replica in enabled if replica.whole_bucket] or enabled  # a rule with a filter promises nothing for the rest
    if rpo is None or "replication" not in bucket.features or not is_original(bucket) or not enabled:
        return
    wanted = f"Replication Time Control (RPO {rpo} minutes)"
    value = next((replica.time_control for replica in enabled if replica.time_control.is_true), enabled[0].time_control)
    if value.unknown:
        yield cannot_tell("Whether replication has a time limit", value, wanted)
    elif value.is_true and rpo >= RTC_MINUTES:
        yield passed("Replication Time Control is on", value, found="15 minutes", wanted=wanted)
    elif value.is_true:
        yield failed(
            f"Replication Time Control promises {RTC_MINUTES} minutes, the RPO is {rpo}",
            value,
            found="15 minutes",
            wanted=wanted,
            fix="Set a realistic RPO for this store.",
        )
    else:
        yield failed(
            f"replication has no time limit, the RPO is {rpo} minutes",
            value,
            found="best effort",
            wanted=wanted,
            fix="Add replication_time and metrics of 15 minutes to the rule's destination.",
        )

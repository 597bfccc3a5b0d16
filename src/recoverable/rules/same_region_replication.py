"""A bucket replicates into a bucket in its own region."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Bucket
from recoverable.model.finding import Answer, Severity
from recoverable.model.regions import different_regions
from recoverable.rules.registry.answers import cannot_tell, failed, passed
from recoverable.rules.registry.questions import is_original
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, TARGETS, copied_by, copying, resource, s3, s3_companion, versioned


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


HERE = 'provider "aws" {\n  region = "eu-west-1"\n}\n\n'
INTO_COPY = s3_companion("replication_configuration", 'role = "arn:aws:iam::123456789012:role/replication"\n' + copying("copy"))

RULE = Rule(
    id="RCV047",
    name="same-region-replication",
    title="Replication leaves the region",
    severity=Severity.HIGH,
    applies_to=Bucket,
    why="A copy in the same region is lost together with the region it is meant to survive.",
    facts=(
        (
            "S3 replicates within a region too; only the regions of the two buckets tell which it is.",
            "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html",
        ),
    ),
    examples=(
        good(replicated('"eu-central-1"'), subject="aws_s3_bucket.uploads"),
        bad(replicated('"eu-west-1"'), subject="aws_s3_bucket.uploads"),
        unsure(LATER + replicated("terraform_data.later.id"), subject="aws_s3_bucket.uploads"),
        good(copied_by(copying("far")) + copied_by(copying("near"), environment="dev", name="scratch") + TARGETS),
        bad(
            copied_by(copying("near"), copying("far", prefix="logs/", priority=2)) + TARGETS,
            subject="aws_s3_bucket.uploads",
            only=("hcl", "plan"),
            why_only="a preview does not say which rule an output goes to",
        ),
        good(copied_by(copying("far")) + s3(name="scratch") + TARGETS, "absent"),
        bad(
            HERE + s3(versioned()) + resource("aws_s3_bucket", "copy", 'bucket = "acme-copy"') + INTO_COPY,
            "default",
            subject="aws_s3_bucket.uploads",
        ),
    ),
    demand="second_region",
)


def check(bucket: Bucket, context: Context) -> Iterator[Answer]:
    """Asked where the standard demands a second region and there is replication at all."""
    if not context.demands.second_region.value or "replication" not in bucket.features or not is_original(bucket):
        return
    enabled = [replica for replica in bucket.replicas if not replica.enabled.is_false]
    enabled = [replica for replica in enabled if replica.whole_bucket] or enabled  # a rule with a filter copies a part only
    if not enabled:
        return
    regions = [different_regions(bucket.region, replica.target_region) for replica in enabled]
    wanted = "a destination in another region"
    far = next((region for region in regions if region.is_true), None)
    doubt = next((region for region in regions if region.unknown), None)
    if far is not None:
        yield passed(f"the copy lies in another region ({far.note})", far, found=far.note, wanted=wanted)
    elif doubt is not None:
        yield cannot_tell("Whether the copy lies in another region", doubt, wanted)
    else:
        yield failed(
            f"it replicates within its own region, {bucket.region.data}",
            regions[0],
            found=str(bucket.region.data),
            wanted=wanted,
            fix="Replicate to a bucket in another region.",
        )

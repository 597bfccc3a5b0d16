"""A bucket answers requests without TLS."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Bucket
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.questions import must_be_on
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, s3, s3_companion

DENY = """policy = jsonencode({
  Version = "2012-10-17"
  Statement = [{
    Effect = "Deny"
    Principal = "*"
    Action = "s3:*"
    Resource = ["arn:aws:s3:::acme-uploads", "arn:aws:s3:::acme-uploads/*"]
    Condition = { Bool = { "aws:SecureTransport" = "false" } }
  }]
})"""

DENY_BY_ARN = DENY.replace('"arn:aws:s3:::acme-uploads"', "aws_s3_bucket.uploads.arn").replace(
    '"arn:aws:s3:::acme-uploads/*"', '"${aws_s3_bucket.uploads.arn}/*"'
)
DOCUMENT = """data "aws_iam_policy_document" "tls" {
  statement {
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.uploads.arn, "${aws_s3_bucket.uploads.arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

"""
BY_DOCUMENT = s3_companion("policy", "policy = data.aws_iam_policy_document.tls.json")
NOT_SHOWN = "a preview shows nothing of a text with an unknown part"
NOT_SHOWN_IN_PLANS = "a plan shows nothing of what jsonencode() makes of a part that is unknown, nor does a preview"

RULE = Rule(
    id="RCV056",
    name="plain-http-allowed",
    title="Requests without TLS are denied",
    severity=Severity.LOW,
    applies_to=Bucket,
    why="What is read or written over plain HTTP can be read and changed on the way.",
    facts=(
        (
            "S3 answers plain HTTP unless a bucket policy denies aws:SecureTransport = false.",
            "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html",
        ),
    ),
    examples=(
        good(s3(s3_companion("policy", DENY))),
        bad(s3(s3_companion("policy", DENY.replace("Deny", "Allow")))),
        bad(s3(), "absent"),
        unsure(LATER + s3(s3_companion("policy", "policy = terraform_data.later.id")), subject="aws_s3_bucket.uploads"),
        good(DOCUMENT + s3(BY_DOCUMENT), only=("hcl", "plan"), why_only=NOT_SHOWN),
        bad(DOCUMENT.replace("Deny", "Allow").replace('"false"', '"true"') + s3(BY_DOCUMENT), only=("hcl", "plan"), why_only=NOT_SHOWN),
        good(s3(s3_companion("policy", DENY_BY_ARN)), only=("hcl",), why_only=NOT_SHOWN_IN_PLANS),
    ),
)


def check(bucket: Bucket, context: Context) -> Iterator[Answer]:
    """Not asked of Cloud Storage, which speaks TLS only."""
    if "tls" in bucket.features:
        yield must_be_on(bucket.tls_only, "denial of plain HTTP", "data can be read on the way", fix=bucket.fixes.get("tls", ""))

"""What writing evidence into a bucket needs, as statements of an IAM policy: the calls of ``ledger_s3.py``, and nothing more."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
OF_BUCKET = ("s3:GetBucketObjectLockConfiguration", "s3:ListBucket", "s3:ListBucketVersions")
OF_RECORDS = ("s3:GetObject", "s3:PutObject", "s3:PutObjectRetention")


def ledger_statements(ledger: str) -> list[Json]:
    """The statements for a ledger ``s3://bucket/prefix``; none for a file. Nobody may delete a record."""
    if not ledger.startswith("s3://"):
        return []
    bucket, _, prefix = ledger.removeprefix("s3://").partition("/")
    within = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
    return [
        {"Sid": "LookAtTheLedger", "Effect": "Allow", "Action": list(OF_BUCKET), "Resource": f"arn:aws:s3:::{bucket}"},
        {"Sid": "WriteEvidence", "Effect": "Allow", "Action": list(OF_RECORDS), "Resource": f"arn:aws:s3:::{bucket}/{within}*"},
    ]

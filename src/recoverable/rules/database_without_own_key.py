"""A database is not encrypted with a customer-managed key where the standard demands one."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Database
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.questions import is_original, under_own_key
from recoverable.rules.registry.rule import Context, Rule, bad, good
from recoverable.rules.registry.samples import cloudsql, rds, resource

OWN_KEY = "[environments.prod]\ncustomer_managed_key = true\n"

RULE = Rule(
    id="RCV008",
    name="database-without-own-key",
    title="The database is under a customer-managed key, where the standard demands one",
    severity=Severity.MEDIUM,
    applies_to=Database,
    why="Only a key of your own can be audited, disabled and shared with the account that keeps the copies.",
    facts=(
        (
            "Without kms_key_id RDS uses the AWS-managed key aws/rds, whose snapshots cannot be shared with another account.",
            "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.html",
        ),
    ),
    examples=(
        good(rds('storage_encrypted = true\nkms_key_id = "arn:aws:kms:eu-west-1:123456789012:key/0a1b"'), standard=OWN_KEY),
        bad(rds("storage_encrypted = true"), "absent", standard=OWN_KEY),
        bad(rds('storage_encrypted = true\nkms_key_id = "alias/aws/rds"'), standard=OWN_KEY),
        bad(cloudsql(), "default", standard=OWN_KEY),
        good(
            resource("aws_kms_key", "data", "enable_key_rotation = true")
            + rds("storage_encrypted = true\nkms_key_id = aws_kms_key.data.arn"),
            "unknown",
            subject="aws_db_instance.orders",
            standard=OWN_KEY,
        ),
        good(
            rds('storage_encrypted = true\nkms_key_id = "arn:aws:kms:eu-west-1:123456789012:key/0a1b"')
            + rds(environment="dev", name="scratch"),
            standard=OWN_KEY,
        ),
    ),
    demand="customer_managed_key",
)


def check(database: Database, context: Context) -> Iterator[Answer]:
    """A key that is created in the same plan counts: its ARN is unknown, that there is one is not."""
    if not context.demands.customer_managed_key.value or "encryption" not in database.features or not is_original(database):
        return
    yield under_own_key(database, "database")

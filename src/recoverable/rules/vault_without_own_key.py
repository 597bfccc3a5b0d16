"""A backup vault is not under a customer-managed key where the standard demands one."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Vault
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.backup_samples import key, vault
from recoverable.rules.registry.questions import under_own_key
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, resource

OWN_KEY = "[environments.prod]\ncustomer_managed_key = true\n"

RULE = Rule(
    id="RCV104",
    name="vault-without-own-key",
    title="The backup vault is under a customer-managed key, where the standard demands one",
    severity=Severity.MEDIUM,
    applies_to=Vault,
    why="Only a key of your own can be shared with the account that keeps the copies, audited and disabled.",
    facts=(
        (
            "A vault without kms_key_arn is encrypted with the AWS-managed key aws/backup, so it is never unencrypted.",
            "https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html",
        ),
    ),
    examples=(
        good(vault('kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/0a1b"'), standard=OWN_KEY),
        bad(vault('kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:alias/aws/backup"'), standard=OWN_KEY),
        bad(vault(), "absent", standard=OWN_KEY),
        bad(vault("kms_key_arn = null"), "default", standard=OWN_KEY),
        good(key() + vault("kms_key_arn = aws_kms_key.main.arn"), "unknown", subject="aws_backup_vault.main", standard=OWN_KEY),
        unsure(
            LATER
            + resource("terraform_data", "other", "")
            + vault(
                'kms_key_arn = terraform_data.later.id == terraform_data.other.id ? "arn:aws:kms:eu-west-1:123456789012:key/0a1b" : null'
            ),
            subject="aws_backup_vault.main",
            standard=OWN_KEY,
        ),
        good(
            vault('kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/0a1b"') + vault(name="scratch", environment="dev"),
            standard=OWN_KEY,
        ),
    ),
    per_store=False,
    demand="customer_managed_key",
)


def check(vault: Vault, context: Context) -> Iterator[Answer]:
    """A key made in the same plan counts, although its ARN is not known yet."""
    if context.demands.customer_managed_key.value and vault.kms_key.path:
        yield under_own_key(vault, "vault")

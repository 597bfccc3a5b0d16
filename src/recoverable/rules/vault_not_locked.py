"""A backup vault has no lock: whoever may delete recovery points may delete all backups."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Vault
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, failed, passed
from recoverable.rules.registry.backup_samples import lock, vault
from recoverable.rules.registry.questions import LESSER
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_NUMBER, resource

LOCKED = "[environments.prod]\nobject_lock = true\n"

RULE = Rule(
    id="RCV105",
    name="vault-not-locked",
    title="The backup vault is locked",
    severity=Severity.LOW,
    applies_to=Vault,
    why="Ransomware and a stolen administrator delete the backups first; a lock refuses that.",
    facts=(
        (
            "Vault Lock refuses deletion and shortening of recovery points. Without changeable_for_days it can be removed again (governance), with it never (compliance).",
            "https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html",
        ),
    ),
    examples=(
        good(vault() + lock("min_retention_days = 30"), subject="aws_backup_vault.main", standard=LOCKED),
        bad(vault(), "absent", standard=LOCKED),
        bad(vault(), "default"),
        good(
            resource("aws_backup_logically_air_gapped_vault", "main", 'name = "acme-air"\nmin_retention_days = 7\nmax_retention_days = 35'),
            "other",
            standard=LOCKED,
        ),
        unsure(
            LATER
            + vault()
            + vault("", "other")
            + resource(
                "aws_backup_vault_lock_configuration",
                "main",
                'backup_vault_name = terraform_data.later.id == "" ? aws_backup_vault.main.id : aws_backup_vault.other.id\nmin_retention_days = 30',
            ),
            subject="aws_backup_vault.main",
            standard=LOCKED,
        ),
        good(LATER + vault() + lock(f"min_retention_days = {UNKNOWN_NUMBER}"), "unknown", subject="aws_backup_vault.main", standard=LOCKED),
    ),
    per_store=False,
    demand="object_lock",
)


def check(vault: Vault, context: Context) -> Iterator[Answer]:
    """High where the standard turns object lock on, advice outside production."""
    severity = (
        Severity.HIGH
        if context.demands.object_lock.value
        else (Severity.ADVICE if context.demands.environment in LESSER else RULE.severity)
    )
    if vault.locked.unknown:
        yield cannot_tell("Whether the vault is locked", vault.locked, "locked")
    elif vault.locked.is_true:
        yield passed("the vault is locked", vault.locked, "locked", "locked")
    else:
        yield failed(
            "the vault has no lock: whoever may delete recovery points can delete every backup",
            vault.locked,
            found="no lock",
            wanted="locked",
            fix=vault.fixes.get("lock", ""),
            severity=severity,
        )

"""Nobody is told when backup jobs of a vault fail."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Vault
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, failed, passed, unsure_because
from recoverable.rules.registry.backup_samples import failed_jobs, notifications, vault
from recoverable.rules.registry.plan_questions import gets_copies_alone, who_hears
from recoverable.rules.registry.questions import severity_here
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER

MAIN = "aws_backup_vault.main"
FAMILIES = {"backup-vault": "aws-backup", "gcp-backup-vault": "backupdr"}

RULE = Rule(
    id="RCV109",
    name="vault-without-failure-notification",
    title="Somebody hears when backup jobs of the vault fail",
    severity=Severity.MEDIUM,
    applies_to=Vault,
    why="A job that fails every night is found out on the day a restore is needed.",
    facts=(
        (
            "Vault notifications send BACKUP_JOB_COMPLETED for failed jobs too; BACKUP_JOB_FAILED is deprecated and sends nothing.",
            "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutBackupVaultNotifications.html",
        ),
        (
            "EventBridge gets Backup Job State Change from aws.backup, best effort; some events carry state, others status.",
            "https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html",
        ),
    ),
    examples=(
        good(vault() + notifications('["BACKUP_JOB_COMPLETED"]'), subject=MAIN),
        good(vault() + failed_jobs(), subject=MAIN),
        bad(vault() + notifications('["BACKUP_JOB_FAILED"]'), subject=MAIN),
        bad(vault() + notifications('["RESTORE_JOB_COMPLETED"]'), subject=MAIN),
        bad(vault() + failed_jobs("DISABLED"), subject=MAIN),
        bad(vault() + failed_jobs(target=False), subject=MAIN),
        bad(vault(), "absent"),
        bad(vault("force_destroy = false"), "default"),
        unsure(LATER + vault() + notifications("[terraform_data.later.id]"), subject=MAIN),
    ),
    per_store=False,
)


def check(vault: Vault, context: Context) -> Iterator[Answer]:
    """The vault's own notifications count, and any rule or alarm that hears AWS Backup."""
    wanted = "failed backup jobs are told to somebody"
    own = vault.notifies_failures
    family = FAMILIES.get(vault.kind, "aws-backup")
    heard = who_hears(context, family, vault, [str(vault.name.data)], anywhere=gets_copies_alone(vault, context))
    if own.is_true:
        yield passed("its notifications tell of failed jobs", own, "notifications", wanted)
    elif heard.alarm is not None:
        yield passed(f"{heard.alarm.address} hears failed jobs", found=heard.alarm.address, wanted=wanted)
    elif own.unknown:
        yield cannot_tell("Whether failed jobs are told", own, wanted)
    elif heard.doubt:
        yield unsure_because("whether failed jobs are told cannot be known before apply", heard.doubt, wanted=wanted)
    else:
        silent = own.note if own.path == "backup_vault_events" else heard.deaf
        yield failed(
            f"nobody hears when its backup jobs fail{f': {silent}' if silent else ''}",
            own,
            found="no notification",
            wanted=wanted,
            fix=vault.fixes.get("notifications", ""),
            severity=severity_here(context, RULE.severity),
        )

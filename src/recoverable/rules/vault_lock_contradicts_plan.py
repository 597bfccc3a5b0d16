"""A plan keeps backups for a time that the lock of its vault refuses."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import PlanRule, Vault
from recoverable.model.finding import Answer, Severity
from recoverable.model.values import Value
from recoverable.rules.registry.answers import cannot_tell, days, failed, passed
from recoverable.rules.registry.backup_samples import kept, lock, plan, rule, vault
from recoverable.rules.registry.plan_questions import vault_of
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_NUMBER

SUBJECT = 'aws_backup_plan.main.rule["daily"]'


def locked(lifecycle: str, bounds: str) -> str:
    """A plan whose rule writes into a locked vault."""
    return vault() + lock(bounds) + plan(rule(lifecycle, target="aws_backup_vault.main.name"))


RULE = Rule(
    id="RCV106",
    name="vault-lock-contradicts-plan",
    title="The plan keeps backups as long as the lock of the vault allows",
    severity=Severity.HIGH,
    applies_to=PlanRule,
    why="Every such backup job fails, and until someone looks there are no backups.",
    facts=(
        (
            "A backup or copy job whose retention is shorter than the lock's minimum or longer than its maximum fails.",
            "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutBackupVaultLockConfiguration.html",
        ),
    ),
    examples=(
        good(locked(kept(30), "min_retention_days = 30\nmax_retention_days = 60"), subject=SUBJECT),
        bad(locked(kept(29), "min_retention_days = 30\nmax_retention_days = 60"), subject=SUBJECT),
        bad(locked(kept(61), "min_retention_days = 30\nmax_retention_days = 60"), subject=SUBJECT),
        bad(locked("", "min_retention_days = 30\nmax_retention_days = 60"), "absent", subject=SUBJECT),
        good(locked("", "min_retention_days = 30"), "default", subject=SUBJECT),
        bad(
            vault()
            + vault("", "copies")
            + lock("min_retention_days = 30", "copies")
            + plan(
                rule(
                    kept(30)
                    + "\ncopy_action {\n  destination_vault_arn = aws_backup_vault.copies.arn\n  lifecycle {\n    delete_after = 14\n  }\n}"
                )
            ),
            subject=SUBJECT,
        ),
        unsure(LATER + locked(kept(UNKNOWN_NUMBER), "min_retention_days = 30"), subject=SUBJECT),
        good(locked(kept(60), "max_retention_days = 60"), subject=SUBJECT),
        bad(locked(kept(61), "max_retention_days = 60"), subject=SUBJECT),
    ),
    per_store=False,
)


def check(rule: PlanRule, context: Context) -> Iterator[Answer]:
    """Asked of rules and copies that write into a locked vault of this input."""
    targets = [(rule.vault, rule.delete_days, "backups")]
    targets += [(str(target.data), kept, "copies") for target, kept in zip(rule.copies, rule.copy_days, strict=False) if target.known]
    verdicts = [
        answer
        for name, kept, what in targets
        if (vault := vault_of(name, context)) and vault.locked.is_true and (answer := _compare(rule, vault, kept, what))
    ]
    worst = sorted(verdicts, key=lambda answer: ("fail", "unknown", "pass").index(answer.verdict.value))
    yield from worst[:1]


def _compare(rule: PlanRule, vault: Vault, kept: Value[int], what: str) -> Answer | None:
    low, high = vault.lock_min_days, vault.lock_max_days
    bounds = " and ".join(
        text for text in (f"at least {low.data}" if low.known else "", f"at most {high.data}" if high.known else "") if text
    )
    wanted = f"{bounds} days" if bounds else "within the bounds of the lock"
    doubt = next((value for value in (kept, low, high) if value.unknown), None)
    if low.absent and high.absent:
        return None
    found = "for ever" if kept.absent else days(kept)
    short = kept.known and low.known and (kept.data or 0) < (low.data or 0)
    long = high.known and (kept.absent or (kept.known and (kept.data or 0) > (high.data or 0)))
    if short or long:
        edge = f"at least {low.data}" if short else f"at most {high.data}"
        return failed(
            f"rule {rule.display} keeps {what} {found}, the lock of {vault.address} takes {edge} days: every job fails",
            kept,
            found=found,
            wanted=wanted,
            fix=f"Set delete_after to {wanted}.",
        )
    if doubt is not None:
        return cannot_tell("Whether the lock takes these backups", doubt, wanted)
    return passed(f"the lock of {vault.address} takes {what} kept {found}", kept, found, wanted)

"""A backup leaves for cold storage too late to stay there as long as it must."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import PlanRule
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, days, failed, passed
from recoverable.rules.registry.backup_samples import kept, plan, rule
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_NUMBER

COLD_DAYS = 90
MAYBE = 'dynamic "rule" {\n  for_each = terraform_data.later.id == "" ? [1] : []\n  content {\n    rule_name = "maybe"\n    target_vault_name = "acme-main"\n  }\n}'

RULE = Rule(
    id="RCV102",
    name="cold-storage-arithmetic",
    title="Backups stay in cold storage for at least 90 days",
    severity=Severity.MEDIUM,
    applies_to=PlanRule,
    why="AWS refuses such a plan, so it is never made, and nothing is backed up.",
    facts=(
        (
            "Backups in cold storage stay there at least 90 days: delete_after has to be 90 days more than cold_storage_after.",
            "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html",
        ),
        (
            "A rule with continuous backup cannot move to cold storage: MoveToColdStorageAfterDays is unavailable.",
            "https://github.com/lgallard/terraform-aws-backup/issues/40",
        ),
    ),
    examples=(
        good(plan(rule(kept(120, "cold_storage_after = 30")))),
        bad(plan(rule(kept(119, "cold_storage_after = 30")))),
        bad(plan(rule(kept(30, "cold_storage_after = 7") + "\nenable_continuous_backup = true"))),
        good(plan(rule("lifecycle {\n  cold_storage_after = 30\n}")), "absent"),
        good(plan(rule("lifecycle {\n  cold_storage_after = 30\n  delete_after = 0\n}")), "default"),
        unsure(LATER + plan(rule(kept(UNKNOWN_NUMBER, "cold_storage_after = 30"))), subject='aws_backup_plan.main.rule["daily"]'),
        good(plan(rule(kept(120, "cold_storage_after = 30")), rule(kept(7), name="weekly"))),
        bad(plan(rule(kept(120, "cold_storage_after = 30") + "\nenable_continuous_backup = true"))),
        unsure(LATER + plan(rule(kept(120, f"cold_storage_after = {UNKNOWN_NUMBER}"))), subject='aws_backup_plan.main.rule["daily"]'),
        unsure(
            LATER + plan(rule(kept(UNKNOWN_NUMBER, f"cold_storage_after = {UNKNOWN_NUMBER}"))), subject='aws_backup_plan.main.rule["daily"]'
        ),
        good(
            LATER + plan(rule(kept(120, "cold_storage_after = 30"))) + plan(MAYBE, name="other"),
            "other",
            only=("hcl",),
            why_only="Terraform leaves a rule out whose number it does not know",
        ),
    ),
    per_store=False,
)


def check(rule: PlanRule, context: Context) -> Iterator[Answer]:
    """Asked of rules that move backups to cold storage."""
    cold, delete = rule.cold_days, rule.delete_days
    if cold.absent or (cold.unknown and delete.unknown and cold.note == delete.note and rule.display == "?"):
        return
    if rule.continuous.is_true and cold.known:
        yield failed(
            f"rule {rule.display} moves continuous backups to cold storage, which AWS refuses",
            cold,
            found=f"cold after {days(cold)}",
            wanted="no cold storage for continuous backups",
            fix="Leave cold_storage_after out, or set enable_continuous_backup = false.",
        )
        return
    if cold.unknown:
        yield cannot_tell("When backups move to cold storage", cold, f"{COLD_DAYS} days before they are deleted")
        return
    need = (cold.data or 0) + COLD_DAYS
    wanted = f"deleted after at least {need} days"
    if delete.unknown:
        yield cannot_tell("When backups in cold storage are deleted", delete, wanted)
    elif delete.absent or (delete.data or 0) >= need:
        found = "kept for ever" if delete.absent else days(delete)
        yield passed(f"rule {rule.display} keeps backups in cold storage long enough", delete, found, wanted)
    else:
        yield failed(
            f"rule {rule.display} moves backups to cold storage after {days(cold)} and deletes them after {days(delete)}: AWS refuses less than {COLD_DAYS} days between",
            delete,
            found=days(delete),
            wanted=wanted,
            fix=f"Set delete_after = {need}, or leave cold_storage_after out.",
        )

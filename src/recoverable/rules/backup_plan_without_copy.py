"""A backup plan copies nothing to a second region where the standard wants it."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Plan
from recoverable.model.finding import Answer, Severity
from recoverable.model.regions import different_regions
from recoverable.model.values import Value, unknown
from recoverable.rules.registry.answers import cannot_tell, failed, passed
from recoverable.rules.registry.backup_samples import kept, plan, rule, selection, vault
from recoverable.rules.registry.plan_questions import AWS_PLANS, Judged, copied_elsewhere, judged, rules_for
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, rds, resource

PROVIDER = 'provider "aws" {\n  region = "eu-west-1"\n}\n\n'


def copying(target: str) -> str:
    """A plan in eu-west-1 whose rule copies to a vault."""
    return PROVIDER + plan(rule(kept(30) + f"\ncopy_action {{\n  destination_vault_arn = {target}\n}}"))


GCP_PLAN = resource(
    "google_backup_dr_backup_plan",
    "main",
    'location = "europe-west1"\nbackup_plan_id = "main"\nresource_type = "sqladmin.googleapis.com/Instance"\n'
    'backup_vault = "projects/acme/locations/europe-west1/backupVaults/main"\nbackup_rules {\n  rule_id = "daily"\n  backup_retention_days = 30\n'
    '  standard_schedule {\n    recurrence_type = "DAILY"\n    time_zone = "UTC"\n    backup_window {\n      start_hour_of_day = 0\n      end_hour_of_day = 24\n    }\n  }\n}',
)

RULE = Rule(
    id="RCV103",
    name="backup-plan-without-copy",
    title="The backup plan copies to a second region, where the standard demands it",
    severity=Severity.MEDIUM,
    applies_to=Plan,
    why="The loss of a region, or of the account's access to it, takes the vault and all its backups at once.",
    facts=(
        (
            "A copy_action of a rule copies each backup to a vault in another region or account.",
            "https://docs.aws.amazon.com/aws-backup/latest/devguide/cross-region-backup.html",
        ),
    ),
    examples=(
        good(copying('"arn:aws:backup:eu-central-1:123456789012:backup-vault:copies"')),
        bad(copying('"arn:aws:backup:eu-west-1:123456789012:backup-vault:copies"')),
        bad(PROVIDER + plan(), "absent"),
        good(plan(environment="staging"), "default"),
        good(copying("aws_backup_vault.copies.arn") + vault('region = "eu-central-1"', "copies"), subject="aws_backup_plan.main"),
        unsure(LATER + copying("terraform_data.later.id"), subject="aws_backup_plan.main"),
        bad(
            PROVIDER + rds("backup_retention_period = 30") + plan() + selection("resources = [aws_db_instance.orders.arn]"),
            subject="aws_backup_plan.main",
        ),
        good(copying('"arn:aws:backup:eu-central-1:123456789012:backup-vault:copies"') + GCP_PLAN),
        unsure(
            LATER
            + plan(
                rule(
                    kept(30)
                    + '\ncopy_action {\n  destination_vault_arn = "arn:aws:backup:eu-central-1:123456789012:backup-vault:copies"\n}'
                ),
                "region = terraform_data.later.id",
            ),
            subject="aws_backup_plan.main",
        ),
    ),
    per_store=False,
    demand="second_region",
)


def check(plan: Plan, context: Context) -> Iterator[Answer]:
    """Stores that have a copy in a second region by themselves need none from the plan."""
    wanted = "a copy in a second region"
    asked = [item for item in judged(plan, context) if item.demands.second_region.value]
    if plan.kind not in AWS_PLANS or not plan.rules:
        return
    if not asked:
        yield passed("the standard wants no second region here", found="not demanded")
        return
    left = [item for item in asked if not (item.store and copied_elsewhere(item.store))]
    if not left:
        yield passed("what it selects has a copy in a second region", found="its own", wanted=wanted)
        return
    copies = [(item, _copy(item, plan)) for item in left]
    missing = next((item for item, copy in copies if copy is None), None)
    doubt = next((copy for _, copy in copies if copy is not None and copy.unknown), None)
    if missing is not None:
        yield failed(
            f"none of its rules copies to another region{missing.whom}",
            plan.rules[0].schedule,
            found="no copy in another region",
            wanted=wanted,
            fix="Add a copy_action with a vault in another region to a rule."
            if plan.kind != "snapshot-policy"
            else "Add a cross_region_copy_rule to a schedule.",
        )
    elif doubt is not None:
        yield cannot_tell("Whether the plan copies to another region", doubt, wanted)
    elif copies[0][1] is not None:
        yield passed(f"it copies to {copies[0][1].data}", copies[0][1], wanted=wanted)


def _copy(item: Judged, plan: Plan) -> Value[str] | None:
    """The region of a copy that surely goes elsewhere, else of one that may, else None."""
    found = [(different_regions(plan.region, region), region) for rule in rules_for(item, plan) for region in rule.copy_regions]
    sure = next((region for other, region in found if other.is_true), None)
    return sure or next(
        (region if region.unknown else unknown(other.note, region.path, region.where) for other, region in found if other.unknown), None
    )

"""A plan drops a store from the backup plans that selected it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from recoverable.model.estate import Store, StoreChange
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import failed, passed, unsure_because
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, rds, resource
from recoverable.rules.registry.store_samples import ebs

CHANGE: dict[str, Any] = {"only": ("plan", "preview"), "why_only": "code alone does not say what was there before"}
PLAN = resource("aws_backup_vault", "main", 'name = "main"') + resource(
    "aws_backup_plan",
    "daily",
    'name = "daily"\nrule {\n  rule_name = "daily"\n  target_vault_name = aws_backup_vault.main.name\n  schedule = "cron(0 3 * * ? *)"\n  lifecycle {\n    delete_after = 35\n  }\n}',
)
SELECTION = resource(
    "aws_backup_selection",
    "tagged",
    'name = "tagged"\nplan_id = aws_backup_plan.daily.id\niam_role_arn = "arn:aws:iam::123456789012:role/backup"\nselection_tag {\n  type = "STRINGEQUALS"\n  key = "environment"\n  value = "prod"\n}',
)

RULE = Rule(
    id="RCV134",
    name="dropped-from-backup-plan",
    title="No store is dropped from its backup plan",
    severity=Severity.HIGH,
    applies_to=StoreChange,
    why="The plan still runs and is still green; it just does not back this store up any more.",
    facts=(
        (
            "A selection by tag or ARN decides what a backup plan backs up.",
            "https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html",
        ),
    ),
    examples=(
        good(
            PLAN + SELECTION + rds("backup_retention_period = 30"),
            before=PLAN + SELECTION + rds("backup_retention_period = 20"),
            subject="aws_db_instance.orders",
            **CHANGE,
        ),
        bad(
            PLAN + rds("backup_retention_period = 30"),
            before=PLAN + SELECTION + rds("backup_retention_period = 30"),
            subject="aws_db_instance.orders",
            **CHANGE,
        ),
        good(
            PLAN + SELECTION + rds("backup_retention_period = 30") + ebs(environment="dev"),
            before=PLAN + SELECTION + rds("backup_retention_period = 20") + ebs(environment="dev"),
            case="other",
            **CHANGE,
        ),
        unsure(
            LATER + PLAN + SELECTION.replace('value = "prod"', "value = terraform_data.later.id") + rds("backup_retention_period = 30"),
            before=PLAN.replace("35", "34") + SELECTION + rds("backup_retention_period = 20"),
            subject="aws_db_instance.orders",
            **CHANGE,
        ),
        good(
            PLAN + SELECTION[: SELECTION.index("  selection_tag")] + "}\n" + rds("backup_retention_period = 30"),
            before=PLAN + SELECTION + rds("backup_retention_period = 20"),
            case="default",
            subject="aws_db_instance.orders",
            **CHANGE,
        ),
    ),
)


def check(store: StoreChange, context: Context) -> Iterator[Answer]:
    """Asked of stores that a plan selected before."""
    if store.kind == "backup-selection":
        yield failed(
            "the plan deletes this selection: what it selected is not backed up any more",
            found="deleted",
            wanted="selected",
            fix="Keep the selection.",
        )
        return
    before, after = store.before, store.after
    if not isinstance(before, Store) or not isinstance(after, Store) or not before.plans:
        return
    names = ", ".join(sorted({rule.plan for rule in before.plans}))
    if after.plans:
        yield passed("a backup plan still selects it", found=", ".join(sorted({rule.plan for rule in after.plans})))
    elif after.plans_unknown:
        yield unsure_because(
            f"whether a backup plan still selects it cannot be known: {after.plans_unknown}", after.plans_unknown, wanted=names
        )
    else:
        yield failed(
            f"no backup plan selects it any more; {names} did",
            found="not selected",
            wanted=names,
            fix="Keep the selection, its tag or its ARN.",
        )

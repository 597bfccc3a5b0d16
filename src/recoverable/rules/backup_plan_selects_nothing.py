"""A backup plan without any selection: it backs up nothing."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Plan
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import failed, passed, unsure_because
from recoverable.rules.registry.backup_samples import ROLE, plan, selection
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, resource

EVERYTHING = 'resources = ["*"]'

RULE = Rule(
    id="RCV107",
    name="backup-plan-selects-nothing",
    title="The backup plan selects something",
    severity=Severity.MEDIUM,
    applies_to=Plan,
    why="A plan that selects nothing looks like a backup in every review and makes none.",
    facts=(
        (
            "What a plan backs up is said by aws_backup_selection, a resource of its own.",
            "https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html",
        ),
    ),
    examples=(
        good(plan() + selection(EVERYTHING), subject="aws_backup_plan.main"),
        bad(plan() + plan(name="other") + selection(EVERYTHING, "other"), subject="aws_backup_plan.main"),
        bad(plan(), "absent"),
        good(plan() + selection(""), "default", subject="aws_backup_plan.main"),
        unsure(
            LATER
            + plan()
            + plan(name="other")
            + resource(
                "aws_backup_selection",
                "main",
                f'name = "main"\nplan_id = terraform_data.later.id == "" ? aws_backup_plan.main.id : aws_backup_plan.other.id\niam_role_arn = "{ROLE}"',
            ),
            subject="aws_backup_plan.main",
        ),
    ),
    per_store=False,
)


def check(plan: Plan, context: Context) -> Iterator[Answer]:
    """Whether anything matches the selection in the account is not asked: other code may declare it."""
    if plan.selections:
        yield passed("it has a selection", found=f"{plan.selections}", wanted="at least one selection")
    elif plan.selection_unknown:
        yield unsure_because(
            "whether anything selects for this plan cannot be known before apply", plan.selection_unknown, wanted="at least one selection"
        )
    else:
        yield failed(
            "nothing is selected: the plan backs up nothing",
            found="no selection",
            wanted="at least one selection",
            fix="Add an aws_backup_selection with its plan_id." if plan.kind == "backup-plan" else "Associate a store with the plan.",
        )

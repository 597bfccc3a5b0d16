"""Nothing in the input tests that the backups of a plan can be restored."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Plan
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, failed, passed, unsure_because
from recoverable.rules.registry.backup_samples import plan, restore_test
from recoverable.rules.registry.plan_questions import DAILY, apart, elsewhere, missing_module
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER

MAIN = "aws_backup_plan.main"
QUARTERLY = '"cron(0 6 1 1,4,7,10 ? *)"'


def perhaps(schedule: str, name: str = "perhaps") -> str:
    """A restore-testing plan that a selection may be for, or may not."""
    test = restore_test(schedule).replace('"monthly"', f'"{name}"').replace("testing_plan.monthly", f"testing_plan.{name}")
    place = f"aws_backup_restore_testing_plan.{name}.name"
    return test.replace(f"= {place}", f'= terraform_data.later.id == "" ? {place} : "elsewhere"')


RULE = Rule(
    id="RCV110",
    name="no-restore-test",
    title="Restores of the plan's backups are tested as often as demanded",
    severity=Severity.MEDIUM,
    applies_to=Plan,
    why="A backup nobody has restored is a hope.",
    facts=(
        (
            "A restore testing plan restores recovery points of its region on a schedule; what it restores is said by its selections.",
            "https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html",
        ),
    ),
    examples=(
        good(plan() + restore_test(), subject=MAIN),
        bad(plan() + restore_test('"cron(0 6 1 1,4,7,10 ? *)"'), subject=MAIN),
        bad(plan(), "absent"),
        bad(plan(environment="dev"), "default"),
        unsure(LATER + plan() + restore_test('"cron(0 6 ${terraform_data.later.id} * ? *)"'), subject=MAIN),
        good(
            plan() + restore_test(QUARTERLY) + restore_test().replace('" "monthly" {', '" "often" {').replace("plan.monthly", "plan.often"),
            subject=MAIN,
        ),
        good(plan() + restore_test(), subject=MAIN, standard="[environments.prod]\nrestore_test_days = 24\nrestore_test_grace_days = 7\n"),
        bad(plan() + restore_test(), subject=MAIN, standard="[environments.prod]\nrestore_test_days = 23\nrestore_test_grace_days = 7\n"),
        unsure(
            plan() + 'module "restore_tests" {\n  source = "terraform-aws-modules/backup/aws"\n  version = "1.0.0"\n}\n',
            subject=MAIN,
            only=("hcl",),
            why_only="a plan has the module's resources",
        ),
        bad(LATER + plan() + perhaps(QUARTERLY) + restore_test(QUARTERLY), subject=MAIN),
        unsure(
            LATER + plan() + perhaps(QUARTERLY) + perhaps('"cron(0 6 1 * ? *)"', "often"),
            subject=MAIN,
            standard="[environments.prod]\nrestore_test_days = 24\nrestore_test_grace_days = 7\n",
            only=("hcl",),
            why_only="a plan does not tell which names an unknown one may be",
        ),
    ),
    per_store=False,
    demand="restore_test_days",
)


def check(plan: Plan, context: Context) -> Iterator[Answer]:
    """None at all is advice, for drills of our own prove restores too; one that is declared and too rare is a finding."""
    if plan.kind != "backup-plan":
        return
    cadence = context.demands.restore_test_days.value
    limit = cadence + context.demands.restore_test_grace_days.value
    wanted = f"a restore test every {cadence} days"
    here = [test for test in context.estate.restore_tests if not elsewhere(plan, test)]
    tests = [test for test in here if test.selections or test.selections_unknown]
    gaps = [test.every_minutes for test in tests]
    known = [value for value in gaps if value.known and value.data is not None]
    shortest = min(known, key=lambda value: value.data or 0, default=None)
    unknown = next((value for value in gaps if value.unknown), None)
    sure = [test for test in tests if test.every_minutes.known and (test.every_minutes.data or 0) <= limit * DAILY and test.selections]
    if sure:
        value = sure[0].every_minutes
        yield passed(f"{sure[0].address} tests a restore every {apart(value.data or 0)}", value, apart(value.data or 0), wanted)
    elif unknown is not None:
        yield cannot_tell("How often restores are tested", unknown, wanted)
    elif shortest is not None and (shortest.data or 0) > limit * DAILY:
        found = apart(shortest.data or 0)
        yield failed(
            f"restores are tested every {found}, the standard demands {cadence} days",
            shortest,
            found=found,
            wanted=wanted,
            fix="Set schedule_expression to once a month or more often.",
        )
    elif (
        doubt := next((test.selections_unknown for test in tests if test.selections_unknown), "")
        or context.estate.partial
        or missing_module(context, "restore", "backup")
    ):
        yield unsure_because("whether restores are tested cannot be known before apply", doubt, wanted=wanted)
    else:
        yield failed(
            f"{here[0].address} has no selection, so it tests nothing" if here else "no restore testing plan is declared",
            found="no selection" if here else "none",
            wanted=wanted,
            fix="Add an aws_backup_restore_testing_plan with a selection, or prove restores by recoverable drill.",
            severity=None if here else Severity.ADVICE,
        )

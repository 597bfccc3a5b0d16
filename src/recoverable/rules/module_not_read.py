"""A module could not be read, so what it declares is not known."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.finding import Answer, Severity, Verdict
from recoverable.model.run import Run
from recoverable.rules.registry.rule import Rule, good, unsure
from recoverable.rules.registry.samples import rds

RULE = Rule(
    id="RCV154",
    name="module-not-read",
    title="Every module was read",
    severity=Severity.MEDIUM,
    applies_to=Run,
    why="A store in a module nobody looked into is neither safe nor unsafe: it is unknown.",
    facts=(
        (
            "terraform init downloads modules into .terraform/modules, where they are read.",
            "https://developer.hashicorp.com/terraform/cli/commands/init",
        ),
    ),
    examples=(
        unsure(
            'module "db" {\n  source = "terraform-aws-modules/rds/aws"\n  version = "6.0.0"\n}\n' + rds(),
            "unknown",
            only=("hcl",),
            why_only="a plan has the module's resources",
        ),
        good(rds(), "other"),
    ),
    per_store=False,
)


def check(run: Run, context: object) -> Iterator[Answer]:
    """Always unknown, never a pass: run terraform init, or judge the plan."""
    for problem in run.missing_modules:
        yield Answer(
            Verdict.UNKNOWN,
            problem.message,
            "not downloaded",
            "a module that can be read",
            "Run terraform init (or terraform get), or judge the plan.",
            problem.where,
            address=problem.address,
        )
    if not run.missing_modules:
        yield Answer(Verdict.PASS, "every module was read")

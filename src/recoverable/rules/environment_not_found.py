"""The environment of a store cannot be found, so it was judged by the strictest."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.finding import Answer, Severity, Verdict
from recoverable.model.run import Run
from recoverable.rules.registry.rule import Rule, bad, good
from recoverable.rules.registry.samples import LATER, rds

RULE = Rule(
    id="RCV153",
    name="environment-not-found",
    title="The environment of every store is known",
    severity=Severity.ADVICE,
    applies_to=Run,
    why="The numbers differ by environment; what is not known is judged as production, which may be too strict.",
    facts=(
        (
            "The environment is looked for in the flag, stack configuration, tags, stack or workspace name, tfvars and folders, in this order.",
            "https://developer.hashicorp.com/terraform/language/state/workspaces",
        ),
    ),
    examples=(
        bad(
            'resource "aws_db_instance" "orders" {\n  engine = "postgres"\n  instance_class = "db.r6g.large"\n}\n',
            "absent",
        ),
        good(rds(), "stated"),
        bad(LATER + rds().replace('"prod"', "terraform_data.later.id"), "unknown"),
    ),
    per_store=False,
)


def check(run: Run, context: object) -> Iterator[Answer]:
    """One answer per run; medium where the standard sets require_environment."""
    if run.not_found:
        count = len(run.not_found)
        some = ", ".join(run.not_found[:3]) + (f" and {count - 3} more" if count > 3 else "")
        yield Answer(
            Verdict.FAIL,
            f"the environment of {count} of the judged is not known, so the strictest holds: {some}",
            "not found",
            "prod, staging, dev …",
            "Tag them environment = …, or give --environment.",
            severity=Severity.MEDIUM if run.require_environment else None,
        )
    else:
        yield Answer(Verdict.PASS, "the environment of everything that was judged is known")

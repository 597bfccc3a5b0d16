"""The default branch of a Neon project can be deleted or reset."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Database
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.questions import is_original, must_be_on, severity_here
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_FLAG, neon, rds

RULE = Rule(
    id="RCV030",
    name="neon-default-branch-unprotected",
    title="The default branch of the Neon project is protected",
    severity=Severity.MEDIUM,
    applies_to=Database,
    why="The history lies in the project: who deletes the project or its branch deletes every point to restore to along with it.",
    facts=(
        (
            "A protected branch cannot be deleted or reset, and a project that has one cannot be deleted. Needs a paid plan (Launch 2 branches, Scale 5).",
            "https://neon.com/docs/guides/protected-branches",
        ),
        (
            "default_branch_protected of neon_project is false by default.",
            "https://registry.terraform.io/providers/kislerdm/neon/latest/docs/resources/project",
        ),
    ),
    examples=(
        good(neon("default_branch_protected = true")),
        bad(neon("default_branch_protected = false")),
        bad(neon(), "absent"),
        bad(neon("default_branch_protected = null"), "default"),
        unsure(LATER + neon(f"default_branch_protected = {UNKNOWN_FLAG}"), subject="neon_project.prod"),
        good(neon("default_branch_protected = true") + rds()),
    ),
)


def check(database: Database, context: Context) -> Iterator[Answer]:
    """Low outside production, where branches come and go."""
    if "branch-protection" not in database.features or not is_original(database):
        return
    yield must_be_on(
        database.branch_protected,
        "protection of the default branch",
        "one call deletes the project with all its history",
        fix="Set default_branch_protected = true.",
        severity=severity_here(context, RULE.severity),
    )

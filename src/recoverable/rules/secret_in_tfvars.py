"""A tfvars file in the repository carries a secret."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import RepositoryFile
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import failed
from recoverable.rules.registry.rule import Context, Rule, bad
from recoverable.rules.registry.samples import PULUMI_PROJECT, rds

RULE = Rule(
    id="RCV097",
    name="secret-in-tfvars",
    title="No tfvars file carries a secret",
    severity=Severity.HIGH,
    applies_to=RepositoryFile,
    why="A variable file is code: whoever reads the repository or its history has the secret.",
    facts=(
        (
            "What was pushed once has to be treated as known.",
            "https://docs.github.com/en/code-security/secret-scanning/introduction/about-secret-scanning",
        ),
    ),
    examples=(
        bad(
            rds(),
            "other",
            files=(
                PULUMI_PROJECT,
                ("prod.tfvars", 'db_password = "not-a-real-one"\n'),
            ),
        ),
    ),
)


def check(file: RepositoryFile, context: Context) -> Iterator[Answer]:
    """Only the name of the setting is shown."""
    if file.trouble == "tfvars-secret":
        yield failed(
            f"{file.detail} is written in a tfvars file",
            found=file.detail,
            wanted="no secret in the repository",
            fix="Read it from a secrets manager, or pass it by TF_VAR_ from the CI's secret store.",
        )

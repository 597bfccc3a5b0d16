"""A Terraform state file is committed to the repository."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import RepositoryFile
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import failed
from recoverable.rules.registry.rule import Context, Rule, bad
from recoverable.rules.registry.samples import PULUMI_PROJECT, rds

RULE = Rule(
    id="RCV095",
    name="state-file-committed",
    title="No state file is committed",
    severity=Severity.CRITICAL,
    applies_to=RepositoryFile,
    why="State holds every password and key of the stack in plain text, and a copy in git is never the newest.",
    facts=(
        (
            "State can contain sensitive data; it should be kept in a remote backend.",
            "https://developer.hashicorp.com/terraform/language/state/sensitive-data",
        ),
    ),
    examples=(
        bad(
            rds(),
            "other",
            files=(
                PULUMI_PROJECT,
                ("terraform.tfstate", '{"version": 4, "terraform_version": "1.11.4", "resources": []}'),
            ),
        ),
    ),
)


def check(file: RepositoryFile, context: Context) -> Iterator[Answer]:
    """Inside a git repository only tracked files are looked at."""
    if file.trouble == "state-file":
        yield failed(
            "a Terraform state file is in the repository",
            found=file.address,
            wanted="state in a remote backend",
            fix=f"git rm --cached {file.address}, add *.tfstate* to .gitignore, and rotate every secret in it.",
        )

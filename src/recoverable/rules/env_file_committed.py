"""A .env file is committed to the repository."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import RepositoryFile
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import failed
from recoverable.rules.registry.rule import Context, Rule, bad
from recoverable.rules.registry.samples import PULUMI_PROJECT, rds

RULE = Rule(
    id="RCV096",
    name="env-file-committed",
    title="No .env file is committed",
    severity=Severity.HIGH,
    applies_to=RepositoryFile,
    why="Configuration and secrets belong outside the repository, versioned, where access can be taken away.",
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
                (".env", "DATABASE_PASSWORD=not-a-real-one\n"),
            ),
        ),
    ),
)


def check(file: RepositoryFile, context: Context) -> Iterator[Answer]:
    """High where a setting looks like a secret, low otherwise; the value is never shown."""
    if file.trouble == "env-file":
        secret = f"{file.detail} looks like a secret" if file.detail else "no setting in it looks like a secret"
        yield failed(
            f"a .env file is in the repository ({secret})",
            found=file.address,
            wanted="configuration outside the repository",
            fix=f"git rm --cached {file.address}; keep it in a secrets manager.",
            severity=None if file.detail else Severity.LOW,
        )

"""Programs with one Postgres, for its tests: run under Pulumi's mocks, with or without a standard of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pulumi_aws import backup, iam

from recoverable.components.policy import Cloud, ProtectionPolicy
from recoverable.components.postgres import Postgres, PostgresArgs
from recoverable.components.refusal import RefusedError
from recoverable.standard.load import Standard, parse
from tests.components.harness import Built, build

REPLICA = {Cloud.AWS: "eu-central-1", Cloud.GCP: "europe-west4"}
COPIES = "arn:aws:backup:eu-central-1:123456789012:backup-vault:copies"
ELSEWHERE = ("RCV090", "RCV110")
"""What BackupAlerts and RestoreTest answer, not a database."""


def policy(cloud: Cloud, environment: str, **more: Any) -> ProtectionPolicy:
    """Of an owner, with someone who hears of failures and a second region."""
    given = {"alert_address": "oncall@example.com", "owner": "shop-team", "replica_region": REPLICA[cloud], **more}
    return ProtectionPolicy(environment, cloud=cloud, **given)


def built(
    environment: str = "prod",
    *,
    cloud: Cloud = Cloud.AWS,
    standard: str = "",
    folder: Path | None = None,
    preview: bool = True,
    plan: dict[str, Any] | None = None,
    of_policy: dict[str, Any] | None = None,
    **arguments: Any,
) -> Built:
    """One Postgres "orders"; with ``plan`` a backup plan that selects it by tag, as a BackupVault makes it."""
    if folder is not None:
        (folder / "recoverable.toml").write_text(standard or "schema = 1\n", encoding="utf-8")

    def program() -> None:
        Postgres("orders", PostgresArgs(policy(cloud, environment, **(of_policy or {})), **arguments))
        if plan is not None:
            backup_plan(**plan)

    return build(program, preview=preview, stack=environment, folder=folder)


def backup_plan(days: int, *, continuous: bool = False, copies: bool = True) -> None:
    """A plan that takes snapshots every day of what is tagged as ours, and copies them to another region."""
    role = iam.Role("backup", assume_role_policy="{}")
    rule: dict[str, Any] = {
        "rule_name": "daily",
        "target_vault_name": "main",
        "schedule": "cron(0 5 * * ? *)",
        "enable_continuous_backup": continuous,
        "lifecycle": {"delete_after": days},
    }
    if copies:
        rule["copy_actions"] = [{"destination_vault_arn": COPIES, "lifecycle": {"delete_after": days}}]
    # snapshots, and continuous backups beside them, are kept as long as each may be
    made = backup.Plan("plan", rules=[rule])
    backup.Selection(
        "selection",
        iam_role_arn=role.arn,
        plan_id=made.id,
        selection_tags=[{"type": "STRINGEQUALS", "key": "recoverable:component", "value": "orders"}],
    )


def of_database(made: Built, standard: Standard | None = None) -> list[str]:
    """What rules say of the database and the keys, but for what other components answer."""
    parts = ("backup:", "iam:")
    said = [line for line in made.not_passed(standard) if not line.startswith(ELSEWHERE)]
    return [line for line in said if not any(f"aws:{part[:-1]}" in line.split(": ")[0] for part in parts)]


def refusal(environment: str = "prod", **how: Any) -> str:
    """The whole message of what is refused."""
    with pytest.raises(RefusedError) as caught:
        built(environment, **how)
    return str(caught.value)


def standard_of(text: str) -> Standard:
    """The standard that a text is."""
    return parse(text)

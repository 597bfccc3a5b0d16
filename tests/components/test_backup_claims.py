"""A database's evidence names a BackupVault's plan only where there is one that backs it up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recoverable.components.backup_claims import PlanMade, keeper, refuse_unkept
from recoverable.components.backup_vault import BackupVault, BackupVaultArgs
from recoverable.components.policy import Cloud, ProtectionPolicy
from recoverable.components.postgres import BackupOwner, Postgres, PostgresArgs, PostgresEngine
from recoverable.components.refusal import RefusedError
from recoverable.sandbox.laptop import Laptop
from tests.components.harness import build
from tests.components.postgres_programs import policy
from tests.support.stacks import Stack

AURORA = PostgresEngine.AURORA
AWS_BACKUP = BackupOwner.AWS_BACKUP
DAILY = {"recoverable:backup": "daily"}


def said(
    database: dict[str, Any], vault: dict[str, Any] | None, *, first: bool = False, shared: bool = True, environment: str = "dev"
) -> dict[str, Any]:
    """The evidence of a database beside a vault, which comes ``first`` or last, with the same policy or another."""
    made: list[ProtectionPolicy] = []

    def program() -> None:
        made.extend(policy_of(environment) for _ in range(2))

        def add_vault() -> None:
            if vault is not None:
                BackupVault("backups", BackupVaultArgs(made[0 if shared else 1], **vault))

        steps: list[Callable[[], Any]] = [add_vault, lambda: Postgres("orders", PostgresArgs(made[0], **database))]
        for step in steps if first else steps[::-1]:
            step()

    evidence: dict[str, Any] = build(program, preview=False, stack=environment).outputs["orders"]["evidence"]
    return evidence


def policy_of(environment: str) -> ProtectionPolicy:
    return policy(Cloud.AWS, environment)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("engine", [None, AURORA])
def test_a_plan_of_the_program_counts_wherever_it_stands(first: bool, engine: PostgresEngine | None) -> None:
    found = said({"engine": engine, "retention_days": 90, "backup_plan": True}, {"retention_days": 120}, first=first)
    assert (found["retentionDays"], found["pitrWindowDays"]) == (120, 35)
    assert found["protectedBy"][-1] == "backup plan"


@pytest.mark.parametrize(
    ("vault", "shared"), [(None, True), ({}, False), ({"selection_tags": {"backup": "yes"}}, True), ({"selection_tags": {}, "resources": ["arn:aws:rds:eu-west-1:123456789012:db:x"]}, True)]
)  # fmt: skip
def test_without_a_plan_that_selects_it_only_its_own_backups_count(vault: dict[str, Any] | None, shared: bool) -> None:
    found = said({"backup_plan": True}, vault, shared=shared)
    assert found["retentionDays"] == 14
    assert "backup plan" not in found["protectedBy"]


def test_a_tag_of_the_callers_selects_too() -> None:
    found = said({"backup_plan": True, "tags": {"backup": "yes"}}, {"selection_tags": {"backup": "yes"}, "retention_days": 60})
    assert (found["retentionDays"], found["protectedBy"][-1]) == (60, "backup plan")


def test_of_two_plans_the_longer_one_counts() -> None:
    plans = [PlanMade("a", DAILY, 30), PlanMade("b", DAILY, 400), PlanMade("c", DAILY, 900, opted_out=frozenset({"RDS"}))]
    assert keeper(plan_of(), DAILY, plans) == plans[1]


def test_what_aws_backup_owns_claims_its_continuous_plan() -> None:
    found = said({"backup_owner": AWS_BACKUP}, {"continuous": True, "retention_days": 60})
    assert (found["retentionDays"], found["pitrWindowDays"], found["achievedRpoMinutes"]) == (60, 35, 5)
    assert (found["rpoMechanism"], found["protectedBy"][-1]) == ("AWS Backup continuous backup", "AWS Backup")


@pytest.mark.parametrize("vault", [None, {"retention_days": 60}])
def test_what_aws_backup_owns_claims_nothing_without_a_continuous_plan(vault: dict[str, Any] | None) -> None:
    found = said({"backup_owner": AWS_BACKUP}, vault)
    assert [found[name] for name in ("retentionDays", "pitrWindowDays", "achievedRpoMinutes")] == [None, None, None]
    assert found["rpoMechanism"] == "none in this program: a plan of AWS Backup has to select it"
    assert "AWS Backup" not in found["protectedBy"]


def plan_of(engine: PostgresEngine = PostgresEngine.RDS, **arguments: Any) -> Any:
    """The checked arguments of a database, and the component: made under the mocks."""
    return component_of(engine, **arguments).plan


def component_of(engine: PostgresEngine = PostgresEngine.RDS, **arguments: Any) -> Postgres:
    got: list[Postgres] = []
    build(lambda: got.append(Postgres("orders", PostgresArgs(policy_of("dev"), engine=engine, backup_plan=True, **arguments))))
    return got[0]


OFF = 'backup_plan = True is refused: BackupVault "backups" has {} opted out. AWS Backup would pass the database over.'
REFUSED: dict[str, tuple[PostgresEngine, int | None, list[PlanMade], str]] = {
    "nobody keeps it": (
        PostgresEngine.RDS, 3650, [],
        "retention_days = 3650 is refused: RDS keeps 14 days, and no BackupVault with the same policy selects it. Nothing would be kept "
        "3650 days: give a BackupVault of this program retention_days = 3650.",
    ),
    "the plan keeps less": (
        AURORA, 90, [PlanMade('BackupVault "backups"', DAILY, 30)],
        'retention_days = 90 is refused: Aurora keeps 14 days, and BackupVault "backups" keeps 30. Nothing would be kept 90 days: give a '
        "BackupVault of this program retention_days = 90.",
    ),
    "RDS is opted out": (PostgresEngine.RDS, None, [PlanMade('BackupVault "backups"', DAILY, 30, None, frozenset({"RDS"}))], OFF.format("RDS")),
    "Aurora is opted out": (AURORA, 60, [PlanMade('BackupVault "backups"', DAILY, 90, None, frozenset({"Aurora"}))], OFF.format("Aurora")),
}  # fmt: skip


@pytest.mark.parametrize(("engine", "asked", "plans", "message"), REFUSED.values(), ids=REFUSED)
def test_a_plan_that_does_not_back_it_up_is_refused(engine: PostgresEngine, asked: int | None, plans: list[PlanMade], message: str) -> None:
    component = component_of(engine)
    with pytest.raises(RefusedError) as refused:
        refuse_unkept(component, component.plan, DAILY, asked, plans)
    assert str(refused.value) == f'Postgres "orders": {message}'


@pytest.mark.parametrize(
    "plans", [[PlanMade("a", DAILY, 90)], [PlanMade("a", DAILY, 30), PlanMade("b", DAILY, 90, None, frozenset({"Aurora"}))]]
)
def test_a_plan_that_keeps_it_long_enough_is_taken(plans: list[PlanMade]) -> None:
    component = component_of()
    refuse_unkept(component, component.plan, DAILY, 90, plans)


PROGRAM = """
import pulumi
import recoverable as rc

policy = rc.ProtectionPolicy("dev", owner="shop")
orders = rc.Postgres("orders", rc.PostgresArgs(policy, backup_plan=True{database}))
{vault}
pulumi.export("evidence", policy.evidence)
"""


@pytest.mark.engine
@pytest.mark.parametrize(
    ("database", "vault", "message"),
    [
        (
            ", retention_days=3650",
            "",
            "retention_days = 3650 is refused: RDS keeps 35 days, and no BackupVault with the same policy selects it.",
        ),
        (
            "",
            'rc.BackupVault("backups", rc.BackupVaultArgs(policy, opt_in={"RDS": False}))',
            'refused: BackupVault "backups" has RDS opted out.',
        ),
    ],
)
def test_the_preview_is_refused_with_one_message(laptop: Laptop, tmp_path: Path, database: str, vault: str, message: str) -> None:
    program = PROGRAM.format(database=database, vault=vault)
    done = Stack(laptop, tmp_path / "p", program, name="unkept", config={"aws:region": "eu-west-1"}).run("preview", check=False)
    assert done.returncode != 0
    assert message in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.engine
def test_the_evidence_of_a_kept_one_is_as_it_was_promised(laptop: Laptop, tmp_path: Path) -> None:
    vault = 'rc.BackupVault("backups", rc.BackupVaultArgs(policy, retention_days=120))'
    program = PROGRAM.format(database=", retention_days=90", vault=vault)
    stack = Stack(laptop, tmp_path / "p", program, name="keptlong", config={"aws:region": "eu-west-1"})
    stack.up()
    found = {each["component"]: each for each in stack.outputs()["evidence"]}["orders"]
    assert (found["retentionDays"], found["protectedBy"][-1]) == (120, "backup plan")
    stack.run("preview", "--expect-no-changes")

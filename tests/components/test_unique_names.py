"""Default names that two stacks of one account must not share."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest

from recoverable.components.backup_alerts import BackupAlerts, BackupAlertsArgs
from recoverable.components.backup_vault import BackupVault, BackupVaultArgs
from recoverable.components.policy import ProtectionPolicy
from recoverable.components.restore_test import RestoreTest, RestoreTestArgs
from recoverable.components.unique_names import unique
from tests.components import harness
from tests.components.backup_samples import made

INSTANCE = "projects/acme/instances/orders"
Program = Callable[[ProtectionPolicy], Any]


def restores(name: str = "monthly", **more: Any) -> Program:
    return lambda policy: RestoreTest(name, RestoreTestArgs(policy, **more))


def vault(name: str = "backups") -> Program:
    return lambda policy: BackupVault(name, BackupVaultArgs(policy, resources=[INSTANCE]))


def alerts(name: str = "alerts") -> Program:
    return lambda policy: BackupAlerts(name, BackupAlertsArgs(policy))


DEFAULTS = [
    (restores(), "aws", "RestoreTestingPlan", "name", r"monthly_dev_[0-9a-f]{8}"),
    (vault(), "gcp", "BackupVault", "backupVaultId", r"backups-dev-[0-9a-f]{8}"),
    (vault(), "gcp", "BackupPlan", "backupPlanId", r"backups-dev-[0-9a-f]{8}"),
    (vault(), "gcp", "BackupPlanAssociation", "backupPlanAssociationId", r"backups-dev-[0-9a-f]{8}-0"),
    (alerts(), "gcp", "Metric", "name", r"recoverable/alerts-dev-[0-9a-f]{8}/failed_(cloudsql|backupdr)_backups"),
]


def child(built: harness.Built, token: str) -> harness.Child:
    return next(each for each in built.of(token) if each.custom)


@pytest.mark.parametrize(("program", "cloud", "token", "key", "pattern"), DEFAULTS)
def test_a_default_name_is_the_same_in_every_run_and_another_in_another_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: Program, cloud: str, token: str, key: str, pattern: str
) -> None:
    def name() -> str:
        return str(child(made(tmp_path, program, "dev", cloud=cloud), token).inputs[key])

    first, again = name(), name()
    monkeypatch.setattr(harness, "PROJECT", "warehouse")

    assert re.fullmatch(pattern, first)
    assert first == again != name()


@pytest.mark.parametrize(("program", "cloud", "token", "key", "pattern"), DEFAULTS)
def test_a_default_name_that_was_made_once_stays(tmp_path: Path, program: Program, cloud: str, token: str, key: str, pattern: str) -> None:
    """The clouds replace what gets another name, and a vault holds backups."""
    assert child(made(tmp_path, program, "dev", cloud=cloud), token).ignored == [key]


def test_a_name_that_the_caller_gives_is_followed(tmp_path: Path) -> None:
    plan = child(made(tmp_path, restores(plan_name="quarterly"), "dev"), "RestoreTestingPlan")
    assert (plan.inputs["name"], plan.ignored) == ("quarterly", [])


def name_in(stack: str, short: str, longest: int = 50) -> str:
    """The default of a component in a stack of the project ``shop``."""
    got: list[str] = []

    def program() -> None:
        policy = ProtectionPolicy("dev", region="eu-west-1")
        got.append(unique(RestoreTest(short, RestoreTestArgs(policy, plan_name="given")), longest, "_"))

    harness.build(program, stack=stack)
    return got[0]


def test_stacks_and_components_have_names_of_their_own() -> None:
    pairs = [("dev", "proof"), ("dev-2", "proof"), ("dev", "proof2"), ("dev", "pro-of"), ("dev", "pro.of"), ("dev", "pro_of")]
    assert len({name_in(*pair) for pair in pairs}) == len(pairs)


@pytest.mark.parametrize("short", ["x", "orders.eu-west", "a--b", "x" * 45])
def test_any_component_gets_a_name_that_aws_backup_takes(short: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_]{1,50}", name_in("dev", short))


def test_long_names_that_differ_at_their_end_stay_apart() -> None:
    assert name_in("dev", "x" * 44 + "a") != name_in("dev", "x" * 44 + "b")


def test_the_organization_is_no_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A state that moves from a bucket to a service keeps its names."""
    before = name_in("dev", "proof")
    monkeypatch.setattr(pulumi, "get_organization", lambda: "acme")
    assert name_in("dev", "proof") == before

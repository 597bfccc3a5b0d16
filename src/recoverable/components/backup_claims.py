"""What a database may say of a BackupVault: only what a plan of this program does for it.

A plan selects by tag, so neither side names the other, and either may come first. What holds is known when the program has run to
its end: Pulumi runs coroutines after it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from recoverable.components.backup_vault_plan import CONTINUOUS
from recoverable.components.base import Component
from recoverable.components.postgres_plan import NAMES, RPO_MINUTES, Plan, PostgresEngine

LABELS = {PostgresEngine.RDS: "RDS", PostgresEngine.AURORA: "Aurora"}
"""What AWS Backup calls each in its opt-ins."""


@dataclass(frozen=True)
class PlanMade:
    """What a BackupVault tells its policy.

    ``tags``: any of them selects into the daily plan. ``continuous_days`` is None where there is no continuous plan. ``opted_out``:
    kinds that AWS Backup passes over in this account and region.
    """

    label: str
    tags: Mapping[str, str]
    retention_days: int
    continuous_days: int | None = None
    opted_out: frozenset[str] = frozenset()

    def selects(self, tags: Mapping[str, str], *, continuous: bool) -> bool:
        """Whether a store of the same environment with these tags is selected, opt-ins left aside."""
        if continuous:
            return self.continuous_days is not None and CONTINUOUS.items() <= tags.items()
        return bool(self.tags.items() & tags.items())


@dataclass(frozen=True)
class Claim:
    """What may be said of a database's backups. ``by_plan``: a plan of this program backs it up."""

    by_plan: bool
    retention_days: int | None
    pitr_days: int | None
    rpo_minutes: int | None
    mechanism: str


def claim(component: Component, plan: Plan, tags: Mapping[str, str], asked: int | None, native: str) -> pulumi.Output[Any]:
    """The Claim of a database with these tags, once the program has run to its end.

    ``asked`` is the retention that the caller wrote, ``native`` the mechanism of the database itself. Fails with RefusedError where
    a plan is counted on that does not back it up, or not as long.
    """

    async def at_the_end() -> Claim:
        plans = component.policy.plans
        if plan.backup_plan:
            refuse_unkept(component, plan, tags, asked, plans)
        return settled(plan, keeper(plan, tags, plans), native)

    found: pulumi.Output[Any] = pulumi.Output.from_input(at_the_end())
    return found


def keeper(plan: Plan, tags: Mapping[str, str], plans: Sequence[PlanMade]) -> PlanMade | None:
    """The plan that keeps the database longest, of those that back it up."""
    label = LABELS[plan.engine]
    backing = [each for each in plans if each.selects(tags, continuous=plan.owned_by_plan) and label not in each.opted_out]
    return max(backing, key=lambda each: each.retention_days, default=None)


def refuse_unkept(component: Component, plan: Plan, tags: Mapping[str, str], asked: int | None, plans: Sequence[PlanMade]) -> None:
    """Refuse a plan that passes the database over, and a retention that the caller asks for and nobody keeps."""
    label, best = LABELS[plan.engine], keeper(plan, tags, plans)
    barred = next((each for each in plans if each.selects(tags, continuous=plan.owned_by_plan) and label in each.opted_out), None)
    if best is None and barred is not None:
        component.refuse("backup_plan", True, f"{barred.label} has {label} opted out", "AWS Backup would pass the database over.")
    native = plan.retention_days or 0
    if asked is None or asked <= max(native, best.retention_days if best else 0):
        return
    keeps = f"{best.label} keeps {best.retention_days}" if best else "no BackupVault with the same policy selects it"
    component.refuse(
        "retention_days",
        asked,
        f"{NAMES[plan.engine]} keeps {native} days, and {keeps}",
        f"Nothing would be kept {asked} days: give a BackupVault of this program retention_days = {asked}.",
    )


def settled(plan: Plan, found: PlanMade | None, native: str) -> Claim:
    """What is true of the database under ``found``, or under no plan."""
    if plan.retention_days is not None:
        days = max(plan.retention_days, found.retention_days if found else 0)
        return Claim(found is not None, days, plan.pitr_days, RPO_MINUTES, native)
    if found is None:
        return Claim(False, None, None, None, "none in this program: a plan of AWS Backup has to select it")
    return Claim(True, found.retention_days, found.continuous_days, RPO_MINUTES, "AWS Backup continuous backup")

"""NeonProject: a Neon project whose history reaches back as far as the standard demands, and whose default branch is protected."""

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from recoverable.components import evidence
from recoverable.components.base import Component
from recoverable.components.bucket_checks import demands_of, member, whole
from recoverable.components.neon_client import API, checked_url
from recoverable.components.neon_provider import ProjectResource
from recoverable.components.policy import ProtectionPolicy
from recoverable.components.refusal import RefusedError

KIND = "neon-project"
DAY = 86400
PORT = 5432
REGION = re.compile(r"(aws|azure)-[a-z0-9-]+")
WORD = re.compile(r"[a-z][a-z0-9_]{0,62}")


class NeonPlan(str, enum.Enum):
    """What is paid for; it bounds the history (https://neon.com/docs/introduction/history-window)."""

    FREE = "free"
    """6 hours."""
    LAUNCH = "launch"
    """7 days."""
    SCALE = "scale"
    """30 days."""


HISTORY = {NeonPlan.FREE: (0, "6 hours"), NeonPlan.LAUNCH: (7, "7 days"), NeonPlan.SCALE: (30, "30 days")}
"""Whole days of history at most, and how Neon says it."""


@dataclass
class NeonProjectArgs:
    """What a project is to be beyond what the standard demands. Every number may only be strengthened."""

    policy: ProtectionPolicy
    """Whose numbers hold."""
    plan: NeonPlan | None = None
    """What is paid for. Default scale."""
    project_name: str | None = None
    """The project's name at Neon. Default: the component's name."""
    region_id: str | None = None
    """Where it lies, such as aws-eu-central-1. Default: aws- and the policy's region. It cannot be changed later."""
    org_id: str | None = None
    """The organization. Default: the API key's own."""
    pg_version: int | None = None
    """The major version. Default 17. It cannot be changed later."""
    database: str | None = None
    """Name of the first database. Default: the component's name with _ for -."""
    role: str | None = None
    """The owner of that database. Default: the database's name and _owner."""
    retention_days: int | None = None
    """Days of history: backup and recovery window in one. Default: the longer of the standard's two numbers."""
    default_branch_protected: bool | None = None
    """Whether the default branch can be neither deleted nor reset, and the project not deleted. Default true."""
    copies_elsewhere: str | None = None
    """Where dumps in another region go, such as s3://acme-dumps. Required where the standard demands a second region: Neon has none."""
    api_url: str | None = None
    """Address of the API."""
    tags: Mapping[str, str] | None = None
    """More tags. Neon has none: they stand in the state, where the rules find environment and owner."""


class NeonProject(Component):
    """A Neon project: every moment of its history can be restored, and one call cannot delete it.

    Raises RefusedError where an argument is weaker than the standard, or the plan keeps less history than it demands. The API key is
    the configuration ``neon:apiKey`` (a secret), else the environment variable NEON_API_KEY.
    """

    project_id: pulumi.Output[str]
    """The project's id."""
    branch_id: pulumi.Output[str]
    """The default branch's id."""
    host: pulumi.Output[str | None]
    """The host name of the compute of the default branch."""
    port: pulumi.Output[int]
    """The port."""
    database: pulumi.Output[str]
    """Name of the first database. Its password is asked of Neon: it is in no state."""
    restore_command: pulumi.Output[str]
    """The command line that begins a restore: a new branch at a moment of the past."""
    evidence: pulumi.Output[Mapping[str, Any]]
    """What protects the project, for how long, and how a restore begins."""

    def __init__(self, name: str, args: NeonProjectArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("NeonProject", name, args, NeonProjectArgs, opts)
        self.project = ProjectResource(f"{name}-project", self.props, opts=self.stateful())
        identity = self.project.id
        command = identity.apply(
            lambda known: (
                f"neonctl branches create --project-id {known} --name {name}-restored --parent {self.props['branch']}@YYYY-MM-DDTHH:MM:SSZ"
            )
        )
        protected_by = [f"{self.days} days of history"]
        protected_by += ["protected default branch"] if self.props["default_branch_protected"] else []
        protected_by += ["dumps elsewhere, as the program says"] if self.settings.copies_elsewhere else []
        self.finish(
            evidence=evidence.entry(
                self,
                store=identity,
                kind=KIND,
                protected_by=protected_by,
                retention_days=self.days,
                pitr_window_days=self.days,
                achieved_rpo_minutes=0,
                rpo_mechanism="Neon history: every commit",
                restore_command=command,
                second_copy=self.settings.copies_elsewhere,
            ),
            project_id=identity,
            branch_id=self.project.branch_id,
            host=self.project.host,
            port=PORT,
            database=self.props["database"],
            restore_command=command,
        )

    def check(self) -> None:
        """Refuse what would not protect, or what Neon would refuse later."""
        given: NeonProjectArgs = self.settings
        self.days = history_days(self, given)
        _refuse_what_neon_has_not(self, given)
        if given.default_branch_protected is False and self.policy.is_production:
            self.refuse(
                "default_branch_protected", False, f"not in {self.policy.tier}", "One call would delete the project with all its history."
            )
        database = self.short.replace("-", "_") if given.database is None else given.database
        role = f"{database}_owner" if given.role is None else given.role
        for field, value in (("database", database), ("role", role)):
            if not WORD.fullmatch(value):
                self.refuse(field, value, "lower-case letters, digits and _, beginning with a letter, 63 at most", "Others need quoting.")
        self.props: dict[str, Any] = {
            "name": given.project_name or self.short,
            "region_id": _region(self, given.region_id),
            "org_id": given.org_id,
            "pg_version": whole(self, "pg_version", 17 if given.pg_version is None else given.pg_version, 14, 18, "Neon offers no other."),
            "history_retention_seconds": self.days * DAY,
            "default_branch_protected": given.default_branch_protected is not False,
            "branch": "main",
            "database": database,
            "role": role,
            "store_password": "no",
            "api_url": _address(self, given.api_url),
            "tags": self.tags(),
        }


def history_days(component: Component, given: NeonProjectArgs) -> int:
    """Days of history: what is asked for or demanded, as far as the plan goes."""
    demand = demands_of(component, KIND)
    kept, window, most = demand.backup_retention_days, demand.pitr_window_days, demand.backup_retention_days_max
    need = kept if kept.value >= window.value else window
    tier = component.policy.tier
    plan = member(component, "plan", NeonPlan, given.plan or NeonPlan.SCALE)
    days = need.value
    if given.retention_days is not None:
        days = whole(component, "retention_days", given.retention_days, 0, 365, "History is kept for a number of days.")
    if days < need.value:
        component.refuse(
            "retention_days",
            days,
            f"{tier} demands at least {need.value} days ({need.source})",
            "Without history nothing can be restored." if days == 0 else "A fault found later than that cannot be undone.",
        )
    if days > HISTORY[plan][0]:
        because = f"It asks for {days}." if given.retention_days is not None else f"{tier} demands {days} days ({need.source})."
        better = next((f" The {name.value} plan keeps {words}." for name, (limit, words) in HISTORY.items() if limit >= days), "")
        component.refuse("retention_days", days, f"Neon's {plan.value} plan keeps {HISTORY[plan][1]} of history at most", because + better)
    if most.value is not None and days > most.value:
        component.refuse(
            "retention_days", days, f"{tier} allows {most.value} days at most ({most.source})", "Data that had to be deleted would live on."
        )
    return days


def _refuse_what_neon_has_not(component: Component, given: NeonProjectArgs) -> None:
    demand, tier = demands_of(component, KIND), component.policy.tier
    if demand.customer_managed_key.value:
        component.refuse(
            "customer_managed_key",
            True,
            f"Neon cannot do what {tier} demands ({demand.customer_managed_key.source})",
            "Neon encrypts under its own keys.",
        )
    if demand.second_region.value and not given.copies_elsewhere:
        component.refuse(
            "copies_elsewhere",
            given.copies_elsewhere,
            f"{tier} demands a second region ({demand.second_region.source})",
            "Neon keeps history in the project's own region: dump to another one, and say where.",
        )


def _region(component: Component, given: str | None) -> str:
    home = component.policy.primary_region if component.on_aws else None
    region = given or (f"aws-{home}" if home else "")
    if not REGION.fullmatch(region):
        component.refuse("region_id", given, "a region such as aws-eu-central-1", "It cannot be changed later.")
    return region


def _address(component: Component, given: str | None) -> str:
    try:
        return checked_url(given or API)
    except ValueError as error:
        # an address may hold a password: it is not shown
        raise RefusedError(component.label, "api_url", "an address", str(error), "The API key must go to nobody else.") from None

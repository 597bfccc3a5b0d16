"""ProtectionPolicy: the one thing that most programs pass around.

It says whose environment this is, who hears of failures and where the second copy lives. Every number comes from the backup
standard (``recoverable.toml``, else the built-in one), so changing the environment weakens or strengthens everything
consistently.
"""

import enum
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pulumi

from recoverable.components import arguments, regions
from recoverable.components.refusal import RefusedError
from recoverable.standard.demands import Demands
from recoverable.standard.load import Standard, load
from recoverable.standard.overlay import plain_key
from recoverable.standard.problems import StandardError
from recoverable.standard.source import find_file

MARK = "recoverable"
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Cloud(str, enum.Enum):
    """Where the stores live."""

    AWS = "aws"
    GCP = "gcp"

    @classmethod
    def _missing_(cls, value: object) -> NoReturn:
        """Refuse another cloud: programs make this of a setting, and a misspelt setting is no fault of the program."""
        raise RefusedError(
            "ProtectionPolicy", "cloud", value, f"it is one of {', '.join(each.value for each in cls)}", "There is no other."
        )


@dataclass(frozen=True)
class ProtectionPolicy:
    """The tier of an environment and who answers for it.

    Raises RefusedError where the standard has no such environment, where production names nobody who hears of failures, or where
    the replica's region is missing or the same as the primary.
    """

    environment: str
    """The environment as the standard knows it: prod, staging, dev, an alias, or one that it declares."""
    alert_address: str | None = None
    """The e-mail address that hears of failed backups and overdue restore tests. Required in production."""
    replica_region: str | None = None
    """Where second copies live: an AWS region or a Google Cloud location. Required where the standard demands a second region."""
    owner: str | None = None
    """The team that answers for what is protected; becomes the tag ``recoverable:owner``."""
    cloud: Cloud | None = None
    """aws (the default) or gcp. The same words build on both."""
    region: str | None = None
    """The primary region; else the provider's configuration (aws:region, gcp:region) or the environment."""
    project: str | None = None
    """The Google Cloud project; else gcp:project."""
    tags: Mapping[str, str] | None = None
    """Tags (labels on Google Cloud) for every resource of every component."""
    standard: str | None = None
    """Path of the standard; else the nearest recoverable.toml from the program's folder upwards, else the built-in numbers."""

    def __post_init__(self) -> None:
        """Refuse early: a policy that cannot hold must not reach a component."""
        object.__setattr__(self, "cloud", Cloud.AWS if self.cloud is None else Cloud(self.cloud))
        arguments.check_types(ProtectionPolicy, self, "ProtectionPolicy")
        try:
            found = load(_standard_file(self.standard), start=Path.cwd())
        except StandardError as error:  # a mistake in a file, not in the program: no traceback
            raise pulumi.RunError(f"ProtectionPolicy: {error}") from error
        self.__dict__.update(_loaded=found, _evidence=[], _replications={}, _plans=[], _names={})
        if found.canonical(self.environment) is None:
            known = ", ".join(found.environments)
            self.refuse("environment", self.environment, f"the standard knows {known}", "Without an environment there are no numbers.")
        if self.is_production and not self.alert_address:
            self.refuse("alert_address", None, "production names who hears of a failed backup", "An alarm that nobody reads is none.")
        if self.alert_address and not ADDRESS.fullmatch(self.alert_address):
            self.refuse("alert_address", self.alert_address, "an e-mail address", "Nobody would hear.")
        if self.is_production and not ((self.owner or "").strip() or self.demands("").owner.value):
            self.refuse("owner", self.owner, "production names who answers for its stores", "Without an owner nobody acts on an alarm.")
        if self.second_region_demanded and not self.replica_region:
            self.refuse(
                "replica_region", None, f"{self.tier} demands a second region ({self.source('second_region')})", "Name where copies go."
            )
        for name, region in (("region", self.primary_region), ("replica_region", self.replica_region)):
            if region:
                regions.check_region(self.refuse, name, region, on_aws=self.cloud is Cloud.AWS)
        if regions.same(self.replica_region, self.primary_region):
            self.refuse(
                "replica_region",
                self.replica_region,
                f"the primary is in {self.primary_region}",
                "A copy beside the original is lost with it.",
            )

    @property
    def loaded(self) -> Standard:
        """The standard behind the numbers."""
        found: Standard = self.__dict__["_loaded"]  # no field: schema inference would make it an argument
        return found

    @property
    def evidence(self) -> pulumi.Output[list[dict[str, Any]]]:
        """What every component that took this policy so far says of its protection: one entry per store."""
        return pulumi.Output.all(*self.__dict__["_evidence"])

    def add_evidence(self, entry: pulumi.Output[dict[str, Any]]) -> None:
        """Called by components when they are done."""
        self.__dict__["_evidence"].append(entry)

    @property
    def replications(self) -> dict[str, tuple[Any, Any]]:
        """The S3 replications that components with this policy made so far, by name: source and destination bucket."""
        return dict(self.__dict__["_replications"])

    def add_replication(self, name: str, source: Any, destination: Any) -> None:
        """Called by components, so that a BackupAlerts that comes after them hears of late copies by itself."""
        self.__dict__["_replications"][name] = (source, destination)

    @property
    def plans(self) -> list[Any]:
        """The backup plans that BackupVaults with this policy made so far: ``backup_claims.PlanMade`` each."""
        return list(self.__dict__["_plans"])

    def add_plan(self, plan: Any) -> None:
        """Called by a BackupVault, so that a database says of a plan only what there is."""
        self.__dict__["_plans"].append(plan)

    def claim_name(self, name: str, component: str) -> str | None:
        """Take a name that the cloud has once; gives the component of this run of the program that took it before, None where none did.

        Inline programs run several times in one process, with a stack of their own each: an earlier run's names are free.
        """
        run = pulumi.runtime.get_root_resource()
        taken: dict[str, tuple[Any, str]] = self.__dict__["_names"]
        before = taken.get(name)
        if before is not None and before[0] is run:
            return before[1]
        taken[name] = (run, component)
        return None

    @property
    def tier(self) -> str:
        """The environment by the standard's own name: ``production`` is ``prod``."""
        return self.loaded.canonical(self.environment) or self.environment

    @property
    def is_production(self) -> bool:
        """True in prod and in the environments that are like it."""
        return self.loaded.is_prod_like(self.tier)

    @property
    def protects(self) -> bool:
        """Whether data stores are protected against deletion by Pulumi: everywhere but in dev and what is like it."""
        return self.loaded.layers.root(self.tier) != "dev"

    @property
    def second_region_demanded(self) -> bool:
        """Whether the environment as a whole demands copies in a second region."""
        return bool(self.demands("").second_region.value)

    @property
    def primary_region(self) -> str | None:
        """The region of the provider as far as it can be known before it runs."""
        variables = ("AWS_REGION", "AWS_DEFAULT_REGION") if self.cloud is Cloud.AWS else ("GOOGLE_REGION", "CLOUDSDK_COMPUTE_REGION")
        from_environment = next((os.environ[name] for name in variables if os.environ.get(name)), None)
        return self.region or pulumi.Config(str((self.cloud or Cloud.AWS).value)).get("region") or from_environment

    def demands(self, kind: str, tags: Mapping[str, str] | None = None) -> Demands:
        """What the standard demands here of one kind of store (``rds-instance``, ``s3-bucket``, …)."""
        return self.loaded.demands(
            environment=self.tier, environment_source="protection policy", kind=kind, address="", tags={**self.all_tags(), **(tags or {})}
        )

    def source(self, setting: str, kind: str = "") -> str:
        """Where a number of the standard stands: ``recoverable.toml:50`` or ``built-in``."""
        return str(getattr(self.demands(kind), setting).source)

    def all_tags(self, component: str = "", extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """Tags for one resource: the caller's, then ours, which say the environment, the owner and the component."""
        own = self._own_tags(component)
        ours = {plain_key(key) for key in own}  # in whatever spelling: another environment beside ours would be believed
        given = {**(self.tags or {}), **(extra or {})}
        return {**{key: value for key, value in given.items() if plain_key(key) not in ours}, **own}

    def all_labels(self, component: str = "", extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """The same as Google Cloud labels: lower case letters, digits, dash and underscore, at most 63 characters."""
        everything = [*self.all_tags(component, extra).items(), *self._own_tags(component).items()]  # ours last: no other takes its place
        return {label(key): label(value) for key, value in everything}

    def _own_tags(self, component: str) -> dict[str, str]:
        own = {f"{MARK}:environment": self.tier, f"{MARK}:owner": self.owner, f"{MARK}:component": component}
        return {key: value for key, value in own.items() if value}

    def refuse(self, name: str, value: object, bound: str, reason: str) -> None:
        """Raise the refusal of one of the policy's own fields."""
        raise RefusedError("ProtectionPolicy", name, value, bound, reason)


def _standard_file(given: str | None) -> Path | None:
    """The standard's file, relative to the program: messages name it as ``../recoverable.toml:41``."""
    nearest = find_file(Path.cwd())
    return Path(given) if given else Path(os.path.relpath(nearest)) if nearest else None


def label(text: str) -> str:
    """A text as Google Cloud takes it in a label."""
    return "".join(char if char.isalnum() or char in "-_" else "-" for char in text.lower())[:63]

"""Layers of settings, laid over each other: built-in, environment, kind, store.

From the weakest say to the strongest: built-in, ``[environments.E]``, ``[kinds.K]``,
``[environments.E.kinds.K]``. An environment that is ``like`` another has its layers over those.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from recoverable.model.values import Location
from recoverable.standard.demands import Setting
from recoverable.standard.fields import ALL_FIELDS, BUILT_IN, FIELDS
from recoverable.standard.toml_lines import KeyPath

Layer = dict[str, Setting[Any]]


@dataclass(slots=True)
class Environment:
    """One environment as the file has it; ``like`` is "" for the built-in ones."""

    name: str
    like: str = ""
    aliases: tuple[str, ...] = ()
    settings: Layer = field(default_factory=dict)
    kinds: dict[str, Layer] = field(default_factory=dict)


@dataclass(slots=True)
class StoreRule:
    """Settings for the stores an address (glob) or a tag selects; both must fit where both stand."""

    path: KeyPath
    address: str = ""
    tag: tuple[str, str] | None = None
    environment: str = ""
    settings: Layer = field(default_factory=dict)
    where: Location | None = None


class Layers:
    """The effective settings of every environment and kind."""

    def __init__(self, environments: dict[str, Environment], kinds: dict[str, Layer]) -> None:
        self.environments = environments
        self.kinds = kinds

    def chain(self, name: str) -> list[str]:
        """The environment, what it is like, and so on down to a built-in one."""
        names = [name]
        while self.environments[names[-1]].like:
            names.append(self.environments[names[-1]].like)
        return names

    def root(self, name: str) -> str:
        """The built-in environment it is like."""
        return self.chain(name)[-1]

    @property
    def all_kinds(self) -> list[str]:
        """Every kind the file has numbers for."""
        kinds = {kind for environment in self.environments.values() for kind in environment.kinds}
        return sorted(kinds | set(self.kinds))

    def settings(self, name: str, kind: str = "") -> Layer:
        """All settings of a known environment, for one kind of store or for any."""
        chain = self.chain(name)
        merged: Layer = {key: Setting(value) for key, value in BUILT_IN[chain[-1]].items()}
        for each in reversed(chain):
            merged.update(self.environments[each].settings)
        merged.update(self.kinds.get(kind, {}))
        for each in reversed(chain):
            merged.update(self.environments[each].kinds.get(kind, {}))
        return merged

    def strictest(self, kind: str = "") -> Layer:
        """The strictest of each setting over all environments."""
        every = [self.settings(name, kind) for name in self.environments]
        merged: Layer = {}
        for item in ALL_FIELDS:
            found = [layer[item.name] for layer in every]
            if item.comparable:
                rank = FIELDS[item.name].rank
                merged[item.name] = max(found, key=lambda setting: rank(setting.value))
        merged["backup_retention_days_max"] = _strictest_maximum(every, merged["backup_retention_days"].value)
        owners = [layer["owner"] for layer in every]
        merged["owner"] = min(owners, key=lambda setting: bool(setting.value))
        return merged


def _strictest_maximum(every: list[Layer], least: int) -> Setting[Any]:
    """The smallest maximum that leaves room for the strictest minimum."""
    found = [layer["backup_retention_days_max"] for layer in every]
    stated = [setting for setting in found if setting.value is not None and setting.value >= least]
    return min(stated, key=lambda setting: setting.value) if stated else Setting(None)

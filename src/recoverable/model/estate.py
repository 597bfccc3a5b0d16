"""The estate: every protected thing of one input, and what protects it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from recoverable.model.raw import Problem
from recoverable.model.subjects import (
    Alarm,
    Bucket,
    Database,
    Key,
    Lock,
    Noncurrent,
    Plan,
    PlanRule,
    Replica,
    RepositoryFile,
    RestoreTest,
    Secret,
    StateBackend,
    Store,
    StoreChange,
    Subject,
    Vault,
    Volume,
)


@dataclass(slots=True)
class Estate:
    """Everything protected in one input, and what protects it.

    Where an input comes in parts, ``only`` names the subjects that rules are asked of (empty: all), and ``but`` those that another part
    was asked of: the rest is there because what is asked depends on it.
    """

    source: str
    databases: list[Database] = field(default_factory=list)
    buckets: list[Bucket] = field(default_factory=list)
    volumes: list[Volume] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)
    vaults: list[Vault] = field(default_factory=list)
    restore_tests: list[RestoreTest] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)
    secrets: list[Secret] = field(default_factory=list)
    backends: list[StateBackend] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    files: list[RepositoryFile] = field(default_factory=list)
    changes: list[StoreChange] = field(default_factory=list)
    live: list[Subject] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    environment_hints: list[tuple[str, str]] = field(default_factory=list)
    partial: str = ""
    missing_modules: list[Problem] = field(default_factory=list)
    only: frozenset[str] = frozenset()
    but: frozenset[str] = frozenset()

    @property
    def stores(self) -> list[Store]:
        """Databases, buckets and volumes."""
        return [*self.databases, *self.buckets, *self.volumes]

    def subjects(self, kind: type[Any]) -> list[Any]:
        """All subjects of a class, for the rule engine."""
        if kind is StoreChange:
            return list(self.changes)
        pools: list[list[Any]] = [
            self.databases,
            self.buckets,
            self.volumes,
            self.plans,
            self.vaults,
            self.restore_tests,
            self.keys,
            self.secrets,
            self.backends,
            self.alarms,
            self.files,
            self.live,
        ]
        if kind is PlanRule:
            pools = [plan.rules for plan in self.plans]
        return [item for pool in pools for item in pool if isinstance(item, kind) and self._asked(item.address)]

    def _asked(self, address: str) -> bool:
        return (not self.only or address in self.only) and address not in self.but


__all__ = [
    "Alarm",
    "Bucket",
    "Database",
    "Estate",
    "Key",
    "Lock",
    "Noncurrent",
    "Plan",
    "PlanRule",
    "Replica",
    "RepositoryFile",
    "RestoreTest",
    "Secret",
    "StateBackend",
    "Store",
    "StoreChange",
    "Subject",
    "Vault",
    "Volume",
]

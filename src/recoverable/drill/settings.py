"""``[drill]`` of ``recoverable.toml``: the stores that are drilled, read together with what the standard demands of each."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recoverable.drill import parts
from recoverable.drill.contract import Phase, Store
from recoverable.drill.durations import EXAMPLES, parse_duration
from recoverable.drill.hooks import Migrations, Smoke
from recoverable.drill.rung import Depth
from recoverable.model.errors import InputError
from recoverable.standard.demands import Demands
from recoverable.standard.load import BUILT_IN_LABEL, Standard
from recoverable.standard.problems import show, suggestion
from recoverable.standard.typed import Table

KEYS = ("ledger", "ledger_lock_days", "stores")
STORE_KEYS = ("provider", "environment", "kind", "address", "depth", "source", "expect", "migrations", "smoke", "budgets")
NAME_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,40}$"
DEPTHS = tuple(depth.value for depth in Depth)
BUDGETED = tuple(phase.value for phase in Phase if phase is not Phase.HOLD)
LOCK_DAYS = 400
"""Evidence is locked for the year that an audit looks back, and a little more."""


@dataclass(frozen=True, slots=True)
class DrillStore:
    """A store with all that a drill of it needs to know. ``where`` is the line of its table, ``address`` what it is called in code."""

    store: Store
    demands: Demands
    depth: Depth
    budgets: Mapping[Phase, datetime.timedelta]
    expectations: Mapping[str, Any]
    migrations: Migrations | None
    smoke: Smoke | None
    where: str
    address: str = ""

    @property
    def rpo(self) -> datetime.timedelta | None:
        """How much data a failure may cost; None where the standard does not say."""
        return _minutes(self.demands.rpo_minutes.value)

    @property
    def rto(self) -> datetime.timedelta | None:
        """How long a restore may take to its first query; None where the standard does not say."""
        return _minutes(self.demands.rto_minutes.value)


@dataclass(frozen=True, slots=True)
class DrillSettings:
    """All of ``[drill]``. ``ledger`` is a path, ``s3://bucket/prefix``, or "" for the one in the state folder."""

    stores: Mapping[str, DrillStore]
    ledger: str
    ledger_lock_days: int
    folder: Path
    label: str

    def store(self, name: str) -> DrillStore:
        """A store by name.

        Raises:
            InputError: there is none of this name; says which there are.
        """
        if name in self.stores:
            return self.stores[name]
        if not self.stores:
            raise InputError("no store is set up for drills", self.label, f'Add [drill.stores.{name}] with provider = "local".')
        raise InputError(f"{show(name)} is no store of [drill.stores]", self.label, suggestion(name, self.stores))


def read_settings(standard: Standard) -> DrillSettings:
    """The typed settings.

    Raises:
        StandardError: every mistake in the table, each with its line and what to write instead.
    """
    table = standard.drill
    table.only(KEYS)
    folder = standard.path.resolve().parent if standard.path else Path.cwd()
    stores = {name: _store(name, each, standard, folder) for name, each in table.named_tables("stores").items()}
    found = DrillSettings(
        {name: store for name, store in stores.items() if store},
        _ledger(table, folder),
        table.whole("ledger_lock_days", 1, 36500, LOCK_DAYS),
        folder,
        standard.label if standard.label != BUILT_IN_LABEL else "recoverable.toml",
    )
    table.problems.stop_if_any()
    return found


def _ledger(table: Table, folder: Path) -> str:
    said = table.text("ledger")
    if not said or said.startswith("s3://"):
        return said
    return str(folder / Path(said).expanduser())


def _store(name: str, table: Table, standard: Standard, folder: Path) -> DrillStore | None:
    problems = table.problems
    table.only(STORE_KEYS)
    if not re.match(NAME_PATTERN, name):
        problems.add(
            table.path, "is no name for a store", "Use small letters, digits, - and _, at most 41, beginning with a letter or digit."
        )
    provider = _provider(table)
    environment, source = _environment(table, standard)
    if not provider:
        return None
    demands = standard.demands(
        environment=environment,
        environment_source=source,
        kind=table.text("kind"),
        address=table.text("address") or name,
        tags={"recoverable:criticality": "critical"},  # whose restore is drilled, its RTO binds
    )
    settings = parts.read_source(provider, table.table("source"))
    subject = parts.subject_of(provider)
    if not subject.has_server:
        _refuse_database_tables(table, provider)
    return DrillStore(
        Store(name, demands.environment, provider, settings, folder),
        demands,
        Depth(table.choice("depth", DEPTHS, Depth.STANDARD.value)),
        _budgets(table.table("budgets")),
        parts.read_expectations(table.table("expect"), subject),
        parts.read_migrations(table.table("migrations")) if subject.has_server else None,
        parts.read_smoke(table.table("smoke")) if subject.has_server else None,
        problems.where(table.path),
        table.text("address"),
    )


def _provider(table: Table) -> str:
    known = parts.provider_names()
    if "provider" not in table.data:
        table.problems.add(table.path, "names no provider", f'Add provider = "local". Known here: {", ".join(known)}.')
        return ""
    return table.choice("provider", known, "")


def _refuse_database_tables(table: Table, provider: str) -> None:
    """What needs a database server cannot be done to a store without one, and a person who wrote it believes that it is done."""
    for key in ("migrations", "smoke"):
        if key in table.data:
            table.wrong(key, f"needs a database, and the provider {provider} restores none", "Remove the table.")


def _environment(table: Table, standard: Standard) -> tuple[str, str]:
    said = table.text("environment")
    if not said:
        return "", "not stated"
    name = standard.canonical(said)
    if name is None:
        table.wrong("environment", f"is {show(said)}, which is no environment", suggestion(said, standard.environments))
    return name or "", table.where("environment")


def _budgets(table: Table) -> dict[Phase, datetime.timedelta]:
    table.only(BUDGETED)
    found = {}
    for name in BUDGETED:
        text = table.text(name)
        length = parse_duration(text) if text else None
        if length:
            found[Phase(name)] = length
        elif name in table.data:
            table.wrong(name, f"is {show(table.data[name])}, not a length of time", f'Write {name} = "30m"; {EXAMPLES} are understood.')
    return found


def _minutes(number: int | None) -> datetime.timedelta | None:
    return None if number is None else datetime.timedelta(minutes=number)

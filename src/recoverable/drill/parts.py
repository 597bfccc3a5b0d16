"""Finds the parts of a drill by where they live (``README.md``), each imported only when it is asked for."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from recoverable.drill.contract import Provider
from recoverable.drill.hooks import Baselines, Migrations, NegativeControl, Smoke
from recoverable.standard.typed import Table

PACKAGE = "recoverable.drill"
FOLDER = Path(__file__).parent
Json = dict[str, Any]


def provider_names() -> tuple[str, ...]:
    """The words that ``provider =`` takes: modules of ``providers/`` whose name is one word; helpers have an underscore."""
    return tuple(sorted(path.stem for path in (FOLDER / "providers").glob("*.py") if "_" not in path.stem))


def provider(name: str) -> Provider:
    """A provider by its name."""
    found: Provider = _module(f"providers.{name}").PROVIDER
    return found


def permissions(name: str) -> Callable[[Mapping[str, Any], str], Json] | None:
    """What makes a provider's least-privilege policy from a store's settings and an account; None where its cloud has no policies."""
    found: Callable[[Mapping[str, Any], str], Json] | None = getattr(_module(f"providers.{name}"), "permissions", None)
    return found


def read_source(name: str, table: Table) -> Mapping[str, Any]:
    """A provider's own settings, typed."""
    found: Mapping[str, Any] = _module(f"providers.{name}").read(table)
    return found


def read_expectations(table: Table) -> Mapping[str, Any]:
    """What the ladder is to expect of a store."""
    found: Mapping[str, Any] = _module("expectations").read(table)
    return found


def read_migrations(table: Table) -> Migrations | None:
    """The migration tool of a store, None where it names none."""
    found: Migrations | None = _module("migrations.registry").read(table)
    return found


def read_smoke(table: Table) -> Smoke | None:
    """The smoke suite of a store, None where it names none."""
    found: Smoke | None = _module("smoke").read(table)
    return found


def baselines(state: Path) -> Baselines:
    """Where baselines are kept."""
    make: Callable[[Path], Baselines] = _module("baselines").make
    return make(state)


def negative_control() -> NegativeControl:
    """The negative control over the catalogue of damage."""
    found: NegativeControl = _module("damage.control").CONTROL
    return found


def table_schemas() -> dict[str, Json]:
    """The JSON Schema of each part's own table: ``expect``, ``migrations``, ``smoke``, and ``source`` by provider."""
    found = {name: dict(_module(where).SCHEMA) for name, where in TABLES.items()}
    sources = [dict(_module(f"providers.{name}").SCHEMA) for name in provider_names()]
    return {**found, "source": sources[0] if len(sources) == 1 else {"anyOf": sources}}


TABLES = {"expect": "expectations", "migrations": "migrations.registry", "smoke": "smoke"}


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"{PACKAGE}.{name}")

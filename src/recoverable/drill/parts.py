"""Finds the parts of a drill by where they live (``README.md``), each imported only when it is asked for."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from recoverable.drill.contract import Provider
from recoverable.drill.hooks import Baselines, Migrations, NegativeControl, NoBaselines, Smoke
from recoverable.drill.subject import Subject
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


def subject_of(name: str) -> Subject:
    """What kind of store a provider restores."""
    return provider(name).capabilities.subject


def read_expectations(table: Table, subject: Subject = Subject.POSTGRES) -> Mapping[str, Any]:
    """What the ladder is to expect of a store."""
    found: Mapping[str, Any] = _of(subject, "expectations").read(table)
    return found


def read_migrations(table: Table) -> Migrations | None:
    """The migration tool of a store, None where it names none."""
    found: Migrations | None = _module("migrations.registry").read(table)
    return found


def read_smoke(table: Table) -> Smoke | None:
    """The smoke suite of a store, None where it names none."""
    found: Smoke | None = _module("smoke").read(table)
    return found


def baselines(state: Path, subject: Subject = Subject.POSTGRES) -> Baselines:
    """Where baselines are kept; a subject without a module for them has none."""
    if subject is not Subject.POSTGRES and not (FOLDER / subject.value / "baselines.py").is_file():
        return NoBaselines()
    make: Callable[[Path], Baselines] = _of(subject, "baselines").make
    return make(state)


def negative_control(subject: Subject = Subject.POSTGRES) -> NegativeControl:
    """The negative control over the catalogue of damage of a subject."""
    found: NegativeControl = _of(subject, "control", "damage").CONTROL
    return found


def table_schemas() -> dict[str, Json]:
    """The JSON Schema of each part's own table: ``expect``, ``migrations``, ``smoke``, and ``source`` by provider."""
    found = {name: dict(_module(where).SCHEMA) for name, where in TABLES.items()}
    sources = [dict(_module(f"providers.{name}").SCHEMA) for name in provider_names()]
    subjects = sorted({subject_of(name) for name in provider_names()}, key=list(Subject).index)
    expected = [dict(_of(subject, "expectations").SCHEMA) for subject in subjects]
    return {**found, "expect": _any(expected), "source": _any(sources)}


TABLES = {"migrations": "migrations.registry", "smoke": "smoke"}


def _any(schemas: list[Json]) -> Json:
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


def _of(subject: Subject, name: str, folder: str = "") -> ModuleType:
    """A module of a subject; those of PostgreSQL are in ``folder``, or beside this file."""
    where = folder if subject is Subject.POSTGRES else subject.value
    return _module(f"{where}.{name}" if where else name)


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"{PACKAGE}.{name}")

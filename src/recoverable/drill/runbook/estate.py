"""What the runbook needs to know of each store: read from recoverable.toml, also for stores that this version cannot drill."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from recoverable.standard.demands import Demands
from recoverable.standard.load import Standard
from recoverable.standard.problems import suggestion
from recoverable.standard.typed import Table

CHAPTERS = {
    "local": "local",
    "rds": "rds",
    "aurora": "aurora",
    "cloudsql": "cloudsql",
    "neon": "neon",
    "bucket": "bucket",
    "s3": "bucket",
    "gcs": "bucket",
    "state": "state",
}
"""The chapter of each provider."""
# Which keys of [drill.stores.NAME.source] fill a blank of a chapter, and what stands there where none is stated.
BLANKS = {
    "backup": (("base_backups", "backup", "path"), "the folder of the base backup"),
    "archive": (("wal_archive", "archive"), "the folder of the WAL archive"),
    "stanza": (("stanza",), "the stanza"),
    "dump": (("dump",), "the dump, made by pg_dump --format=custom"),
    "region": (("region",), "the region"),
    "instance": (("instance", "db_instance", "identifier"), "the instance"),
    "cluster": (("cluster", "db_cluster", "identifier"), "the cluster"),
    "project": (("project",), "the project"),
    "branch": (("branch", "parent"), "the branch in use"),
    "database": (("database", "dbname"), "the database"),
    "role": (("role", "user"), "the role of the application"),
    "bucket": (("bucket",), "the bucket"),
    "key": (("key",), "the key of the state"),
    "stack": (("stack",), "the stack"),
}


@dataclass(frozen=True, slots=True)
class RunbookStore:
    """A store as the runbook shows it. ``migrations`` is the tool's name or ""; ``smoke`` are names of read paths and commands."""

    name: str
    provider: str
    demands: Demands
    source: Mapping[str, Any]
    migrations: str
    smoke: tuple[str, ...]

    @property
    def chapter(self) -> str:
        """The file of its restore."""
        return CHAPTERS[self.provider]

    def blanks(self) -> dict[str, str]:
        """What fills the blanks of its chapter, fit for a shell. What is not stated has to be filled in by a person."""
        found = {}
        inner = [each for each in self.source.values() if isinstance(each, dict)]  # a table of the provider's, such as pgbackrest
        stated = {key: value for table in (*inner, self.source) for key, value in table.items()}
        for blank, (keys, about) in BLANKS.items():
            said = next((str(stated[key]) for key in keys if isinstance(stated.get(key), str) and stated[key]), "")
            said = said.removeprefix("gs://") if blank == "bucket" else said  # the chapter's own commands begin with it
            found[blank] = shlex.quote(said) if said else "${" + blank.upper() + "_OF_" + self.variable + ":?" + about + "}"
        return {**found, "store": self.name, "id": self.name.replace("_", "-")}

    @property
    def variable(self) -> str:
        """The name as a part of a shell variable's name."""
        return self.name.upper().replace("-", "_")


def read_stores(standard: Standard) -> tuple[RunbookStore, ...]:
    """All stores of ``[drill.stores]``.

    Raises:
        StandardError: a provider that has no chapter, or tables that are none.
    """
    table = standard.drill
    found = tuple(_store(name, each, standard) for name, each in table.named_tables("stores").items())
    table.problems.stop_if_any()
    return found


def _store(name: str, table: Table, standard: Standard) -> RunbookStore:
    provider = table.text("provider")
    if provider not in CHAPTERS:
        table.problems.add(table.path, "has a provider without a chapter in the runbook", suggestion(provider, CHAPTERS))
    environment = standard.canonical(table.text("environment")) or ""
    demands = standard.demands(
        environment=environment,
        environment_source="recoverable.toml",
        kind=table.text("kind"),
        address=table.text("address") or name,
        tags={"recoverable:criticality": "critical"},  # whose restore is drilled, its RTO binds
    )
    smoke = table.table("smoke")
    names = [each.text("name") for key in ("queries", "commands") for each in smoke.tables(key)]
    return RunbookStore(name, provider, demands, table.table("source").data, table.table("migrations").text("tool"), tuple(names))

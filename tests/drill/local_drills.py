"""Drives the provider ``local`` as the engine does, with a real run: journal, phases, real time."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recoverable.drill.clocks import SystemClock
from recoverable.drill.connection import Connection
from recoverable.drill.contract import Check, Restored, Store
from recoverable.drill.interrupts import Interrupts
from recoverable.drill.journal import Journal, new_run_id
from recoverable.drill.postgres.connect import connect
from recoverable.drill.providers.local import LocalProvider, read
from recoverable.drill.redaction import Redactor
from recoverable.drill.run import DrillRun
from recoverable.drill.target import LATEST, RecoveryTarget, parse_target
from recoverable.drill.verdict import RungVerdict
from recoverable.standard.problems import Problems
from recoverable.standard.typed import Table


@dataclass
class LocalDrill:
    """One store and its provider."""

    folder: Path
    source: Mapping[str, Any]
    provider: LocalProvider = field(default_factory=LocalProvider)
    said: list[str] = field(default_factory=list)

    @property
    def store(self) -> Store:
        (self.folder / "scratch").mkdir(exist_ok=True)
        settings = read_source({"scratch": str(self.folder / "scratch"), **self.source})
        return Store("shop", "prod", "local", settings, self.folder)

    @contextmanager
    def run(self) -> Iterator[DrillRun]:
        clock = SystemClock()
        now = clock.now()
        journal = Journal(self.folder / "state", new_run_id(now))
        journal.begin("shop", "local", now, now + datetime.timedelta(hours=1))
        try:
            yield DrillRun(journal.run, now + datetime.timedelta(hours=1), clock, journal, {}, Redactor(), Interrupts(), self.said.append)
        finally:
            self.open = journal.open_intents()
            journal.release()

    def preflight(self, target: str = "latest") -> list[Check]:
        with self.run() as run:
            return list(self.provider.preflight(self.store, parse_target(target), run))

    @contextmanager
    def restored(self, target: str | RecoveryTarget = LATEST) -> Iterator[Restored]:
        wanted = parse_target(target) if isinstance(target, str) else target
        with self.run() as run, self.provider.restored(self.store, wanted, run) as found:
            yield found

    @property
    def left(self) -> list[Path]:
        """What is left of copies."""
        return sorted((self.folder / "scratch").iterdir())


def read_source(data: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as the standard's file would give them."""
    problems = Problems("recoverable.toml", {})
    settings = read(Table(dict(data), ("drill", "stores", "shop", "source"), problems))
    problems.stop_if_any()
    return settings


def red(checks: list[Check]) -> dict[str, str]:
    """The checks that did not pass, with what they say."""
    return {each.name: each.detail for each in checks if each.verdict is not RungVerdict.PASS}


def orders(connection: Connection) -> tuple[int, int]:
    """How many orders are there, counted in the heap and by the index of the key, and how many accounts."""
    with connect(connection) as opened:
        opened.execute("SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off")
        row = opened.execute("SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM accounts)").fetchone()
        assert row
        return row[0], row[1]

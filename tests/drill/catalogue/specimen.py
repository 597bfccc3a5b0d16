"""One source per major version, restored once and found whole by every rung: the undamaged twin of everything that is damaged here."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

from recoverable.drill.baseline_reading import of_source
from recoverable.drill.clocks import SystemClock
from recoverable.drill.contract import Restored, Store
from recoverable.drill.damage.data_directory import StoppedFiles
from recoverable.drill.damage.injection import Artefact, Injection
from recoverable.drill.damage.marked import MARKER
from recoverable.drill.damage.victims import choose_victim
from recoverable.drill.ladder import Ladder, LadderRung, RungRecord, all_rungs, excused
from recoverable.drill.rung import Depth, LadderContext
from recoverable.drill.stages import climb_stage
from recoverable.drill.verdict import RungVerdict
from tests.drill.local_drills import LocalDrill
from tests.drill.source_server import DATABASE, Source, SourceBackup, running_source

SCHEMA = (
    "CREATE TABLE events (id bigint PRIMARY KEY, at timestamptz NOT NULL, kind text NOT NULL, weight double precision)",
    "INSERT INTO events SELECT n, '2026-01-01'::timestamptz + n * interval '1 s', md5(n::text), n / 7.0 FROM generate_series(1, 20000) n",
    "CREATE INDEX ON events (kind)",
    "DELETE FROM events WHERE id % 11 = 0",
    "CREATE TABLE documents (id int PRIMARY KEY, body text)",
    "ALTER TABLE documents ALTER body SET STORAGE EXTERNAL",
    "INSERT INTO documents SELECT n, repeat(md5(n::text), 200) FROM generate_series(1, 120) n",
    "CREATE TABLE measures (day date NOT NULL, id int NOT NULL, PRIMARY KEY (day, id)) PARTITION BY RANGE (day)",
    "CREATE TABLE measures_1 PARTITION OF measures FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')",
    "CREATE TABLE measures_2 PARTITION OF measures FOR VALUES FROM ('2026-02-01') TO ('2026-03-01')",
    "INSERT INTO measures SELECT '2026-01-01'::date + n % 58, n FROM generate_series(1, 3000) n",
    "CREATE MATERIALIZED VIEW totals AS SELECT kind, count(*) AS number FROM events GROUP BY kind",
    "CREATE UNIQUE INDEX ON totals (kind)",
    'CREATE TABLE "select" ("from" int PRIMARY KEY)',
    "CREATE TABLE nothing ()",
    "CREATE SEQUENCE tickets",
    "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "DROP TABLE sessions",
    "CREATE UNLOGGED TABLE cache (id int)",
    'CREATE DATABASE "Größe = ""1"""',
    "VACUUM ANALYZE",
)
SETTINGS: Mapping[str, Any] = {"heartbeat": DATABASE, "unlogged": {DATABASE: ("public.cache",)}}


@dataclass(frozen=True)
class Source15Or18:
    """A backup with its baseline, and the target to which it belongs."""

    backup: SourceBackup
    baseline: Mapping[str, Any]
    target: str
    folder: Path
    backup_stop: datetime.datetime

    @property
    def settings(self) -> dict[str, Any]:
        return {"base_backups": str(self.backup.base), "wal_archive": str(self.backup.archive), "database": DATABASE}


@dataclass(frozen=True)
class Specimen:
    """The restored copy while it stands, what every rung says of it, and how damage is done to clones of it."""

    source: Source15Or18
    context: LadderContext
    ladder: Ladder
    twin: Mapping[str, RungRecord]
    places: list[str] = field(default_factory=list)

    def rungs_for(self, row: int) -> list[LadderRung]:
        return [each for each in self.ladder.rungs if row in each.rung.catches]

    @contextmanager
    def damaged(self, injections: Sequence[Injection], seed: int) -> Iterator[LadderContext]:
        """A running clone with damage of the first two kinds of artefact."""
        random = Random(seed)
        scratch = self.context.restored.scratch
        assert scratch is not None
        files = [each for each in injections if each.artefact is Artefact.DATA_DIRECTORY]
        victim = choose_victim(self.context.restored.connection, random) if files else None
        with scratch() as clone:
            assert clone.files is not None
            for each in files:
                assert victim is not None
                self.places.append(each.inject(StoppedFiles(clone.files.data, victim), random))
            with clone.started() as found:
                for each in injections:
                    if each.artefact is Artefact.DATABASE:
                        self.places.append(each.inject(found.connection, random))
                yield replace(self.context, restored=found)

    def climb(self, context: LadderContext, rungs: Sequence[LadderRung]) -> dict[str, RungRecord]:
        return {each.name: each for each in climb_stage(rungs, context, lambda: None)}


def build(major: int, folder: Path) -> Source15Or18:
    """A source with tables of many kinds, vacuumed before its backup, and quiet at the target."""
    with running_source(major, folder) as source:
        for statement in SCHEMA:
            _execute(source, statement)
        source.base_backup(folder / "base")
        stop = datetime.datetime.now(datetime.UTC)
        source.order(1500, "after the backup")
        baseline = of_source(
            source.server.connection(DATABASE), [DATABASE, "postgres"], Depth.DEEP, datetime.datetime.now(datetime.UTC), lambda _: None
        )
        target = f"lsn:{baseline['hashes'][DATABASE]['until']}"
        source.order(1500, "after the target")
        source.moment("last")
        source.order(1, "one more")
        source.switch()
        backup = source.backup()
    (folder / MARKER).write_text("a test's own copy\n")
    return Source15Or18(backup, baseline, target, folder, stop)


@contextmanager
def specimen(source: Source15Or18, place: Path) -> Iterator[Specimen]:
    """Restore it, climb every rung."""
    drill = LocalDrill(place, source.settings)
    with drill.restored(source.target) as restored:
        context = context_of(restored, source)
        ladder = excused(Ladder(all_rungs(), ()), context)
        twin = {each.name: each for each in climb_stage(ladder.rungs, context, lambda: None)}
        yield Specimen(source, context, ladder, twin)


def context_of(restored: Restored, source: Source15Or18, **more: Any) -> LadderContext:
    """As the engine makes it."""
    clock = SystemClock()
    fields = {"baseline": source.baseline, "settings": SETTINGS, **more}
    return LadderContext(Store("shop", "prod", "local", {}), restored, clock, restored.target.time or clock.now(), **fields)


def not_passed(results: Mapping[str, RungRecord]) -> dict[str, str]:
    """What is not green, with what it says."""
    return {name: f"{each.verdict.value}: {each.detail}" for name, each in results.items() if each.verdict is not RungVerdict.PASS}


def failed(results: Mapping[str, RungRecord]) -> set[str]:
    """Rungs that are red."""
    return {name for name, each in results.items() if each.verdict is RungVerdict.FAIL}


def _execute(source: Source, statement: str) -> None:
    source.execute(statement)

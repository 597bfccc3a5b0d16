"""A copy with ten thousand tables: every rung ends in a time that fits a drill, with few connections and little memory."""

from __future__ import annotations

import os
import resource
import threading
import time
from collections.abc import Iterator

import pytest

from recoverable.drill.ladder import Ladder, all_rungs, excused
from recoverable.drill.postgres.connect import connect
from recoverable.drill.rung import Stage
from recoverable.drill.stages import climb_stage
from tests.drill.rungs.copies import COULD_NOT_RUN, FAIL, PASS, StandingCopy, standing
from tests.drill.source_server import open_folder

LONG = bool(os.environ.get("RECOVERABLE_LONG"))
TABLES = 10_000 if LONG else 300
SECONDS = 600.0 if LONG else 120.0
"""For all rungs together: 10,000 tables, 20,000 relations and more with TOAST; 2 cores that were busy with seven times as much took 222 s, 26 MB and 3 connections."""
CONNECTIONS = 4
"""One of the rung, pg_amcheck's two and its first."""
MEGABYTES = 300
AT_ONCE = 500


@pytest.fixture(scope="module")
def many() -> Iterator[StandingCopy]:
    with open_folder("rcv-many-") as folder, standing(18, folder) as copy:
        for start in range(0, TABLES, AT_ONCE):
            copy.execute(
                f"DO $$ BEGIN FOR n IN {start} .. {min(start + AT_ONCE, TABLES) - 1} LOOP "
                "EXECUTE format('CREATE TABLE many_%s (id int PRIMARY KEY, t text)', n); "
                "EXECUTE format('INSERT INTO many_%s SELECT x, x::text FROM generate_series(1, 5) x', n); END LOOP; END $$"
            )
        yield copy


class Watcher(threading.Thread):
    """Counts the sessions of others, as often as it can."""

    def __init__(self, copy: StandingCopy) -> None:
        super().__init__(daemon=True)
        self.copy, self.most, self.over = copy, 0, threading.Event()

    def run(self) -> None:
        query = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        with connect(self.copy.server.connection()) as opened:
            while not self.over.wait(0.05):
                row = opened.execute(query).fetchone()
                self.most = max(self.most, row[0] if row else 0)


def test_the_whole_ladder_ends_in_time_with_few_connections_and_little_memory(many: StandingCopy) -> None:
    context = many.context(settings={"rows": {"postgres": {f"public.many_{n}": 5 for n in range(TABLES)}}}, baseline={})
    rungs = [each for each in excused(Ladder(all_rungs(), ()), context).rungs if each.rung.stage is Stage.RUNNING]
    watcher = Watcher(many)
    watcher.start()
    memory, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()

    found = {each.name: each for each in climb_stage(rungs, context, lambda: None)}

    took, grown = time.monotonic() - began, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) // 1024
    watcher.over.set()
    watcher.join()
    print(f"{TABLES} tables: {took:.1f} s, {grown} MB more, {watcher.most} connections")
    assert {name: each.detail for name, each in found.items() if each.verdict is FAIL or each.crashed} == {}
    assert {name for name, each in found.items() if each.verdict is COULD_NOT_RUN} <= {"promoted", "heartbeat"}
    assert found["amcheck"].figures["indexes"] > TABLES
    assert found["row-counts"].figures["rows"] == 5 * TABLES
    assert (took < SECONDS, grown < MEGABYTES, 1 <= watcher.most <= CONNECTIONS) == (True, True, True), (took, grown, watcher.most)


def test_one_lost_file_among_all_is_named(many: StandingCopy) -> None:
    ((path,),) = many.execute(f"SELECT pg_relation_filepath('many_{TABLES // 2}')")
    file = many.server.data / path
    kept = file.with_name("kept-aside")
    many.execute("CHECKPOINT")
    file.rename(kept)
    try:
        found = many.ask("relations-open")
    finally:
        kept.rename(file)

    assert found.verdict is FAIL
    assert f"public.many_{TABLES // 2}" in found.detail
    assert many.ask("relations-open").verdict is PASS

"""A copy made from a dump: the rungs that have nothing to ask there say so, the others compare it with the source's baseline."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from recoverable.drill.baseline_reading import of_source
from recoverable.drill.clocks import SystemClock
from recoverable.drill.contract import Store
from recoverable.drill.damage.database import empty_table, lose_grants
from recoverable.drill.ladder import Ladder, all_rungs, excused
from recoverable.drill.postgres.connect import connect
from recoverable.drill.rung import Depth, LadderContext
from recoverable.drill.stages import climb_stage
from tests.drill.catalogue.specimen import failed, not_passed
from tests.drill.local_drills import LocalDrill
from tests.drill.source_server import DATABASE, running_source

EXCUSED = {"recovery-target", "cluster-identity", "backup-manifest", "content-hashes"}


@pytest.mark.parametrize("major", [15, 18])
def test_a_whole_dump_is_green_and_what_it_lost_is_red(major: int, place: Path) -> None:
    from random import Random

    with running_source(major, place) as source:
        source.order(300, "some")
        source.execute("VACUUM ANALYZE")
        baseline = of_source(
            source.server.connection(DATABASE), [DATABASE], Depth.STANDARD, datetime.datetime.now(datetime.UTC), lambda _: None
        )
        source.dump(place / "shop.dump", "-Fc")
        source.dump_globals(place / "globals.sql")
    drill = LocalDrill(place, {"dump": str(place / "shop.dump"), "globals": str(place / "globals.sql"), "database": DATABASE})

    with drill.restored() as restored:
        clock = SystemClock()
        context = LadderContext(Store("shop", "prod", "local", {}), restored, clock, clock.now(), baseline, {"heartbeat": DATABASE})
        ladder = excused(Ladder(all_rungs(), ()), context)
        assert {each.name for each in ladder.not_covered} == EXCUSED
        assert not_passed({each.name: each for each in climb_stage(ladder.rungs, context, lambda: None)}) == {}

        with connect(restored.connection) as opened:
            opened.execute("ANALYZE")  # a table to empty is chosen by its statistics, which no dump of these versions carries
        lose_grants(restored.connection, Random(1))
        empty_table(restored.connection, Random(1))
        found = failed({each.name: each for each in climb_stage(ladder.rungs, context, lambda: None)})
    assert {"roles-and-grants", "row-counts"} <= found

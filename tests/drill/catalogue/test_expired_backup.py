"""Row 16: of several backups the oldest is gone. The drill restores the newest all the same, and fails; its twin is well."""

from __future__ import annotations

import time
from pathlib import Path
from random import Random

import pytest

from recoverable.drill.clocks import SystemClock
from recoverable.drill.damage.marked import MARKER
from recoverable.drill.damage.registry import injections
from recoverable.drill.providers.local import LocalProvider
from recoverable.drill.retention import NAME
from recoverable.drill.verdict import DrillVerdict
from tests.drill.catalogue.record import check_record
from tests.drill.conftest import MAJORS
from tests.drill.harness import Harness, green
from tests.drill.local_drills import read_source
from tests.drill.source_server import running_source

SECOND = 1.1
"""Between two backups: PostgreSQL writes down when one ended in whole seconds."""


@pytest.mark.parametrize("major", MAJORS)
def test_a_backup_that_the_last_verified_drill_had_and_this_one_lacks_is_red(major: int, place: Path) -> None:
    backups = place / "backups"
    backups.mkdir()
    (backups / MARKER).write_text("a test's own copy\n")
    with running_source(major, place) as source:
        for name in ("monday", "tuesday"):
            source.order(40, name)
            source.base_backup(backups / name)
            time.sleep(SECOND)
        source.order(40, "last")
        source.switch()
    (place / "scratch").mkdir()
    settings = read_source({"base_backups": str(backups), "wal_archive": str(place / "archive"), "scratch": str(place / "scratch")})
    drill = Harness(LocalProvider(), SystemClock(), place / "state", settings, (green(rpo_seconds=1),))
    injection = injections()["oldest-backup-expired"]

    assert [drill.drill().evidence.verdict for _ in range(2)] == [DrillVerdict.VERIFIED, DrillVerdict.VERIFIED]

    said = injection.inject(backups, Random(1))
    found = drill.drill().evidence

    assert said == "monday is removed"
    assert [each.name for each in found.failed()] == [NAME]
    assert found.rto_first_query_seconds is not None
    check_record(injection, major, [NAME])

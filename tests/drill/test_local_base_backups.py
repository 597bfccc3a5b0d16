"""Base backups with an archive, restored on real servers: every form and every kind of target, with exactly the right rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from recoverable.drill.postgres.connect import connect
from recoverable.drill.target import TargetKind, format_lsn
from tests.drill.local_drills import LocalDrill, orders, red
from tests.drill.source_server import ACCOUNTS, Moment, SourceBackup

Backups = Callable[[int], SourceBackup]


def target_of(kind: str, moment: Moment) -> str:
    return {
        "time": f"time:{moment.time.isoformat()}",
        "lsn": f"lsn:{format_lsn(moment.lsn)}",
        "name": "name:before_release",
        "latest": "latest",
    }[kind]


@pytest.mark.parametrize("major", [15, 18])
@pytest.mark.parametrize(
    ("kind", "moment"), [("time", "first"), ("lsn", "first"), ("name", "second"), ("latest", "last"), ("time", "after the backup")]
)
def test_a_plain_base_backup_is_restored_to_the_exact_rows(major: int, kind: str, moment: str, backup_of: Backups, place: Path) -> None:
    source = backup_of(major)
    drill = LocalDrill(place, {"base_backups": str(source.base), "wal_archive": str(source.archive)})
    wanted = source.moments[moment]

    assert red(drill.preflight(target_of(kind, wanted))) == {}
    with drill.restored(target_of(kind, wanted)) as copy:
        assert orders(copy.connection) == (wanted.orders, ACCOUNTS)
        assert copy.system_identifier == source.system_identifier
        assert copy.target.kind is not TargetKind.LATEST
        with connect(copy.connection) as opened:
            assert opened.execute("SELECT pg_is_in_recovery(), current_setting('archive_mode')").fetchone() == (False, "off")
    assert drill.left == []
    assert drill.open == ()

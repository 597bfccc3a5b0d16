"""Real timelines: a failover is followed; a test restore that archived into production's archive is noticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from recoverable.drill.postgres.connect import connect
from tests.drill.local_drills import LocalDrill, orders, red
from tests.drill.source_server import ACCOUNTS, DATABASE, Source, open_folder, running_source


def promote(source: Source) -> None:
    """As after a failover: recovery to the end of what is there, and on on a new timeline, which is archived too."""
    server = source.server
    server.stop()
    (server.data / "recovery.signal").touch()
    (server.data / "recovery.signal").chmod(0o644)
    server.settings = {**server.settings, "restore_command": f"cp {source.archive}/%f %p", "hot_standby": "off"}
    server.start()


@pytest.mark.parametrize("major", [15, 18])
def test_a_failover_is_followed_to_the_new_timelines_end(major: int, place: Path) -> None:
    with open_folder("rcv-fail-") as folder:
        with running_source(major, folder) as source:
            source.base_backup(folder / "base")
            source.order(300, "before")
            before = source.moment("before")
            source.order(5, "last of the old one")
            promote(source)
            source.order(300, "after")
            after = source.moment("after")
            source.order(1, "last")
            source.switch()
        assert (folder / "archive" / "00000002.history").exists()
        drill = LocalDrill(place, {"base_backups": str(folder / "base"), "wal_archive": str(folder / "archive")})

        assert red(drill.preflight()) == {}
        with drill.restored() as copy:
            assert orders(copy.connection) == (606, ACCOUNTS)
            assert copy.timeline == 2
        for moment, timeline in ((before, 2), (after, 2)):
            with drill.restored(f"time:{moment.time.isoformat()}") as copy, connect(copy.connection) as opened:
                assert opened.execute("SELECT count(*) FROM orders").fetchone() == (moment.orders,)
                assert copy.timeline == timeline


def test_a_test_restore_that_archived_is_noticed_and_production_is_restored_where_the_settings_say_so(place: Path) -> None:
    from recoverable.drill.postgres.server import Server, make_server_folder

    with open_folder("rcv-pollute-") as folder, running_source(18, folder) as source:
        source.base_backup(folder / "base")
        source.order(300, "before")
        source.switch()
        copy = Server(
            source.server.programs,
            make_server_folder(folder / "careless", source.server.account),
            source.server.account,
            {**source.server.settings, "restore_command": f"cp {source.archive}/%f %p", "hot_standby": "off"},
            superuser="postgres",
        )
        _place(folder / "base", copy)
        with copy, connect(copy.socket(DATABASE)) as opened:
            opened.execute("INSERT INTO orders (account, note) VALUES (1, 'of the careless restore')")
            opened.execute("SELECT pg_switch_wal()")
            _wait(folder / "archive", "00000002*")
        source.order(300, "production goes on")
        source.switch()
        drill = LocalDrill(place, {"base_backups": str(folder / "base"), "wal_archive": str(folder / "archive")})

        found = red(drill.preflight())
        assert list(found) == ["log-chain"]
        assert "two histories" in found["log-chain"]

        drill.source = {**drill.source, "timeline": 1}
        with drill.restored() as restored:
            assert orders(restored.connection) == (600, ACCOUNTS)


def _place(base: Path, server: object) -> None:
    import shutil

    from recoverable.drill.postgres.account import hand_over
    from recoverable.drill.postgres.server import Server

    assert isinstance(server, Server)
    shutil.copytree(base, server.data)
    server.data.chmod(0o700)
    (server.data / "recovery.signal").touch()
    hand_over(server.data, server.account)


def _wait(archive: Path, pattern: str) -> None:
    import time

    deadline = time.monotonic() + 60
    while len([each for each in archive.glob(pattern) if len(each.name) == 24]) < 1:
        assert time.monotonic() < deadline
        time.sleep(0.05)

"""Heartbeats on a real server: written, pruned, found again in a restored copy, through restarts and signals."""

from __future__ import annotations

import datetime
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from recoverable.drill.clocks import SystemClock
from recoverable.drill.heartbeat import KEEP, Heartbeat, beat, cron_sql, last_heartbeat, lost, write_heartbeats
from recoverable.drill.postgres.connect import connect
from tests.drill.local_drills import LocalDrill
from tests.drill.source_server import Source, SourceBackup, open_folder, running_source

MARKED = "marked-secret-0815"


@pytest.fixture(scope="module")
def source() -> Iterator[Source]:
    with open_folder("rcv-beat-") as folder, running_source(18, folder) as found:
        found.execute(f"CREATE ROLE beater LOGIN PASSWORD '{MARKED}'", "postgres")
        found.execute("CREATE DATABASE beats OWNER beater", "postgres")
        yield found


@pytest.fixture
def url(source: Source) -> str:
    source.execute("DROP TABLE IF EXISTS public.recoverable_heartbeat", "beats")
    return f"postgresql://beater:{MARKED}@127.0.0.1:{source.server.port}/beats"


def rows(source: Source) -> int:
    there = source.execute("SELECT to_regclass('public.recoverable_heartbeat') IS NOT NULL", "beats")[0][0]
    return source.execute("SELECT count(*) FROM recoverable_heartbeat", "beats")[0][0] if there else 0


def started(url: str, *words: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "DATABASE_URL": url}
    order = [sys.executable, "-m", "recoverable", "drill", "heartbeat", *words]
    return subprocess.Popen(order, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for(condition: object, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_so_many_rows_are_written_as_were_asked_for(source: Source, url: str) -> None:
    process = started(url, "--interval", "1s", "--times", "2")
    output, errors = process.communicate(timeout=60)

    assert (process.returncode, output, errors) == (0, "", "2 written\n")
    assert rows(source) == 2


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)], ids=["Ctrl-C", "SIGTERM"])
def test_a_signal_ends_the_writer(number: int, code: int, source: Source, url: str) -> None:
    process = started(url, "--interval", "1s")
    wait_for(lambda: rows(source) > 0)
    process.send_signal(number)
    _, errors = process.communicate(timeout=30)

    assert process.returncode == code
    assert "Traceback" not in errors


def test_the_writer_goes_on_after_the_server_was_away(source: Source, url: str) -> None:
    port = source.server.port
    source.server.fixed_port = True
    process = started(url, "--interval", "1s")
    wait_for(lambda: rows(source) > 0)
    source.server.stop()
    time.sleep(2.5)
    source.server.start()
    assert source.server.port == port
    before = rows(source)
    wait_for(lambda: rows(source) > before)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=30)

    assert process.returncode == 0
    assert "next try in" in errors
    assert MARKED not in errors


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (lambda url: url.replace(MARKED, f"wrong-{MARKED}"), 5, "refuses the login"),
        (lambda url: url.replace("/beats", "/nosuch"), 5, "does not exist"),
        (lambda url: f"postgresql://beater:{MARKED}@127.0.0.1:1/beats", 5, "does not answer"),
        (lambda url: MARKED, 2, "no connection string"),
    ],
    ids=["wrong password", "no such database", "nobody there", "no connection string"],
)
def test_a_source_that_cannot_be_reached_is_told_without_its_secret(change: object, code: int, words: str, url: str) -> None:
    process = started(change(url), "--times", "1")  # type: ignore[operator]
    output, errors = process.communicate(timeout=60)

    assert process.returncode == code
    assert words in errors
    assert MARKED not in output + errors


def test_a_role_without_the_right_is_told_what_it_needs(source: Source, url: str) -> None:
    process = started(url.replace("/beats", "/postgres"), "--times", "1")
    _, errors = process.communicate(timeout=60)

    assert process.returncode == 2
    assert "CREATE in schema public" in errors


@pytest.mark.parametrize("words", [("--interval", "soon"), ("--keep", "0d"), ("--times", "0")])
def test_an_option_that_makes_no_sense_is_refused(words: tuple[str, str], url: str) -> None:
    process = started(url, *words)
    _, errors = process.communicate(timeout=60)

    assert process.returncode == 2
    assert words[0] in errors


def test_old_rows_are_removed(source: Source, url: str) -> None:
    with connect(source.server.socket("beats")) as connection:
        write_heartbeats(lambda: connect(source.server.socket("beats")), SystemClock(), print, times=1)
        connection.execute("INSERT INTO recoverable_heartbeat (at) VALUES (now() - interval '8 days'), (now() - interval '6 days')")
        beat(connection, KEEP)
        assert connection.execute("SELECT count(*) FROM recoverable_heartbeat").fetchone() == (3,)


def test_the_sql_for_pg_cron_makes_the_table_and_orders_that_run(source: Source, url: str) -> None:
    """pg_cron itself is not here: a stand-in for its one function runs what it is told at once."""
    source.execute(
        "DROP SCHEMA IF EXISTS cron CASCADE; CREATE SCHEMA cron; CREATE FUNCTION cron.schedule(name text, pace text, command text) "
        "RETURNS text LANGUAGE plpgsql AS $f$ BEGIN EXECUTE command; RETURN pace; END $f$",
        "beats",
    )
    source.execute(cron_sql(datetime.timedelta(seconds=30), KEEP), "beats")

    assert rows(source) == 1
    assert "'30 seconds'" in cron_sql(datetime.timedelta(seconds=30), KEEP)
    assert "'* * * * *'" in cron_sql(datetime.timedelta(minutes=1), KEEP)
    assert "'*/5 * * * *'" in cron_sql(datetime.timedelta(minutes=5), KEEP)


def test_sql_is_printed_without_any_connection() -> None:
    process = started("", "--sql")
    output, _ = process.communicate(timeout=60)

    assert process.returncode == 0
    assert output.startswith("CREATE TABLE IF NOT EXISTS public.recoverable_heartbeat")


def test_the_newest_row_of_a_restored_copy_measures_what_was_lost(backup: SourceBackup, place: Path) -> None:
    drill = LocalDrill(place, {"base_backups": str(backup.base), "wal_archive": str(backup.archive)})
    target = backup.moments["second"].time
    with drill.restored(f"time:{target.isoformat()}") as copy, connect(copy.connection) as opened:
        found = last_heartbeat(opened)

    assert found is not None
    assert backup.moments["first"].time < found.at < target
    assert lost(found, target) < datetime.timedelta(seconds=5)


def test_a_database_without_heartbeats_has_none(source: Source) -> None:
    with connect(source.server.socket("postgres")) as connection:
        assert last_heartbeat(connection) is None


def test_nothing_is_lost_where_the_row_is_later_than_the_disaster() -> None:
    now = datetime.datetime.now(datetime.UTC)

    assert lost(Heartbeat(1, now, 0), now - datetime.timedelta(seconds=1)) == datetime.timedelta()

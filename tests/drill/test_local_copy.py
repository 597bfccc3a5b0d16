"""What the copy is: closed, ours, stoppable, clonable; and what the reaper may and may not take."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from recoverable.drill.contract import RestoreFailedError
from recoverable.drill.local import resources
from recoverable.drill.postgres.connect import connect
from recoverable.drill.postgres.server import SUPERUSER
from recoverable.drill.wal.archive import ArchiveError, FolderArchive
from recoverable.system.processes import started
from tests.drill.local_drills import LocalDrill, orders
from tests.drill.source_server import ACCOUNTS, PASSWORD_OF_APP, SourceBackup, open_folder, running_source

Backups = Callable[[int], SourceBackup]


def drill_of(source: SourceBackup, place: Path) -> LocalDrill:
    return LocalDrill(place, {"base_backups": str(source.base), "wal_archive": str(source.archive)})


@pytest.fixture(scope="module")
def talkative() -> Iterator[SourceBackup]:
    """A source with ways out: a subscription, a foreign server with a login, statements in the log, another superuser's name."""
    with open_folder("rcv-talk-") as folder:
        with running_source(18, folder, settings={"wal_level": "logical"}) as source:
            source.execute("CREATE EXTENSION postgres_fdw; CREATE EXTENSION dblink")
            source.execute("CREATE SERVER other FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '192.0.2.1')")
            source.execute("CREATE USER MAPPING FOR app SERVER other OPTIONS (user 'x', password 'marked-foreign')")
            source.execute("CREATE USER MAPPING FOR PUBLIC SERVER other OPTIONS (user 'x', password 'marked-foreign')")
            source.execute("CREATE SUBSCRIPTION out CONNECTION 'host=192.0.2.1' PUBLICATION p WITH (connect = false)")
            source.execute("ALTER SUBSCRIPTION out ENABLE")
            source.execute("ALTER ROLE postgres SET log_statement = 'all'")
            source.base_backup(folder / "base")
            source.order(10, "x")
            source.switch()
            found = source.backup()
        yield found


def test_ways_out_of_the_copy_are_closed(talkative: SourceBackup, place: Path) -> None:
    drill = drill_of(talkative, place)
    with drill.restored() as copy:
        with connect(copy.connection) as opened:
            assert copy.connection.dbname == "shop"
            assert opened.execute("SELECT subenabled FROM pg_subscription").fetchall() == [(False,)]
            assert opened.execute("SELECT count(*) FROM pg_user_mappings").fetchone() == (0,)
            assert opened.execute("SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'logical%'").fetchone() == (0,)
        assert copy.files is not None
        assert copy.files.log is not None
        assert copy.connection.password.reveal() not in copy.files.log.read_text()


def test_the_copy_asks_for_a_password_on_loopback_and_listens_nowhere_else(backup_of: Backups, place: Path) -> None:
    import psycopg

    with drill_of(backup_of(18), place).restored() as copy:
        words = copy.connection.keywords()
        assert (words["host"], words["user"]) == ("127.0.0.1", SUPERUSER)
        for wrong in ({"password": "wrong"}, {"user": "postgres", "password": ""}, {"user": "app", "password": "x"}):
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(**{**words, **wrong})
        with psycopg.connect(**{**words, "user": "app", "password": PASSWORD_OF_APP}) as opened:
            assert opened.execute("SELECT current_user").fetchone() == ("app",)
        assert copy.files is not None
        server = copy.files.data.parent
        assert server.stat().st_mode & 0o077 == 0
        command = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
        assert copy.connection.password.reveal() not in command


def test_the_server_runs_under_an_account_without_privileges(backup_of: Backups, place: Path) -> None:
    with drill_of(backup_of(18), place).restored() as copy:
        assert copy.files is not None
        pid = int((copy.files.data / "postmaster.pid").read_text().splitlines()[0])
        uid = int(next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("Uid:")).split()[1])
        assert uid != 0
        assert copy.files.data.stat().st_uid == uid


def test_the_copy_can_be_stopped_and_cloned_and_the_clone_damaged(backup: SourceBackup, place: Path) -> None:
    drill = drill_of(backup, place)
    with drill.restored() as copy:
        assert copy.stopped is not None
        assert copy.scratch is not None
        assert copy.files is not None
        wanted = (backup.moments["last"].orders, ACCOUNTS)
        with copy.stopped():
            assert not (copy.files.data / "postmaster.pid").exists()
        assert orders(copy.connection) == wanted
        with copy.scratch() as clone:
            assert clone.files is not None
            assert clone.files.data != copy.files.data
            with clone.started() as second:
                assert orders(second.connection) == wanted
                with connect(second.connection) as opened:
                    opened.execute("DELETE FROM orders")
                assert orders(second.connection) == (0, ACCOUNTS)
            assert len(drill.left) == 2
        assert len(drill.left) == 1
        assert orders(copy.connection) == wanted
    assert drill.left == []


def test_an_archive_that_breaks_while_it_is_replayed_ends_the_restore(
    backup_of: Backups, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the proof: PostgreSQL itself would take the failing fetch for the end of the log."""
    source = backup_of(18)
    broken = source.segments[-2].name
    real = FolderArchive.fetch

    def fetch(self: FolderArchive, name: str, into: Path) -> bool:
        if name == broken and into.name == "fetched":
            raise ArchiveError(f"{name} cannot be read: Input/output error")
        return real(self, name, into)

    monkeypatch.setattr(FolderArchive, "fetch", fetch)
    drill = drill_of(source, place)

    with pytest.raises(RestoreFailedError, match="Input/output error"), drill.restored():
        pytest.fail("it was promoted")
    assert drill.left == []


def test_a_segment_that_vanishes_after_the_proof_ends_the_restore(backup_of: Backups, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = backup_of(15)
    gone = source.segments[-2].name
    real = FolderArchive.fetch
    monkeypatch.setattr(FolderArchive, "fetch", lambda self, name, into: name != gone and real(self, name, into))
    drill = drill_of(source, place)

    found = list(drill.preflight())
    assert any(check.name == "log-chain" for check in found)
    with pytest.raises(RestoreFailedError, match="before the target"), drill.restored():
        pytest.fail("it was promoted")
    assert drill.left == []


def test_an_unknown_database_is_told_with_those_there_are(backup_of: Backups, place: Path) -> None:
    drill = LocalDrill(place, {**drill_of(backup_of(18), place).source, "database": "nosuch"})

    with pytest.raises(RestoreFailedError, match="it has postgres, shop"), drill.restored():
        pytest.fail("restored")


def test_a_second_restore_of_one_run_leaves_the_first_alone(backup_of: Backups, place: Path) -> None:
    drill = drill_of(backup_of(18), place)
    with drill.run() as run, drill.provider.restored(drill.store, _latest(), run) as copy:
        with pytest.raises(RestoreFailedError, match="is there already"), drill.provider.restored(drill.store, _latest(), run):
            pytest.fail("restored twice")
        assert orders(copy.connection)[1] == ACCOUNTS


def _latest() -> object:
    from recoverable.drill.target import LATEST

    return LATEST


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = {paths!r}
from tests.drill.local_drills import LocalDrill
drill = LocalDrill(Path({place!r}), {source!r})
with drill.restored() as copy:
    print((copy.files.data / "postmaster.pid").read_text().splitlines()[0], flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_server_ends_when_its_drill_is_killed_and_the_reaper_takes_the_rest(backup_of: Backups, place: Path) -> None:
    source = backup_of(18)
    root = Path(__file__).parents[2]
    (place / "scratch").mkdir()
    text = KILLED.format(
        paths=[str(root), str(root / "src")],
        place=str(place),
        source={"base_backups": str(source.base), "wal_archive": str(source.archive)},
    )
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=300)
    assert done.returncode == -signal.SIGKILL, done.stderr
    pid = int(done.stdout)
    deadline = time.monotonic() + 20
    while started(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert started(pid) == ""

    drill = drill_of(source, place)
    (left,) = drill.left
    (found,) = [each for each in drill.provider.existing((_resource(left),)) if each.name == str(left)]
    assert drill.provider.remove(found) is None
    assert drill.left == []


def _resource(path: Path) -> resources.Resource:
    found = resources._read_marker(path)
    assert found is not None
    return found


@pytest.mark.parametrize("what", ["no marker", "another run's marker", "a link", "a file"])
def test_what_is_not_proven_ours_is_not_removed(what: str, place: Path) -> None:
    import datetime

    from recoverable.drill.contract import Resource
    from recoverable.drill.providers.local import LocalProvider

    path = place / "rcv-drill-1"
    precious = place / "precious"
    precious.mkdir()
    (precious / "data").write_text("production")
    if what == "a link":
        path.symlink_to(precious)
        (precious / resources.MARKER).write_text(
            '{"run": "drill-1", "expires": "2026-01-01T00:00:00+00:00", "provider": "local", "token": "t"}'
        )
    elif what == "a file":
        path.write_text("production")
    else:
        shutil.copytree(precious, path)
        if what == "another run's marker":
            (path / resources.MARKER).write_text(
                '{"run": "drill-1", "expires": "2026-01-01T00:00:00+00:00", "provider": "local", "token": "other"}'
            )
    resource = Resource("local", "folder", str(path), "drill-1", datetime.datetime.now(datetime.UTC), {"token": "t"})
    provider = LocalProvider()

    assert resource not in list(provider.existing((resource,)))
    left = provider.remove(resource)

    assert left is not None
    assert "not touched" in left.reason
    assert os.path.lexists(path)
    assert (precious / "data").read_text() == "production"


def test_a_link_inside_of_a_copy_is_removed_and_not_followed(place: Path) -> None:
    import datetime

    from recoverable.drill.contract import Resource

    (place / "precious").mkdir()
    (place / "precious" / "data").write_text("production")
    resource = Resource("local", "folder", str(place / "rcv-drill-2"), "drill-2", datetime.datetime.now(datetime.UTC), {"token": "t"})
    path = resources.make(resource)
    (path / "s").mkdir()
    (path / "s" / "ts").symlink_to(place / "precious")

    assert resources.remove(resource) is None
    assert (place / "precious" / "data").read_text() == "production"

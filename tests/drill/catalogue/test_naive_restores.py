"""What a script restores that does as most do: restore, wait until the server answers, trust it. The ladder is asked afterwards.

Each restore here ends with exit code 0 and answers queries, but for the one that PostgreSQL itself refuses.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from recoverable.drill.connection import Connection
from recoverable.drill.contract import Files, Restored
from recoverable.drill.damage.injection import Artefact, Injection
from recoverable.drill.damage.marked import MARKER
from recoverable.drill.damage.registry import injections
from recoverable.drill.ladder import all_rungs
from recoverable.drill.postgres.account import Account, hand_over, server_account
from recoverable.drill.postgres.configuration import quoted
from recoverable.drill.postgres.connect import connect
from recoverable.drill.postgres.programs import Programs, find_programs
from recoverable.drill.postgres.running import ProgramFailedError, run_program
from recoverable.drill.postgres.server import free_port, reachable
from recoverable.drill.rung import Stage
from recoverable.drill.stages import climb_stage
from recoverable.drill.target import format_lsn, parse_target
from tests.drill.catalogue.record import check_record
from tests.drill.catalogue.specimen import Source15Or18, context_of, failed
from tests.drill.source_server import DATABASE, SourceBackup

MAJORS = (15, 18)
ANY_RUNG = tuple(each for each in all_rungs() if each.rung.stage is Stage.RUNNING and each.rung.depth.value == "quick")


@dataclass
class Script:
    """A restore by hand, with ``pg_ctl`` and the settings of postgresql.auto.conf."""

    backup: SourceBackup
    place: Path
    account: Account
    programs: Programs

    @property
    def data(self) -> Path:
        return self.place / "data"

    @contextmanager
    def running(self, settings: Mapping[str, str], *, paused: bool = False) -> Iterator[Connection]:
        """Place the base backup, start it with recovery from the archive, stop it at the end."""
        if not (self.place / "base").exists():
            self.backup.copied(self.place)
        (self.place / "base").rename(self.data)
        port = free_port()
        ours = {
            "port": str(port), "unix_socket_directories": f'"{self.place}"', "listen_addresses": "127.0.0.1", "fsync": "off", "archive_mode": "off",
            "max_logical_replication_workers": "0", "restore_command": f'cp "{self.place}/archive/%f" "%p"', **settings,
        }  # fmt: skip
        (self.data / "postgresql.auto.conf").write_text("".join(f"{name} = {quoted(value)}\n" for name, value in ours.items()))
        (self.data / "pg_hba.conf").write_text("local all all trust\n")
        (self.data / "recovery.signal").touch()
        self.data.chmod(0o700)
        hand_over(self.place, self.account)
        try:
            self._control("start", "-w", "-t", "60", "-l", str(self.place / "log"))
            connection = Connection(str(self.place), port, "postgres", DATABASE)
            if not paused:
                _wait_until_promoted(connection)
            yield connection
        finally:
            if (self.data / "postmaster.pid").exists():
                self._control("stop", "-m", "immediate")

    def _control(self, *words: str) -> None:
        run_program([self.programs.path("pg_ctl"), "-D", self.data, *words], account=self.account)

    def red(self, source: Source15Or18, connection: Connection, target: str) -> set[str]:
        """What the quick rungs say of it, as if a provider had restored it."""
        with connect(connection) as opened:
            assert opened.execute("SELECT count(*) > 0 FROM accounts").fetchone() == (True,)
        restored = Restored(
            target=parse_target(target),
            server=connection,
            backup_id="by hand",
            files=Files(self.data, self.programs.folder),
            system_identifier=source.backup.system_identifier,
            timeline=1,
            backup_stop=source.backup_stop,
        )
        context = context_of(restored, source)
        return failed({each.name: each for each in climb_stage(ANY_RUNG, context, lambda: None)})


@pytest.fixture
def script(place: Path, source_of: Callable[[int], Source15Or18], request: pytest.FixtureRequest) -> Script:
    source = source_of(request.getfixturevalue("major"))
    account = server_account()
    (place / MARKER).write_text("a test's own copy\n")
    hand_over(place, account)
    return Script(source.backup, place, account, reachable(find_programs(source.backup.major), account, place))


def naive(name: str, row: int, title: str) -> Injection:
    return Injection(name, row, title, Artefact.REQUEST, lambda artefact, random: title)


@pytest.mark.parametrize("major", MAJORS)
@pytest.mark.parametrize("kind", ["segment-missing", "record-corrupt"])
def test_a_restore_to_the_end_of_a_broken_log_is_red(
    kind: str, major: int, script: Script, source_of: Callable[[int], Source15Or18]
) -> None:
    source = source_of(major)
    backup = source.backup.copied(script.place)
    injections()[kind].inject(backup.archive, Random(major))
    script.backup = backup

    with script.running({}) as connection:
        with connect(connection) as opened:
            assert opened.execute("SELECT count(*) > 0, pg_is_in_recovery() FROM accounts").fetchone() == (True, False)
        assert "recovery-target" in script.red(source, connection, source.target)
    check_record(
        naive(f"by-hand-{kind}", injections()[kind].row, f"{injections()[kind].title}; restored to the end without a target"),
        major,
        ["recovery-target"],
    )


@pytest.mark.parametrize("major", MAJORS)
def test_a_target_before_the_backup_is_red(major: int, script: Script, source_of: Callable[[int], Source15Or18]) -> None:
    source = source_of(major)
    with script.running({"recovery_target_time": "2020-01-01 00:00:00+00", "recovery_target_action": "promote"}) as connection:
        found = script.red(source, connection, "time:2020-01-01T00:00:00Z")
    assert "recovery-target" in found
    check_record(naive("by-hand-target-before-backup", 10, "a target of 2020 gives the backup's own end"), major, ["recovery-target"])


@pytest.mark.parametrize("major", MAJORS)
def test_a_target_in_another_zone_is_red(major: int, script: Script, source_of: Callable[[int], Source15Or18]) -> None:
    source = source_of(major)
    wanted = source.backup.moments["last"].time
    settings = {"recovery_target_time": f"{wanted:%Y-%m-%d %H:%M:%S.%f}", "timezone": "Asia/Tokyo", "recovery_target_action": "promote"}
    with script.running(settings) as connection:
        found = script.red(source, connection, f"time:{wanted.isoformat()}")
    assert "recovery-target" in found
    check_record(naive("by-hand-target-without-zone", 13, "a target without a zone is read nine hours off"), major, ["recovery-target"])


@pytest.mark.parametrize("major", MAJORS)
def test_a_restore_that_is_paused_at_its_target_is_red(major: int, script: Script, source_of: Callable[[int], Source15Or18]) -> None:
    source = source_of(major)
    lsn = parse_target(source.target).lsn
    with script.running({"recovery_target_lsn": format_lsn(lsn or 0)}, paused=True) as connection:
        found = script.red(source, connection, source.target)
    assert "promoted" in found
    check_record(naive("by-hand-paused", 15, "the copy is paused at its target, as by default"), major, ["promoted"])


@pytest.mark.parametrize("major", MAJORS)
def test_a_restore_after_a_test_that_archived_is_red(major: int, script: Script, source_of: Callable[[int], Source15Or18]) -> None:
    source = source_of(major)
    archiving = {"archive_mode": "on", "archive_command": f'cp "%p" "{script.place}/archive/%f"'}
    with script.running(archiving) as connection:
        assert "isolated" in script.red(source, connection, source.target)
        with connect(connection) as opened:
            opened.execute("CREATE TABLE made_by_a_test (id int)")
            opened.execute("SELECT pg_switch_wal()")
        _wait_for(script.place / "archive" / "00000002.history")
        _wait_for_any(script.place / "archive", "00000002")
    polluted, second = script.place / "archive", script.place / "second"
    second.mkdir()
    hand_over(second, script.account)
    again = Script(source.backup, second, script.account, script.programs)
    with again.running({"restore_command": f'cp "{polluted}/%f" "%p"'}) as connection:
        with connect(connection) as opened:
            assert opened.execute("SELECT to_regclass('made_by_a_test') IS NOT NULL").fetchone() == (True,)
        found = again.red(source, connection, source.target)
    assert {"cluster-identity", "recovery-target"} <= found
    check_record(
        naive("by-hand-archiving", 14, "a test restore archived, and the next restore followed it"),
        major,
        ["cluster-identity", "isolated", "recovery-target"],
    )


@pytest.mark.parametrize("major", MAJORS)
def test_a_server_that_is_smaller_than_the_source_does_not_start(
    major: int, script: Script, source_of: Callable[[int], Source15Or18]
) -> None:
    with pytest.raises(ProgramFailedError), script.running({"max_connections": "20", "max_wal_senders": "4"}):
        pytest.fail("it started")
    assert "insufficient parameter settings" in (script.place / "log").read_text(errors="replace")
    check_record(naive("by-hand-small-server", 22, "max_connections is smaller than the source's"), major, ["the restore itself"])


def _wait_until_promoted(connection: Connection) -> None:
    deadline = time.monotonic() + 60
    with connect(connection) as opened:
        while opened.execute("SELECT pg_is_in_recovery()").fetchone() != (False,):
            assert time.monotonic() < deadline
            time.sleep(0.05)


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < deadline, f"{path.name} was not archived: {os.listdir(path.parent)}"
        time.sleep(0.05)


def _wait_for_any(folder: Path, beginning: str) -> None:
    deadline = time.monotonic() + 60
    while not any(each.name.startswith(beginning) and len(each.name) == 24 for each in folder.iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.05)

"""The same drill for a normal user, who has no other account to lend; and for root with an account that was named."""

from __future__ import annotations

import os
import pwd
import shutil
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import psycopg  # noqa: F401 - what is imported late must be there before the account changes: this Python may be root's own
import pytest

from recoverable.drill.postgres import guardian
from recoverable.drill.postgres.account import VARIABLE, Account, can_enter, hand_over, server_account
from recoverable.drill.postgres.running import run_program
from recoverable.drill.postgres.server import Server, initialise, make_server_folder
from recoverable.model.errors import InputError
from tests.drill.local_drills import LocalDrill, orders, red
from tests.drill.server_programs import copied_wheel
from tests.drill.source_server import ACCOUNTS, SourceBackup

NOBODY = pwd.getpwnam("nobody")
ROOT = os.geteuid() == 0


def as_account(uid: int, gid: int, work: Callable[[], None]) -> int:
    """Run it in a child with this account; its exit code."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.setgroups([])
            os.setgid(gid)
            os.setuid(uid)
            os.environ["HOME"] = "/"
            sys.executable = shutil.which("python3", path="/usr/bin:/usr/local/bin") or sys.executable
            work()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.skipif(not ROOT, reason="every other test runs as a normal user then")
@pytest.mark.parametrize("major", [15, 18])
def test_a_normal_user_drills_under_his_own_account(major: int, backup_of: Callable[[int], SourceBackup], place: Path) -> None:
    account = Account(NOBODY.pw_uid, NOBODY.pw_gid)
    if not can_enter(Path(guardian.__file__), account) or not shutil.which("python3", path="/usr/bin:/usr/local/bin"):
        pytest.skip("a normal user can read neither this checkout nor a Python")
    mine = backup_of(major).copied(place / "backup")
    hand_over(place, account)
    drill = LocalDrill(place, {"base_backups": str(mine.base), "wal_archive": str(mine.archive)})

    def work() -> None:
        assert server_account().foreign is False
        assert red(drill.preflight()) == {}
        with drill.restored() as copy:
            assert orders(copy.connection) == (mine.moments["last"].orders, ACCOUNTS)
        assert drill.left == []

    assert as_account(NOBODY.pw_uid, NOBODY.pw_gid, work) == 0


@pytest.mark.skipif(not ROOT, reason="only root can make what a normal user cannot read")
@pytest.mark.parametrize(("where", "check"), [("archive", "log-archive"), ("segment", "log-chain"), ("base", "scratch-folder")])
def test_what_a_normal_user_may_not_read_is_told_and_is_no_end_of_the_log(
    where: str, check: str, backup_of: Callable[[int], SourceBackup], place: Path
) -> None:
    account = Account(NOBODY.pw_uid, NOBODY.pw_gid)
    if not can_enter(Path(guardian.__file__), account):
        pytest.skip("a normal user cannot read this checkout")
    mine = backup_of(18).copied(place / "backup")
    hand_over(place, account)
    forbidden = {"archive": mine.archive, "segment": mine.segments[-2], "base": mine.base}[where]
    os.chown(forbidden, 0, 0)
    forbidden.chmod(0o000)
    drill = LocalDrill(place, {"base_backups": str(mine.base), "wal_archive": str(mine.archive)})

    def work() -> None:
        found = red(drill.preflight())
        assert list(found) == (["version-pair"] if where == "base" else [check]), found
        assert "cannot be read" in str(found), found

    assert as_account(NOBODY.pw_uid, NOBODY.pw_gid, work) == 0


@pytest.mark.skipif(not ROOT, reason="only root lends accounts")
@pytest.mark.parametrize(("name", "words"), [("root", "who is root"), ("no-such-account", "there is no account")])
def test_root_lends_no_account_that_is_root_or_unknown(name: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, name)

    with pytest.raises(InputError, match=words):
        server_account()


@pytest.mark.skipif(not ROOT, reason="only root can make what it alone can read")
def test_programs_in_a_private_folder_are_copied_to_where_the_account_can_run_them(
    backup_of: Callable[[int], SourceBackup], place: Path
) -> None:
    from recoverable.drill.postgres.programs import find_programs

    private = place / "private"
    shutil.copytree(find_programs(18).folder.parent, private / "pg", symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
    private.chmod(0o700)
    source = backup_of(18)
    drill = LocalDrill(
        place, {"base_backups": str(source.base), "wal_archive": str(source.archive), "programs": str(private / "pg" / "bin")}
    )

    with drill.restored() as copy:
        assert copy.files is not None
        assert str(copy.files.programs).startswith(str(copy.files.data.parent))
        assert orders(copy.connection) == (source.moments["last"].orders, ACCOUNTS)
    assert drill.left == []


@pytest.mark.skipif(not ROOT, reason="only root can make what it alone can read")
def test_all_programs_of_the_wheel_run_where_they_were_copied_to(place: Path) -> None:
    private = place / "private"
    programs = copied_wheel(private)
    private.chmod(0o700)
    account = server_account()
    server = Server(programs, make_server_folder(place / "server", account), account, {"fsync": "off"})

    initialise(server)
    with server:
        said = run_program([server.programs.path("pg_dumpall")], account=account, extra=server.socket().environment())

    assert server.programs.folder.is_relative_to(server.folder)
    assert "PostgreSQL database cluster dump complete" in said.stdout


@pytest.mark.skipif(not ROOT, reason="a normal user cannot make what he cannot read")
def test_backups_that_the_servers_account_cannot_read_are_restored_all_the_same(
    backup_of: Callable[[int], SourceBackup], place: Path
) -> None:
    mine = backup_of(18).copied(place / "backup")
    mine.folder.chmod(0o700)
    drill = LocalDrill(place, {"base_backups": str(mine.base), "wal_archive": str(mine.archive)})

    with drill.restored() as copy:
        assert orders(copy.connection) == (mine.moments["last"].orders, ACCOUNTS)

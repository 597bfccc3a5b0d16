"""Forms of base backups: tar, compressed, with tablespaces, linked log, without an archive, several in one folder."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from recoverable.drill.contract import Restored
from recoverable.drill.postgres.account import hand_over, server_account
from recoverable.drill.postgres.connect import connect
from recoverable.drill.target import format_lsn
from tests.drill.local_drills import LocalDrill, orders, red
from tests.drill.source_server import ACCOUNTS, Moment, SourceBackup, open_folder, running_source

pytestmark = pytest.mark.xdist_group("forms")  # its source is built once


@pytest.fixture(scope="module")
def forms() -> Iterator[tuple[Path, dict[str, Moment]]]:
    """One source of PostgreSQL 18 with a tablespace, backed up in several forms one after the other."""
    with open_folder("rcv-forms-") as folder:
        space = folder / "space"
        space.mkdir()
        hand_over(space, server_account())
        with running_source(18, folder) as source:
            source.execute(f"CREATE TABLESPACE fast LOCATION '{space}'")
            source.execute(
                "CREATE TABLE in_space (id int PRIMARY KEY) TABLESPACE fast; INSERT INTO in_space SELECT generate_series(1, 1000)"
            )
            source.order(40, "before")
            (folder / "several").mkdir()
            source.base_backup(folder / "several" / "monday", "--tablespace-mapping", f"{space}={folder}/space-of-monday")
            source.order(300, "monday")
            source.moment("monday")
            source.base_backup(folder / "tar", "-Ft")
            source.base_backup(folder / "tar.gz", "-Ft", "-z")
            source.base_backup(folder / "several" / "tuesday", "--tablespace-mapping", f"{space}={folder}/space-of-tuesday")
            source.order(300, "tuesday")
            source.moment("tuesday")
            source.order(1, "last")
            source.switch()
            yield folder, dict(source.moments)


def check(copy: Restored, wanted: Moment) -> None:
    assert orders(copy.connection) == (wanted.orders, ACCOUNTS)
    assert copy.files is not None
    with connect(copy.connection) as opened:
        assert opened.execute("SELECT count(*) FROM in_space").fetchone() == (1000,)
        ((location,),) = opened.execute("SELECT pg_tablespace_location(oid) FROM pg_tablespace WHERE spcname = 'fast'").fetchall()
        assert location.startswith(str(copy.files.data.parent))


@pytest.mark.parametrize("form", ["tar", "tar.gz", "tar.zst", "tar.lz4"])
def test_a_backup_in_tar_format_is_restored_with_its_tablespaces(form: str, forms: tuple[Path, dict[str, Moment]], place: Path) -> None:
    folder, moments = forms
    backup = folder / form
    if form in ("tar.zst", "tar.lz4"):
        backup = place / form
        shutil.copytree(folder / "tar", backup)
        tool = ["zstd", "-q", "--rm"] if form == "tar.zst" else ["lz4", "-q", "-m", "--rm"]
        subprocess.run([*tool, *backup.glob("*.tar")], check=True)
    drill = LocalDrill(place, {"base_backups": str(backup), "wal_archive": str(folder / "archive")})
    target = f"time:{moments['tuesday'].time.isoformat()}"

    assert red(drill.preflight(target)) == {}
    with drill.restored(target) as copy:
        check(copy, moments["tuesday"])
    assert drill.left == []


@pytest.mark.parametrize(("moment", "which"), [("monday", "monday"), ("tuesday", "tuesday")])
def test_of_several_backups_the_newest_before_the_target_is_taken(
    moment: str, which: str, forms: tuple[Path, dict[str, Moment]], place: Path
) -> None:
    folder, moments = forms
    drill = LocalDrill(place, {"base_backups": str(folder / "several"), "wal_archive": str(folder / "archive")})

    with drill.restored(f"lsn:{format_lsn(moments[moment].lsn)}") as copy:
        assert copy.backup_id.startswith(f"{which}@")
        check(copy, moments[moment])


@pytest.mark.parametrize("form", ["tar", "tar.gz"])
@pytest.mark.parametrize("what", ["cut off", "cut off between two files", "damaged"])
def test_a_damaged_tar_is_refused(what: str, form: str, forms: tuple[Path, dict[str, Moment]], place: Path) -> None:
    folder, _ = forms
    shutil.copytree(folder / form, place / "backup")
    (tar,) = (place / "backup").glob("base.tar*")
    data = tar.read_bytes()
    if what == "damaged":
        data = data[: len(data) // 2] + bytes(64) + data[len(data) // 2 + 64 :] if form == "tar.gz" else b"x" * 512 + data[512:]
    elif what == "cut off":
        data = data[: len(data) - 70_000]
    else:
        data = data[:-10240] if form == "tar" else data[:-4]
    tar.write_bytes(data)

    found = red(LocalDrill(place, {"base_backups": str(place / "backup"), "wal_archive": str(folder / "archive")}).preflight())

    assert list(found) == ["backup-readable"]


def test_a_backup_without_an_archive_is_restored_to_its_own_end(backup_of: Callable[[int], SourceBackup], place: Path) -> None:
    source = backup_of(18)
    drill = LocalDrill(place, {"base_backups": str(source.base)})

    assert red(drill.preflight()) == {}
    with drill.restored() as copy:
        assert orders(copy.connection) == (source.moments["after the backup"].orders, ACCOUNTS)
    assert "recovery-target" in red(drill.preflight(f"time:{source.moments['first'].time.isoformat()}"))


def test_a_log_folder_that_is_a_link_is_copied_and_what_it_points_to_stays(backup_of: Callable[[int], SourceBackup], place: Path) -> None:
    mine = backup_of(18).copied(place / "backup")
    (mine.base / "pg_wal").rename(place / "elsewhere")
    (mine.base / "pg_wal").symlink_to(place / "elsewhere")
    before = sorted(path.name for path in (place / "elsewhere").iterdir())
    drill = LocalDrill(place, {"base_backups": str(mine.base)})

    with drill.restored() as copy:
        assert copy.files is not None
        assert not (copy.files.data / "pg_wal").is_symlink()
    assert sorted(path.name for path in (place / "elsewhere").iterdir()) == before


@pytest.mark.parametrize("suffix", [".gz", ".zst", ".lz4", ".bz2", ".xz"])
def test_a_compressed_archive_is_read_as_it_is(suffix: str, backup_of: Callable[[int], SourceBackup], place: Path) -> None:
    mine = backup_of(18).copied(place / "backup")
    tools = {".gz": ["gzip"], ".zst": ["zstd", "-q", "--rm"], ".lz4": ["lz4", "-q", "-m", "--rm"], ".bz2": ["bzip2"], ".xz": ["xz", "-0"]}
    if not shutil.which(tools[suffix][0]):
        pytest.skip(f"{tools[suffix][0]} is not installed")
    subprocess.run([*tools[suffix], *mine.segments], check=True)
    drill = LocalDrill(place, {"base_backups": str(mine.base), "wal_archive": str(mine.archive)})

    assert red(drill.preflight()) == {}
    if suffix == ".zst":
        with drill.restored() as copy:
            assert orders(copy.connection) == (mine.moments["last"].orders, ACCOUNTS)


@pytest.mark.parametrize("cut", [8192 * 20, 8192 * 20 + 3000])
def test_a_segment_that_was_still_being_written_is_replayed_as_far_as_it_goes(
    cut: int, backup_of: Callable[[int], SourceBackup], place: Path
) -> None:
    """What pg_receivewal leaves when the source dies: the last segment under the name ``.partial``, zeros behind the last record."""
    mine = backup_of(18).copied(place / "backup")
    third = mine.moments["third"].lsn
    gone = [path for path in mine.segments if int(path.name[16:], 16) << 20 < third][-1]
    for path in [path for path in mine.segments if path.name > gone.name]:
        path.unlink()
    data = gone.read_bytes()
    gone.unlink()
    (mine.archive / f"{gone.name}.partial").write_bytes(data[:cut] + bytes(len(data) - cut))
    drill = LocalDrill(place, {"base_backups": str(mine.base), "wal_archive": str(mine.archive)})

    assert red(drill.preflight()) == {}
    with drill.restored() as copy:
        assert orders(copy.connection) == (mine.moments["second"].orders, ACCOUNTS)


def test_a_standby_that_pg_basebackup_prepared_is_promoted_all_the_same(backup_of: Callable[[int], SourceBackup], place: Path) -> None:
    """``pg_basebackup -R`` leaves standby.signal and primary_conninfo: the copy would follow production for ever."""
    mine = backup_of(18).copied(place / "backup")
    (mine.base / "standby.signal").touch()
    (mine.base / "postgresql.auto.conf").write_text(
        "primary_conninfo = 'host=127.0.0.1 port=1'\narchive_mode = 'on'\narchive_command = 'touch /nonexistent/%f'\nlisten_addresses = '*'\n"
    )
    drill = LocalDrill(place, {"base_backups": str(mine.base), "wal_archive": str(mine.archive)})

    with drill.restored() as copy, connect(copy.connection) as opened:
        row = opened.execute(
            "SELECT pg_is_in_recovery(), current_setting('primary_conninfo'), current_setting('archive_mode'), current_setting('listen_addresses')"
        ).fetchone()
    assert row == (False, "", "off", "127.0.0.1")

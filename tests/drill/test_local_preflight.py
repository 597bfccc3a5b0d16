"""Preflight of base backups: each kind of damage and each wrong target is refused with its reason; the undamaged twin passes."""

from __future__ import annotations

import datetime
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from recoverable.drill.contract import RestoreFailedError
from recoverable.drill.target import format_lsn
from tests.drill.local_drills import LocalDrill, red
from tests.drill.source_server import SourceBackup

Damage = Callable[[SourceBackup, Callable[[], SourceBackup]], object]


def drill_of(backup: SourceBackup, place: Path, **more: object) -> LocalDrill:
    return LocalDrill(place, {"base_backups": str(backup.base), "wal_archive": str(backup.archive), **more})


def rewrite(path: Path, change: Callable[[bytearray], object]) -> None:
    data = bytearray(path.read_bytes())
    change(data)
    path.write_bytes(data)


def flip(data: bytearray, offset: int) -> None:
    data[offset] ^= 0x40


def blank(data: bytearray, start: int, end: int) -> None:
    data[start:end] = bytes(end - start)


def write(path: Path, text: str) -> None:
    path.write_text(text)


def fork(backup: SourceBackup, position: int) -> None:
    (backup.archive / "00000002.history").write_text(f"1\t{format_lsn(position)}\tno recovery target specified\n")


DAMAGES: dict[str, tuple[str, str, Damage]] = {
    "a segment is missing in the middle": ("log-chain", "is missing", lambda mine, other: mine.segments[-3].unlink()),
    "a record is damaged": (
        "log-chain",
        "is damaged after",
        lambda mine, other: rewrite(mine.segments[-3], lambda data: flip(data, 500_000)),
    ),
    "a page header is damaged": (
        "log-chain",
        "is damaged after",
        lambda mine, other: rewrite(mine.segments[-3], lambda data: flip(data, 8192 * 9)),
    ),
    "a segment is cut off": ("log-chain", "bytes instead of", lambda mine, other: os.truncate(mine.segments[-3], 500_000)),
    "the last segment is all zeros": (
        "log-chain",
        "begins with zeros",
        lambda mine, other: rewrite(mine.segments[-1], lambda data: blank(data, 0, len(data))),
    ),
    "the end of a segment is zeros": (
        "log-chain",
        "is damaged after",
        lambda mine, other: rewrite(mine.segments[-3], lambda data: blank(data, 500_000, len(data))),
    ),
    "a segment is another cluster's": (
        "log-chain",
        "belongs to another database cluster",
        lambda mine, other: shutil.copy(other().segments[-3], mine.segments[-3]),
    ),
    "two segments are swapped": ("log-chain", "holds the log of", lambda mine, other: shutil.copy(mine.segments[-4], mine.segments[-3])),
    "a segment is only there unfinished": (
        "log-chain",
        "is only there as",
        lambda mine, other: mine.segments[-3].rename(f"{mine.segments[-3]}.partial"),
    ),
    "a test restore has archived into it": ("log-chain", "two histories", lambda mine, other: fork(mine, mine.moments["first"].lsn)),
    "the history of a timeline is damaged": (
        "log-chain",
        "is damaged",
        lambda mine, other: write(mine.archive / "00000002.history", "1 nonsense\n"),
    ),
    "the archive is not there": ("log-archive", "cannot be read", lambda mine, other: shutil.rmtree(mine.archive)),
    "backup_label is missing": ("backup-readable", "has no backup_label", lambda mine, other: (mine.base / "backup_label").unlink()),
    "the control file is damaged": (
        "backup-readable",
        "control file",
        lambda mine, other: rewrite(mine.base / "global" / "pg_control", lambda data: flip(data, 40)),
    ),
    "the backup is a server's data directory": (
        "version-pair",
        "a server's data directory",
        lambda mine, other: write(mine.base / "postmaster.pid", "1\n"),
    ),
    "there is no backup at all": (
        "recovery-target",
        "there is no backup in",
        lambda mine, other: shutil.rmtree(mine.base) or mine.base.mkdir(),
    ),
    "a library of the source is not installed here": (
        "preload-libraries",
        "nosuch, which is not installed",
        lambda mine, other: write(mine.base / "postgresql.auto.conf", "shared_preload_libraries = 'nosuch'\n"),
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_refused_and_its_undamaged_twin_is_not(damage: str, backup_of: Callable[[int], SourceBackup], place: Path) -> None:
    name, words, apply = DAMAGES[damage]
    twin = backup_of(18)
    mine = twin.copied(place / "backup")

    assert red(drill_of(mine, place).preflight()) == {}
    apply(mine, lambda: backup_of(15))

    found = red(drill_of(mine, place).preflight())
    assert list(found) == [name]
    assert words in found[name]
    assert str(place / "backup") in found[name] or name != "log-archive"


@pytest.mark.parametrize("what", ["archive", "label"])
def test_a_window_over_what_cannot_be_read_is_a_failure_and_no_mistake_in_the_settings(
    what: str, backup_of: Callable[[int], SourceBackup], place: Path
) -> None:
    mine = backup_of(18).copied(place / "backup")
    shutil.rmtree(mine.archive) if what == "archive" else (mine.base / "backup_label").unlink()
    drill = drill_of(mine, place)

    with pytest.raises(RestoreFailedError, match="cannot be read"):
        drill.provider.window(drill.store)


def test_a_refused_backup_is_not_restored_either(backup: SourceBackup, place: Path) -> None:
    backup.segments[-3].unlink()
    drill = drill_of(backup, place)

    with pytest.raises(RestoreFailedError, match="is missing"), drill.restored():
        pytest.fail("a log with a hole was restored")
    assert drill.left == []


def test_an_incremental_backup_is_refused(backup_of: Callable[[int], SourceBackup], place: Path) -> None:
    mine = backup_of(18).copied(place / "backup")
    with (mine.base / "backup_label").open("a") as label:
        label.write("INCREMENTAL FROM LSN: 0/2000028\nINCREMENTAL FROM TLI: 1\n")

    assert "pg_combinebackup" in red(drill_of(mine, place).preflight())["backup-readable"]


@pytest.mark.parametrize("what", ["an increment", "unfinished", "damaged"])
def test_a_backup_among_others_is_passed_over_only_while_it_cannot_be_restored_by_itself(
    what: str, backup_of: Callable[[int], SourceBackup], place: Path
) -> None:
    mine = backup_of(18).copied(place / "backup")
    (place / "several").mkdir()
    mine.base.rename(place / "several" / "whole")
    second = place / "several" / "other"
    shutil.copytree(place / "several" / "whole", second, symlinks=True)
    if what == "an increment":
        with (second / "backup_label").open("a") as label:
            label.write("INCREMENTAL FROM LSN: 0/2000028\n")
    elif what == "unfinished":
        (second / "backup_manifest").unlink()
        (second / "global" / "pg_control").unlink()
        (second / "backup_label").unlink()
    else:
        (second / "backup_label").unlink()

    found = red(LocalDrill(place, {"base_backups": str(place / "several"), "wal_archive": str(mine.archive)}).preflight())

    assert list(found) == (["backup-readable"] if what == "damaged" else [])


TARGETS = {
    "time:2020-01-01T00:00:00Z": "before",
    "time:2099-01-01T00:00:00Z": "in the future",
    "lsn:0/28": "before",
    "lsn:F/0": "the log ends at",
    "name:nosuch": "no restore point",
}


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_that_no_backup_leads_to_is_refused(target: str, backup_of: Callable[[int], SourceBackup], place: Path) -> None:
    found = red(drill_of(backup_of(18), place).preflight(target))

    assert list(found) == ["recovery-target"]
    assert TARGETS[target] in found["recovery-target"]


def test_a_time_after_the_last_commit_is_refused_with_what_would_help(backup_of: Callable[[int], SourceBackup], place: Path) -> None:
    source = backup_of(18)
    later = source.moments["last"].time + datetime.timedelta(milliseconds=1)

    found = red(drill_of(source, place).preflight(f"time:{later.isoformat()}"))

    assert "Either nothing was written since, or its log is not archived yet" in found["recovery-target"]
    assert "heartbeat" in found["recovery-target"]


def test_the_end_of_an_idle_log_can_be_named_by_its_position(backup_of: Callable[[int], SourceBackup], place: Path) -> None:
    source = backup_of(18)

    assert red(drill_of(source, place).preflight(f"lsn:{format_lsn(source.moments['last'].lsn)}")) == {}


def test_a_fork_is_followed_where_the_settings_say_which_way(backup_of: Callable[[int], SourceBackup], place: Path) -> None:
    mine = backup_of(18).copied(place / "backup")
    fork(mine, mine.moments["first"].lsn)

    assert red(drill_of(mine, place, timeline=1).preflight()) == {}


def test_a_library_may_be_done_without_where_the_settings_say_so(backup_of: Callable[[int], SourceBackup], place: Path) -> None:
    mine = backup_of(18).copied(place / "backup")
    write(mine.base / "postgresql.auto.conf", "shared_preload_libraries = 'nosuch, auto_explain'\n")

    assert red(drill_of(mine, place, preload_ignored=["nosuch"]).preflight()) == {}


@pytest.mark.parametrize("where", ["base", "base/base/1", "archive"])
def test_a_copy_is_never_put_into_its_source(where: str, backup_of: Callable[[int], SourceBackup], place: Path) -> None:
    mine = backup_of(18).copied(place / "backup")
    link = place / "innocent"
    link.symlink_to(mine.folder / where)

    for scratch in (mine.folder / where, link):
        found = red(drill_of(mine, place, scratch=str(scratch)).preflight())
        assert list(found) == ["scratch-folder"]
        assert "lies inside" in found["scratch-folder"]


def test_too_little_space_is_refused(backup_of: Callable[[int], SourceBackup], place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recoverable.drill.local.checks.free_space", lambda root: 10_000_000)

    found = red(drill_of(backup_of(18), place).preflight())

    assert list(found) == ["disk-space"]
    assert "1.3 times" in found["disk-space"]


def test_a_version_without_programs_is_refused_with_what_brings_them(backup_of: Callable[[int], SourceBackup], place: Path) -> None:
    mine = backup_of(18).copied(place / "backup")
    write(mine.base / "PG_VERSION", "12\n")

    found = red(drill_of(mine, place).preflight())

    assert list(found) == ["version-pair"]
    assert "PostgreSQL 12 is not installed here" in found["version-pair"]
    assert "postgresql-12" in found["version-pair"]

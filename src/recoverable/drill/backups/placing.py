"""Puts the files of a base backup into a new data directory: real files, no links to anywhere, owned by the server's account."""

from __future__ import annotations

import os
import shutil
import stat
import tarfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from recoverable.drill.backups.base_backup import BaseBackup, DamagedBackupError
from recoverable.drill.backups.tar_stream import BROKEN, BUFFER, open_tar
from recoverable.drill.postgres.account import Account

WORKERS = 2
"""Threads that copy: the system calls of one wait while the other's work; more gain nothing on the disks that were measured."""
LEFT_BEHIND = frozenset(
    {"postmaster.pid", "postmaster.opts", "recovery.signal", "standby.signal", "recovery.conf", "recovery.done", "backup_manifest"}
)
"""Would make the copy a standby, or belong to a running server, or to the backup alone."""
SET_ASIDE = "postgresql.auto.conf"
"""Holds settings of the source (ALTER SYSTEM), among them ways out; it is read even where another configuration file is named."""


def place_files(backup: BaseBackup, data: Path, tablespaces: Path, account: Account, check: Callable[[], None] = lambda: None) -> None:
    """Fill ``data``, and ``tablespaces/OID`` for each tablespace, with links to these in ``data/pg_tblspc``.

    Raises:
        DamagedBackupError: a file of the backup cannot be read.
    """
    data.mkdir(mode=0o700)
    _own(data, account)
    if backup.tar:
        _extract(backup.tar, data, account, check)
        if backup.log_tar:
            _folder(data / "pg_wal", account)
            _extract(backup.log_tar, data / "pg_wal", account, check)
    else:
        _copy(backup.folder, data, account, check)
    _place_tablespaces(backup, data, tablespaces, account, check)
    for name in ("pg_wal", "pg_wal/archive_status", "pg_tblspc", "pg_notify", "pg_replslot", "pg_dynshmem", "pg_stat_tmp", "pg_stat"):
        _folder(data / name, account)  # tools leave out what is empty
    make_bootable(data, account)


def make_bootable(data: Path, account: Account) -> None:
    """Take away what would make the restored files a standby, and the source's slots, which would hold log back for nobody."""
    for name in LEFT_BEHIND:
        (data / name).unlink(missing_ok=True)
    shutil.rmtree(data / "pg_replslot", ignore_errors=True)
    _folder(data / "pg_replslot", account)


def unpack_log(tar: Path, target: Path, check: Callable[[], None]) -> None:
    """The log that came with a backup in tar format, for ourselves to read.

    Raises:
        DamagedBackupError: it cannot be read.
    """
    target.mkdir(mode=0o700)
    _extract(tar, target, Account(os.geteuid(), os.getegid()), check)


def _place_tablespaces(backup: BaseBackup, data: Path, tablespaces: Path, account: Account, check: Callable[[], None]) -> None:
    found = backup.tablespaces
    if found:
        _folder(tablespaces, account)
    for oid, source in found.items():
        place = tablespaces / oid
        _folder(place, account)
        if backup.tar:
            _extract(source, place, account, check)
        else:
            _copy(source, place, account, check)
        link = data / "pg_tblspc" / oid
        link.parent.mkdir(exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(place)
        os.chown(link, account.uid, account.gid, follow_symlinks=False)
    (data / "tablespace_map").unlink(missing_ok=True)  # the links are made; the server would make them anew, to the source's paths


def _copy(source: Path, target: Path, account: Account, check: Callable[[], None]) -> None:
    """A tree in plain format. A linked log folder is copied as a folder; tablespaces come by themselves."""
    jobs: list[tuple[Path, Path]] = []
    for folder, folders, files in os.walk(source):
        check()
        here = Path(folder)
        place = target / here.relative_to(source)
        for name in list(folders):
            each = here / name
            if each.is_symlink():
                folders.remove(name)
                if here == source and name == "pg_wal":
                    _folder(place / name, account)
                    _copy(each.resolve(), place / name, account, check)
            else:
                _folder(place / name, account)
        jobs += [(here / name, place / name) for name in files if (here / name).is_file() and name not in LEFT_BEHIND]
    with ThreadPoolExecutor(WORKERS) as pool:
        for number, _ in enumerate(pool.map(lambda pair: _copy_file(pair[0], pair[1], account), jobs)):
            if number % 256 == 0:
                check()


def _copy_file(source: Path, target: Path, account: Account) -> None:
    try:
        shutil.copyfile(source, target)
    except OSError as error:
        raise DamagedBackupError(f"{source} cannot be read: {error.strerror}") from None
    target.chmod(0o600)
    _own(target, account)


def _extract(tar: Path, target: Path, account: Account, check: Callable[[], None]) -> None:
    """Regular files and folders only; a name that leads out of the folder is refused."""
    try:
        with open_tar(tar) as archive:
            for number, member in enumerate(archive):
                if number % 64 == 0:
                    check()
                _extract_member(archive, member, target, account)
    except BROKEN as error:
        raise DamagedBackupError(f"{tar} is damaged: {error}") from None


def _extract_member(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path, account: Account) -> None:
    place = target / member.name
    if member.name.startswith("/") or ".." in Path(member.name).parts:
        raise DamagedBackupError(f"{member.name!r} in the backup leads out of its folder")
    if member.isdir():
        _folder(place, account)
    elif member.isfile() and place.name not in LEFT_BEHIND:
        stream = archive.extractfile(member)
        if not place.parent.is_dir():
            _folder(place.parent, account)
        with open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            if stream:
                shutil.copyfileobj(stream, file, BUFFER)
        _own(place, account)


def _folder(path: Path, account: Account) -> None:
    path.mkdir(mode=stat.S_IRWXU, exist_ok=True)
    _own(path, account)


def _own(path: Path, account: Account) -> None:
    if account.foreign:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)

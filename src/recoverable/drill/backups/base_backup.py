"""Base backups as ``pg_basebackup`` and its like leave them: a folder in plain format, or tar files, compressed or not."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from recoverable.drill.backups.backup_label import BackupLabel, is_increment, read_backup_label
from recoverable.drill.backups.tar_stream import BROKEN, TAR_NAMES, begin_tar, open_tar, uncompressed_size
from recoverable.drill.postgres.control_file import ControlFileError, major_version
from recoverable.model.errors import InputError

FACTS = ("backup_label", "PG_VERSION", "global/pg_control", "tablespace_map", "postgresql.conf", "postgresql.auto.conf")
"""Small files of a data directory that say what it is; they are all that is unpacked of a tar before the restore."""
BEING_WRITTEN = 600.0
"""Seconds since the last change in which a backup without its manifest, which is written last, counts as unfinished."""
DEPTH = 3
"""How many folders deep backups are looked for below the folder that is named."""


class DamagedBackupError(Exception):
    """The backup cannot be read: what is wrong with it."""


@dataclass(frozen=True, slots=True)
class BaseBackup:
    """One base backup. ``tar`` is the main archive where it is in tar format; ``base`` is a folder that holds :data:`FACTS`."""

    folder: Path
    tar: Path | None
    facts: Path
    label: BackupLabel
    size: int

    def major_version(self) -> int:
        """The major version of PostgreSQL. Fills ``facts``, for which a tar is read to its end, once while it does not change.

        Raises:
            DamagedBackupError: it cannot be read, or does not say.
        """
        if self.tar:
            state = self.tar.stat()
            for name, data in _facts_in(self.tar, state.st_mtime_ns, state.st_size).items():
                (self.facts / name).parent.mkdir(exist_ok=True)
                (self.facts / name).write_bytes(data)
        try:
            return major_version(self.facts)
        except ControlFileError as error:
            raise DamagedBackupError(str(error)) from None

    @property
    def id(self) -> str:
        """A name for messages and evidence: the folder and where in the log it begins."""
        return f"{self.folder.name}@{self.label.file}"

    @property
    def tablespaces(self) -> dict[str, Path]:
        """The tablespaces by OID: a folder in plain format, a tar file otherwise."""
        if self.tar is None:
            links = sorted((self.folder / "pg_tblspc").glob("*")) if (self.folder / "pg_tblspc").is_dir() else []
            return {each.name: each.resolve() for each in links}
        found = (each for each in self.folder.iterdir() if each.name.split(".")[0].isdigit() and any(map(each.name.endswith, TAR_NAMES)))
        return {each.name.split(".")[0]: each for each in found}

    @property
    def log_tar(self) -> Path | None:
        """The log that was streamed along, where it lies in a tar of its own."""
        return _tar_named(self.folder, "pg_wal") if self.tar else None


def find_base_backups(folder: Path, facts: Path, check: Callable[[], None] = lambda: None) -> tuple[BaseBackup, ...]:
    """The backup in a folder, or all below it; the oldest first, none at all is no error. ``facts`` is a folder of ours for
    what tars must give away.

    Raises:
        InputError: the folder cannot be read, or it is a running server's data directory.
        DamagedBackupError: one cannot be read; says which.
    """
    if not folder.is_dir():
        raise InputError("the folder of base backups is not there", str(folder), "Name the backup, or the folder that holds backups.")
    found = []
    try:
        for number, each in enumerate(_candidates(folder, DEPTH)):
            check()
            place = facts / str(number)
            place.mkdir(parents=True)
            if each == folder or not _is_passed_over(each):
                found.append(_read(each, place))
    except PermissionError as error:
        raise InputError(
            f"it cannot be read: {error.strerror}", str(error.filename), "Run this as an account that may read the backups."
        ) from None
    return tuple(sorted(found, key=lambda each: (each.label.timeline, each.label.start)))


def _candidates(folder: Path, depth: int) -> Iterator[Path]:
    if (folder / "PG_VERSION").exists() or _tar_named(folder, "base"):
        yield folder
    elif depth:
        for each in sorted(folder.iterdir()):
            if each.is_dir():
                yield from _candidates(each, depth - 1)


def _is_passed_over(folder: Path) -> bool:
    """Whether a backup among others cannot be restored by itself yet, or ever: it is being written, or is an increment on another."""
    manifest = folder / "backup_manifest"
    if not manifest.exists() and time.time() - max(each.stat().st_mtime for each in (folder, *folder.iterdir())) < BEING_WRITTEN:
        return True
    label = folder / "backup_label"
    return label.is_file() and is_increment(label.read_text(encoding="utf-8", errors="replace"))


def _read(folder: Path, facts: Path) -> BaseBackup:
    tar = _tar_named(folder, "base")
    if tar is None and (folder / "postmaster.pid").exists():
        raise InputError(
            "this is a server's data directory, not a backup", str(folder), "It has a postmaster.pid. Name what pg_basebackup made."
        )
    try:
        text = _label_in(tar) if tar else (folder / "backup_label").read_text(encoding="utf-8", errors="replace")
        if is_increment(text):
            raise DamagedBackupError(f"{folder} is an incremental backup: combine it with those it builds on (pg_combinebackup)")
        label = read_backup_label(text)
    except FileNotFoundError:
        raise DamagedBackupError(f"{folder} has no backup_label: it is no base backup, or a damaged one") from None
    except ValueError as error:
        raise DamagedBackupError(f"{folder}: {error}") from None
    return BaseBackup(folder, tar, facts if tar else folder, label, _size(folder, tar))


def _label_in(tar: Path) -> str:
    """The label, which ``pg_basebackup`` writes first: no need to unpack the rest of every backup to choose one."""
    try:
        with begin_tar(tar) as archive:
            for member in archive:
                if member.name.removeprefix("./") == "backup_label":
                    stream = archive.extractfile(member)
                    return stream.read().decode(errors="replace") if stream else ""
    except BROKEN as error:
        raise DamagedBackupError(f"{tar} is damaged: {error}") from None
    raise FileNotFoundError(tar)


@lru_cache(maxsize=8)
def _facts_in(tar: Path, changed: int, size: int) -> Mapping[str, bytes]:
    """The small files, from one pass through the whole tar, which also finds one that is cut off or damaged."""
    found: dict[str, bytes] = {}
    try:
        with open_tar(tar) as archive:
            for member in archive:
                name = member.name.removeprefix("./")
                if name in FACTS and member.isfile():
                    stream = archive.extractfile(member)
                    found[name] = stream.read() if stream else b""
    except BROKEN as error:
        raise DamagedBackupError(f"{tar} is damaged: {error}") from None
    return found


def _size(folder: Path, tar: Path | None) -> int:
    """Bytes that the restored files take."""
    if tar:
        others = [each for each in folder.iterdir() if any(map(each.name.endswith, TAR_NAMES))]
        return sum(uncompressed_size(each) for each in others)
    total = 0
    for place, _, files in os.walk(folder):
        total += sum(os.lstat(os.path.join(place, name)).st_size for name in files)
    spaces = (folder / "pg_tblspc").iterdir() if (folder / "pg_tblspc").is_dir() else ()
    return total + sum(_size(each.resolve(), None) for each in spaces if each.is_symlink())


def _tar_named(folder: Path, stem: str) -> Path | None:
    return next((folder / f"{stem}{ending}" for ending in TAR_NAMES if (folder / f"{stem}{ending}").is_file()), None)

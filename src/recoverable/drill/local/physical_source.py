"""Physical backups, whatever made them, with the same few questions to each."""

from __future__ import annotations

import datetime
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from recoverable.drill.backups.backup_label import newest_file, stop_time
from recoverable.drill.backups.base_backup import BaseBackup, DamagedBackupError, find_base_backups
from recoverable.drill.backups.pgbackrest import SUPPORT, PgBackRest, RepositoryArchive, RepositoryBackup
from recoverable.drill.backups.placing import make_bootable, place_files, unpack_log
from recoverable.drill.connection import Secret
from recoverable.drill.local.repository_options import repository
from recoverable.drill.postgres.account import Account, hand_over
from recoverable.drill.postgres.control_file import ControlFileError, read_control_file
from recoverable.drill.postgres.embedded import MAJOR as EMBEDDED_MAJOR
from recoverable.drill.postgres.embedded import fetch_embedded
from recoverable.drill.postgres.programs import Programs, find_programs
from recoverable.drill.wal.archive import ArchiveError, FolderArchive, SeveralArchives, WalArchive
from recoverable.drill.wal.chain import Origin
from recoverable.drill.wal.names import BACKUP, SEGMENT
from recoverable.drill.wal.page_header import LENGTH, read_page_header
from recoverable.model.errors import InputError

Check = Callable[[], None]
_OFFSET = 0xFFFFF
"""The part of a position that stands in the name of a ``.backup`` file whatever the segment size (1 MB and more)."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A backup that could be restored. ``stop`` is to the second, None where only the log can tell."""

    id: str
    start: int
    timeline: int
    stop: datetime.datetime | None
    size: int
    raw: Any


class PhysicalSource(Protocol):
    """A place of physical backups."""

    versions: Mapping[str, str]
    secrets: Sequence[Secret]
    """What must be struck out of everything that leaves the run: passphrases and keys, wherever they were read from."""

    def candidates(self) -> tuple[Candidate, ...]:
        """All backups, the oldest first."""

    def major(self, candidate: Candidate) -> int:
        """Its major version of PostgreSQL."""

    def origin(self, candidate: Candidate, programs: Programs) -> Origin:
        """Where its log begins, and whose it is."""

    def archive(self, candidate: Candidate) -> WalArchive:
        """The log that can be read before anything is restored."""

    def feed(self, candidate: Candidate, data: Path) -> WalArchive:
        """The log as the recovering server gets it."""

    def place(self, candidate: Candidate, data: Path, tablespaces: Path, account: Account, check: Check) -> None:
        """Its files into a new data directory."""

    def settings_files(self, candidate: Candidate) -> Path | None:
        """A folder with the source's own settings files; None where only the restore brings them."""

    def folder(self, candidate: Candidate) -> Path | None:
        """The untouched backup, where it is a folder in plain format."""

    def unsupported(self, candidate: Candidate) -> str:
        """Why the tool cannot restore this version of PostgreSQL; empty where it can."""

    def inside(self) -> tuple[Path, ...]:
        """Folders of the source, in which no copy may be put."""


class BaseBackups:
    """Folders of ``pg_basebackup`` and the archive beside them."""

    versions: Mapping[str, str] = {}
    secrets: Sequence[Secret] = ()

    def __init__(self, settings: Mapping[str, Any], folder: Path, work: Path, check: Check) -> None:
        self._folder = (folder / Path(settings["base_backups"]).expanduser()).absolute()
        self._log = (folder / Path(settings["wal_archive"]).expanduser()).absolute() if settings["wal_archive"] else None
        self._work = work
        self._check = check
        self._found: tuple[BaseBackup, ...] | None = None
        self._archive = FolderArchive(self._log) if self._log else None

    def candidates(self) -> tuple[Candidate, ...]:
        """Read once."""
        if self._found is None:
            self._found = find_base_backups(self._folder, Path(tempfile.mkdtemp(prefix="facts-", dir=self._work)), self._check)
        return tuple(Candidate(each.id, each.label.start, each.label.timeline, self._stop(each), each.size, each) for each in self._found)

    def major(self, candidate: Candidate) -> int:
        """From its PG_VERSION."""
        backup: BaseBackup = candidate.raw
        return backup.major_version()

    def origin(self, candidate: Candidate, programs: Programs) -> Origin:
        """From the backup's own control file."""
        try:
            control = read_control_file(programs, candidate.raw.facts)
        except ControlFileError as error:
            raise DamagedBackupError(f"the control file of {candidate.id} cannot be used: {error}") from None
        return Origin(candidate.timeline, candidate.start, control.system_identifier, control.segment_size)

    def archive(self, candidate: Candidate) -> WalArchive:
        """The archive, then what the backup brought along."""
        own = self._own_log(candidate.raw)
        return SeveralArchives([each for each in (self._archive, own) if each])

    def feed(self, candidate: Candidate, data: Path) -> WalArchive:
        """The archive as it is now; the backup's own log is in the data directory already."""
        return FolderArchive(self._log) if self._log else SeveralArchives([])

    def place(self, candidate: Candidate, data: Path, tablespaces: Path, account: Account, check: Check) -> None:
        """Copied or unpacked."""
        place_files(candidate.raw, data, tablespaces, account, check)

    def settings_files(self, candidate: Candidate) -> Path | None:
        """Where the backup's small files are."""
        return Path(candidate.raw.facts)

    def folder(self, candidate: Candidate) -> Path | None:
        """Only what lies there as it is."""
        return None if candidate.raw.tar else Path(candidate.raw.folder)

    def unsupported(self, candidate: Candidate) -> str:
        """PostgreSQL's own programs of the same version restore it."""
        return ""

    def inside(self) -> tuple[Path, ...]:
        """Backups and archive."""
        return tuple(each for each in (self._folder, self._log) if each)

    def _own_log(self, backup: BaseBackup) -> WalArchive | None:
        if backup.tar is None:
            return FolderArchive(backup.folder / "pg_wal")
        if backup.log_tar is None:
            return None
        place = self._work / f"log-of-{backup.label.file}"
        if not place.exists():
            unpack_log(backup.log_tar, place, self._check)
        return FolderArchive(place)

    def _stop(self, backup: BaseBackup) -> datetime.datetime | None:
        """From the file that was archived when the backup ended, else from the manifest."""
        return self._archived_stop(backup) or _manifest_stop(backup.folder / "backup_manifest")

    def _archived_stop(self, backup: BaseBackup) -> datetime.datetime | None:
        if self._archive is None:
            return None
        for name in self._archive.names():
            found = BACKUP.match(name)
            if found and found["segment"] == backup.label.file and backup.label.start & _OFFSET == int(found["offset"], 16) & _OFFSET:
                file = self._work / name
                self._archive.fetch(name, file)
                return stop_time(file.read_text(encoding="utf-8", errors="replace"))
        return None


def _manifest_stop(manifest: Path) -> datetime.datetime | None:
    try:
        return newest_file(manifest.read_text(encoding="utf-8", errors="replace"))
    except FileNotFoundError:
        return None


class PgBackRestBackups:
    """A pgBackRest repository."""

    def __init__(self, settings: Mapping[str, Any], folder: Path, work: Path, check: Check) -> None:
        self._repository = repository(settings["pgbackrest"], folder)
        self._work = work
        self._check = check
        self._program = PgBackRest(self._repository, work / "pgbackrest", check)
        number = self._program.version()
        self._number = number
        self.versions: Mapping[str, str] = {"pgbackrest": f"{number[0]}.{number[1]}"}
        self.secrets: Sequence[Secret] = tuple(self._repository.secrets.values())
        self._archives: dict[str, RepositoryArchive] = {}

    def candidates(self) -> tuple[Candidate, ...]:
        """Those that pgBackRest itself does not call damaged."""
        found = self._program.backups()
        return tuple(Candidate(each.label, each.start, each.timeline, each.stop, each.size, each) for each in found if not each.damaged)

    def major(self, candidate: Candidate) -> int:
        """From the repository."""
        backup: RepositoryBackup = candidate.raw
        return backup.major

    def origin(self, candidate: Candidate, programs: Programs) -> Origin:
        """Whose log it is stands in the repository; the size of its segments in the first one, whose reading proves the key."""
        backup: RepositoryBackup = candidate.raw
        archive = self.archive(candidate)
        name = next((each for each in sorted(archive.names()) if SEGMENT.match(each)), None)
        if name is None:
            raise ArchiveError(f"{archive.place} holds no log")
        file = self._work / "first-segment"
        archive.fetch(name, file)
        try:
            with file.open("rb") as stream:
                header = read_page_header(stream.read(LENGTH))
        except ValueError as error:
            raise ArchiveError(f"log segment {name} in {archive.place} is no log: {error}") from None
        finally:
            file.unlink(missing_ok=True)
        return Origin(candidate.timeline, candidate.start, backup.system_identifier, header.segment_size)

    def archive(self, candidate: Candidate) -> WalArchive:
        """As it lies in the repository."""
        key = candidate.raw.archive
        return self._archives.setdefault(key, RepositoryArchive(self._program, key))

    def feed(self, candidate: Candidate, data: Path) -> WalArchive:
        """By pgBackRest's own archive-get."""
        self._program.use_data_directory(data)
        return RepositoryArchive(self._program, candidate.raw.archive, through_restore=True)

    def place(self, candidate: Candidate, data: Path, tablespaces: Path, account: Account, check: Check) -> None:
        """By pgBackRest's own restore."""
        data.mkdir(mode=0o700)
        self._program.restore(candidate.raw, data, tablespaces, os.cpu_count() or 1)
        make_bootable(data, account)
        hand_over(data, account)
        if tablespaces.exists():
            hand_over(tablespaces, account)

    def settings_files(self, candidate: Candidate) -> Path | None:
        """They come with the restore."""
        return None

    def folder(self, candidate: Candidate) -> Path | None:
        """A repository is no data directory."""
        return None

    def unsupported(self, candidate: Candidate) -> str:
        """By pgBackRest's release notes."""
        major = self.major(candidate)
        needed = SUPPORT.get(major, (2, 0) if major < min(SUPPORT) else max(SUPPORT.values()))
        if self._number >= needed:
            return ""
        return f"pgBackRest {self.versions['pgbackrest']} does not know PostgreSQL {major}; {needed[0]}.{needed[1]} is the first that does"

    def inside(self) -> tuple[Path, ...]:
        """A repository on this machine."""
        path = self._repository.options.get("repo1-path", "")
        return (Path(path),) if self._repository.options.get("repo1-type", "posix") == "posix" and path else ()


def physical_source(settings: Mapping[str, Any], folder: Path, work: Path, check: Check) -> PhysicalSource:
    """What the settings name."""
    return PgBackRestBackups(settings, folder, work, check) if settings["pgbackrest"] else BaseBackups(settings, folder, work, check)


def programs_for(settings: Mapping[str, Any], folder: Path, major: int) -> Programs:
    """PostgreSQL of the same major version as a physical backup; fetched into the user's cache where it is the embedded one's.

    Raises:
        InputError: there is none.
    """
    named = str(folder / Path(settings["programs"]).expanduser()) if settings["programs"] else ""
    try:
        return find_programs(major, named)
    except InputError:
        if named or major != EMBEDDED_MAJOR:
            raise
    fetch_embedded(lambda text: print(text, file=sys.stderr), major)
    return find_programs(major)

"""A pgBackRest repository, read with the real pgBackRest and a configuration of our own."""

from __future__ import annotations

import datetime
import json
import os
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recoverable.drill.backups.base_backup import DamagedBackupError
from recoverable.drill.connection import Secret
from recoverable.drill.postgres.running import ProgramFailedError, run_program
from recoverable.drill.target import parse_lsn
from recoverable.drill.wal.archive import ArchiveError, decompress
from recoverable.drill.wal.names import SUFFIXES
from recoverable.model.errors import InputError

SUPPORT = {15: (2, 41), 16: (2, 48), 17: (2, 54), 18: (2, 57)}
"""The first release that takes a major version of PostgreSQL (pgBackRest's release notes); earlier versions of PostgreSQL: any."""
RETRY = 15
"""Seconds that pgBackRest itself retries before it tells that a file cannot be read."""
NOT_FOUND = 1
_VERSION = re.compile(r"pgBackRest (?P<major>\d+)\.(?P<minor>\d+)")
_SEGMENT_FILE = re.compile(r"(?P<name>[0-9A-F]{24}(?:\.partial)?)-[0-9a-f]{40}(?P<suffix>\.\w+)?\Z")


@dataclass(frozen=True, slots=True)
class Repository:
    """How to reach it. ``options`` are pgBackRest's own, without secrets; ``secrets`` are its options that are secret."""

    stanza: str
    options: Mapping[str, str]
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    program: str = "pgbackrest"


@dataclass(frozen=True, slots=True)
class RepositoryBackup:
    """One backup in it. ``stop`` is to the second."""

    label: str
    start: int
    end: int
    timeline: int
    stop: datetime.datetime
    size: int
    archive: str
    system_identifier: int
    major: int
    damaged: bool


class PgBackRest:
    """The program with its configuration in ``folder`` (mode 0600; nothing secret on the command line)."""

    def __init__(self, repository: Repository, folder: Path, check: Callable[[], None] = lambda: None) -> None:
        found = shutil.which(repository.program)
        if found is None:
            raise InputError("pgbackrest is not installed", repository.program, "Install it (Debian: apt-get install pgbackrest).")
        self.repository = repository
        self._program = found
        self._folder = folder
        self._check = check
        folder.mkdir(mode=0o700, exist_ok=True)
        for name in ("log", "lock", "spool"):
            (folder / name).mkdir(exist_ok=True)
        self._file = folder / "pgbackrest.conf"
        self._configure(folder / "no-data-directory")

    def _configure(self, data: Path) -> None:
        options = {**self.repository.options, **{name: secret.reveal() for name, secret in self.repository.secrets.items()}}
        own = {"log-path": self._folder / "log", "lock-path": self._folder / "lock", "spool-path": self._folder / "spool"}
        lines = ["[global]", *(f"{name}={value}" for name, value in {**options, **own}.items())]
        lines += ["log-level-file=off", "log-level-console=error", "log-level-stderr=error"]
        lines += [f"[{self.repository.stanza}]", f"pg1-path={data}"]
        self._file.unlink(missing_ok=True)
        with open(os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
            stream.write("\n".join(lines) + "\n")

    def use_data_directory(self, data: Path) -> None:
        """Say where the cluster is to be restored to."""
        self._configure(data)

    def version(self) -> tuple[int, int]:
        """Of the program."""
        said = _VERSION.search(run_program([self._program, "version"], timeout=20).stdout)
        return (int(said["major"]), int(said["minor"])) if said else (0, 0)

    def backups(self) -> tuple[RepositoryBackup, ...]:
        """All backups, the oldest first. ``info`` needs no key for this; that the key is right is shown by :meth:`read`.

        Raises:
            DamagedBackupError: the repository cannot be read, or has no such stanza.
        """
        said: list[dict[str, Any]] = json.loads(self._run("info", "--output=json"), strict=False)  # it quotes messages with raw line ends
        stanza = next((each for each in said if each.get("name") == self.repository.stanza), None)
        if stanza is None or not stanza.get("db"):
            reason = _reason(stanza)
            raise DamagedBackupError(f"stanza {self.repository.stanza} cannot be used: {reason}")
        clusters = {each["id"]: each for each in stanza["db"]}
        return tuple(self._backup(each, clusters[each["database"]["id"]]) for each in stanza["backup"])

    def _backup(self, each: Mapping[str, Any], cluster: Mapping[str, Any]) -> RepositoryBackup:
        return RepositoryBackup(
            label=each["label"],
            start=parse_lsn(each["lsn"]["start"]),
            end=parse_lsn(each["lsn"]["stop"]),
            timeline=int(each["archive"]["start"][:8], 16),
            stop=datetime.datetime.fromtimestamp(each["timestamp"]["stop"], datetime.UTC),
            size=int(each["info"]["size"]),
            archive=f"{cluster['version']}-{cluster['id']}",
            system_identifier=int(cluster["system-id"]),
            major=int(str(cluster["version"]).split(".")[0]),
            damaged=bool(each.get("error")),
        )

    def read(self, path: str, into: Path) -> None:
        """A file of the repository, decrypted; not decompressed.

        Raises:
            DamagedBackupError: it cannot be read; a wrong passphrase looks like this.
        """
        with into.open("wb") as stream:
            self._run("repo-get", path, into=stream)

    def listed(self, path: str) -> dict[str, Any]:
        """The files below a path of the repository, with their types and sizes."""
        found: dict[str, Any] = json.loads(self._run("repo-ls", path, "--recurse", "--output=json") or "{}", strict=False)
        return found

    def restore(self, backup: RepositoryBackup, data: Path, tablespaces: Path, workers: int) -> None:
        """All files of a backup into an empty data directory; recovery is set up by us."""
        self.use_data_directory(data)
        self._run(
            "restore",
            f"--set={backup.label}",
            "--type=none",
            "--archive-mode=off",
            f"--process-max={workers}",
            f"--tablespace-map-all={tablespaces}",
        )

    def archive_get(self, name: str, into: Path) -> bool:
        """A log file, by the program that a restore by hand would use; False where the archive has none."""
        try:
            self._run("archive-get", name, str(into))
        except _FailedError as error:
            if error.code == NOT_FOUND:
                return False
            raise ArchiveError(str(error)) from None
        return True

    def _run(self, *words: str, into: Any = None) -> str:
        self._check()
        order = [self._program, f"--config={self._file}", f"--stanza={self.repository.stanza}", *words]
        hide = tuple(secret.reveal() for secret in self.repository.secrets.values())
        try:
            return run_program(order, into=into, hide=hide, tethered=words[0] == "restore").stdout or ""
        except ProgramFailedError as error:
            raise _FailedError(f"pgbackrest {words[0]} ended with {error.code}: {error.said or 'it said nothing'}", error.code) from None


class _FailedError(DamagedBackupError):
    def __init__(self, what: str, code: int) -> None:
        super().__init__(what)
        self.code = code


class RepositoryArchive:
    """The log in a repository. Listed once; ``through_restore`` fetches as a restore does, which needs a data directory."""

    def __init__(self, program: PgBackRest, archive: str, *, through_restore: bool = False) -> None:
        self._program = program
        self._path = f"archive/{program.repository.stanza}/{archive}"
        self._files: dict[str, str] | None = None
        self._through_restore = through_restore

    @property
    def place(self) -> str:
        """The repository's part."""
        return f"the pgBackRest repository ({self._path})"

    def names(self) -> frozenset[str]:
        """From one listing."""
        return frozenset(self._listed())

    def plain(self, name: str) -> Path | None:
        """Nothing lies there as it is."""
        return None

    def fetch(self, name: str, into: Path) -> bool:
        """Decrypted and decompressed."""
        if self._through_restore:
            return self._program.archive_get(name, into)
        path = self._listed().get(name)
        if path is None:
            return False
        suffix = Path(path).suffix if Path(path).suffix in SUFFIXES else ""
        packed = into.with_name(f"{into.name}.packed{suffix}")
        try:
            self._program.read(f"{self._path}/{path}", packed)
            decompress(packed, into)
        except DamagedBackupError as error:
            raise ArchiveError(str(error)) from None
        finally:
            packed.unlink(missing_ok=True)
        return True

    def _listed(self) -> dict[str, str]:
        if self._files is None:
            try:
                found = self._program.listed(self._path)
            except DamagedBackupError as error:
                raise ArchiveError(str(error)) from None
            self._files = dict(_named(path) for path, facts in found.items() if facts.get("type") == "file")
        return self._files


def _reason(stanza: Mapping[str, Any] | None) -> str:
    """What ``info`` says of a stanza that cannot be used; it exits with 0 all the same."""
    if stanza is None:
        return "there is no such stanza"
    said = [str(each.get("status", {}).get("message", "")) for each in stanza.get("repo", [])] or [
        str(stanza.get("status", {}).get("message", ""))
    ]
    return "; ".join(" ".join(each.split()) for each in said)


def _named(path: str) -> tuple[str, str]:
    name = Path(path).name
    segment = _SEGMENT_FILE.match(name)
    return (segment["name"] if segment else name), path

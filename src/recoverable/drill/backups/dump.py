"""Logical dumps: what one is, whether it is whole, when it was made, and loading it so that the first error ends it."""

from __future__ import annotations

import datetime
import os
import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from recoverable.drill.backups.base_backup import DamagedBackupError
from recoverable.drill.backups.tar_stream import BROKEN, open_tar
from recoverable.drill.connection import Connection
from recoverable.drill.postgres.account import Account, can_enter, hand_over
from recoverable.drill.postgres.programs import Programs
from recoverable.drill.postgres.running import ProgramFailedError, run_program
from recoverable.drill.wal.archive import ArchiveError, decompress
from recoverable.drill.wal.names import SUFFIXES
from recoverable.model.errors import InputError

_TRAILER = re.compile(rb"^-- PostgreSQL database (cluster )?dump complete\r?\n--\s*(\\unrestrict \S+\s*)?\Z", re.MULTILINE)
_CREATED = re.compile(r"^;\s+Archive created at (?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC", re.MULTILINE)
_SERVER = re.compile(r"Dumped from database version:? (?P<text>(?P<major>\d+)[.\w]*)")
_TOOL = re.compile(r"Dumped by pg_dump version:? (?P<text>(?P<major>\d+)[.\w]*)")
_DATABASE = re.compile(r"^;\s+dbname: (?P<name>.+)$", re.MULTILINE)
_CREATES = re.compile(rb"^CREATE DATABASE ", re.MULTILINE)
HEAD = 1 << 16
TAIL = 4096
LISTING = 300.0
"""Seconds for the table of contents of a dump."""
GUESS = 8
"""How much larger than a compressed dump its database may be; for the check of disk space only."""


class DumpForm(str, Enum):
    """The formats of ``pg_dump``."""

    CUSTOM = "custom"
    DIRECTORY = "directory"
    TAR = "tar"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Dump:
    """One dump. ``server`` and ``tool`` are major versions, 0 where it does not say; ``size`` is on the disk;
    ``makes_databases`` where it brings its own (pg_dumpall, pg_dump --create in plain SQL).
    """

    path: Path
    form: DumpForm
    time: datetime.datetime
    server: int
    tool: int
    database: str
    size: int
    makes_databases: bool

    @property
    def id(self) -> str:
        """The name for messages and evidence."""
        return f"{self.path.name}@{self.time:%Y-%m-%dT%H:%M:%SZ}"


def form_of(path: Path) -> DumpForm:
    """The format, from the contents.

    Raises:
        InputError: it is not there, or no dump.
    """
    if path.is_dir():
        if any((path / f"toc.dat{suffix}").is_file() for suffix in ("", *SUFFIXES)):
            return DumpForm.DIRECTORY
        raise InputError("no dump in this folder: it has no toc.dat", str(path), "Name the file or folder that pg_dump wrote.")
    try:
        with path.open("rb") as stream:
            head = stream.read(512)
    except OSError as error:
        raise InputError(f"the dump cannot be read: {error.strerror}", str(path), "Mind the path and its permissions.") from None
    if head.startswith(b"PGDMP"):
        return DumpForm.CUSTOM
    if head[257:262] == b"ustar" and head.startswith(b"toc.dat"):
        return DumpForm.TAR
    if path.name.removesuffix(path.suffix if path.suffix in SUFFIXES else "").endswith(".sql") or head.lstrip().startswith(b"--"):
        return DumpForm.PLAIN
    raise InputError("no dump that pg_dump wrote", str(path), "Custom, directory, tar and plain SQL formats are understood.")


def read_dump(path: Path, programs: Programs, work: Path) -> Dump:
    """Look at a dump's head. ``work`` is a folder of ours.

    Raises:
        DamagedBackupError: even its head cannot be read.
        InputError: it is not there, or no dump.
    """
    form = form_of(path)
    changed = datetime.datetime.fromtimestamp(_changed(path), datetime.UTC)
    whole = False
    if form is DumpForm.PLAIN:
        head = _unpacked(path, work).read_bytes()[:HEAD] if path.suffix in SUFFIXES - {""} else path.open("rb").read(HEAD)
        text, time = head.decode(errors="replace"), changed
        whole = b"PostgreSQL database cluster dump" in head or bool(_CREATES.search(head))
    else:
        if form is DumpForm.TAR:
            _read_tar(path)
        try:
            text = run_program([programs.path("pg_restore"), "-l", path], timeout=LISTING).stdout
        except ProgramFailedError as error:
            raise DamagedBackupError(f"{path} cannot be read: {error.said}") from None
        created = _CREATED.search(text)
        time = datetime.datetime.fromisoformat(created["time"]).replace(tzinfo=datetime.UTC) if created else changed
    server, tool, name = _SERVER.search(text), _TOOL.search(text), _DATABASE.search(text)
    return Dump(
        path,
        form,
        time,
        int(server["major"]) if server else 0,
        int(tool["major"]) if tool else 0,
        name["name"].strip() if name else "",
        _size(path),
        whole,
    )


def prove_whole(dump: Dump, programs: Programs, work: Path) -> None:
    """Read all of it. The table of contents of a dump that was cut off is intact, and so is the start of a SQL text.

    Raises:
        DamagedBackupError: it is cut off or damaged.
    """
    if dump.form is not DumpForm.PLAIN:
        try:
            with Path(os.devnull).open("w") as nothing:
                run_program([programs.path("pg_restore"), "-f", "-", dump.path], into=nothing, tethered=True)
        except ProgramFailedError as error:
            raise DamagedBackupError(f"{dump.path} is damaged or cut off: {error.said}") from None
        return
    text = _unpacked(dump.path, work)
    with text.open("rb") as stream:
        stream.seek(max(0, text.stat().st_size - TAIL))
        if not _TRAILER.search(stream.read()):
            raise DamagedBackupError(f"{dump.path} does not end with the line that pg_dump writes last: it was cut off")


def load(dump: Dump, programs: Programs, connection: Connection, account: Account, folder: Path, *, owners: bool, jobs: int) -> None:
    """Load it into an empty database; the first error ends it. ``folder`` is one that the account may enter.

    Raises:
        ProgramFailedError: it could not be loaded; with what the tool said.
        DamagedBackupError: it could not be unpacked.
    """
    if dump.form is DumpForm.PLAIN:
        load_sql(dump.path, programs, connection, account, folder)
        return
    kept = [] if owners else ["--no-owner", "--no-acl"]
    parallel = [f"--jobs={jobs}"] if dump.form in (DumpForm.CUSTOM, DumpForm.DIRECTORY) and jobs > 1 else []
    order: list[str | Path] = [
        programs.path("pg_restore"),
        "--exit-on-error",
        "--no-password",
        "-d",
        connection.dbname,
        *parallel,
        *kept,
        dump.path,
    ]
    run_program(order, extra=connection.environment(), tethered=True)


def load_sql(path: Path, programs: Programs, connection: Connection, account: Account, folder: Path) -> None:
    """Run a SQL text as psql does: no start-up file, the first error ends it. Under the account: such a text can start programs.

    Raises:
        ProgramFailedError: it failed.
        DamagedBackupError: it could not be unpacked.
    """
    lent = path.suffix in SUFFIXES - {""} or not can_enter(path, account)
    text = folder / "load.sql" if lent else path
    try:
        if lent:
            _unpack(path, text)
            hand_over(text, account)
        order: list[str | Path] = [programs.path("psql"), "-X", "-q", "-w", "-v", "ON_ERROR_STOP=1", "-f", text]
        with Path(os.devnull).open("w") as nothing:
            run_program(order, account=account, extra=connection.environment(), into=nothing, tethered=True)
    finally:
        if lent:
            text.unlink(missing_ok=True)


def _read_tar(path: Path) -> None:
    """To its end: pg_restore (15.18, measured) loops for ever on a tar that was cut off."""
    try:
        with open_tar(path):
            pass
    except BROKEN as error:
        raise DamagedBackupError(f"{path} is damaged or cut off: {error}") from None


def _unpacked(path: Path, work: Path) -> Path:
    """The text itself; unpacked once where it is compressed."""
    if path.suffix not in SUFFIXES - {""}:
        return path
    place = work / f"{path.name}.text"
    if not place.exists():
        _unpack(path, place)
    return place


def _unpack(path: Path, into: Path) -> None:
    try:
        decompress(path, into)
    except ArchiveError as error:
        raise DamagedBackupError(str(error)) from None


def _changed(path: Path) -> float:
    return max((each.stat().st_mtime for each in path.iterdir()), default=0.0) if path.is_dir() else path.stat().st_mtime


def _size(path: Path) -> int:
    return sum(each.stat().st_size for each in path.iterdir()) if path.is_dir() else path.stat().st_size

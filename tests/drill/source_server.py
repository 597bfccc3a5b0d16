"""A real PostgreSQL server as a source of backups: load, heartbeats, archive, base backups and dumps; built once, copied per test.

>>> source = build_source(15, folder)     # seconds; use the session-wide fixture ``backup_of``
>>> copy = source.copied(other_folder)    # a fraction of a second: damage it as you like
"""

from __future__ import annotations

import datetime
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from recoverable.drill.heartbeat import CREATE, beat
from recoverable.drill.postgres.account import hand_over, server_account
from recoverable.drill.postgres.configuration import HBA
from recoverable.drill.postgres.connect import connect
from recoverable.drill.postgres.running import run_program
from recoverable.drill.postgres.server import Server, initialise, make_server_folder
from recoverable.drill.target import format_lsn, parse_lsn
from tests.drill.server_programs import programs_or_skip

DATABASE = "shop"
PASSWORD_OF_APP = "app-secret-4711"
ACCOUNTS = 200
SEGMENT_MEGABYTES = 1  # many segments in little time, and a size that is not the default one
SCHEMA = """
CREATE ROLE app LOGIN PASSWORD 'app-secret-4711';
CREATE ROLE reporting NOLOGIN;
CREATE EXTENSION citext;
CREATE TABLE accounts (id int PRIMARY KEY, owner text NOT NULL, balance numeric NOT NULL);
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account int NOT NULL REFERENCES accounts, placed timestamptz NOT NULL
    DEFAULT clock_timestamp(), note text NOT NULL, detail text NOT NULL DEFAULT repeat('recoverable ', 160));
ALTER TABLE orders ALTER detail SET STORAGE EXTERNAL;
CREATE INDEX orders_by_note ON orders (note);
CREATE UNLOGGED TABLE sessions (id int PRIMARY KEY, data text);
CREATE VIEW open_orders AS SELECT id, note FROM orders;
ALTER TABLE orders OWNER TO app;
GRANT SELECT ON accounts TO app;
GRANT SELECT ON orders, open_orders TO reporting;
INSERT INTO accounts SELECT n, 'owner ' || n, n * 10 FROM generate_series(1, 200) n;
INSERT INTO sessions SELECT n, 'x' FROM generate_series(1, 50) n;
"""


@dataclass(frozen=True)
class Moment:
    """A state of the source between two commits: restored to ``time``, ``lsn`` or ``name``, ``orders`` rows must be there, no more."""

    name: str
    time: datetime.datetime
    lsn: int
    orders: int


@dataclass(frozen=True)
class SourceBackup:
    """What a source left behind: ``base`` (plain format, with its manifest), ``archive``, and the moments by name."""

    folder: Path
    major: int
    system_identifier: int
    moments: Mapping[str, Moment] = field(default_factory=dict)

    @property
    def base(self) -> Path:
        """The base backup in plain format."""
        return self.folder / "base"

    @property
    def archive(self) -> Path:
        """The archived log."""
        return self.folder / "archive"

    @property
    def segments(self) -> list[Path]:
        """The archived segments, in order."""
        return sorted(path for path in self.archive.iterdir() if len(path.name) == 24)

    def copied(self, folder: Path) -> SourceBackup:
        """A copy to damage."""
        shutil.copytree(self.folder, folder, symlinks=True, dirs_exist_ok=True)
        return replace(self, folder=folder)


def build_source(major: int, folder: Path) -> SourceBackup:
    """Run a source, take a base backup in the middle of its load, archive the rest; the server is gone on return."""
    with running_source(major, folder) as source:
        for number in range(3):
            source.order(40, f"before the backup {number}")
        source.base_backup(folder / "base")
        source.moment("after the backup")
        source.order(700, "first")
        source.moment("first")
        source.order(700, "second")
        source.moment("second", restore_point="before_release")
        source.order(700, "third")
        source.moment("third")
        source.order(1, "one more, so that a commit follows the last moment")
        source.beat()
        source.moment("last")
        source.switch()
        return source.backup()


class Source:
    """A running source."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.moments: dict[str, Moment] = {}

    @property
    def archive(self) -> Path:
        return self.folder / "archive"

    def execute(self, sql: str, dbname: str = DATABASE) -> list[Any]:
        with connect(self.server.socket(dbname)) as connection:
            found = connection.execute(sql)
            return found.fetchall() if found.description else []

    def order(self, number: int, note: str) -> None:
        """So many orders in one transaction, wide enough to fill the log, and a heartbeat."""
        text = f"INSERT INTO orders (account, note) SELECT 1 + n % {ACCOUNTS}, '{note} ' || n FROM generate_series(1, {number}) n"
        self.execute(text)
        self.beat()

    def beat(self) -> None:
        with connect(self.server.socket(DATABASE)) as connection:
            beat(connection)

    def moment(self, name: str, restore_point: str = "") -> Moment:
        """Remember the state now: time and position lie strictly between the commits before and after."""
        time.sleep(0.02)
        if restore_point:
            self.execute(f"SELECT pg_create_restore_point('{restore_point}')")
        ((at, lsn, orders),) = self.execute("SELECT clock_timestamp(), pg_current_wal_insert_lsn()::text, (SELECT count(*) FROM orders)")
        self.moments[name] = Moment(name, at.astimezone(datetime.UTC), parse_lsn(lsn), orders)
        time.sleep(0.02)
        return self.moments[name]

    def base_backup(self, place: Path, *more: str) -> None:
        """By the real tool."""
        login = self.server.socket().environment()
        run_program([self.server.programs.path("pg_basebackup"), "-D", place, "--checkpoint=fast", "-X", "stream", *more], extra=login)

    def dump(self, place: Path, *more: str) -> None:
        """By the real tool."""
        run_program([self.server.programs.path("pg_dump"), "-f", place, *more], extra=self.server.socket(DATABASE).environment())

    def dump_globals(self, place: Path) -> None:
        """By the real tool."""
        run_program(
            [self.server.programs.path("pg_dumpall"), "--globals-only", "-f", place], extra=self.server.socket(DATABASE).environment()
        )

    def switch(self) -> None:
        """End the segment and wait until it is archived."""
        ((name,),) = self.execute("SELECT pg_walfile_name(pg_switch_wal())")
        deadline = time.monotonic() + 60
        while not (self.archive / name).exists():
            assert time.monotonic() < deadline, f"{name} was not archived"
            time.sleep(0.02)
        time.sleep(0.05)

    def backup(self) -> SourceBackup:
        ((identifier,),) = self.execute("SELECT system_identifier FROM pg_control_system()")
        return SourceBackup(self.folder, self.server.programs.major, identifier, dict(self.moments))


@contextmanager
def running_source(
    major: int, folder: Path, *, segment_megabytes: int = SEGMENT_MEGABYTES, settings: Mapping[str, str] | None = None
) -> Iterator[Source]:
    """A source with schema and archive below ``folder``, stopped on exit. ``folder`` must be one the server's account can enter."""
    programs = programs_or_skip(major)
    account = server_account()
    archive = folder / "archive"
    archive.mkdir()
    hand_over(archive, account)
    server = Server(
        programs,
        make_server_folder(folder / "source", account),
        account,
        settings={
            "wal_level": "replica",
            "archive_mode": "on",
            "archive_command": f"cp %p {archive}/.%f.part && mv {archive}/.%f.part {archive}/%f",
            "fsync": "off",
            "shared_buffers": "16MB",
            **(settings or {}),
        },
        hba=HBA + "local replication all trust\n",
        superuser="postgres",
    )
    initialise(server, f"--wal-segsize={segment_megabytes}")
    with server:
        source = Source(server, folder)
        source.execute(f"CREATE DATABASE {DATABASE}", "postgres")
        source.execute(SCHEMA)
        source.execute(CREATE)
        yield source
    shutil.rmtree(folder / "source")


@contextmanager
def open_folder(prefix: str = "rcv-") -> Iterator[Path]:
    """A temporary folder that the server's account may enter, with a path short enough for sockets; pytest's own are neither."""
    path = Path(tempfile.mkdtemp(prefix=prefix, dir=_fastest()))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _fastest() -> str:
    """Memory where there is enough of it (syncing real disks takes most of the time of such tests), else the usual place."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 4 * 2**30
    return os.environ.get("TMPDIR") or (str(memory) if roomy else "/tmp")


def say(moment: Moment) -> str:
    """For messages of failing tests."""
    return f"{moment.name}: {moment.time.isoformat()} {format_lsn(moment.lsn)}, {moment.orders} orders"

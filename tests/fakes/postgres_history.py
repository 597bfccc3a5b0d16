"""The storage behind the fakes of managed PostgreSQL: a real source that archives its log, and copies of it at any moment of its past."""

from __future__ import annotations

import datetime
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.fakes.real_postgres import Postgres, hand_over

OWNER = "neondb_owner"
DATABASE = "neondb"
SEGMENTS = "--wal-segsize=1"
ROLES = f"""
CREATE ROLE neon_superuser CREATEDB CREATEROLE BYPASSRLS REPLICATION NOLOGIN;
GRANT pg_read_all_data, pg_write_all_data, pg_monitor, pg_signal_backend, pg_create_subscription TO neon_superuser WITH ADMIN OPTION;
CREATE ROLE {OWNER} LOGIN CREATEDB CREATEROLE BYPASSRLS REPLICATION PASSWORD 'secret-of-production' IN ROLE neon_superuser;
"""
"""What a managed service gives its customer: much, and no superuser (https://neon.com/docs/manage/roles)."""


@dataclass(frozen=True)
class Customer:
    """Who owns the data at a service: a login without superuser, and the database."""

    owner: str
    database: str
    roles: str


NEON = Customer(OWNER, DATABASE, ROLES)


class Databases(Protocol):
    """Where a fake's data are. ``at`` is None for now, a time, or a log position as text."""

    def head(self, parent: str) -> str:
        """Where the log of a database stands, as text."""

    def serve(self, name: str, parent: str, at: datetime.datetime | str | None) -> Postgres:
        """A running server with the data of ``parent`` at a moment; the same one when asked again."""

    def close(self, name: str) -> None:
        """Its server and data go."""


class OneServer:
    """Every copy is one and the same running server: for tests of what is made and removed, where data do not matter."""

    def __init__(self, server: Postgres) -> None:
        self.server = server

    def head(self, parent: str) -> str:
        return "0/1DE2850"

    def serve(self, name: str, parent: str, at: datetime.datetime | str | None) -> Postgres:
        return self.server

    def close(self, name: str) -> None:
        """It stays."""


class History:
    """A source, and copies of its past by base backup and archived log. ``mend`` may change a copy's files before it is started."""

    def __init__(self, folder: Path, schema: str, customer: Customer = NEON, port: int = 0) -> None:
        self.folder = folder
        self.customer = customer
        self.port = port
        """Where every copy listens, each on an address of its own; 0 for any port of one address."""
        self.archive = folder / "archive"
        self.source = Postgres(folder / "source", folder)
        self.base = self.source.folder / "base"
        self.copies: dict[str, Postgres] = {}
        self._numbers = 0
        self.mend: Callable[[Postgres], None] = lambda copy: None
        self.lag = datetime.timedelta()
        """A storage that gives older data than it was asked for, and does not say so."""
        self.archive.mkdir()
        hand_over(self.archive)
        self.source.initialise(SEGMENTS)
        try:
            self._begin(schema)
        except BaseException:
            self.source.remove()
            raise

    def head(self, parent: str) -> str:
        server = self.copies.get(parent, self.source)
        return str(server.execute("SELECT pg_current_wal_insert_lsn()::text")[0][0])

    def serve(self, name: str, parent: str, at: datetime.datetime | str | None) -> Postgres:
        if name not in self.copies:
            self._numbers += 1
            host = f"127.0.0.{1 + self._numbers % 250}" if self.port else "127.0.0.1"
            copy = Postgres(self.folder / f"copy-{self._numbers}", self.folder, host, self.port)
            copy.folder.mkdir(mode=0o700)
            self.copies[name] = copy
            if parent in self.copies:
                origin = self.copies[parent]
                hand_over(copy.folder)
                copy.run("pg_basebackup", "-h", origin.folder, "-p", str(origin.port), "-U", "cloud_admin", "-D", copy.data, "-c", "fast")
                copy.start(archive_mode="off")
            else:
                self._recover(copy, at or self.head(parent))
        return self.copies[name]

    def close(self, name: str) -> None:
        copy = self.copies.pop(name, None)
        if copy:
            copy.remove()

    def stop(self) -> None:
        """All servers."""
        for name in list(self.copies):
            self.close(name)
        self.source.remove()

    def _begin(self, schema: str) -> None:
        command = f"cp %p {self.archive}/.%f.part && mv {self.archive}/.%f.part {self.archive}/%f"
        self.source.start(archive_mode="on", archive_command=command, wal_level="logical")
        self.source.execute(self.customer.roles)
        self.source.execute(f"CREATE DATABASE {self.customer.database} OWNER {self.customer.owner}")
        self.source.execute(f"SET ROLE {self.customer.owner}; {schema}", self.customer.database)
        self.source.run(
            "pg_basebackup", "-h", self.source.folder, "-p", str(self.source.port), "-U", "cloud_admin", "-D", self.base, "-c", "fast"
        )

    def _recover(self, copy: Postgres, at: datetime.datetime | str) -> None:
        shutil.copytree(self.base, copy.data)
        (copy.data / "recovery.signal").touch()
        hand_over(copy.folder)
        self._archive_all()
        moment = at if isinstance(at, str) else f"{at - self.lag:%Y-%m-%d %H:%M:%S.%f}+00"
        kind = "recovery_target_lsn" if isinstance(at, str) else "recovery_target_time"
        copy.start(archive_mode="off", restore_command=f"cp {self.archive}/%f %p", recovery_target_action="promote", **{kind: moment})
        copy.stop()
        self.mend(copy)
        hand_over(copy.folder)
        copy.start(archive_mode="off")

    def _archive_all(self) -> None:
        """A commit after whatever was asked for, so that recovery can tell that it has got there; and the segment that holds it."""
        self.source.execute("SELECT pg_current_xact_id()")
        name = self.source.execute("SELECT pg_walfile_name(pg_switch_wal())")[0][0]
        deadline = time.monotonic() + 60
        while not (self.archive / name).exists():
            assert time.monotonic() < deadline, f"{name} was not archived"
            time.sleep(0.02)

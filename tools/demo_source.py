"""The shop's production database of the drill demo: PostgreSQL 18 with migrations, load, heartbeats, an archive and a base backup.

Everything is made by PostgreSQL's own programs; recoverable only lends the server its account and stops it.
"""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from recoverable.drill.postgres.account import hand_over, server_account
from recoverable.drill.postgres.connect import connect
from recoverable.drill.postgres.programs import Programs
from recoverable.drill.postgres.running import run_program
from recoverable.drill.postgres.server import Server, initialise, make_server_folder

DATABASE = "shop"
PATIENCE = 60.0
MIGRATIONS = {
    "20260901090000_shop.sql": """-- migrate:up
CREATE TABLE customers (id int PRIMARY KEY, email text NOT NULL UNIQUE);
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer int NOT NULL REFERENCES customers,
    cents bigint NOT NULL CHECK (cents >= 0), note text NOT NULL);
-- migrate:down
DROP TABLE orders; DROP TABLE customers;
""",
    "20261015090000_orders_by_customer.sql": """-- migrate:up
CREATE INDEX orders_by_customer ON orders (customer);
-- migrate:down
DROP INDEX orders_by_customer;
""",
}
DEPLOYED = "CREATE TABLE schema_migrations (version text PRIMARY KEY)"  # as dbmate does
CUSTOMERS = "INSERT INTO customers SELECT n, 'customer' || n || '@example.com' FROM generate_series(1, 1000) n"
ORDER = (
    "INSERT INTO orders (customer, cents, note) SELECT 1 + n % 1000, n * 7 % 10000, repeat('an order ', 20) FROM generate_series(1, {}) n"
)


class Shop:
    """The running database."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server = server
        self.base = folder / "base"
        self.archive = folder / "wal"

    def execute(self, sql: str, dbname: str = DATABASE, values: tuple[str, ...] = ()) -> list[Any]:
        """SQL, by the owner."""
        with connect(self.server.socket(dbname)) as connection:
            found = connection.execute(sql, values or None)
            return found.fetchall() if found.description else []

    def deploy(self, folder: Path) -> None:
        """The application's migrations, and the record of each."""
        folder.mkdir(parents=True)
        self.execute(DEPLOYED)
        for name, text in MIGRATIONS.items():
            (folder / name).write_text(text, encoding="utf-8")
            self.execute(text.split("-- migrate:down")[0])
            self.execute("INSERT INTO schema_migrations VALUES (%s)", values=(name.split("_")[0],))
        self.execute(CUSTOMERS)

    def sell(self, orders: int) -> None:
        """So many orders, and what autovacuum does, which is off here.

        What touches an old page after the backup writes it into the log as a whole, and the replay heals a page that was damaged in the
        backup: so each page is finished before the backup, with nobody else there to look at it.
        """
        self.execute(ORDER.format(orders))
        self.execute("VACUUM (FREEZE, ANALYZE) orders")

    def orders(self) -> int:
        """How many orders there are."""
        ((number,),) = self.execute("SELECT count(*) FROM orders")
        return int(number)

    def now(self) -> datetime.datetime:
        """By the server's clock."""
        ((found,),) = self.execute("SELECT clock_timestamp()")
        return found.astimezone(datetime.UTC)  # type: ignore[no-any-return] # of the driver's, a datetime

    def url(self) -> str:
        """What the application has as its DATABASE_URL."""
        return self.server.connection(DATABASE).url().reveal()

    def base_backup(self) -> None:
        """``pg_basebackup``, with its manifest."""
        order = [self.server.programs.path("pg_basebackup"), "-D", self.base, "--checkpoint=fast", "-X", "stream"]
        run_program(order, extra=self.server.socket().environment())

    def ship_log(self) -> None:
        """What ``archive_timeout`` does each minute: end the segment, and see it in the archive."""
        ((name,),) = self.execute("SELECT pg_walfile_name(pg_switch_wal())")
        deadline = time.monotonic() + PATIENCE
        while not (self.archive / name).exists():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{name} was not archived within {PATIENCE:.0f} s")
            time.sleep(0.05)

    @contextmanager
    def heartbeats(self) -> Iterator[None]:
        """``recoverable drill heartbeat`` beside the application."""
        order = [sys.executable, "-m", "recoverable", "drill", "heartbeat", "--interval", "1s"]
        process = subprocess.Popen(order, env={**os.environ, "DATABASE_URL": self.url()}, stderr=subprocess.DEVNULL)
        try:
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE)


@contextmanager
def running_shop(programs: Programs, folder: Path) -> Iterator[Shop]:
    """The server, which dies with the disaster; backups stay in ``folder``."""
    account = server_account()
    archive = folder / "wal"
    archive.mkdir()
    hand_over(archive, account)
    server = Server(
        programs,
        make_server_folder(folder / "production", account),
        account,
        settings={
            "wal_level": "replica",
            "autovacuum": "off",
            "archive_mode": "on",
            "archive_command": f"cp %p {archive}/.%f.part && mv {archive}/.%f.part {archive}/%f",
        },
        hba="local all all trust\nlocal replication all trust\nhost all all 127.0.0.1/32 scram-sha-256\n",
    )
    initialise(server)
    with server:
        shop = Shop(server, folder)
        shop.execute(f"CREATE DATABASE {DATABASE}", "postgres")
        yield shop


@contextmanager
def open_folder() -> Iterator[Path]:
    """A temporary folder that the server's account may enter; its path is short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="rcv-demo-") as name:
        Path(name).chmod(0o755)
        yield Path(name)

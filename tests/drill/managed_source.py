"""A source behind the fakes of managed PostgreSQL: an application's tables, heartbeats, and moments of its past to go back to."""

from __future__ import annotations

import datetime
import time
from pathlib import Path

from recoverable.drill.clocks import SystemClock
from recoverable.drill.heartbeat import CREATE, beat
from tests.drill.source_server import Moment
from tests.fakes.postgres_history import NEON, Customer, History

SCHEMA = f"""
CREATE TABLE accounts (id int PRIMARY KEY, owner text NOT NULL, balance numeric NOT NULL);
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account int NOT NULL REFERENCES accounts, note text NOT NULL);
CREATE INDEX orders_by_note ON orders (note);
INSERT INTO accounts SELECT n, 'owner ' || n, n * 10 FROM generate_series(1, 200) n;
{CREATE}
"""


class QuickClock(SystemClock):
    """Real time, but nobody waits long for a fake."""

    def sleep(self, seconds: float) -> None:
        time.sleep(min(seconds, 0.02))


class ManagedSource:
    """The history with its moments by name."""

    def __init__(self, folder: Path, customer: Customer = NEON, port: int = 0) -> None:
        self.database = customer.database
        self.history = History(folder, SCHEMA, customer, port)
        self.moments: dict[str, Moment] = {}
        try:
            for name in ("first", "second"):
                self.order(500, name)
                self.moment(name)
            self.order(100, "third")
            self.history.source.execute("VACUUM", self.database)
        except BaseException:
            self.history.stop()
            raise

    def order(self, number: int, note: str) -> None:
        """So many orders, and a heartbeat."""
        sql = f"INSERT INTO orders (account, note) SELECT 1 + n % 200, '{note} ' || n FROM generate_series(1, {number}) n"
        self.history.source.execute(sql, self.database)
        with self.history.source.connect(self.database) as opened:
            beat(opened)

    def moment(self, name: str) -> None:
        """Remember the state now."""
        time.sleep(0.02)
        sql = "SELECT clock_timestamp(), (pg_current_wal_insert_lsn() - '0/0')::bigint, (SELECT count(*) FROM orders)"
        ((at, lsn, orders),) = self.history.source.execute(sql, self.database)
        self.moments[name] = Moment(name, at.astimezone(datetime.UTC), lsn, orders)
        time.sleep(1.1)  # managed services take times to the second

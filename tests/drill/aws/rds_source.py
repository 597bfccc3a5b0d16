"""The data of an RDS instance: a PostgreSQL 18 whose master user is no superuser, as on RDS, with its log archived."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.drill.source_server import DATABASE, Source, SourceBackup, running_source
from tests.fakes.rds.postgres_copies import Backup

MAJOR = 18
MASTER_SQL = f"""
CREATE ROLE rds_superuser NOLOGIN;
GRANT pg_monitor, pg_read_all_data, pg_signal_backend, pg_checkpoint TO rds_superuser WITH ADMIN OPTION;
CREATE ROLE master LOGIN CREATEDB CREATEROLE PASSWORD 'password-of-the-source';
GRANT rds_superuser TO master;
GRANT app, reporting TO master WITH ADMIN OPTION;
ALTER DATABASE {DATABASE} OWNER TO master;
"""
AMCHECK = """
CREATE EXTENSION IF NOT EXISTS amcheck;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO rds_superuser;
"""


@dataclass(frozen=True)
class RdsSource:
    """The backup as the tests know it, and as the fake takes it. ``orders`` is the file of that table in a data directory."""

    known: SourceBackup
    backup: Backup
    orders: str


def build(folder: Path) -> RdsSource:
    """Run it, back it up in the middle of its load, archive the rest."""
    with running(folder) as source:
        return shipped(source)


@contextmanager
def running(folder: Path) -> Iterator[Source]:
    """The server with a base backup in the middle of its load; it runs on."""
    with running_source(MAJOR, folder) as source:
        source.execute(MASTER_SQL)
        source.execute("DROP TABLE sessions")  # unlogged, and so another test's
        for database in (DATABASE, "postgres", "template1"):
            source.execute(AMCHECK, database)
        source.execute("CREATE DATABASE rdsadmin", "postgres")
        source.execute("REVOKE CONNECT ON DATABASE rdsadmin FROM PUBLIC", "postgres")
        source.order(200, "before the backup")
        source.execute("VACUUM (ANALYZE) orders")  # so that the log does not hold its first pages once more
        source.base_backup(folder / "base")
        yield source


def shipped(source: Source) -> RdsSource:
    """More load, and all of its log in the archive."""
    ((orders,),) = source.execute("SELECT pg_relation_filepath('orders')")
    source.order(300, "first")
    time.sleep(1.1)  # RDS restores to whole seconds
    source.moment("first")
    source.order(300, "second")
    source.moment("second")
    source.order(1, "one more, so that a commit follows the last moment")
    last = source.moment("last")
    source.order(1, "and one after that")
    source.switch()
    known = source.backup()
    return RdsSource(known, Backup(known.base, known.archive, last.time), orders)
